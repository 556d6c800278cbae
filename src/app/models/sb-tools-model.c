/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tools-model.h"

#include "sb-catalog-edit.h"
#include "sb-tool-servers.h"

struct _SbToolsModel
{
  GObject parent_instance;

  /* owned */
  SbGateway       *gateway;
  SbCatalogState  *state;
  SbSecrets       *secrets;
  SbGatewayChoice *choice; /* nullable */
  SbStore         *store;  /* nullable */
  SbGatewayServer *server; /* nullable */
  SbTrace         *trace;  /* nullable */
  char            *path;
  char            *text;
  char            *before; /* nullable: the text before a server was removed */

  /* borrowed */
  SbLoadCatalogFunc load;
  SbSaveCatalogFunc save;
  gpointer          user_data;

  gboolean          unsaved;
};

enum
{
  PROP_0,
  PROP_SERVER,
  PROP_TEXT,
  PROP_UNSAVED,
  N_PROPS
};

enum
{
  EDIT,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbToolsModel, sb_tools_model, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
reload (SbToolsModel *self)
{
  g_autofree char *text = self->load (self->user_data);

  if (g_str_equal (text, self->text))
    return;

  g_free (self->text);
  self->text = g_steal_pointer (&text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

/* Another window may have saved. A server whose entry changed is another object. */
static void
servers_changed_cb (SbToolsModel *self)
{
  SbGatewayServer *server;

  reload (self);
  if (self->server == NULL)
    return;

  server = sb_gateway_lookup (self->gateway, sb_gateway_server_get_name (self->server));
  sb_tools_model_set_server (self, server);
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  if (!sb_secrets_store_finish (SB_SECRETS (source), result, &error))
    g_message ("%s", error->message);
}

static void
store_secrets (SbToolsModel    *self,
               SbCatalogImport *import)
{
  for (guint i = 0; i < import->secrets->len; i++)
    {
      const SbCatalogPair *pair = g_ptr_array_index (import->secrets, i);
      g_autofree char *key = sb_tool_servers_dup_secret_name (pair->name);

      if (pair->value != NULL && *pair->value != '\0')
        sb_secrets_store_async (self->secrets, key, pair->value, NULL, stored_cb, NULL);
    }
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  sb_gateway_server_stop_finish (SB_GATEWAY_SERVER (source), result, NULL);
}

static void
sb_tools_model_dispose (GObject *object)
{
  SbToolsModel *self = SB_TOOLS_MODEL (object);

  if (self->gateway != NULL)
    g_signal_handlers_disconnect_by_data (self->gateway, self);
  g_clear_object (&self->server);
  g_clear_object (&self->trace);
  g_clear_object (&self->gateway);
  g_clear_object (&self->state);
  g_clear_object (&self->secrets);
  g_clear_object (&self->choice);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (sb_tools_model_parent_class)->dispose (object);
}

static void
sb_tools_model_finalize (GObject *object)
{
  SbToolsModel *self = SB_TOOLS_MODEL (object);

  g_free (self->path);
  g_free (self->text);
  g_free (self->before);

  G_OBJECT_CLASS (sb_tools_model_parent_class)->finalize (object);
}

static void
sb_tools_model_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SERVER:
      g_value_set_object (value, SB_TOOLS_MODEL (object)->server);
      break;
    case PROP_TEXT:
      g_value_set_string (value, SB_TOOLS_MODEL (object)->text);
      break;
    case PROP_UNSAVED:
      g_value_set_boolean (value, SB_TOOLS_MODEL (object)->unsaved);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_tools_model_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SERVER:
      sb_tools_model_set_server (SB_TOOLS_MODEL (object), g_value_get_object (value));
      break;
    case PROP_UNSAVED:
      sb_tools_model_set_unsaved (SB_TOOLS_MODEL (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_tools_model_class_init (SbToolsModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_tools_model_dispose;
  object_class->finalize = sb_tools_model_finalize;
  object_class->get_property = sb_tools_model_get_property;
  object_class->set_property = sb_tools_model_set_property;

  properties[PROP_SERVER] =
    g_param_spec_object ("server", NULL, NULL, SB_TYPE_GATEWAY_SERVER,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_TEXT] =
    g_param_spec_string ("text", NULL, NULL, NULL,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_UNSAVED] =
    g_param_spec_boolean ("unsaved", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[EDIT] = g_signal_new ("edit",
                                G_TYPE_FROM_CLASS (klass),
                                G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_tools_model_init (SbToolsModel *self)
{
}

SbToolsModel *
sb_tools_model_new (const SbToolsParts *parts)
{
  SbToolsModel *self = g_object_new (SB_TYPE_TOOLS_MODEL, NULL);

  self->gateway = g_object_ref (parts->gateway);
  self->state = g_object_ref (parts->state);
  self->secrets = g_object_ref (parts->secrets);
  g_set_object (&self->choice, parts->choice);
  g_set_object (&self->store, parts->store);
  self->path = g_strdup (parts->path);
  self->load = parts->load;
  self->save = parts->save;
  self->user_data = parts->user_data;
  self->text = self->load (self->user_data);
  g_signal_connect_object (self->gateway, "items-changed", G_CALLBACK (servers_changed_cb), self, G_CONNECT_SWAPPED);

  return self;
}

SbGateway *
sb_tools_model_get_gateway (SbToolsModel *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), NULL);

  return self->gateway;
}

SbCatalogState *
sb_tools_model_get_state (SbToolsModel *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), NULL);

  return self->state;
}

SbSecrets *
sb_tools_model_get_secrets (SbToolsModel *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), NULL);

  return self->secrets;
}

SbGatewayChoice *
sb_tools_model_get_choice (SbToolsModel *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), NULL);

  return self->choice;
}

SbStore *
sb_tools_model_get_store (SbToolsModel *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), NULL);

  return self->store;
}

const char *
sb_tools_model_get_path (SbToolsModel *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), NULL);

  return self->path;
}

SbGatewayServer *
sb_tools_model_get_server (SbToolsModel *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), NULL);

  return self->server;
}

void
sb_tools_model_set_server (SbToolsModel    *self,
                           SbGatewayServer *server)
{
  g_return_if_fail (SB_IS_TOOLS_MODEL (self));

  if (g_set_object (&self->server, server))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERVER]);
}

void
sb_tools_model_switch_server (SbToolsModel *self,
                              const char   *server,
                              gboolean      enabled)
{
  g_return_if_fail (SB_IS_TOOLS_MODEL (self));

  if (sb_catalog_state_get_enabled (self->state, server) != enabled)
    sb_catalog_state_set_enabled (self->state, server, enabled);
}

void
sb_tools_model_switch_tool (SbToolsModel *self,
                            const char   *server,
                            const char   *tool,
                            gboolean      enabled)
{
  g_return_if_fail (SB_IS_TOOLS_MODEL (self));

  if (sb_catalog_state_get_tool_enabled (self->state, server, tool) != enabled)
    sb_catalog_state_set_tool_enabled (self->state, server, tool, enabled);
}

const char *
sb_tools_model_get_text (SbToolsModel *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), NULL);

  return self->text;
}

gboolean
sb_tools_model_save (SbToolsModel  *self,
                     const char    *text,
                     GError       **error)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), FALSE);

  if (!self->save (text, self->user_data, error))
    return FALSE;

  g_clear_pointer (&self->before, g_free);
  reload (self);

  return TRUE;
}

gboolean
sb_tools_model_has_entry (SbToolsModel *self,
                          const char   *server)
{
  g_autoptr(SbCatalog) catalog = NULL;

  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), FALSE);

  catalog = sb_catalog_new_from_data (self->text, -1, NULL);

  return catalog != NULL && sb_catalog_lookup (catalog, server) != NULL;
}

gboolean
sb_tools_model_remove (SbToolsModel  *self,
                       const char    *server,
                       GError       **error)
{
  g_autoptr(SbCatalog) catalog = NULL;
  g_autofree char *before = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), FALSE);

  catalog = sb_catalog_new_from_data (self->text, -1, error);
  if (catalog == NULL)
    return FALSE;

  text = sb_catalog_edit_remove (catalog, server, error);
  before = g_strdup (self->text);
  if (text == NULL || !sb_tools_model_save (self, text, error))
    return FALSE;

  self->before = g_steal_pointer (&before);

  return TRUE;
}

gboolean
sb_tools_model_undo (SbToolsModel  *self,
                     GError       **error)
{
  g_autofree char *before = NULL;

  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), FALSE);

  if (self->before == NULL)
    return TRUE;

  before = g_strdup (self->before);

  return sb_tools_model_save (self, before, error);
}

gboolean
sb_tools_model_add (SbToolsModel     *self,
                    SbCatalogImport  *import,
                    GError          **error)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), FALSE);

  text = sb_catalog_import_apply (import, self->text, error);
  if (text == NULL)
    return FALSE;

  store_secrets (self, import);
  for (guint i = 0; i < import->names->len; i++)
    sb_catalog_state_set_enabled (self->state, g_ptr_array_index (import->names, i), TRUE);

  return sb_tools_model_save (self, text, error);
}

gboolean
sb_tools_model_get_unsaved (SbToolsModel *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), FALSE);

  return self->unsaved;
}

void
sb_tools_model_set_unsaved (SbToolsModel *self,
                            gboolean      unsaved)
{
  g_return_if_fail (SB_IS_TOOLS_MODEL (self));

  if (self->unsaved == unsaved)
    return;

  self->unsaved = unsaved;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNSAVED]);
}

SbTrace *
sb_tools_model_get_trace (SbToolsModel *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), NULL);

  return self->trace;
}

void
sb_tools_model_set_trace (SbToolsModel *self,
                          SbTrace      *trace)
{
  g_return_if_fail (SB_IS_TOOLS_MODEL (self));

  g_set_object (&self->trace, trace);
}

void
sb_tools_model_set_config (SbToolsModel *self,
                           const char   *server,
                           JsonObject   *config)
{
  SbGatewayServer *running;

  g_return_if_fail (SB_IS_TOOLS_MODEL (self));

  sb_catalog_state_set_config (self->state, server, config);
  running = sb_gateway_lookup (self->gateway, server);
  /* What is switched on is started again by the gateway as soon as it is off. */
  if (running != NULL && sb_gateway_server_get_state (running) != SB_GATEWAY_SERVER_OFF)
    sb_gateway_server_stop_async (running, stopped_cb, NULL);
}

gboolean
sb_tools_model_take_build (SbToolsModel   *self,
                           SbServerBuild  *build,
                           GError        **error)
{
  g_autoptr(SbCatalog) catalog = NULL;
  g_autofree char *text = NULL;
  const char *name;

  g_return_val_if_fail (SB_IS_TOOLS_MODEL (self), FALSE);

  name = sb_server_build_get_name (build);
  catalog = sb_catalog_new_from_data (self->text, -1, error);
  if (catalog != NULL)
    text = sb_server_build_edit (build, catalog, error);
  if (text == NULL || !sb_tools_model_save (self, text, error))
    return FALSE;

  sb_tools_model_switch_server (self, name, TRUE);
  sb_tools_model_set_server (self, sb_gateway_lookup (self->gateway, name));

  return TRUE;
}

void
sb_tools_model_edit (SbToolsModel *self,
                     const char   *server)
{
  g_return_if_fail (SB_IS_TOOLS_MODEL (self));

  g_signal_emit (self, signals[EDIT], 0, server);
}
