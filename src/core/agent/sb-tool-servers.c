/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-servers.h"

#include "sb-agent-resources.h"
#include "sb-docker-backend.h"
#include "sb-sampler.h"
#include "sb-secret-token-store.h"

#define CATALOG_RESOURCE "/io/github/sandbar/Sandbar/mcp-gateway-catalog.yaml"

struct _SbToolServers
{
  GObject         parent_instance;

  /* owned */
  SbServices      *services;
  SbSecrets       *secrets;
  SbCatalogState  *state;
  SbMcpHost       *host;
  SbGateway       *gateway;
  SbGatewayChoice *choice;
  SbSampler       *sampler;
  GListStore      *elicitations; /* of SbMcpElicitation */
  char            *path;

  /* borrowed: the engine's */
  SbDockerClient *docker;       /* nullable */

  gboolean        started;
};

enum
{
  PROBLEM,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbToolServers, sb_tool_servers, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
tell_problem (SbToolServers *self,
              const char    *title,
              const GError  *error)
{
  g_signal_emit (self, signals[PROBLEM], 0, title, error->message);
}

/* Signing in to remote servers */

static void
launched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbToolServers) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!g_app_info_launch_default_for_uri_finish (result, &error))
    tell_problem (self, "No browser could be opened to sign in", error);
}

/* Through the portal where there is one. */
static void
open_browser (const char *uri,
              gpointer    user_data)
{
  g_app_info_launch_default_for_uri_async (uri, NULL, NULL, launched_cb, g_object_ref (user_data));
}

/* Secrets */

/* While the secrets of one server are looked up. */
typedef struct
{
  /* owned */
  SbSecretRequest *request;
  GHashTable      *values;   /* name → secret */
  guint            n_open;
} Lookup;

/* One of them. */
typedef struct
{
  Lookup *lookup; /* borrowed */
  char   *name;
} Item;

static void
item_done (Lookup *lookup)
{
  if (--lookup->n_open > 0)
    return;

  sb_secret_request_answer (lookup->request, lookup->values);
  g_hash_table_unref (lookup->values);
  g_free (lookup);
}

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Item *item = user_data;
  Lookup *lookup = item->lookup;
  char *secret = sb_secrets_lookup_finish (SB_SECRETS (source), result, NULL);

  /* What is not there is told when the server's entry is resolved. */
  if (secret != NULL)
    g_hash_table_insert (lookup->values, g_steal_pointer (&item->name), secret);
  g_free (item->name);
  g_free (item);
  item_done (lookup);
}

static void
secrets_func (SbSecretRequest *request,
              gpointer         user_data)
{
  SbToolServers *self = user_data;
  const char * const *names = sb_secret_request_get_names (request);
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->request = request;
  lookup->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  lookup->n_open = 1;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *stored = sb_tool_servers_dup_secret_name (names[i]);
      Item *item = g_new0 (Item, 1);

      item->lookup = lookup;
      item->name = g_strdup (names[i]);
      lookup->n_open++;
      sb_secrets_lookup_async (self->secrets, stored, NULL, looked_up_cb, item);
    }
  item_done (lookup);
}

/* Questions */

static void
taken_back_cb (GCancellable *cancellable,
               gpointer      user_data)
{
  SbMcpElicitation *elicitation = user_data;
  SbToolServers *self = g_object_get_data (G_OBJECT (elicitation), "sandbar-tool-servers");

  if (self != NULL)
    sb_tool_servers_remove_elicitation (self, elicitation);
}

static void
elicitation_func (SbMcpElicitation *elicitation,
                  gpointer          user_data)
{
  SbToolServers *self = user_data;
  GCancellable *cancellable = sb_mcp_elicitation_get_cancellable (elicitation);

  g_list_store_append (self->elicitations, elicitation);
  g_object_set_data (G_OBJECT (elicitation), "sandbar-tool-servers", self);
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (taken_back_cb), elicitation, 0);
}

/* Engines */

/* What waited for an engine. */
static void
start_blocked (SbToolServers *self)
{
  GListModel *servers = G_LIST_MODEL (self->gateway);

  for (guint i = 0; i < g_list_model_get_n_items (servers); i++)
    {
      g_autoptr(SbGatewayServer) server = g_list_model_get_item (servers, i);

      if (sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_BLOCKED &&
          sb_catalog_server_get_kind (sb_gateway_server_get_entry (server)) == SB_SERVER_KIND_IMAGE)
        sb_gateway_server_start (server);
    }
}

/* The first engine that is there has the containers; sandboxes may be spread over more. */
static void
engines_changed_cb (SbToolServers *self)
{
  GListModel *engines = G_LIST_MODEL (sb_sandbox_manager_get_engines (self->services->sandboxes));

  for (guint i = 0; i < g_list_model_get_n_items (engines); i++)
    {
      g_autoptr(SbEngine) engine = g_list_model_get_item (engines, i);
      SbDockerClient *client = sb_docker_backend_get_client (sb_engine_get_backend (engine));

      if (client == NULL || sb_engine_get_state (engine) != SB_ENGINE_STATE_READY)
        continue;
      if (client != self->docker)
        {
          self->docker = client;
          sb_gateway_choice_set_docker (self->choice, client);
          start_blocked (self);
        }
      return;
    }
}

/* The catalog */

static gboolean
use_text (SbToolServers  *self,
          const char     *text,
          GError        **error)
{
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (text, -1, error);
  g_autoptr(GPtrArray) catalogs = g_ptr_array_new ();

  if (catalog == NULL)
    return FALSE;

  g_ptr_array_add (catalogs, catalog);
  sb_gateway_set_catalogs (self->gateway, catalogs);

  return TRUE;
}

/* A mistake in the user's catalog is told, and the one that ships stands in. */
static void
load_catalog (SbToolServers *self)
{
  g_autofree char *text = sb_tool_servers_dup_text (self);
  g_autofree char *shipped = sb_tool_servers_dup_shipped_text ();
  g_autoptr(GError) error = NULL;

  if (use_text (self, text, &error))
    return;

  tell_problem (self, "Your catalog of servers is not used", error);
  use_text (self, shipped, NULL);
}

static void
choice_problem_cb (SbToolServers *self,
                   const char    *title,
                   const char    *hint)
{
  g_signal_emit (self, signals[PROBLEM], 0, title, hint);
}

static void
make_choice (SbToolServers *self)
{
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "sandbar", "gateway.json", NULL);

  self->choice = sb_gateway_choice_new (self->gateway, self->services->sandboxes, self->services->approvals,
                                         self->secrets, path);
  g_signal_connect_object (self->choice, "problem", G_CALLBACK (choice_problem_cb), self, G_CONNECT_SWAPPED);
}

static void
save_state (SbToolServers *self)
{
  g_autoptr(GError) error = NULL;

  if (!sb_catalog_state_save (self->state, &error))
    tell_problem (self, "The switches of servers are not kept", error);
}

static SbCatalogState *
load_state (SbToolServers *self)
{
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  SbCatalogState *state = sb_catalog_state_new (path, &error);

  if (state != NULL)
    return state;

  /* Nothing is written over what could not be read. */
  tell_problem (self, "The switches of servers are not kept", error);

  return sb_catalog_state_new (NULL, NULL);
}

static void
sb_tool_servers_dispose (GObject *object)
{
  SbToolServers *self = SB_TOOL_SERVERS (object);

  g_clear_object (&self->choice);
  g_clear_object (&self->gateway);
  g_clear_object (&self->sampler);
  g_clear_object (&self->host);
  g_clear_object (&self->elicitations);
  g_clear_object (&self->state);
  g_clear_object (&self->secrets);
  g_clear_pointer (&self->services, sb_services_unref);
  g_clear_pointer (&self->path, g_free);

  G_OBJECT_CLASS (sb_tool_servers_parent_class)->dispose (object);
}

static void
sb_tool_servers_class_init (SbToolServersClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_tool_servers_dispose;

  signals[PROBLEM] =
    g_signal_new ("problem",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
sb_tool_servers_init (SbToolServers *self)
{
  self->elicitations = g_list_store_new (SB_TYPE_MCP_ELICITATION);
  self->host = sb_mcp_host_new ();
  self->path = sb_tool_servers_dup_default_path ();
}

/**
 * sb_tool_servers_new:
 *
 * Returns: (transfer full): nothing runs before sb_tool_servers_start()
 */
SbToolServers *
sb_tool_servers_new (SbServices *services,
                     SbSecrets  *secrets,
                     SbRedactor *redactor)
{
  SbToolServers *self = g_object_new (SB_TYPE_TOOL_SERVERS, NULL);
  g_autoptr(SbOAuthStore) tokens = sb_secret_token_store_new (secrets);
  SbGatewayContext context = { NULL };

  self->services = sb_services_ref (services);
  self->secrets = g_object_ref (secrets);
  self->state = load_state (self);
  self->sampler = sb_sampler_new (services);
  sb_mcp_host_set_elicitation_func (self->host, elicitation_func, self);
  sb_mcp_host_set_sampling_func (self->host, sb_sampler_handle, self->sampler);

  context.state = self->state;
  context.redactor = redactor;
  context.approvals = services->approvals;
  context.host = self->host;
  context.sandboxes = services->sandboxes;
  context.secrets = secrets_func;
  context.secrets_data = self;
  context.tokens = tokens;
  context.open_browser = open_browser;
  context.open_data = self;
  self->gateway = sb_gateway_new (&context);
  make_choice (self);
  g_signal_connect_object (self->state, "changed", G_CALLBACK (save_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_sandbox_manager_get_engines (services->sandboxes), "changed",
                           G_CALLBACK (engines_changed_cb), self, G_CONNECT_SWAPPED);

  return self;
}

/**
 * sb_tool_servers_dup_secret_name:
 * @name: as a catalog has it
 *
 * Returns: (transfer full): as the secrets have it
 */
char *
sb_tool_servers_dup_secret_name (const char *name)
{
  return g_strconcat ("mcp/", name, NULL);
}

char *
sb_tool_servers_dup_default_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "sandbar", "catalog.yaml", NULL);
}

char *
sb_tool_servers_dup_shipped_text (void)
{
  g_autoptr(GBytes) data = g_resource_lookup_data (sb_agent_get_resource (), CATALOG_RESOURCE,
                                                   G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  return g_strndup (g_bytes_get_data (data, NULL), g_bytes_get_size (data));
}

SbGateway *
sb_tool_servers_get_gateway (SbToolServers *self)
{
  g_return_val_if_fail (SB_IS_TOOL_SERVERS (self), NULL);

  return self->gateway;
}

SbGatewayChoice *
sb_tool_servers_get_choice (SbToolServers *self)
{
  g_return_val_if_fail (SB_IS_TOOL_SERVERS (self), NULL);

  return self->choice;
}

SbCatalogState *
sb_tool_servers_get_state (SbToolServers *self)
{
  g_return_val_if_fail (SB_IS_TOOL_SERVERS (self), NULL);

  return self->state;
}

GListModel *
sb_tool_servers_get_elicitations (SbToolServers *self)
{
  g_return_val_if_fail (SB_IS_TOOL_SERVERS (self), NULL);

  return G_LIST_MODEL (self->elicitations);
}

void
sb_tool_servers_remove_elicitation (SbToolServers    *self,
                                    SbMcpElicitation *elicitation)
{
  guint position;

  g_return_if_fail (SB_IS_TOOL_SERVERS (self));

  g_object_set_data (G_OBJECT (elicitation), "sandbar-tool-servers", NULL);
  if (g_list_store_find (self->elicitations, elicitation, &position))
    g_list_store_remove (self->elicitations, position);
}

char *
sb_tool_servers_dup_path (SbToolServers *self)
{
  g_return_val_if_fail (SB_IS_TOOL_SERVERS (self), NULL);

  return g_strdup (self->path);
}

char *
sb_tool_servers_dup_text (SbToolServers *self)
{
  char *text = NULL;

  g_return_val_if_fail (SB_IS_TOOL_SERVERS (self), NULL);

  return g_file_get_contents (self->path, &text, NULL, NULL) ? text : sb_tool_servers_dup_shipped_text ();
}

/**
 * sb_tool_servers_save:
 * @text: a catalog; refused with SB_CATALOG_ERROR_SYNTAX when it is none
 */
gboolean
sb_tool_servers_save (SbToolServers  *self,
                      const char     *text,
                      GError        **error)
{
  g_autoptr(SbCatalog) catalog = NULL;

  g_return_val_if_fail (SB_IS_TOOL_SERVERS (self), FALSE);

  catalog = sb_catalog_new_from_data (text, -1, error);
  if (catalog == NULL || !sb_catalog_save (self->path, text, error))
    return FALSE;

  return !self->started || use_text (self, text, error);
}

void
sb_tool_servers_start (SbToolServers *self)
{
  g_return_if_fail (SB_IS_TOOL_SERVERS (self));

  if (self->started)
    return;

  self->started = TRUE;
  load_catalog (self);
  engines_changed_cb (self);
  sb_gateway_choice_start (self->choice);
  sb_gateway_start (self->gateway);
}

void
sb_tool_servers_stop_async (SbToolServers       *self,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_return_if_fail (SB_IS_TOOL_SERVERS (self));

  while (g_list_model_get_n_items (G_LIST_MODEL (self->elicitations)) > 0)
    {
      g_autoptr(SbMcpElicitation) elicitation = g_list_model_get_item (G_LIST_MODEL (self->elicitations), 0);

      sb_tool_servers_remove_elicitation (self, elicitation);
      sb_mcp_elicitation_cancel (elicitation);
    }
  sb_gateway_stop_async (self->gateway, callback, user_data);
}

gboolean
sb_tool_servers_stop_finish (SbToolServers  *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (SB_IS_TOOL_SERVERS (self), FALSE);

  return sb_gateway_stop_finish (self->gateway, result, error);
}
