/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-names.h"

#include <string.h>

#include "sb-gateway-server.h"

/* What model APIs take as a function's name. */
#define MAX_TOOL_NAME 64
#define PREFIX_SEPARATOR "__"

/* How far a name has to go to be the only one. */
typedef enum
{
  NAME_PLAIN,  /* with the prefix that the catalog asks for */
  NAME_SERVER, /* with the server's name */
  NAME_DIGEST, /* and a digest of what the tool is really called */
  N_NAME_FORMS
} NameForm;

/* Only what model APIs take; what is cut stays apart by a digest of the whole. */
static char *
make_name (const char *prefix,
           const char *name,
           gboolean    with_digest)
{
  g_autofree char *real = prefix != NULL ? g_strconcat (prefix, PREFIX_SEPARATOR, name, NULL) : g_strdup (name);
  g_autofree char *whole = g_strcanon (g_strdup (real), G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-", '_');
  g_autofree char *digest = NULL;

  if (strlen (whole) <= MAX_TOOL_NAME && !with_digest)
    return g_steal_pointer (&whole);

  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, real, -1);

  return g_strdup_printf ("%.*s_%.8s", MAX_TOOL_NAME - 9, whole, digest);
}

/* The sandbox server's names are our own, and stay. */
static char *
dup_name (SbGatewayServer *server,
          SbGatewayTool   *tool,
          NameForm         form)
{
  const char *name = sb_gateway_tool_get_name (tool);

  if (form == NAME_PLAIN || sb_gateway_server_is_own (server))
    return make_name (sb_catalog_server_get_fields (sb_gateway_server_get_entry (server))->prefix, name, FALSE);

  return make_name (sb_gateway_server_get_name (server), name, form == NAME_DIGEST);
}

/* name → how many tools would have it */
static GHashTable *
count_names (GPtrArray *servers,
             NameForm   form)
{
  GHashTable *counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < servers->len; i++)
    {
      SbGatewayServer *server = g_ptr_array_index (servers, i);
      GListModel *tools = sb_gateway_server_get_tools (server);

      for (guint j = 0; j < g_list_model_get_n_items (tools); j++)
        {
          g_autoptr(SbGatewayTool) tool = g_list_model_get_item (tools, j);
          char *name = dup_name (server, tool, form);
          guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));

          g_hash_table_replace (counts, name, GUINT_TO_POINTER (count + 1));
        }
    }

  return counts;
}

/* A name that several have is told apart for all of them: who is meant must not hang on the order of starting. */
static void
name_tool (GHashTable      *names,
           SbGatewayServer *server,
           SbGatewayTool   *tool,
           GHashTable      *counts[])
{
  g_autofree char *name = NULL;

  for (guint form = NAME_PLAIN; form < N_NAME_FORMS; form++)
    {
      g_free (name);
      name = dup_name (server, tool, form);
      if (GPOINTER_TO_UINT (g_hash_table_lookup (counts[form], name)) == 1 &&
          !g_hash_table_contains (names, name))
        break;
    }

  sb_gateway_tool_set_exposed_name (tool, name);
  if (!g_hash_table_contains (names, name))
    g_hash_table_insert (names, g_steal_pointer (&name), g_object_ref (tool));
}

/* servers: of SbGatewayServer; names: (inout): exposed name → SbGatewayTool, made anew */
void
sb_gateway_names_assign (GPtrArray  *servers,
                         GHashTable *names)
{
  GHashTable *counts[N_NAME_FORMS];

  for (guint form = NAME_PLAIN; form < N_NAME_FORMS; form++)
    counts[form] = count_names (servers, form);

  g_hash_table_remove_all (names);
  for (guint i = 0; i < servers->len; i++)
    {
      SbGatewayServer *server = g_ptr_array_index (servers, i);
      GListModel *tools = sb_gateway_server_get_tools (server);

      for (guint j = 0; j < g_list_model_get_n_items (tools); j++)
        {
          g_autoptr(SbGatewayTool) tool = g_list_model_get_item (tools, j);

          name_tool (names, server, tool, counts);
        }
    }

  for (guint form = NAME_PLAIN; form < N_NAME_FORMS; form++)
    g_hash_table_unref (counts[form]);
}
