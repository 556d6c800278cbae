/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-lint-private.h"

#include <string.h>

/* What a model may call. */
#define MAX_NAME 64

/* Tools that Docker's gateway has itself. */
static const char * const reserved[] = {
  "mcp-find", "mcp-add", "mcp-remove", "mcp-exec", "mcp-config-set", "mcp-create-profile", "mcp-activate-profile",
  "code-mode", "find-tools", NULL
};

static char *
clean_name (const char *name)
{
  return g_strcanon (g_strdup (name), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-", '_');
}

static SbYamlEdit *
set_prefix (SbLint     *lint,
            const char *prefix)
{
  g_autofree char *clean = clean_name (prefix);
  g_auto(GStrv) path = sb_lint_path (lint, "prefix", NULL);

  return sb_yaml_edit_new_set ((const char * const *) path, sb_yaml_node_new_text (clean));
}

static void
check_tool (SbLint     *lint,
            SbYamlNode *at,
            const char *tool,
            const char *prefix)
{
  g_autofree char *exposed = prefix != NULL ? g_strconcat (prefix, "__", tool, NULL) : g_strdup (tool);
  const char *other = g_hash_table_lookup (lint->tools, exposed);

  if (prefix == NULL && g_strv_contains (reserved, tool))
    sb_lint_add (lint, at, SB_LINT_ERROR, "reserved-tool", set_prefix (lint, lint->server), "Give it a prefix",
                 "Docker's gateway has a tool “%s” itself and does not start with a second one.", tool);
  else if (other != NULL && strcmp (other, lint->server) != 0)
    sb_lint_add (lint, at, SB_LINT_ERROR, "tool-collision", set_prefix (lint, lint->server), "Give it a prefix",
                 "“%.60s” has a tool “%.60s” too. Docker's gateway does not start with both servers; Sandbar gives "
                 "them prefixes.", other, exposed);
  else if (strlen (exposed) > MAX_NAME)
    sb_lint_add (lint, at, SB_LINT_WARNING, "long-tool-name", NULL, NULL,
                 "“%.80s” is longer than the 64 characters that models can call.", exposed);
  g_hash_table_replace (lint->tools, g_steal_pointer (&exposed), g_strdup (lint->server));
}

void
sb_lint_check_tools (SbLint          *lint,
                     SbCatalogServer *server)
{
  SbYamlNode *node = sb_catalog_server_get_node (server);
  SbYamlNode *list = sb_yaml_node_get (node, "tools");
  const char *prefix = sb_catalog_server_get_fields (server)->prefix;
  g_autofree char *clean = prefix != NULL ? clean_name (prefix) : NULL;

  if (prefix != NULL && strcmp (prefix, clean) != 0)
    sb_lint_add (lint, sb_yaml_node_get (node, "prefix"), SB_LINT_WARNING, "bad-prefix", set_prefix (lint, prefix),
                 "Keep only what is allowed", "“%.60s” makes names that models cannot call; use letters, digits, "
                 "“_” and “-”.", prefix);

  for (guint i = 0; list != NULL && list->kind == SB_YAML_SEQUENCE && i < list->children->len; i++)
    {
      SbYamlNode *tool = g_ptr_array_index (list->children, i);
      SbYamlNode *name = sb_yaml_node_get (tool, "name");

      if (name != NULL && name->kind == SB_YAML_SCALAR && name->text[0] != '\0')
        check_tool (lint, name, name->text, prefix);
    }
}
