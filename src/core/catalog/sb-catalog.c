/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog.h"

#include "sb-catalog-server-private.h"

#include <string.h>

#define MAX_SERVERS 2000
#define MAX_NAME 128

struct _SbCatalog
{
  GObject        parent_instance;

  /* owned */
  GPtrArray     *servers; /* of SbCatalogServer */
  SbYamlNode    *root;
  GObject       *tree;    /* keeps the root alive for servers that outlive the catalog */
  char          *text;

  SbCatalogForm  form;
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbCatalog, sb_catalog, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static gboolean
fail (GError     **error,
      guint        line,
      const char  *what)
{
  g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SYNTAX, "line %u: %s", line, what);

  return FALSE;
}

static const char *
root_text (SbCatalog  *self,
           const char *key)
{
  SbYamlNode *value = sb_yaml_node_get (self->root, key);

  return value != NULL && value->kind == SB_YAML_SCALAR && value->text[0] != '\0' ? value->text : NULL;
}

/* The name of a server becomes part of labels, secrets and tool names. */
static gboolean
check_name (SbYamlNode  *key,
            GError     **error)
{
  if (key->text[0] == '\0')
    return fail (error, key->line, "a server without a name");
  if (strlen (key->text) > MAX_NAME)
    return fail (error, key->line, "the name of the server is longer than 128 bytes");
  for (const char *p = key->text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isprint (g_utf8_get_char (p)))
      return fail (error, key->line, "a control character in the name of the server");

  return TRUE;
}

static gboolean
add_server (SbCatalog   *self,
            SbYamlNode  *name,
            SbYamlNode  *key,
            SbYamlNode  *node,
            GError     **error)
{
  if (!check_name (name, error))
    return FALSE;
  g_ptr_array_add (self->servers, sb_catalog_server_new (name->text, key, node, self->tree));

  return TRUE;
}

static gboolean
read_registry (SbCatalog   *self,
               SbYamlNode  *registry,
               GError     **error)
{
  if (registry->kind == SB_YAML_SCALAR && registry->text[0] == '\0')
    return TRUE;
  if (registry->kind != SB_YAML_MAPPING)
    return fail (error, registry->line, "“registry” must be a mapping of names to servers");
  if (registry->keys->len > MAX_SERVERS)
    return fail (error, registry->line, "more than 2000 servers");

  for (guint i = 0; i < registry->keys->len; i++)
    {
      SbYamlNode *key = g_ptr_array_index (registry->keys, i);

      if (!add_server (self, key, key, g_ptr_array_index (registry->children, i), error))
        return FALSE;
    }

  return TRUE;
}

/* What makes a file with a name an entry. */
static gboolean
is_entry (SbYamlNode *root)
{
  static const char * const signs[] = { "image", "remote", "sseEndpoint", "type", "tools", "x-sandbar" };

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    if (sb_yaml_node_get (root, signs[i]) != NULL)
      return TRUE;

  return FALSE;
}

static gboolean
read_root (SbCatalog  *self,
           GError    **error)
{
  SbYamlNode *root = self->root;
  SbYamlNode *name;

  if (root->kind != SB_YAML_MAPPING)
    return fail (error, root->line, "a catalog must be a mapping (key: value)");
  if (sb_yaml_node_get (root, "registry") != NULL)
    return read_registry (self, sb_yaml_node_get (root, "registry"), error);
  if (!is_entry (root))
    return TRUE;

  self->form = SB_CATALOG_FORM_ENTRY;
  name = sb_yaml_node_get (root, "name");
  if (name == NULL || name->kind != SB_YAML_SCALAR)
    return fail (error, root->line, "the server has no “name”");

  return add_server (self, name, root, root, error);
}

static GType
get_item_type (GListModel *model)
{
  return SB_TYPE_CATALOG_SERVER;
}

static guint
get_n_items (GListModel *model)
{
  return SB_CATALOG (model)->servers->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  GPtrArray *servers = SB_CATALOG (model)->servers;

  return position < servers->len ? g_object_ref (g_ptr_array_index (servers, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
sb_catalog_finalize (GObject *object)
{
  SbCatalog *self = SB_CATALOG (object);

  g_ptr_array_unref (self->servers);
  g_object_unref (self->tree);
  g_free (self->text);

  G_OBJECT_CLASS (sb_catalog_parent_class)->finalize (object);
}

static void
sb_catalog_class_init (SbCatalogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_catalog_finalize;
}

static void
sb_catalog_init (SbCatalog *self)
{
  self->servers = g_ptr_array_new_with_free_func (g_object_unref);
  self->tree = g_object_new (G_TYPE_OBJECT, NULL);
}

/**
 * sb_catalog_new_from_data:
 * @length: bytes, or -1
 *
 * Reads a catalog of either form. It is more forgiving than Docker's gateway: an entry with a value of a wrong type
 * is there with its problem, and keys nobody knows stay in the nodes; only what is no YAML or no mapping is refused.
 * SbCatalogLint says what else is wrong. No I/O.
 *
 * Returns: (transfer full) (nullable): NULL with SB_CATALOG_ERROR_SYNTAX
 */
SbCatalog *
sb_catalog_new_from_data (const char  *yaml,
                          gssize       length,
                          GError     **error)
{
  g_autoptr(SbCatalog) self = g_object_new (SB_TYPE_CATALOG, NULL);
  g_autoptr(GError) local_error = NULL;

  g_return_val_if_fail (yaml != NULL, NULL);

  self->root = sb_yaml_parse (yaml, length, &local_error);
  if (self->root == NULL)
    {
      g_set_error_literal (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SYNTAX, local_error->message);
      return NULL;
    }
  g_object_set_data_full (self->tree, "root", self->root, (GDestroyNotify) sb_yaml_node_free);
  self->text = length < 0 ? g_strdup (yaml) : g_strndup (yaml, length);

  return read_root (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * sb_catalog_new_from_file:
 *
 * As sb_catalog_new_from_data(); the message begins with the file's name. Blocks for one small local file.
 */
SbCatalog *
sb_catalog_new_from_file (const char  *path,
                          GError     **error)
{
  SbCatalog *self;
  g_autofree char *data = NULL;
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);

  if (!g_file_get_contents (path, &data, &length, error))
    return NULL;

  self = sb_catalog_new_from_data (data, length, error);
  if (self == NULL)
    g_prefix_error (error, "%s, ", path);

  return self;
}

/**
 * sb_catalog_save:
 * @yaml: is read once more before anything is written
 *
 * Replaces a catalog's file in one step, so that a reader finds the old or the new one. Blocks for one small file.
 */
gboolean
sb_catalog_save (const char  *path,
                 const char  *yaml,
                 GError     **error)
{
  g_autoptr(SbCatalog) catalog = NULL;
  g_autofree char *folder = g_path_get_dirname (path);

  g_return_val_if_fail (yaml != NULL, FALSE);

  catalog = sb_catalog_new_from_data (yaml, -1, error);
  if (catalog == NULL)
    return FALSE;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The folder %s cannot be made.", folder);
      return FALSE;
    }

  return g_file_set_contents_full (path, yaml, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

/**
 * sb_catalog_lookup:
 *
 * Returns: (transfer none) (nullable)
 */
SbCatalogServer *
sb_catalog_lookup (SbCatalog  *self,
                   const char *name)
{
  g_return_val_if_fail (SB_IS_CATALOG (self), NULL);

  for (guint i = 0; i < self->servers->len; i++)
    {
      SbCatalogServer *server = g_ptr_array_index (self->servers, i);

      if (g_strcmp0 (sb_catalog_server_get_name (server), name) == 0)
        return server;
    }

  return NULL;
}

/**
 * sb_catalog_get_name:
 *
 * Returns: (transfer none) (nullable)
 */
const char *
sb_catalog_get_name (SbCatalog *self)
{
  g_return_val_if_fail (SB_IS_CATALOG (self), NULL);

  return root_text (self, "name");
}

/**
 * sb_catalog_get_display_name:
 *
 * Returns: (transfer none) (nullable)
 */
const char *
sb_catalog_get_display_name (SbCatalog *self)
{
  const char *name;

  g_return_val_if_fail (SB_IS_CATALOG (self), NULL);

  name = root_text (self, self->form == SB_CATALOG_FORM_ENTRY ? "title" : "displayName");

  return name != NULL ? name : root_text (self, "name");
}

SbCatalogForm
sb_catalog_get_form (SbCatalog *self)
{
  g_return_val_if_fail (SB_IS_CATALOG (self), SB_CATALOG_FORM_REGISTRY);

  return self->form;
}

const char *
sb_catalog_get_text (SbCatalog *self)
{
  g_return_val_if_fail (SB_IS_CATALOG (self), NULL);

  return self->text;
}

SbYamlNode *
sb_catalog_get_node (SbCatalog *self)
{
  g_return_val_if_fail (SB_IS_CATALOG (self), NULL);

  return self->root;
}

/**
 * sb_catalog_dup_path:
 * @key: (nullable): the entry itself for NULL
 *
 * Where the key of a server is in the file, for sb-yaml-edit.h.
 *
 * Returns: (transfer full)
 */
GStrv
sb_catalog_dup_path (SbCatalog  *self,
                     const char *server,
                     const char *key)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (SB_IS_CATALOG (self) && server != NULL, NULL);

  if (self->form == SB_CATALOG_FORM_REGISTRY)
    g_strv_builder_add_many (builder, "registry", server, NULL);
  if (key != NULL)
    g_strv_builder_add (builder, key);

  return g_strv_builder_end (builder);
}
