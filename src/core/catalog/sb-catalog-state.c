/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-state.h"

#include "sb-json.h"

#include <string.h>

#define MAX_SIZE (1024 * 1024)

struct _SbCatalogState
{
  GObject     parent_instance;

  /* owned */
  char       *path;
  JsonObject *servers; /* name -> {enabled, disabledTools, config, readable, writable} */
};

enum
{
  CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbCatalogState, sb_catalog_state, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
changed (SbCatalogState *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* The server's part; made when there is none. */
static JsonObject *
require (SbCatalogState *self,
         const char     *server)
{
  JsonObject *object = sb_json_get_object (self->servers, server);

  if (object == NULL)
    {
      object = json_object_new ();
      json_object_set_object_member (self->servers, server, object);
    }

  return object;
}

static gboolean
list_has (JsonObject *object,
          const char *member,
          const char *text)
{
  JsonArray *array = object != NULL ? sb_json_get_array (object, member) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (json_node_get_value_type (node) == G_TYPE_STRING && strcmp (json_node_get_string (node), text) == 0)
        return TRUE;
    }

  return FALSE;
}

/* With or without one text, once. */
static void
list_set (JsonObject *object,
          const char *member,
          const char *text,
          gboolean    present)
{
  JsonArray *old = sb_json_get_array (object, member);
  JsonArray *array = json_array_new ();

  for (guint i = 0; old != NULL && i < json_array_get_length (old); i++)
    {
      JsonNode *node = json_array_get_element (old, i);

      if (json_node_get_value_type (node) == G_TYPE_STRING && strcmp (json_node_get_string (node), text) != 0)
        json_array_add_string_element (array, json_node_get_string (node));
    }
  if (present)
    json_array_add_string_element (array, text);
  json_object_set_array_member (object, member, array);
}

static gboolean
read_file (SbCatalogState  *self,
           GError         **error)
{
  g_autofree char *data = NULL;
  g_autoptr(JsonObject) root = NULL;
  g_autoptr(GError) local_error = NULL;
  gsize length;

  if (!g_file_get_contents (self->path, &data, &length, &local_error))
    {
      if (g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  root = length <= MAX_SIZE ? sb_json_parse_object (data, length, error) : NULL;
  if (length > MAX_SIZE)
    g_set_error_literal (error, SB_JSON_ERROR, SB_JSON_ERROR_TOO_LARGE, "larger than 1 MiB");
  if (root == NULL)
    {
      g_prefix_error (error, "%s cannot be read; repair or remove it: ", self->path);
      return FALSE;
    }
  if (sb_json_get_object (root, "servers") != NULL)
    {
      json_object_unref (self->servers);
      self->servers = json_object_ref (sb_json_get_object (root, "servers"));
    }

  return TRUE;
}

static void
sb_catalog_state_finalize (GObject *object)
{
  SbCatalogState *self = SB_CATALOG_STATE (object);

  g_free (self->path);
  json_object_unref (self->servers);

  G_OBJECT_CLASS (sb_catalog_state_parent_class)->finalize (object);
}

static void
sb_catalog_state_class_init (SbCatalogStateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_catalog_state_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
sb_catalog_state_init (SbCatalogState *self)
{
  self->servers = json_object_new ();
}

/**
 * sb_catalog_state_new:
 * @path: (nullable): need not exist; %NULL: for this process only, never saved
 *
 * Blocks for one small local file. A file that is there and cannot be read is an error, so that it is not overwritten.
 *
 * Returns: (transfer full) (nullable)
 */
SbCatalogState *
sb_catalog_state_new (const char  *path,
                      GError     **error)
{
  g_autoptr(SbCatalogState) self = g_object_new (SB_TYPE_CATALOG_STATE, NULL);

  self->path = g_strdup (path);

  return path == NULL || read_file (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * sb_catalog_state_default_path:
 *
 * Returns: (transfer full): the file that window and CLI share
 */
char *
sb_catalog_state_default_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "sandbar", "servers.json", NULL);
}

/**
 * sb_catalog_state_save:
 *
 * Replaces the file in one step. Blocks for one small local file.
 */
gboolean
sb_catalog_state_save (SbCatalogState  *self,
                       GError         **error)
{
  g_autoptr(JsonNode) root = json_node_init_object (json_node_alloc (), json_object_new ());
  g_autofree char *folder = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (SB_IS_CATALOG_STATE (self), FALSE);
  g_return_val_if_fail (self->path != NULL, FALSE);

  json_object_set_int_member (json_node_get_object (root), "version", 1);
  json_object_set_object_member (json_node_get_object (root), "servers", json_object_ref (self->servers));
  text = sb_json_to_string (root, TRUE);
  folder = g_path_get_dirname (self->path);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The folder %s cannot be made.", folder);
      return FALSE;
    }

  return g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/**
 * sb_catalog_state_get_enabled:
 *
 * A server nobody switched on is off: reading a catalog starts nothing.
 */
gboolean
sb_catalog_state_get_enabled (SbCatalogState *self,
                              const char     *server)
{
  JsonObject *object;

  g_return_val_if_fail (SB_IS_CATALOG_STATE (self), FALSE);

  object = sb_json_get_object (self->servers, server);

  return object != NULL && sb_json_get_boolean (object, "enabled", FALSE);
}

void
sb_catalog_state_set_enabled (SbCatalogState *self,
                              const char     *server,
                              gboolean        enabled)
{
  g_return_if_fail (SB_IS_CATALOG_STATE (self) && server != NULL);

  json_object_set_boolean_member (require (self, server), "enabled", enabled);
  changed (self);
}

/**
 * sb_catalog_state_get_tool_enabled:
 *
 * A tool nobody switched off is on.
 */
gboolean
sb_catalog_state_get_tool_enabled (SbCatalogState *self,
                                   const char     *server,
                                   const char     *tool)
{
  g_return_val_if_fail (SB_IS_CATALOG_STATE (self), FALSE);

  return !list_has (sb_json_get_object (self->servers, server), "disabledTools", tool);
}

void
sb_catalog_state_set_tool_enabled (SbCatalogState *self,
                                   const char     *server,
                                   const char     *tool,
                                   gboolean        enabled)
{
  g_return_if_fail (SB_IS_CATALOG_STATE (self) && server != NULL && tool != NULL);

  list_set (require (self, server), "disabledTools", tool, !enabled);
  changed (self);
}

/**
 * sb_catalog_state_get_config:
 *
 * Returns: (transfer none) (nullable): values by name; valid until they are set anew
 */
JsonObject *
sb_catalog_state_get_config (SbCatalogState *self,
                             const char     *server)
{
  JsonObject *object;

  g_return_val_if_fail (SB_IS_CATALOG_STATE (self), NULL);

  object = sb_json_get_object (self->servers, server);

  return object != NULL ? sb_json_get_object (object, "config") : NULL;
}

/**
 * sb_catalog_state_set_config:
 * @config: (transfer none) (nullable): is kept; do not change it afterwards
 */
void
sb_catalog_state_set_config (SbCatalogState *self,
                             const char     *server,
                             JsonObject     *config)
{
  g_return_if_fail (SB_IS_CATALOG_STATE (self) && server != NULL);

  if (config != NULL)
    json_object_set_object_member (require (self, server), "config", json_object_ref (config));
  else
    json_object_remove_member (require (self, server), "config");
  changed (self);
}

/**
 * sb_catalog_state_dup_folders:
 *
 * Returns: (transfer full): the folders that the server may read, or write
 */
GStrv
sb_catalog_state_dup_folders (SbCatalogState *self,
                              const char     *server,
                              gboolean        writable)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  JsonObject *object;
  JsonArray *array = NULL;

  g_return_val_if_fail (SB_IS_CATALOG_STATE (self), NULL);

  object = sb_json_get_object (self->servers, server);
  if (object != NULL)
    array = sb_json_get_array (object, writable ? "writable" : "readable");
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (json_node_get_value_type (node) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (node));
    }

  return g_strv_builder_end (builder);
}

void
sb_catalog_state_allow_folder (SbCatalogState *self,
                               const char     *server,
                               const char     *folder,
                               gboolean        writable)
{
  g_return_if_fail (SB_IS_CATALOG_STATE (self) && server != NULL && folder != NULL);

  list_set (require (self, server), writable ? "writable" : "readable", folder, TRUE);
  changed (self);
}

/**
 * sb_catalog_state_forget:
 *
 * Drops everything about a server: for one that is removed from its catalog.
 */
void
sb_catalog_state_forget (SbCatalogState *self,
                         const char     *server)
{
  g_return_if_fail (SB_IS_CATALOG_STATE (self) && server != NULL);

  json_object_remove_member (self->servers, server);
  changed (self);
}
