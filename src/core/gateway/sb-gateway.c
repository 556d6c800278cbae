/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway.h"

#include "sb-gateway-entry.h"
#include "sb-gateway-names.h"
#include "sb-yaml-json.h"

struct _SbGateway
{
  GObject           parent_instance;

  /* owned */
  SbGatewayContext *context;
  GPtrArray        *servers;    /* of SbGatewayServer */
  GPtrArray        *catalogs;   /* of SbCatalog */
  SbCatalog        *substitute; /* nullable: instead of them, with one server: another gateway */
  GPtrArray        *leaving;    /* of SbGatewayServer: in no catalog any more, and not gone yet */
  GHashTable       *names;      /* exposed name → SbGatewayTool */
  GPtrArray        *stopping;   /* of GTask: who waits for the end of all */
  guint             changed_id;

  /* owned: of the mode OFFICIAL; nullable */
  char             *official_image;
  char             *sandbox_url;
  char             *sandbox_token;

  SbGatewayMode        mode;
  SbOfficialTransport  official_transport;
  guint                n_stopping;
  gboolean             started;
};

enum
{
  PROP_0,
  PROP_MODE,
  N_PROPS
};

enum
{
  TOOLS_CHANGED,
  N_SIGNALS
};

static void sb_gateway_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbGateway, sb_gateway, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_gateway_list_model_init))

G_DEFINE_ENUM_TYPE (SbGatewayMode, sb_gateway_mode,
                    G_DEFINE_ENUM_VALUE (SB_GATEWAY_BUILT_IN, "built-in"),
                    G_DEFINE_ENUM_VALUE (SB_GATEWAY_OFFICIAL, "official"),
                    G_DEFINE_ENUM_VALUE (SB_GATEWAY_EXTERNAL, "external"))

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static gboolean
tell_change_cb (gpointer user_data)
{
  SbGateway *self = user_data;

  self->changed_id = 0;
  g_signal_emit (self, signals[TOOLS_CHANGED], 0);

  return G_SOURCE_REMOVE;
}

static void
tools_changed_cb (SbGateway *self)
{
  sb_gateway_names_assign (self->servers, self->names);
  /* Not an idle priority: a busy connection must not keep it from coming. */
  if (self->changed_id == 0)
    self->changed_id = g_idle_add_full (G_PRIORITY_DEFAULT, tell_change_cb, self, NULL);
}

/* Servers */

static void
stopped_alone_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  sb_gateway_server_stop_finish (SB_GATEWAY_SERVER (source), result, NULL);
}

static void follow_plan (SbGateway *self);

static gboolean
is_enabled (SbGateway       *self,
            SbGatewayServer *server)
{
  return self->substitute != NULL ||
         sb_catalog_state_get_enabled (self->context->state, sb_gateway_server_get_name (server));
}

static void
follow_switches (SbGateway       *self,
                 SbGatewayServer *server)
{
  const char *name = sb_gateway_server_get_name (server);
  gboolean enabled = is_enabled (self, server);
  SbGatewayServerState state = sb_gateway_server_get_state (server);
  GListModel *tools = sb_gateway_server_get_tools (server);

  if (enabled && state == SB_GATEWAY_SERVER_OFF)
    sb_gateway_server_start (server);
  else if (!enabled && state != SB_GATEWAY_SERVER_OFF)
    sb_gateway_server_stop_async (server, stopped_alone_cb, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (tools); i++)
    {
      g_autoptr(SbGatewayTool) tool = g_list_model_get_item (tools, i);

      sb_gateway_tool_set_enabled (tool, sb_catalog_state_get_tool_enabled (self->context->state, name,
                                                                            sb_gateway_tool_get_name (tool)));
    }
}

static void
switches_changed_cb (SbGateway *self)
{
  if (self->mode == SB_GATEWAY_OFFICIAL)
    follow_plan (self);
  if (!self->started)
    return;

  for (guint i = 0; i < self->servers->len; i++)
    follow_switches (self, g_ptr_array_index (self->servers, i));
  tools_changed_cb (self);
}

/* One that was stopping while it was switched on again. */
static void
state_cb (SbGateway *self)
{
  for (guint i = 0; self->started && i < self->servers->len; i++)
    {
      SbGatewayServer *server = g_ptr_array_index (self->servers, i);

      if (sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_OFF)
        follow_switches (self, server);
    }
}

static void
connect_server (SbGateway       *self,
                SbGatewayServer *server)
{
  g_signal_connect_object (server, "tools-changed", G_CALLBACK (tools_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (server, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
}

static gboolean
has_same_entry (SbGatewayServer *server,
                SbCatalogServer *entry)
{
  g_autoptr(JsonNode) old = sb_yaml_node_to_json (sb_catalog_server_get_node (sb_gateway_server_get_entry (server)));
  g_autoptr(JsonNode) new = sb_yaml_node_to_json (sb_catalog_server_get_node (entry));

  return json_node_equal (old, new);
}

static SbGatewayServer *
take_server (SbGateway       *self,
             SbCatalogServer *entry)
{
  SbGatewayServer *server = sb_gateway_lookup (self, sb_catalog_server_get_name (entry));

  if (server != NULL && self->substitute == NULL && has_same_entry (server, entry))
    return g_object_ref (server);

  server = sb_gateway_server_new (entry, self->context);
  connect_server (self, server);

  return server;
}

static gint
find_entry (GPtrArray  *entries,
            const char *name)
{
  for (guint i = 0; i < entries->len; i++)
    if (g_str_equal (sb_catalog_server_get_name (g_ptr_array_index (entries, i)), name))
      return i;

  return -1;
}

static GPtrArray *
merge (GPtrArray *catalogs)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < catalogs->len; i++)
    {
      GListModel *catalog = g_ptr_array_index (catalogs, i);

      for (guint j = 0; j < g_list_model_get_n_items (catalog); j++)
        {
          SbCatalogServer *entry = g_list_model_get_item (catalog, j);
          int earlier = find_entry (entries, sb_catalog_server_get_name (entry));

          if (earlier >= 0)
            g_ptr_array_remove_index (entries, earlier);
          g_ptr_array_add (entries, entry);
        }
    }

  return entries;
}

static void
left_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbGateway) self = user_data;

  sb_gateway_server_stop_finish (SB_GATEWAY_SERVER (source), result, NULL);
  g_ptr_array_remove (self->leaving, source);
}

static void
return_stopped (SbGateway *self)
{
  g_autoptr(GPtrArray) tasks = g_steal_pointer (&self->stopping);

  self->stopping = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbGateway) self = user_data;

  sb_gateway_server_stop_finish (SB_GATEWAY_SERVER (source), result, NULL);
  if (--self->n_stopping == 0)
    return_stopped (self);
}

static void
stop_all (SbGateway *self,
          GPtrArray *servers)
{
  for (guint i = 0; i < servers->len; i++)
    sb_gateway_server_stop_async (g_ptr_array_index (servers, i), stopped_cb, g_object_ref (self));
}

static void
take_entries (SbGateway *self)
{
  g_autoptr(GPtrArray) only = g_ptr_array_new ();
  g_autoptr(GPtrArray) entries = NULL;
  g_autoptr(GPtrArray) old = NULL;
  GPtrArray *servers = g_ptr_array_new_with_free_func (g_object_unref);

  if (self->substitute != NULL)
    g_ptr_array_add (only, self->substitute);
  entries = merge (self->substitute != NULL ? only : self->catalogs);
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (servers, take_server (self, g_ptr_array_index (entries, i)));

  old = g_steal_pointer (&self->servers);
  self->servers = servers;
  for (guint i = 0; i < old->len; i++)
    if (!g_ptr_array_find (servers, g_ptr_array_index (old, i), NULL))
      {
        g_ptr_array_add (self->leaving, g_object_ref (g_ptr_array_index (old, i)));
        sb_gateway_server_stop_async (g_ptr_array_index (old, i), left_cb, g_object_ref (self));
      }

  g_list_model_items_changed (G_LIST_MODEL (self), 0, old->len, servers->len);
  switches_changed_cb (self);
}

/* Servers that are on their way out keep what they were started with. */
static void
renew_context (SbGateway *self)
{
  SbGatewayContext *old = self->context;

  self->context = sb_gateway_context_new (old);
  sb_gateway_context_unref (old);
}

/* substitute: (transfer full) (nullable); secrets come with the context. */
static void
set_mode (SbGateway     *self,
          SbGatewayMode  mode,
          SbCatalog     *substitute)
{
  g_clear_object (&self->substitute);
  self->substitute = substitute;
  if (self->mode != mode)
    {
      self->mode = mode;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODE]);
    }
  take_entries (self);
}

/* plan: (transfer full) */
static void
run_plan (SbGateway      *self,
          SbOfficialPlan *plan)
{
  SbCatalog *catalog = sb_gateway_entry_new_official (plan->image, plan->secrets);

  renew_context (self);
  self->context->official = plan;
  set_mode (self, SB_GATEWAY_OFFICIAL, catalog);
}

static SbOfficialPlan *
new_plan (SbGateway  *self,
          GError    **error)
{
  SbOfficialOptions options = {
    .transport = self->official_transport,
    .image = self->official_image,
    .sandbox_url = self->sandbox_url,
    .sandbox_token = self->sandbox_token,
  };

  return sb_official_plan_new (&options, self->catalogs, self->context->state, error);
}

/* What its catalogs and servers are was said when it was started: a change means another start. */
static void
follow_plan (SbGateway *self)
{
  g_autoptr(SbOfficialPlan) plan = new_plan (self, NULL);

  if (plan != NULL && !sb_official_plan_equal (plan, self->context->official))
    run_plan (self, g_steal_pointer (&plan));
}

static GType
sb_gateway_get_item_type (GListModel *model)
{
  return SB_TYPE_GATEWAY_SERVER;
}

static guint
sb_gateway_get_n_items (GListModel *model)
{
  return SB_GATEWAY (model)->servers->len;
}

static gpointer
sb_gateway_get_item (GListModel *model,
                     guint       position)
{
  GPtrArray *servers = SB_GATEWAY (model)->servers;

  return position < servers->len ? g_object_ref (g_ptr_array_index (servers, position)) : NULL;
}

static void
sb_gateway_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_gateway_get_item_type;
  iface->get_n_items = sb_gateway_get_n_items;
  iface->get_item = sb_gateway_get_item;
}

static void
sb_gateway_dispose (GObject *object)
{
  SbGateway *self = SB_GATEWAY (object);

  g_clear_handle_id (&self->changed_id, g_source_remove);
  g_hash_table_remove_all (self->names);
  g_ptr_array_set_size (self->servers, 0);
  g_ptr_array_set_size (self->catalogs, 0);
  g_clear_object (&self->substitute);
  g_clear_pointer (&self->context, sb_gateway_context_unref);

  G_OBJECT_CLASS (sb_gateway_parent_class)->dispose (object);
}

static void
sb_gateway_finalize (GObject *object)
{
  SbGateway *self = SB_GATEWAY (object);

  g_free (self->official_image);
  g_free (self->sandbox_url);
  g_free (self->sandbox_token);
  g_ptr_array_unref (self->servers);
  g_ptr_array_unref (self->catalogs);
  g_ptr_array_unref (self->leaving);
  g_ptr_array_unref (self->stopping);
  g_hash_table_unref (self->names);

  G_OBJECT_CLASS (sb_gateway_parent_class)->finalize (object);
}

static void
sb_gateway_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_MODE:
      g_value_set_enum (value, SB_GATEWAY (object)->mode);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_gateway_class_init (SbGatewayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_gateway_dispose;
  object_class->finalize = sb_gateway_finalize;
  object_class->get_property = sb_gateway_get_property;

  properties[PROP_MODE] = g_param_spec_enum ("mode", NULL, NULL, SB_TYPE_GATEWAY_MODE, SB_GATEWAY_BUILT_IN,
                                             G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[TOOLS_CHANGED] = g_signal_new ("tools-changed",
                                         G_TYPE_FROM_CLASS (klass),
                                         G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
}

static void
sb_gateway_init (SbGateway *self)
{
  self->servers = g_ptr_array_new_with_free_func (g_object_unref);
  self->catalogs = g_ptr_array_new_with_free_func (g_object_unref);
  self->leaving = g_ptr_array_new_with_free_func (g_object_unref);
  self->stopping = g_ptr_array_new_with_free_func (g_object_unref);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

SbGateway *
sb_gateway_new (const SbGatewayContext *context)
{
  SbGateway *self = g_object_new (SB_TYPE_GATEWAY, NULL);

  self->context = sb_gateway_context_new (context);
  g_signal_connect_object (self->context->state, "changed", G_CALLBACK (switches_changed_cb), self, G_CONNECT_SWAPPED);

  return self;
}

void
sb_gateway_set_docker (SbGateway      *self,
                       SbDockerClient *docker)
{
  g_return_if_fail (SB_IS_GATEWAY (self));

  if (!g_set_object (&self->context->docker, docker) || docker == NULL || !self->started)
    return;

  /* What was blocked for want of it. */
  for (guint i = 0; i < self->servers->len; i++)
    {
      SbGatewayServer *server = g_ptr_array_index (self->servers, i);

      if (sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_BLOCKED &&
          sb_catalog_server_get_kind (sb_gateway_server_get_entry (server)) == SB_SERVER_KIND_IMAGE)
        sb_gateway_server_start (server);
    }
}

void
sb_gateway_set_catalogs (SbGateway *self,
                         GPtrArray *catalogs)
{
  g_return_if_fail (SB_IS_GATEWAY (self));

  g_ptr_array_set_size (self->catalogs, 0);
  for (guint i = 0; i < catalogs->len; i++)
    g_ptr_array_add (self->catalogs, g_object_ref (g_ptr_array_index (catalogs, i)));
  if (self->mode == SB_GATEWAY_OFFICIAL)
    follow_plan (self);
  else if (self->mode == SB_GATEWAY_BUILT_IN)
    take_entries (self);
}

SbDockerClient *
sb_gateway_get_docker (SbGateway *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY (self), NULL);

  return self->context->docker;
}

SbGatewayMode
sb_gateway_get_mode (SbGateway *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY (self), SB_GATEWAY_BUILT_IN);

  return self->mode;
}

void
sb_gateway_use_built_in (SbGateway *self)
{
  g_return_if_fail (SB_IS_GATEWAY (self));

  if (self->mode == SB_GATEWAY_BUILT_IN)
    return;

  renew_context (self);
  set_mode (self, SB_GATEWAY_BUILT_IN, NULL);
}

SbOfficialPlan *
sb_gateway_plan_official (SbGateway                *self,
                          const SbOfficialOptions  *options,
                          GError                  **error)
{
  g_return_val_if_fail (SB_IS_GATEWAY (self), NULL);

  return sb_official_plan_new (options, self->catalogs, self->context->state, error);
}

/**
 * sb_gateway_use_official:
 * @options: copied
 *
 * Its one server is Docker's gateway in a container of the engine; while it comes up, its message says how far it is.
 */
gboolean
sb_gateway_use_official (SbGateway                *self,
                         const SbOfficialOptions  *options,
                         GError                  **error)
{
  g_autoptr(SbOfficialPlan) plan = sb_gateway_plan_official (self, options, error);

  if (plan == NULL)
    return FALSE;

  g_free (self->official_image);
  g_free (self->sandbox_url);
  g_free (self->sandbox_token);
  self->official_image = g_strdup (options->image);
  self->sandbox_url = g_strdup (options->sandbox_url);
  self->sandbox_token = g_strdup (options->sandbox_token);
  self->official_transport = options->transport;
  run_plan (self, g_steal_pointer (&plan));

  return TRUE;
}

const char * const *
sb_gateway_get_rewrites (SbGateway *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY (self), NULL);

  return self->context->official != NULL ? (const char * const *) self->context->official->changes : NULL;
}

/**
 * sb_gateway_use_external:
 * @token: (nullable): sent as a bearer token
 *
 * Its one server is tried again for ever while it is gone, more and more seldom, up to once a minute; calls that are
 * on their way when it is lost end with an error.
 *
 * Returns: %FALSE with SB_CATALOG_ERROR for what is no web address; nothing has changed then
 */
gboolean
sb_gateway_use_external (SbGateway   *self,
                         const char  *url,
                         const char  *token,
                         GError     **error)
{
  SbCatalog *catalog;

  g_return_val_if_fail (SB_IS_GATEWAY (self), FALSE);

  catalog = sb_gateway_entry_new_external (url, token != NULL, error);
  if (catalog == NULL)
    return FALSE;

  renew_context (self);
  if (token != NULL)
    g_hash_table_insert (self->context->own_secrets, g_strdup (SB_GATEWAY_ENTRY_SECRET), g_strdup (token));
  set_mode (self, SB_GATEWAY_EXTERNAL, catalog);

  return TRUE;
}

SbGatewayServer *
sb_gateway_lookup (SbGateway  *self,
                   const char *name)
{
  g_return_val_if_fail (SB_IS_GATEWAY (self), NULL);

  for (guint i = 0; i < self->servers->len; i++)
    {
      SbGatewayServer *server = g_ptr_array_index (self->servers, i);

      if (g_str_equal (sb_gateway_server_get_name (server), name))
        return server;
    }

  return NULL;
}

void
sb_gateway_start (SbGateway *self)
{
  g_return_if_fail (SB_IS_GATEWAY (self));

  self->started = TRUE;
  switches_changed_cb (self);
}

SbGatewayTool *
sb_gateway_find_tool (SbGateway    *self,
                      const char   *exposed_name,
                      SbMcpClient **client)
{
  SbGatewayTool *tool;
  SbGatewayServer *server;

  g_return_val_if_fail (SB_IS_GATEWAY (self), NULL);

  tool = g_hash_table_lookup (self->names, exposed_name);
  if (tool == NULL || !sb_gateway_tool_get_enabled (tool))
    return NULL;

  server = sb_gateway_lookup (self, sb_gateway_tool_get_server_name (tool));
  if (server == NULL || sb_gateway_server_get_client (server) == NULL)
    return NULL;
  if (client != NULL)
    *client = sb_gateway_server_get_client (server);

  return tool;
}

GPtrArray *
sb_gateway_list_tools (SbGateway *self)
{
  GPtrArray *list = g_ptr_array_new ();

  g_return_val_if_fail (SB_IS_GATEWAY (self), list);

  for (guint i = 0; i < self->servers->len; i++)
    {
      SbGatewayServer *server = g_ptr_array_index (self->servers, i);
      GListModel *tools = sb_gateway_server_get_tools (server);

      for (guint j = 0; j < g_list_model_get_n_items (tools) && !sb_gateway_server_is_own (server); j++)
        {
          g_autoptr(SbGatewayTool) tool = g_list_model_get_item (tools, j);

          if (sb_gateway_find_tool (self, sb_gateway_tool_get_exposed_name (tool), NULL) == tool)
            g_ptr_array_add (list, tool);
        }
    }

  return list;
}

void
sb_gateway_count (SbGateway *self,
                  guint     *n_ready,
                  guint     *n_enabled)
{
  g_return_if_fail (SB_IS_GATEWAY (self));

  *n_ready = 0;
  *n_enabled = 0;
  for (guint i = 0; i < self->servers->len; i++)
    {
      SbGatewayServer *server = g_ptr_array_index (self->servers, i);

      *n_ready += sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_READY;
      *n_enabled += is_enabled (self, server);
    }
}

/**
 * sb_gateway_stop_async:
 *
 * All servers at once; finishes when the last one is gone, also for whoever asks a second time.
 */
void
sb_gateway_stop_async (SbGateway           *self,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GTask *task = NULL;

  g_return_if_fail (SB_IS_GATEWAY (self));

  self->started = FALSE;
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, sb_gateway_stop_async);
  g_ptr_array_add (self->stopping, task);
  self->n_stopping += self->servers->len + self->leaving->len;
  stop_all (self, self->servers);
  stop_all (self, self->leaving);
  if (self->n_stopping == 0)
    return_stopped (self);
}

gboolean
sb_gateway_stop_finish (SbGateway     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
