/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-client.h"

#include <string.h>

#include "sb-docker-answer.h"
#include "sb-docker-attach.h"
#include "sb-docker-transport.h"
#include "sb-http.h"
#include "sb-json.h"

/* The newest API version that this code was written for; engines down to 20.10 (1.41) answer alike where
 * we ask. */
#define API_MAJOR 1
#define API_MINOR 51
#define API_MINOR_OLDEST 41
#define MAX_ANSWER (32 * 1024 * 1024)
#define MAX_LINE (1024 * 1024)
#define READ_SIZE (64 * 1024)
#define CALL_SECONDS 30
/* An engine answers it out of its head; one that does not is frozen. */
#define PING_SECONDS 5
#define UPLOAD_SECONDS 120

struct _SbDockerClient
{
  GObject parent_instance;

  /* owned */
  SbDockerTransport *transport;
  char              *api_version;
};

G_DEFINE_FINAL_TYPE (SbDockerClient, sb_docker_client, G_TYPE_OBJECT)

typedef struct
{
  /* owned */
  char         *method;
  char         *path; /* without version */
  GBytes       *body; /* nullable */
  char         *registry_auth; /* nullable: a secret */
  SoupMessage  *message;
  GByteArray   *answer;
  GCancellable *cancellable; /* fires for the caller's and for the time limit */

  SbLineFramer *framer; /* nullable: the answer is passed on line by line */

  /* borrowed */
  const char *content_type;

  gulong   cancelled_id;
  guint    timer_id;
  guint    seconds;
  gboolean timed_out;
} Call;

static void send_call (GTask *task);

static void
call_free (gpointer data)
{
  Call *call = data;

  g_clear_handle_id (&call->timer_id, g_source_remove);
  g_free (call->method);
  g_free (call->path);
  g_free (call->registry_auth);
  g_clear_pointer (&call->body, g_bytes_unref);
  g_clear_object (&call->message);
  g_byte_array_unref (call->answer);
  g_clear_pointer (&call->framer, sb_line_framer_free);
  g_clear_object (&call->cancellable);
  g_free (call);
}

/* The caller's cancellable may outlive the call by far. */
static void
call_stop (GTask *task)
{
  Call *call = g_task_get_task_data (task);

  g_clear_handle_id (&call->timer_id, g_source_remove);
  g_cancellable_disconnect (g_task_get_cancellable (task), call->cancelled_id);
  call->cancelled_id = 0;
}

static void
call_fail (GTask        *task,
           const GError *error)
{
  SbDockerClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);

  call_stop (task);
  if (call->timed_out)
    g_task_return_error (task, sb_docker_error_new_timed_out (sb_docker_client_get_host (self), call->seconds));
  else
    g_task_return_error (task, sb_docker_transport_explain (self->transport, error));
}

static void
cancelled_cb (GCancellable *source,
              gpointer      user_data)
{
  g_cancellable_cancel (G_CANCELLABLE (user_data));
}

static gboolean
timer_cb (gpointer user_data)
{
  Call *call = user_data;

  call->timer_id = 0;
  call->timed_out = TRUE;
  g_cancellable_cancel (call->cancellable);

  return G_SOURCE_REMOVE;
}

static GTask *
call_new (SbDockerClient      *self,
          const char          *method,
          const char          *path,
          guint                seconds,
          GCancellable        *cancellable,
          GAsyncReadyCallback  callback,
          gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Call *call = g_new0 (Call, 1);

  call->method = g_strdup (method);
  call->path = g_strdup (path);
  call->answer = g_byte_array_new ();
  call->cancellable = g_cancellable_new ();
  call->seconds = seconds;
  if (seconds > 0)
    call->timer_id = g_timeout_add_seconds (seconds, timer_cb, call);
  g_task_set_task_data (task, call, call_free);
  if (cancellable != NULL)
    call->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                                g_object_ref (call->cancellable), g_object_unref);

  return task;
}

static void
call_return_answer (GTask *task)
{
  Call *call = g_task_get_task_data (task);
  g_autoptr(JsonNode) node = NULL;
  GError *error = NULL;

  call_stop (task);
  if (call->framer != NULL)
    sb_line_framer_finish (call->framer);
  node = sb_docker_answer_parse (soup_message_get_status (call->message), (const char *) call->answer->data,
                                 call->answer->len, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&node), (GDestroyNotify) json_node_unref);
}

static void
body_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  Call *call = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes != NULL && call->answer->len + g_bytes_get_size (bytes) > MAX_ANSWER)
    g_set_error (&error, SB_NET_ERROR, SB_NET_ERROR_TOO_LARGE, "Its answer is larger than %d MiB.",
                 MAX_ANSWER / 1024 / 1024);
  if (error != NULL)
    {
      call_fail (task, error);
      return;
    }
  if (g_bytes_get_size (bytes) == 0)
    {
      call_return_answer (task);
      return;
    }

  /* What an engine refuses has one answer, also where it would have sent a stream. */
  if (call->framer != NULL && soup_message_get_status (call->message) < 400)
    sb_line_framer_feed (call->framer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  else
    g_byte_array_append (call->answer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_input_stream_read_bytes_async (G_INPUT_STREAM (source), READ_SIZE, G_PRIORITY_DEFAULT, call->cancellable,
                                   body_read_cb, g_steal_pointer (&task));
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  Call *call = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (stream == NULL)
    call_fail (task, error);
  else
    g_input_stream_read_bytes_async (stream, READ_SIZE, G_PRIORITY_DEFAULT, call->cancellable, body_read_cb,
                                     g_steal_pointer (&task));
}

static void
send_to (GTask      *task,
         const char *target)
{
  SbDockerClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;

  call->message = sb_docker_transport_new_message (self->transport, call->method, target);
  if (call->message == NULL)
    {
      g_set_error_literal (&error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_BAD_REQUEST,
                           "The engine cannot be asked: a name does not fit into an address.");
      call_fail (task, error);
      return;
    }

  if (call->body != NULL)
    soup_message_set_request_body_from_bytes (call->message, call->content_type, call->body);
  else if (!g_str_equal (call->method, "GET"))
    /* Without it some engines take an empty body for a form. */
    soup_message_headers_append (soup_message_get_request_headers (call->message), "Content-Type",
                                 "application/json");
  if (call->registry_auth != NULL)
    soup_message_headers_append (soup_message_get_request_headers (call->message), "X-Registry-Auth",
                                 call->registry_auth);
  soup_session_send_async (sb_docker_transport_get_session (self->transport), call->message, G_PRIORITY_DEFAULT,
                           call->cancellable, sent_cb, g_object_ref (task));
}

/* An engine that wants TLS answers a request in the clear with a sentence and no version. */
static gboolean
refuse_stranger (SbDockerClient  *self,
                 guint            status,
                 GError         **error)
{
  const char *host = sb_docker_client_get_host (self);

  if (status == SOUP_STATUS_BAD_REQUEST && g_str_has_prefix (host, "tcp://"))
    g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED,
                 "What answers at %s does not talk in the clear. Set DOCKER_TLS_VERIFY=1, or use a context with TLS.",
                 host);
  else
    g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL,
                 "What answers at %s is not a Docker engine: it names no API version.", host);

  return FALSE;
}

/* Both sides speak each version up to their newest: the older of the two newest is the one to use. */
static gboolean
negotiate (SbDockerClient  *self,
           SoupMessage     *message,
           GError         **error)
{
  const char *offered = soup_message_headers_get_one (soup_message_get_response_headers (message), "Api-Version");
  g_auto(GStrv) parts = offered != NULL ? g_strsplit (offered, ".", 3) : NULL;
  guint64 major = 0, minor = 0;

  if (parts == NULL || g_strv_length (parts) != 2
      || !g_ascii_string_to_unsigned (parts[0], 10, 1, 99, &major, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 0, 999, &minor, NULL))
    return refuse_stranger (self, soup_message_get_status (message), error);

  if (major == API_MAJOR && minor < API_MINOR_OLDEST)
    {
      g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL,
                   "The engine at %s is too old: it speaks version %u.%u, and Sandbar needs %d.%d (Docker 20.10). "
                   "Update it, or use another one.", sb_docker_client_get_host (self), (guint) major, (guint) minor,
                   API_MAJOR, API_MINOR_OLDEST);
      return FALSE;
    }

  if (major > API_MAJOR || minor > API_MINOR)
    {
      major = API_MAJOR;
      minor = API_MINOR;
    }
  g_free (self->api_version);
  self->api_version = g_strdup_printf ("%u.%u", (guint) major, (guint) minor);

  return TRUE;
}

static void
pinged_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  SbDockerClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (stream != NULL)
    negotiate (self, call->message, &error);
  if (error != NULL)
    {
      call_fail (task, error);
      return;
    }

  g_clear_object (&call->message);
  if (call->path != NULL)
    {
      send_call (task);
      return;
    }
  call_stop (task);
  g_task_return_boolean (task, TRUE);
}

static void
send_ping (GTask *task)
{
  SbDockerClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);

  call->message = sb_docker_transport_new_message (self->transport, "GET", "/_ping");
  soup_session_send_async (sb_docker_transport_get_session (self->transport), call->message, G_PRIORITY_DEFAULT,
                           call->cancellable, pinged_cb, g_object_ref (task));
}

static void
send_call (GTask *task)
{
  SbDockerClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autofree char *target = NULL;

  if (self->api_version == NULL)
    {
      send_ping (task);
      return;
    }

  target = g_strdup_printf ("/v%s%s", self->api_version, call->path);
  send_to (task, target);
}

static void
attached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbDuplex) duplex = sb_docker_attach_finish (result, &error);

  if (duplex == NULL)
    {
      call_fail (task, error);
      return;
    }
  call_stop (task);
  g_task_return_pointer (task, g_steal_pointer (&duplex), g_object_unref);
}

static void
send_attach (GTask *task)
{
  SbDockerClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autofree char *target = g_strdup_printf ("/v%s%s", self->api_version, call->path);
  const char *json = call->body != NULL ? g_bytes_get_data (call->body, NULL) : NULL;

  sb_docker_attach_async (self->transport, target, json, call->cancellable, attached_cb, g_object_ref (task));
}

static void
pinged_for_attach_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  g_autoptr(GError) error = NULL;

  if (sb_docker_client_ping_finish (SB_DOCKER_CLIENT (source), result, &error))
    send_attach (task);
  else
    call_fail (task, error);
}

/* task: (transfer full) */
static void
take_over (GTask *task)
{
  SbDockerClient *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);

  if (self->api_version == NULL)
    {
      sb_docker_client_ping_async (self, call->cancellable, pinged_for_attach_cb, task);
      return;
    }

  send_attach (task);
  g_object_unref (task);
}

static void
sb_docker_client_finalize (GObject *object)
{
  SbDockerClient *self = SB_DOCKER_CLIENT (object);

  sb_docker_transport_free (self->transport);
  g_free (self->api_version);

  G_OBJECT_CLASS (sb_docker_client_parent_class)->finalize (object);
}

static void
sb_docker_client_class_init (SbDockerClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_docker_client_finalize;
}

static void
sb_docker_client_init (SbDockerClient *self)
{
}

/**
 * sb_docker_client_new_for_endpoint:
 * @endpoint: where the engine is; copied
 * @error: set when Sandbar cannot talk to engines at such an address, with what to do instead
 *
 * Connects to nothing yet. To be used from the main thread.
 *
 * Returns: (transfer full) (nullable): a new client
 */
SbDockerClient *
sb_docker_client_new_for_endpoint (const SbDockerEndpoint  *endpoint,
                                   GError                 **error)
{
  g_autoptr(SbDockerTransport) transport = NULL;
  SbDockerClient *self = NULL;

  g_return_val_if_fail (endpoint != NULL, NULL);

  transport = sb_docker_transport_new (endpoint, error);
  if (transport == NULL)
    return NULL;

  self = g_object_new (SB_TYPE_DOCKER_CLIENT, NULL);
  self->transport = g_steal_pointer (&transport);

  return self;
}

/**
 * sb_docker_client_new:
 * @host: an address as sb_docker_endpoint_new() takes it
 * @error: as for sb_docker_client_new_for_endpoint()
 *
 * Returns: (transfer full) (nullable): a new client
 */
SbDockerClient *
sb_docker_client_new (const char  *host,
                      GError     **error)
{
  g_autoptr(SbDockerEndpoint) endpoint = NULL;

  g_return_val_if_fail (host != NULL, NULL);

  endpoint = sb_docker_endpoint_new (host, NULL);

  return sb_docker_client_new_for_endpoint (endpoint, error);
}

const char *
sb_docker_client_get_host (SbDockerClient *self)
{
  g_return_val_if_fail (SB_IS_DOCKER_CLIENT (self), NULL);

  return sb_docker_transport_get_host (self->transport);
}

/**
 * sb_docker_client_get_api_version:
 * @self: a client
 *
 * Returns: (nullable): the negotiated version, e.g. "1.41"; %NULL before the engine has answered once
 */
const char *
sb_docker_client_get_api_version (SbDockerClient *self)
{
  g_return_val_if_fail (SB_IS_DOCKER_CLIENT (self), NULL);

  return self->api_version;
}

/**
 * sb_docker_client_ping_async:
 * @self: a client
 * @cancellable: (nullable): ends the call
 * @callback: called with the result
 * @user_data: for it
 *
 * Asks whether an engine answers, and negotiates the API version anew.
 */
void
sb_docker_client_ping_async (SbDockerClient      *self,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_DOCKER_CLIENT (self));

  task = call_new (self, "GET", NULL, PING_SECONDS, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_docker_client_ping_async);
  send_ping (task);
}

gboolean
sb_docker_client_ping_finish (SbDockerClient  *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * sb_docker_client_call_async:
 * @self: a client
 * @method: an HTTP method
 * @path: path and query, without API version; names in it already escaped
 * @body: (nullable): sent as JSON
 * @cancellable: (nullable): ends the call
 * @callback: called with the result
 * @user_data: for it
 *
 * One call of the Engine API. It ends after 30 s at the latest.
 */
void
sb_docker_client_call_async (SbDockerClient      *self,
                             const char          *method,
                             const char          *path,
                             JsonObject          *body,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Call *call = NULL;
  char *json = NULL;

  g_return_if_fail (SB_IS_DOCKER_CLIENT (self));
  g_return_if_fail (method != NULL && path != NULL && *path == '/');

  task = call_new (self, method, path, CALL_SECONDS, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_docker_client_call_async);
  call = g_task_get_task_data (task);
  if (body != NULL)
    {
      json = sb_json_object_to_string (body);
      call->body = g_bytes_new_take (json, strlen (json));
      call->content_type = "application/json";
    }
  send_call (task);
}

/**
 * sb_docker_client_call_finish:
 * @self: a client
 * @result: the result
 * @error: set to a %SB_DOCKER_ERROR, or to %G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): the answer's JSON; %NULL without an error when there was none
 */
JsonNode *
sb_docker_client_call_finish (SbDockerClient  *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_docker_client_upload_async:
 * @self: a client
 * @method: "PUT" or "POST"
 * @path: path and query, without API version
 * @tar: a tar archive
 * @cancellable: (nullable): ends the call
 * @callback: called with the result
 * @user_data: for it
 *
 * As sb_docker_client_call_async(), with a tar archive as the body and up to two minutes.
 */
void
sb_docker_client_upload_async (SbDockerClient      *self,
                               const char          *method,
                               const char          *path,
                               GBytes              *tar,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Call *call = NULL;

  g_return_if_fail (SB_IS_DOCKER_CLIENT (self));
  g_return_if_fail (method != NULL && path != NULL && *path == '/' && tar != NULL);

  task = call_new (self, method, path, UPLOAD_SECONDS, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_docker_client_upload_async);
  call = g_task_get_task_data (task);
  call->body = g_bytes_ref (tar);
  call->content_type = "application/x-tar";
  send_call (task);
}

JsonNode *
sb_docker_client_upload_finish (SbDockerClient  *self,
                                GAsyncResult    *result,
                                GError         **error)
{
  return sb_docker_client_call_finish (self, result, error);
}

/**
 * sb_docker_client_stream_async:
 * @self: a client
 * @method: an HTTP method
 * @path: path and query, without API version
 * @tar: (nullable): a tar archive as the body
 * @registry_auth: (nullable): what sb_registry_auth_find_async() found
 * @line_func: called for each line of the answer, from the main loop, before @callback
 * @line_data: for it; must live until @callback
 * @cancellable: (nullable): ends the call; the engine stops working at it
 * @callback: called at the end of the stream
 * @user_data: for it
 *
 * For calls that tell how they get on, e.g. POST /images/create and /build: one JSON object a line. There is no time
 * limit. Lines over 1 MiB are left out.
 */
void
sb_docker_client_stream_async (SbDockerClient      *self,
                               const char          *method,
                               const char          *path,
                               GBytes              *tar,
                               const char          *registry_auth,
                               SbLineFunc           line_func,
                               gpointer             line_data,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Call *call = NULL;

  g_return_if_fail (SB_IS_DOCKER_CLIENT (self));
  g_return_if_fail (method != NULL && path != NULL && *path == '/' && line_func != NULL);

  task = call_new (self, method, path, 0, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_docker_client_stream_async);
  call = g_task_get_task_data (task);
  call->registry_auth = g_strdup (registry_auth);
  call->framer = sb_line_framer_new (MAX_LINE, line_func, NULL, line_data);
  if (tar != NULL)
    {
      call->body = g_bytes_ref (tar);
      call->content_type = "application/x-tar";
    }
  send_call (task);
}

/* FALSE: the engine refused, or it went away in the middle. What it says of failures in the stream is in its lines. */
gboolean
sb_docker_client_stream_finish (SbDockerClient  *self,
                                GAsyncResult    *result,
                                GError         **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (self, result, &local);

  if (local == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local));

  return FALSE;
}

/**
 * sb_docker_client_attach_async:
 * @self: a client
 * @container: id or name of a container without a terminal
 * @cancellable: (nullable): ends the call, not the stream handed over
 * @callback: called with the result
 * @user_data: for it
 *
 * Attaches to the container's standard streams. Do so before starting it: nothing is lost then, and with
 * StdinOnce its input ends when this process does.
 */
void
sb_docker_client_attach_async (SbDockerClient      *self,
                               const char          *container,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  g_return_if_fail (SB_IS_DOCKER_CLIENT (self));
  g_return_if_fail (container != NULL);

  name = g_uri_escape_string (container, NULL, FALSE);
  path = g_strdup_printf ("/containers/%s/attach?stream=1&stdin=1&stdout=1&stderr=1", name);
  task = call_new (self, "POST", path, CALL_SECONDS, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_docker_client_attach_async);
  take_over (g_steal_pointer (&task));
}

/**
 * sb_docker_client_exec_async:
 * @self: a client
 * @exec: the id of what POST /containers/{id}/exec has made, without a terminal
 * @cancellable: (nullable): ends the call, not the stream handed over
 * @callback: called with the result
 * @user_data: for it
 *
 * Starts it, attached to what it says. For people at a terminal: programs use the channel.
 */
void
sb_docker_client_exec_async (SbDockerClient      *self,
                             const char          *exec,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  static const char json[] = "{\"Detach\":false,\"Tty\":false}";
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  GTask *task = NULL;
  Call *call = NULL;

  g_return_if_fail (SB_IS_DOCKER_CLIENT (self) && exec != NULL);

  name = g_uri_escape_string (exec, NULL, FALSE);
  path = g_strdup_printf ("/exec/%s/start", name);
  task = call_new (self, "POST", path, CALL_SECONDS, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_docker_client_exec_async);
  call = g_task_get_task_data (task);
  call->body = g_bytes_new_static (json, sizeof json);
  take_over (task);
}

/* As sb_docker_client_attach_finish(). */
SbDuplex *
sb_docker_client_exec_finish (SbDockerClient  *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  return sb_docker_client_attach_finish (self, result, error);
}

/**
 * sb_docker_client_attach_finish:
 * @self: a client
 * @result: the result
 * @error: set to a %SB_DOCKER_ERROR, or to %G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): a duplex that is not started. What is written to it goes to the
 * container's standard input; its data function gets the standard output. The end of the standard error is
 * in the error of its closed function.
 */
SbDuplex *
sb_docker_client_attach_finish (SbDockerClient  *self,
                                GAsyncResult    *result,
                                GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
