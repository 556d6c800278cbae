/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-edit.h"

#include "sb-yaml-edit.h"

static SbYamlNode *
new_entry (const char *target)
{
  SbYamlNode *entry = sb_yaml_node_new_mapping ();
  SbYamlNode *remote;

  if (!g_str_has_prefix (target, "https://") && !g_str_has_prefix (target, "http://"))
    {
      sb_yaml_node_add (entry, "image", sb_yaml_node_new_text (target));
      sb_yaml_node_add (entry, "longLived", sb_yaml_node_new_word ("true"));
      return entry;
    }

  remote = sb_yaml_node_add (entry, "remote", sb_yaml_node_new_mapping ());
  sb_yaml_node_add (remote, "url", sb_yaml_node_new_text (target));
  sb_yaml_node_add (remote, "transport_type",
                    sb_yaml_node_new_text (g_str_has_suffix (target, "/sse") ? "sse" : "streamable-http"));

  return entry;
}

/* Takes @value. */
static char *
set (SbCatalog   *catalog,
     const char  *server,
     const char  *key,
     SbYamlNode  *value,
     GError     **error)
{
  g_auto(GStrv) path = sb_catalog_dup_path (catalog, server, key);
  g_autoptr(SbYamlEdit) edit = sb_yaml_edit_new_set ((const char * const *) path, value);

  return sb_yaml_edit_apply (edit, sb_catalog_get_text (catalog), error);
}

static SbCatalogServer *
find (SbCatalog   *catalog,
      const char  *server,
      GError     **error)
{
  SbCatalogServer *entry = sb_catalog_lookup (catalog, server);

  if (entry == NULL)
    g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_NOT_FOUND, "There is no server “%s” in the catalog.",
                 server);

  return entry;
}

/**
 * sb_catalog_edit_add:
 * @target: an image, or the address of a remote server
 *
 * Returns: (transfer full): NULL with SB_CATALOG_ERROR when there is one already, or no room for a second one
 */
char *
sb_catalog_edit_add (SbCatalog   *catalog,
                     const char  *server,
                     const char  *target,
                     GError     **error)
{
  g_return_val_if_fail (SB_IS_CATALOG (catalog), NULL);

  if (sb_catalog_lookup (catalog, server) != NULL)
    {
      g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER, "There is already a server “%s” in the catalog.",
                   server);
      return NULL;
    }
  if (sb_catalog_get_form (catalog) != SB_CATALOG_FORM_REGISTRY)
    {
      g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER,
                   "This file describes one server, and has no place for “%s”. Use one with a registry.", server);
      return NULL;
    }

  return set (catalog, server, NULL, new_entry (target), error);
}

/**
 * sb_catalog_edit_set_image:
 *
 * The rest of the entry stays.
 *
 * Returns: (transfer full): NULL with SB_CATALOG_ERROR when there is no such server, or it is no image
 */
char *
sb_catalog_edit_set_image (SbCatalog   *catalog,
                           const char  *server,
                           const char  *image,
                           GError     **error)
{
  SbCatalogServer *entry;

  g_return_val_if_fail (SB_IS_CATALOG (catalog), NULL);

  entry = find (catalog, server, error);
  if (entry == NULL)
    return NULL;
  if (sb_catalog_server_get_fields (entry)->image == NULL)
    {
      g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER,
                   "The server “%s” is no image, so there is nothing to pin.", server);
      return NULL;
    }

  return set (catalog, server, "image", sb_yaml_node_new_text (image), error);
}

char *
sb_catalog_edit_remove (SbCatalog   *catalog,
                        const char  *server,
                        GError     **error)
{
  g_auto(GStrv) path = NULL;
  g_autoptr(SbYamlEdit) edit = NULL;

  g_return_val_if_fail (SB_IS_CATALOG (catalog), NULL);

  if (find (catalog, server, error) == NULL)
    return NULL;

  path = sb_catalog_dup_path (catalog, server, NULL);
  edit = sb_yaml_edit_new_remove ((const char * const *) path);

  return sb_yaml_edit_apply (edit, sb_catalog_get_text (catalog), error);
}
