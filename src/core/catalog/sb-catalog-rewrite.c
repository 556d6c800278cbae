/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-rewrite.h"

#include "sb-catalog-lint.h"

#include <string.h>

/* Where the token of the sandbox's address is, for its header. */
#define TOKEN_VARIABLE "SANDBAR_SANDBOX_TOKEN"

/* Of the old entry only what clients see stays. */
static SbYamlNode *
make_remote (SbYamlNode           *old,
             const SbRewriteInput *input)
{
  static const char * const kept[] = { "title", "description", "tools", "prefix" };
  SbYamlNode *entry = sb_yaml_node_new_mapping ();
  SbYamlNode *remote, *headers, *secret;

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (sb_yaml_node_get (old, kept[i]) != NULL)
      sb_yaml_node_add (entry, kept[i], sb_yaml_node_copy (sb_yaml_node_get (old, kept[i])));

  sb_yaml_node_add (entry, "type", sb_yaml_node_new_text ("remote"));
  remote = sb_yaml_node_add (entry, "remote", sb_yaml_node_new_mapping ());
  sb_yaml_node_add (remote, "url", sb_yaml_node_new_text (input->sandbox_url));
  sb_yaml_node_add (remote, "transport_type", sb_yaml_node_new_text ("streamable-http"));
  headers = sb_yaml_node_add (remote, "headers", sb_yaml_node_new_mapping ());
  sb_yaml_node_add (headers, "Authorization", sb_yaml_node_new_text ("Bearer ${" TOKEN_VARIABLE "}"));
  secret = sb_yaml_node_append (sb_yaml_node_add (entry, "secrets", sb_yaml_node_new_sequence ()),
                                sb_yaml_node_new_mapping ());
  sb_yaml_node_add (secret, "name", sb_yaml_node_new_text (input->sandbox_secret));
  sb_yaml_node_add (secret, "env", sb_yaml_node_new_text (TOKEN_VARIABLE));

  return entry;
}

/* The container cannot start sandboxes: the engine's socket is what its servers never get. */
static char *
replace_sandbox (const char            *text,
                 const SbRewriteInput  *input,
                 GStrvBuilder          *changes,
                 GError               **error)
{
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (text, -1, error);
  const char *path[] = { "registry", input->sandbox_server, NULL };
  SbCatalogServer *server;
  g_autoptr(SbYamlEdit) edit = NULL;
  g_autofree char *sentence = NULL;

  if (catalog == NULL)
    return NULL;
  server = input->sandbox_server != NULL ? sb_catalog_lookup (catalog, input->sandbox_server) : NULL;
  if (server == NULL)
    return g_strdup (text);

  edit = sb_yaml_edit_new_set (path, make_remote (sb_catalog_server_get_node (server), input));
  sentence = g_strdup_printf ("“%s” is Sandbar's own sandbox server at %s: in the gateway's container it could start "
                              "no sandboxes.", input->sandbox_server, input->sandbox_url);
  g_strv_builder_add (changes, sentence);

  return sb_yaml_edit_apply (edit, text, error);
}

/* What only Sandbar can run would be an entry without anything to start. */
static char *
drop_local (const char    *text,
            GStrvBuilder  *changes,
            GError       **error)
{
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (text, -1, error);
  g_autofree char *left = g_strdup (text);

  if (catalog == NULL)
    return NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);
      const char *path[] = { "registry", sb_catalog_server_get_name (server), NULL };
      g_autoptr(SbYamlEdit) edit = NULL;
      g_autofree char *sentence = NULL;
      char *next;

      if (sb_catalog_server_get_kind (server) != SB_SERVER_KIND_LOCAL)
        continue;
      edit = sb_yaml_edit_new_remove (path);
      next = sb_yaml_edit_apply (edit, left, error);
      if (next == NULL)
        return NULL;
      g_free (left);
      left = next;
      sentence = g_strdup_printf ("“%s” was left out: it is a program of this machine, which the gateway cannot start.",
                                  path[1]);
      g_strv_builder_add (changes, sentence);
    }

  return g_steal_pointer (&left);
}

/**
 * sb_catalog_rewrite:
 * @text: in the registry form
 * @changes: (out) (transfer full): a sentence for each thing that is not as in the user's file, with the reason
 *
 * Makes a catalog that Docker's gateway of today runs in its container: misspelt keys set right, refused and writable
 * folders repaired or dropped, local commands left out, and the sandbox server offered as an address. It goes to
 * /root/.docker/mcp/catalogs/, the only place that gateway reads. Pure; the user's file stays as it is.
 *
 * Returns: (transfer full) (nullable): the text to upload; NULL with SB_CATALOG_ERROR or SB_YAML_ERROR
 */
char *
sb_catalog_rewrite (const char            *text,
                    const SbRewriteInput  *input,
                    GStrv                 *changes,
                    GError               **error)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) fixes = NULL;
  g_autofree char *fixed = NULL;
  g_autofree char *remote = NULL;
  g_autofree char *result = NULL;

  g_return_val_if_fail (text != NULL && input != NULL && changes != NULL, NULL);

  fixed = sb_catalog_lint_fix (text, &fixes);
  g_strv_builder_addv (builder, (const char **) fixes);
  remote = replace_sandbox (fixed, input, builder, error);
  result = remote != NULL ? drop_local (remote, builder, error) : NULL;
  if (result != NULL)
    *changes = g_strv_builder_end (builder);

  return g_steal_pointer (&result);
}
