/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-link.h"

#include <string.h>

#include "sb-image-server.h"
#include "sb-mcp-http-transport.h"
#include "sb-mcp-memory-transport.h"
#include "sb-official-gateway.h"
#include "sb-sandbox-server.h"
#include "sb-server-process.h"

struct _SbServerLink
{
  GObject           parent_instance;

  /* owned */
  SbCatalogServer  *entry;
  SbGatewayContext *context;
  SbServerLog      *log;
  SbServerLaunch   *launch;       /* nullable until it is resolved */
  SbMcpTransport   *transport;    /* nullable until open */
  SbMcpServer      *own_server;   /* nullable */
  SbOAuthSource    *tokens;       /* nullable */
  SbDockerClient   *docker;       /* nullable: where its container is */
  SbImageServer    *image;        /* nullable: it is a container */
  SbOfficialGateway *official;    /* nullable: it is Docker's gateway */
  GTask            *opening;      /* nullable */
  GTask            *ending;       /* nullable */
  gulong            closed_id;
  guint             next_mount;   /* to be asked for */

  gboolean          closed;       /* the transport is */
  gboolean          handed_out;   /* the transport is: it was started */
};

enum
{
  PROGRESS,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbServerLink, sb_server_link, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void ask_for_mounts    (SbServerLink *self);
static void image_ended_cb    (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);
static void official_ended_cb (GObject      *source,
                               GAsyncResult *result,
                               gpointer      user_data);

/* Once it is known what there is to end. */
static void
go_on_ending (SbServerLink *self)
{
  if (self->ending == NULL || self->opening != NULL)
    return;

  if (self->official != NULL)
    {
      sb_official_gateway_end_async (self->official, official_ended_cb, g_steal_pointer (&self->ending));
    }
  else if (self->image != NULL)
    {
      sb_image_server_end_async (self->image, image_ended_cb, g_steal_pointer (&self->ending));
    }
  else if (self->transport == NULL || self->closed)
    {
      g_autoptr(GTask) task = g_steal_pointer (&self->ending);

      g_task_return_boolean (task, TRUE);
    }
}

static void
opening_failed (SbServerLink *self,
                GError       *error)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->opening);

  g_task_return_error (task, error);
  go_on_ending (self);
}

static void
setup_failed (SbServerLink *self,
              const char   *message)
{
  opening_failed (self, g_error_new_literal (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_SETUP, message));
}

static void
closed_cb (SbServerLink *self)
{
  self->closed = TRUE;
  g_clear_signal_handler (&self->closed_id, self->transport);
  go_on_ending (self);
}

/* Whoever got it has started it. Before that nobody talks over it; but only what was started can be seen to end. */
static void
close_transport (SbServerLink *self)
{
  if (!self->handed_out)
    sb_mcp_transport_start (self->transport);
  self->handed_out = TRUE;
  sb_mcp_transport_close (self->transport);
}

/* transport: (transfer full) */
static void
opened (SbServerLink   *self,
        SbMcpTransport *transport)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->opening);

  self->transport = g_object_ref (transport);
  self->closed_id = g_signal_connect_swapped (transport, "closed", G_CALLBACK (closed_cb), self);
  if (self->ending != NULL)
    close_transport (self);
  g_task_return_pointer (task, transport, g_object_unref);
  go_on_ending (self);
}

/* One way for each kind */

static void
open_own (SbServerLink *self)
{
  g_autoptr(SbMcpTransport) near = NULL;
  g_autoptr(SbMcpTransport) far = NULL;

  sb_mcp_memory_transport_new_pair (&near, &far);
  self->own_server = sb_sandbox_server_new (self->context->sandboxes, NULL, NULL);
  sb_mcp_server_accept (self->own_server, far);
  opened (self, g_steal_pointer (&near));
}

static void
open_local (SbServerLink *self)
{
  GError *error = NULL;
  SbMcpTransport *transport = sb_server_process_new (self->launch, self->log, &error);

  if (transport == NULL)
    opening_failed (self, error);
  else
    opened (self, transport);
}

static GStrv
dup_headers (GPtrArray *headers)
{
  g_autoptr(GPtrArray) strings = g_ptr_array_new ();

  for (guint i = 0; i < headers->len; i++)
    {
      SbLaunchPair *pair = g_ptr_array_index (headers, i);

      g_ptr_array_add (strings, g_strdup (pair->name));
      g_ptr_array_add (strings, g_strdup (pair->value));
    }
  g_ptr_array_add (strings, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&strings), FALSE);
}

static void
connect_remote (SbServerLink *self)
{
  g_auto(GStrv) headers = dup_headers (self->launch->headers);
  SbMcpHttpOptions options = {
    .kind = self->launch->sse ? SB_MCP_HTTP_SSE : SB_MCP_HTTP_AUTO,
    .headers = (const char * const *) headers,
    .tokens = self->tokens != NULL ? SB_MCP_TOKEN_SOURCE (self->tokens) : NULL,
  };
  GError *error = NULL;
  SbMcpTransport *transport = sb_mcp_http_transport_new (self->launch->url, &options, &error);

  if (transport == NULL)
    opening_failed (self, error);
  else
    opened (self, transport);
}

static void
tokens_loaded_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(SbServerLink) self = user_data;

  sb_oauth_source_load_finish (SB_OAUTH_SOURCE (source), result, NULL);
  connect_remote (self);
}

static gboolean
has_authorization (SbServerLaunch *launch)
{
  for (guint i = 0; i < launch->headers->len; i++)
    if (g_ascii_strcasecmp (((SbLaunchPair *) g_ptr_array_index (launch->headers, i))->name, "Authorization") == 0)
      return TRUE;

  return FALSE;
}

static void
open_remote (SbServerLink *self)
{
  SbOAuthOptions options = {
    .store = self->context->tokens,
    .redactor = self->context->redactor,
    .open = self->context->open_browser,
    .open_data = self->context->open_data,
    .unasked = self->context->open_unasked,
    .client_id = self->launch->client_id,
    .client_secret = self->launch->client_secret,
    .client_issuer = self->launch->client_issuer,
  };

  if (has_authorization (self->launch))
    {
      g_clear_object (&self->tokens);
      connect_remote (self);
      return;
    }

  if (self->tokens != NULL && !sb_oauth_source_has_client (self->tokens, &options))
    g_clear_object (&self->tokens);
  if (self->tokens == NULL)
    self->tokens = sb_oauth_source_new (self->launch->url, &options);
  sb_oauth_source_load_async (self->tokens, tokens_loaded_cb, g_object_ref (self));
}

static void
progress_cb (SbServerLink *self,
             const char   *words)
{
  g_signal_emit (self, signals[PROGRESS], 0, words);
}

static void
image_runs_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(SbServerLink) self = user_data;
  GError *error = NULL;
  SbMcpTransport *transport = sb_image_server_open_finish (SB_IMAGE_SERVER (source), result, &error);

  if (transport == NULL)
    opening_failed (self, error);
  else
    opened (self, transport);
}

static gboolean
take_engine (SbServerLink *self)
{
  GError *error = NULL;

  if (self->context->docker == NULL)
    setup_failed (self, "This server is an image, and no engine answers. Start Docker or Podman, then start the "
                  "server again.");
  else if (!sb_gateway_context_watch_engine (self->context, &error))
    opening_failed (self, error);
  else
    self->docker = g_object_ref (self->context->docker);

  return self->docker != NULL;
}

static void
open_image (SbServerLink *self)
{
  if (!take_engine (self))
    return;

  self->image = sb_image_server_new (self->docker, self->launch, self->log);
  g_signal_connect_object (self->image, "progress", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  sb_image_server_open_async (self->image, g_task_get_cancellable (self->opening), image_runs_cb,
                              g_object_ref (self));
}

static void
official_runs_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(SbServerLink) self = user_data;
  GError *error = NULL;
  SbMcpTransport *transport = sb_official_gateway_open_finish (SB_OFFICIAL_GATEWAY (source), result, &error);

  if (transport == NULL)
    opening_failed (self, error);
  else
    opened (self, transport);
}

static void
open_official (SbServerLink *self,
               GHashTable   *secrets)
{
  if (!take_engine (self))
    return;

  self->official = sb_official_gateway_new (self->docker, self->context->official, secrets, self->log);
  g_signal_connect_object (self->official, "progress", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  sb_official_gateway_open_async (self->official, g_task_get_cancellable (self->opening), official_runs_cb,
                                  g_object_ref (self));
}

static void
open_launch (SbServerLink *self)
{
  switch (self->launch->kind)
    {
    case SB_SERVER_KIND_IMAGE:
      open_image (self);
      break;
    case SB_SERVER_KIND_LOCAL:
      open_local (self);
      break;
    case SB_SERVER_KIND_REMOTE:
      open_remote (self);
      break;
    case SB_SERVER_KIND_NONE:
    case SB_SERVER_KIND_TOOLS:
    default:
      setup_failed (self, "The entry says nothing that could be started: it needs an image, a remote or a command.");
    }
}

/* Before it is opened: secrets, the entry, the user's consent */

static void
mount_answered_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(SbServerLink) self = user_data;
  SbServerMount *mount = g_ptr_array_index (self->launch->mounts, self->next_mount);
  GError *error = NULL;

  if (!sb_approvals_ask_finish (SB_APPROVALS (source), result, &error))
    {
      opening_failed (self, error);
      return;
    }

  mount->answer = SB_BIND_ALLOWED;
  ask_for_mounts (self);
}

/* One after the other: a server that does not get its first folder need not ask for the second. */
static void
ask_for_mounts (SbServerLink *self)
{
  GPtrArray *mounts = self->launch->mounts;

  for (self->next_mount = 0; mounts != NULL && self->next_mount < mounts->len; self->next_mount++)
    {
      SbServerMount *mount = g_ptr_array_index (mounts, self->next_mount);
      g_autofree char *key = NULL;
      g_autofree char *title = NULL;
      g_autoptr(SbApproval) approval = NULL;

      if (mount->answer == SB_BIND_ALLOWED)
        continue;

      key = g_strdup_printf ("bind:%s:%s:%s", self->launch->name, mount->source, mount->read_only ? "ro" : "rw");
      title = g_strdup_printf ("Let the server %s %s a folder of this machine", self->launch->name,
                               mount->read_only ? "read" : "read and change");
      approval = sb_approval_new ("bind", key, title, mount->source, NULL);
      sb_approvals_ask_async (self->context->approvals, approval, g_task_get_cancellable (self->opening),
                              mount_answered_cb, g_object_ref (self));
      return;
    }

  open_launch (self);
}

static char *
dup_secret (const char *name,
            gpointer    user_data)
{
  return g_strdup (g_hash_table_lookup (user_data, name));
}

static void
register_secrets (SbServerLink *self,
                  GHashTable   *secrets)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    sb_redactor_add_secret (self->context->redactor, value);
}

static void
resolve (SbServerLink *self,
         GHashTable   *secrets)
{
  SbCatalogState *state = self->context->state;
  const char *name = sb_catalog_server_get_name (self->entry);
  g_auto(GStrv) readable = sb_catalog_state_dup_folders (state, name, FALSE);
  g_auto(GStrv) writable = sb_catalog_state_dup_folders (state, name, TRUE);
  SbLaunchInput input = {
    .config = sb_catalog_state_get_config (state, name),
    .readable = (const char * const *) readable,
    .writable = (const char * const *) writable,
    .secret = dup_secret,
    .user_data = secrets,
  };
  GError *error = NULL;

  register_secrets (self, secrets);
  if (self->context->official != NULL)
    {
      open_official (self, secrets);
      return;
    }

  self->launch = sb_server_launch_resolve (self->entry, &input, &error);
  if (self->launch == NULL)
    opening_failed (self, error);
  else
    ask_for_mounts (self);
}

static void
secrets_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbServerLink) self = user_data;
  GError *error = NULL;
  g_autoptr(GHashTable) secrets = sb_secret_request_finish (result, &error);

  if (secrets == NULL)
    opening_failed (self, error);
  else
    resolve (self, secrets);
}

static void
look_up_secrets (SbServerLink *self)
{
  GPtrArray *wanted = sb_catalog_server_get_fields (self->entry)->secrets;
  g_autoptr(GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < wanted->len; i++)
    {
      SbCatalogPair *secret = g_ptr_array_index (wanted, i);

      if (!g_hash_table_contains (self->context->own_secrets, secret->name))
        g_ptr_array_add (names, secret->name);
    }
  if (names->len == 0 || self->context->secrets == NULL)
    {
      resolve (self, self->context->own_secrets);
      return;
    }

  g_ptr_array_add (names, NULL);
  self->context->secrets (sb_secret_request_new ((const char * const *) names->pdata,
                                                 g_task_get_cancellable (self->opening), secrets_cb,
                                                 g_object_ref (self)),
                          self->context->secrets_data);
}

/* The end */

static void
image_ended_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_image_server_end_finish (SB_IMAGE_SERVER (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
official_ended_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;

  g_task_return_boolean (task, sb_official_gateway_end_finish (SB_OFFICIAL_GATEWAY (source), result, NULL));
}

static void
sb_server_link_dispose (GObject *object)
{
  SbServerLink *self = SB_SERVER_LINK (object);

  if (self->transport != NULL)
    {
      g_clear_signal_handler (&self->closed_id, self->transport);
      sb_mcp_transport_close (self->transport);
    }
  g_clear_object (&self->transport);
  g_clear_object (&self->own_server);
  g_clear_object (&self->tokens);
  g_clear_object (&self->docker);
  g_clear_object (&self->image);
  g_clear_object (&self->official);
  g_clear_object (&self->entry);
  g_clear_object (&self->log);
  g_clear_pointer (&self->launch, sb_server_launch_free);
  g_clear_pointer (&self->context, sb_gateway_context_unref);

  G_OBJECT_CLASS (sb_server_link_parent_class)->dispose (object);
}

static void
sb_server_link_class_init (SbServerLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_server_link_dispose;

  signals[PROGRESS] = g_signal_new ("progress", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
sb_server_link_init (SbServerLink *self)
{
}

SbServerLink *
sb_server_link_new (SbCatalogServer  *entry,
                    SbGatewayContext *context,
                    SbServerLog      *log)
{
  SbServerLink *self = g_object_new (SB_TYPE_SERVER_LINK, NULL);

  self->entry = g_object_ref (entry);
  self->context = sb_gateway_context_ref (context);
  self->log = g_object_ref (log);

  return self;
}

gboolean
sb_server_link_is_own (SbCatalogServer  *entry,
                       SbGatewayContext *context)
{
  const char *image = sb_catalog_server_get_fields (entry)->image;
  gsize length = strlen (SB_GATEWAY_SANDBOX_IMAGE);

  return context->sandboxes != NULL && image != NULL && g_str_has_prefix (image, SB_GATEWAY_SANDBOX_IMAGE) &&
         (image[length] == '\0' || image[length] == ':' || image[length] == '@');
}

/**
 * sb_server_link_open_async:
 *
 * Secrets are looked up, the entry is resolved, the user is asked for folders, and the server is started. Errors:
 * SB_CATALOG_ERROR, SB_APPROVALS_ERROR and SB_GATEWAY_ERROR_SETUP need the user; others may go by themselves.
 */
void
sb_server_link_open_async (SbServerLink        *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_return_if_fail (SB_IS_SERVER_LINK (self));
  g_return_if_fail (self->opening == NULL && self->transport == NULL);

  self->opening = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->opening, sb_server_link_open_async);
  if (sb_server_link_is_own (self->entry, self->context))
    open_own (self);
  else
    look_up_secrets (self);
}

/**
 * sb_server_link_open_finish:
 *
 * Returns: (transfer full) (nullable): not started
 */
SbMcpTransport *
sb_server_link_open_finish (SbServerLink  *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  SbMcpTransport *transport;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  transport = g_task_propagate_pointer (G_TASK (result), error);
  self->handed_out = transport != NULL;

  return transport;
}

SbOAuthSource *
sb_server_link_get_tokens (SbServerLink *self)
{
  g_return_val_if_fail (SB_IS_SERVER_LINK (self), NULL);

  return self->tokens;
}

void
sb_server_link_set_tokens (SbServerLink  *self,
                           SbOAuthSource *tokens)
{
  g_return_if_fail (SB_IS_SERVER_LINK (self));

  g_set_object (&self->tokens, tokens);
}

const char *
sb_server_link_get_container_id (SbServerLink *self)
{
  g_return_val_if_fail (SB_IS_SERVER_LINK (self), NULL);

  if (self->official != NULL)
    return sb_official_gateway_get_container_id (self->official);

  return self->image != NULL ? sb_image_server_get_container_id (self->image) : NULL;
}

/**
 * sb_server_link_end_async:
 *
 * A link that is still opening has to be cancelled; it ends what it was making as soon as it has it.
 */
void
sb_server_link_end_async (SbServerLink        *self,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_return_if_fail (SB_IS_SERVER_LINK (self));
  g_return_if_fail (self->ending == NULL);

  self->ending = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->ending, sb_server_link_end_async);
  if (self->transport != NULL)
    close_transport (self);
  go_on_ending (self);
}

gboolean
sb_server_link_end_finish (SbServerLink  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
