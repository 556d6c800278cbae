/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-official-gateway.h"

#include "sb-docker-attach.h"
#include "sb-docker-request.h"
#include "sb-id.h"
#include "sb-image-fetch.h"
#include "sb-instance.h"
#include "sb-json.h"
#include "sb-mcp-http-transport.h"
#include "sb-mcp-stream-transport.h"
#include "sb-official-log.h"
#include "sb-server-container.h"

#define STOP_SECONDS 45
#define NETWORK_PREFIX "sandbar-gateway"

typedef enum
{
  STEP_NEW,
  STEP_IMAGE,
  STEP_OLD,       /* networks of owners that were killed */
  STEP_SWEEP_OLD,
  STEP_NETWORK,
  STEP_CREATE,
  STEP_UPLOAD,
  STEP_ATTACH,
  STEP_START,
  STEP_READY,     /* over HTTP: until it listens */
  STEP_PORT,
  STEP_OPEN,
  STEP_STOP,
  STEP_REMOVE,
  STEP_GONE,      /* AutoRemove may have been quicker, and be still at it */
  STEP_LIST,      /* servers that it has left behind */
  STEP_SWEEP,
  STEP_UNNETWORK,
  STEP_ENDED,
} Step;

struct _SbOfficialGateway
{
  GObject         parent_instance;

  /* owned */
  SbDockerClient *docker;
  SbOfficialPlan *plan;
  GHashTable     *secrets;
  SbServerLog    *log;
  SbOfficialLog  *reader;
  SbImageFetch   *fetch;      /* nullable */
  SbDuplex       *duplex;     /* nullable */
  SbMcpTransport *http;       /* nullable */
  GTask          *opening;    /* nullable */
  GTask          *ending;     /* nullable */
  GError         *error;      /* nullable: why it did not come up, while it is taken away */
  GPtrArray      *left;       /* of char*: containers to be removed */
  char           *network;
  char           *token;
  char           *id;         /* nullable until it was created */

  Step            step;
  gboolean        has_network;
};

enum
{
  PROGRESS,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbOfficialGateway, sb_official_gateway, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void take_step (SbOfficialGateway *self,
                       Step               step);

static void
tell (SbOfficialGateway *self,
      const char        *words)
{
  g_signal_emit (self, signals[PROGRESS], 0, words);
}

/* Coming up, and not */

static void
fail (SbOfficialGateway *self,
      GError            *error)
{
  self->error = error;
  take_step (self, STEP_STOP);
}

static void
fail_with (SbOfficialGateway *self,
           const GError      *cause)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail (self, g_error_copy (cause));
  else
    fail (self, g_error_new (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_START, "Docker's gateway could not be started: %s",
                             cause->message));
}

/* transport: (transfer full) */
static void
opened (SbOfficialGateway *self,
        SbMcpTransport    *transport)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->opening);

  self->step = STEP_OPEN;
  g_task_return_pointer (task, transport, g_object_unref);
}

static void
open_http (SbOfficialGateway *self,
           JsonObject        *container)
{
  JsonObject *settings = sb_json_get_object (container, "NetworkSettings");
  JsonObject *ports = settings != NULL ? sb_json_get_object (settings, "Ports") : NULL;
  JsonArray *list = ports != NULL ? sb_json_get_array (ports, "8811/tcp") : NULL;
  JsonNode *first = list != NULL && json_array_get_length (list) > 0 ? json_array_get_element (list, 0) : NULL;
  const char *port = first != NULL && JSON_NODE_HOLDS_OBJECT (first)
                     ? sb_json_get_string (json_node_get_object (first), "HostPort") : NULL;
  gboolean sse = self->plan->transport == SB_OFFICIAL_SSE;
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%s/%s", port, sse ? "sse" : "mcp");
  g_autofree char *authorization = g_strconcat ("Bearer ", self->token, NULL);
  const char *headers[] = { "Authorization", authorization, NULL };
  SbMcpHttpOptions options = { .kind = sse ? SB_MCP_HTTP_SSE : SB_MCP_HTTP_AUTO, .headers = headers };
  GError *error = NULL;
  SbMcpTransport *transport = NULL;

  if (port == NULL)
    g_set_error_literal (&error, SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_START,
                         "The engine has published no port of the gateway; use the transport stdio.");
  else
    transport = sb_mcp_http_transport_new (url, &options, &error);

  if (transport == NULL)
    {
      fail (self, error);
    }
  else
    {
      self->http = g_object_ref (transport);
      opened (self, transport);
    }
}

static void
stderr_cb (const guint8 *data,
           gsize         length,
           gpointer      user_data)
{
  SbOfficialGateway *self = user_data;
  g_autofree char *words = NULL;

  sb_server_log_feed (self->log, data, length);
  if (!sb_official_log_feed (self->reader, data, length))
    return;

  words = sb_official_log_describe (self->reader);
  tell (self, words);
  if (self->step == STEP_READY && sb_official_log_get_stage (self->reader) == SB_OFFICIAL_READY)
    take_step (self, STEP_PORT);
}

/* Over HTTP nothing comes here but the end. */
static void
ignore_cb (SbDuplex     *duplex,
           const guint8 *data,
           gsize         length,
           gpointer      user_data)
{
}

static void
cancelled_cb (SbOfficialGateway *self)
{
  if (self->step == STEP_READY)
    fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "No longer wanted"));
}

static void
closed_cb (SbDuplex     *duplex,
           const GError *cause,
           gpointer      user_data)
{
  SbOfficialGateway *self = user_data;

  if (self->step == STEP_READY)
    fail (self, g_error_new_literal (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_START,
                                     "Docker's gateway ended while it came up; its log says why."));
  /* Sooner than a request could find out. */
  if (self->step == STEP_OPEN)
    sb_mcp_transport_close (self->http);
}

static void
started (SbOfficialGateway *self)
{
  sb_docker_attach_set_stderr_func (self->duplex, stderr_cb, self);
  if (self->plan->transport == SB_OFFICIAL_STDIO)
    {
      opened (self, sb_mcp_stream_transport_new (self->duplex));
      return;
    }

  self->step = STEP_READY;
  g_signal_connect_object (g_task_get_cancellable (self->opening), "cancelled", G_CALLBACK (cancelled_cb), self,
                           G_CONNECT_SWAPPED);
  sb_duplex_start (self->duplex, ignore_cb, closed_cb, self);
}

static void
attached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbOfficialGateway) self = user_data;
  g_autoptr(GError) error = NULL;

  self->duplex = sb_docker_client_attach_finish (SB_DOCKER_CLIENT (source), result, &error);
  if (self->duplex == NULL)
    fail_with (self, error);
  else
    take_step (self, STEP_START);
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbOfficialGateway) self = user_data;
  GError *error = NULL;

  if (sb_image_fetch_run_finish (SB_IMAGE_FETCH (source), result, &error))
    take_step (self, STEP_OLD);
  else
    fail (self, error);
}

static void
fetch (SbOfficialGateway *self)
{
  self->fetch = sb_image_fetch_new (self->docker, self->plan->image, SB_SERVER_PULL_MISSING, self->log);
  g_signal_connect_object (self->fetch, "progress", G_CALLBACK (tell), self, G_CONNECT_SWAPPED);
  sb_image_fetch_run_async (self->fetch, g_task_get_cancellable (self->opening), fetched_cb, g_object_ref (self));
}

/* The end */

static void
finish (SbOfficialGateway *self)
{
  g_autoptr(GTask) opening = g_steal_pointer (&self->opening);
  g_autoptr(GTask) ending = g_steal_pointer (&self->ending);

  self->step = STEP_ENDED;
  if (opening != NULL)
    g_task_return_error (opening, g_steal_pointer (&self->error));
  if (ending != NULL)
    g_task_return_boolean (ending, TRUE);
}

static void
keep_left (SbOfficialGateway *self,
           JsonNode          *node)
{
  JsonArray *list = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *item = json_array_get_element (list, i);
      const char *id = JSON_NODE_HOLDS_OBJECT (item) ? sb_json_get_string (json_node_get_object (item), "Id") : NULL;

      if (id != NULL)
        g_ptr_array_add (self->left, g_strdup (id));
    }
}

/* Whose owner is gone: an undertaker takes containers only. */
static void
keep_old (SbOfficialGateway *self,
          JsonNode          *node)
{
  JsonArray *list = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *item = json_array_get_element (list, i);
      JsonObject *network = JSON_NODE_HOLDS_OBJECT (item) ? json_node_get_object (item) : NULL;
      JsonObject *labels = network != NULL ? sb_json_get_object (network, "Labels") : NULL;
      const char *id = network != NULL ? sb_json_get_string (network, "Id") : NULL;
      const char *instance = labels != NULL ? sb_json_get_string (labels, SB_DOCKER_LABEL_INSTANCE) : NULL;
      const char *owner = labels != NULL ? sb_json_get_string (labels, SB_DOCKER_LABEL_OWNER) : NULL;

      /* Locks of other machines and users cannot be seen from here. */
      if (id != NULL && instance != NULL && g_strcmp0 (owner, sb_instance_get_owner ()) == 0 &&
          !sb_instance_is_alive (instance))
        g_ptr_array_add (self->left, g_strdup (id));
    }
}

/* What an answer of the engine leads to; on the way out, whatever it is. */
static void
answered (SbOfficialGateway *self,
          JsonNode          *node)
{
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  switch (self->step)
    {
    case STEP_OLD:
      keep_old (self, node);
      take_step (self, STEP_SWEEP_OLD);
      break;
    case STEP_SWEEP_OLD:
      g_ptr_array_remove_index (self->left, 0);
      take_step (self, STEP_SWEEP_OLD);
      break;
    case STEP_NETWORK:
      self->has_network = TRUE;
      take_step (self, STEP_CREATE);
      break;
    case STEP_CREATE:
      self->id = object != NULL ? g_strdup (sb_json_get_string (object, "Id")) : NULL;
      take_step (self, self->id != NULL ? STEP_UPLOAD : STEP_STOP);
      break;
    case STEP_UPLOAD:
      take_step (self, STEP_ATTACH);
      break;
    case STEP_START:
      started (self);
      break;
    case STEP_PORT:
      open_http (self, object);
      break;
    case STEP_STOP:
      take_step (self, STEP_REMOVE);
      break;
    case STEP_REMOVE:
      take_step (self, STEP_GONE);
      break;
    case STEP_GONE:
      take_step (self, STEP_LIST);
      break;
    case STEP_LIST:
      keep_left (self, node);
      take_step (self, STEP_SWEEP);
      break;
    case STEP_SWEEP:
      g_ptr_array_remove_index (self->left, 0);
      take_step (self, STEP_SWEEP);
      break;
    case STEP_UNNETWORK:
      finish (self);
      break;
    case STEP_NEW:
    case STEP_IMAGE:
    case STEP_ATTACH:
    case STEP_READY:
    case STEP_OPEN:
    case STEP_ENDED:
    default:
      g_assert_not_reached ();
    }
}

static void
called_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbOfficialGateway) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = NULL;

  if (self->step == STEP_UPLOAD)
    node = sb_docker_client_upload_finish (SB_DOCKER_CLIENT (source), result, &error);
  else
    node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);

  if (error == NULL && self->step < STEP_OPEN)
    g_cancellable_set_error_if_cancelled (g_task_get_cancellable (self->opening), &error);
  if (error == NULL || self->step > STEP_OPEN || self->step == STEP_SWEEP_OLD)
    {
      answered (self, node);
    }
  else
    {
      /* What was made when the wish to end came is known all the same. */
      if (self->step == STEP_NETWORK)
        self->has_network = TRUE;
      if (self->step == STEP_CREATE && node != NULL && JSON_NODE_HOLDS_OBJECT (node))
        self->id = g_strdup (sb_json_get_string (json_node_get_object (node), "Id"));
      fail_with (self, error);
    }
}

/* body: (transfer full) (nullable) */
static void
call (SbOfficialGateway *self,
      const char        *method,
      JsonObject        *body,
      const char        *path)
{
  g_autoptr(JsonObject) owned = body;

  sb_docker_client_call_async (self->docker, method, path, body, NULL, called_cb, g_object_ref (self));
}

static JsonObject *
new_network (SbOfficialGateway *self)
{
  JsonObject *body = json_object_new ();

  json_object_set_string_member (body, "Name", self->network);
  json_object_set_object_member (body, "Labels", sb_docker_request_new_labels (NULL));

  return body;
}

static char *
dup_list_path (SbOfficialGateway *self)
{
  g_autofree char *filters = g_strdup_printf ("{\"network\":[\"%s\"]}", self->network);
  g_autofree char *escaped = g_uri_escape_string (filters, NULL, FALSE);

  return g_strconcat ("/containers/json?all=1&filters=", escaped, NULL);
}

static char *
dup_path (SbOfficialGateway *self,
          const char        *format_end)
{
  return g_strconcat ("/containers/", self->id, format_end, NULL);
}

static void
sweep (SbOfficialGateway *self)
{
  g_autofree char *path = NULL;

  if (self->left->len == 0)
    {
      take_step (self, STEP_UNNETWORK);
      return;
    }

  path = g_strdup_printf ("/containers/%s?force=1&v=1", (char *) g_ptr_array_index (self->left, 0));
  call (self, "DELETE", NULL, path);
}

/* One that is still used is refused, and stays for the next time. */
static void
sweep_old (SbOfficialGateway *self)
{
  g_autofree char *path = NULL;

  if (self->left->len == 0)
    {
      take_step (self, STEP_NETWORK);
      return;
    }

  path = g_strconcat ("/networks/", g_ptr_array_index (self->left, 0), NULL);
  call (self, "DELETE", NULL, path);
}

static void
take_step_up (SbOfficialGateway *self)
{
  g_autofree char *path = NULL;
  g_autoptr(GBytes) tar = NULL;

  switch (self->step)
    {
    case STEP_IMAGE:
      fetch (self);
      break;
    case STEP_OLD:
      call (self, "GET", NULL, "/networks?filters=%7B%22label%22%3A%5B%22" SB_DOCKER_LABEL "%22%5D%7D");
      break;
    case STEP_SWEEP_OLD:
      sweep_old (self);
      break;
    case STEP_NETWORK:
      call (self, "POST", new_network (self), "/networks/create");
      break;
    case STEP_CREATE:
      call (self, "POST",
            sb_official_plan_new_request (self->plan, self->network, sb_docker_client_get_host (self->docker),
                                          self->token),
            "/containers/create");
      break;
    case STEP_UPLOAD:
      tar = sb_official_plan_new_upload (self->plan, self->secrets);
      path = dup_path (self, "/archive?path=/");
      sb_docker_client_upload_async (self->docker, "PUT", path, tar, NULL, called_cb, g_object_ref (self));
      break;
    case STEP_ATTACH:
      sb_docker_client_attach_async (self->docker, self->id, g_task_get_cancellable (self->opening), attached_cb,
                                     g_object_ref (self));
      break;
    case STEP_START:
      path = dup_path (self, "/start");
      call (self, "POST", NULL, path);
      break;
    case STEP_PORT:
    default:
      path = dup_path (self, "/json");
      call (self, "GET", NULL, path);
    }
}

static void
take_step_down (SbOfficialGateway *self)
{
  g_autofree char *path = NULL;

  switch (self->step)
    {
    case STEP_STOP:
      path = g_strdup_printf ("/containers/%s/stop?t=%d", self->id, STOP_SECONDS);
      call (self, "POST", NULL, path);
      break;
    case STEP_REMOVE:
      path = dup_path (self, "?force=1&v=1");
      call (self, "DELETE", NULL, path);
      break;
    case STEP_GONE:
      path = dup_path (self, "/wait?condition=removed");
      call (self, "POST", NULL, path);
      break;
    case STEP_LIST:
      path = dup_list_path (self);
      call (self, "GET", NULL, path);
      break;
    case STEP_SWEEP:
      sweep (self);
      break;
    case STEP_UNNETWORK:
    default:
      path = g_strconcat ("/networks/", self->network, NULL);
      call (self, "DELETE", NULL, path);
    }
}

static void
take_step (SbOfficialGateway *self,
           Step               step)
{
  /* Up one after the other, down from anywhere. */
  g_assert (step >= self->step);

  /* What was not made is not taken away. */
  if (step == STEP_STOP && self->id == NULL)
    step = STEP_LIST;
  if (step == STEP_LIST && !self->has_network)
    {
      finish (self);
      return;
    }

  self->step = step;
  if (step < STEP_OPEN)
    take_step_up (self);
  else
    take_step_down (self);
}

static void
sb_official_gateway_dispose (GObject *object)
{
  SbOfficialGateway *self = SB_OFFICIAL_GATEWAY (object);

  if (self->duplex != NULL)
    {
      sb_docker_attach_set_stderr_func (self->duplex, NULL, NULL);
      sb_duplex_close (self->duplex);
    }
  g_clear_object (&self->duplex);
  g_clear_object (&self->http);
  g_clear_object (&self->fetch);
  g_clear_object (&self->docker);
  g_clear_object (&self->log);

  G_OBJECT_CLASS (sb_official_gateway_parent_class)->dispose (object);
}

static void
sb_official_gateway_finalize (GObject *object)
{
  SbOfficialGateway *self = SB_OFFICIAL_GATEWAY (object);

  sb_official_plan_unref (self->plan);
  sb_official_log_free (self->reader);
  g_hash_table_unref (self->secrets);
  g_ptr_array_unref (self->left);
  g_clear_error (&self->error);
  g_free (self->network);
  g_free (self->token);
  g_free (self->id);

  G_OBJECT_CLASS (sb_official_gateway_parent_class)->finalize (object);
}

static void
sb_official_gateway_class_init (SbOfficialGatewayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_official_gateway_dispose;
  object_class->finalize = sb_official_gateway_finalize;

  signals[PROGRESS] = g_signal_new ("progress", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
sb_official_gateway_init (SbOfficialGateway *self)
{
  self->reader = sb_official_log_new ();
  self->left = g_ptr_array_new_with_free_func (g_free);
  self->network = sb_id_new (NETWORK_PREFIX);
  self->token = g_uuid_string_random ();
}

/**
 * sb_official_gateway_new:
 * @secrets: name → value, what there is
 * @log: gets what it prints
 */
SbOfficialGateway *
sb_official_gateway_new (SbDockerClient *docker,
                         SbOfficialPlan *plan,
                         GHashTable     *secrets,
                         SbServerLog    *log)
{
  SbOfficialGateway *self = g_object_new (SB_TYPE_OFFICIAL_GATEWAY, NULL);

  self->docker = g_object_ref (docker);
  self->plan = sb_official_plan_ref (plan);
  self->secrets = g_hash_table_ref (secrets);
  self->log = g_object_ref (log);

  return self;
}

/**
 * sb_official_gateway_open_async:
 *
 * Pulls the image when it is missing, makes a network and the container, puts catalogs and secrets into it, and starts
 * it. Errors: SB_GATEWAY_ERROR; what was made is gone then.
 */
void
sb_official_gateway_open_async (SbOfficialGateway   *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_return_if_fail (SB_IS_OFFICIAL_GATEWAY (self));
  g_return_if_fail (self->step == STEP_NEW);

  self->opening = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->opening, sb_official_gateway_open_async);
  g_task_set_check_cancellable (self->opening, FALSE);
  take_step (self, STEP_IMAGE);
}

/* Returns: (transfer full) (nullable): not started */
SbMcpTransport *
sb_official_gateway_open_finish (SbOfficialGateway  *self,
                                 GAsyncResult       *result,
                                 GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
sb_official_gateway_get_container_id (SbOfficialGateway *self)
{
  g_return_val_if_fail (SB_IS_OFFICIAL_GATEWAY (self), NULL);

  return self->id;
}

/**
 * sb_official_gateway_end_async:
 *
 * When the opening has finished. It gets three quarters of a minute to end its servers; what is left on its network is
 * removed then, and the network.
 */
void
sb_official_gateway_end_async (SbOfficialGateway   *self,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_return_if_fail (SB_IS_OFFICIAL_GATEWAY (self));
  g_return_if_fail (self->opening == NULL && self->ending == NULL);

  self->ending = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->ending, sb_official_gateway_end_async);
  if (self->step == STEP_ENDED || self->step == STEP_NEW)
    finish (self);
  else
    take_step (self, STEP_STOP);
}

gboolean
sb_official_gateway_end_finish (SbOfficialGateway  *self,
                                GAsyncResult       *result,
                                GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
