/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-catalog.h"

#include "sb-catalog-lint.h"
#include "sb-catalog-state.h"
#include "sb-json.h"
#include "sb-server-launch.h"

#include <stdio.h>

static const char *
kind_name (SbCatalogServer *server)
{
  static const char * const names[] = { "nothing", "image", "remote", "local", "tools" };

  return names[sb_catalog_server_get_kind (server)];
}

static const char *
target_of (SbCatalogServer *server)
{
  const SbCatalogFields *fields = sb_catalog_server_get_fields (server);

  if (fields->image != NULL)
    return fields->image;
  if (fields->url != NULL)
    return fields->url;

  return fields->local_command[0] != NULL ? fields->local_command[0] : "";
}

static void
show_json (SbCatalogServer *server,
           gboolean         enabled)
{
  g_autoptr(JsonObject) object = json_object_new ();
  g_autofree char *line = NULL;

  json_object_set_string_member (object, "name", sb_catalog_server_get_name (server));
  json_object_set_string_member (object, "title", sb_catalog_server_get_title (server));
  json_object_set_string_member (object, "kind", kind_name (server));
  json_object_set_string_member (object, "target", target_of (server));
  json_object_set_int_member (object, "line", sb_catalog_server_get_line (server));
  json_object_set_boolean_member (object, "enabled", enabled);
  if (sb_catalog_server_get_problem (server) != NULL)
    json_object_set_string_member (object, "problem", sb_catalog_server_get_problem (server));
  line = sb_json_object_to_string (object);
  puts (line);
}

int
sb_cli_catalog_show (SbCliCatalog *options)
{
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open (options, &error);
  g_autoptr(SbCatalogState) state = catalog != NULL ? sb_catalog_state_new (path, &error) : NULL;

  if (state == NULL)
    return sb_cli_catalog_print_error (error);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);
      gboolean enabled = sb_catalog_state_get_enabled (state, sb_catalog_server_get_name (server));
      g_autofree char *line = NULL;

      if (options->json)
        {
          show_json (server, enabled);
          continue;
        }
      line = g_strdup_printf ("%s %-24s %-7s %s\n", enabled ? "on " : "off", sb_catalog_server_get_name (server),
                              kind_name (server), target_of (server));
      sb_cli_catalog_print_clean (line);
    }

  return 0;
}

static const char *
severity_name (SbCatalogProblem *problem)
{
  static const char * const names[] = { "hint", "warning", "error" };

  return names[sb_catalog_problem_get_severity (problem)];
}

static void
lint_json (SbCatalogProblem *problem)
{
  g_autoptr(JsonObject) object = json_object_new ();
  g_autofree char *line = NULL;

  json_object_set_int_member (object, "line", sb_catalog_problem_get_line (problem));
  json_object_set_string_member (object, "severity", severity_name (problem));
  json_object_set_string_member (object, "code", sb_catalog_problem_get_code (problem));
  json_object_set_string_member (object, "message", sb_catalog_problem_get_message (problem));
  if (sb_catalog_problem_get_server (problem) != NULL)
    json_object_set_string_member (object, "server", sb_catalog_problem_get_server (problem));
  if (sb_catalog_problem_get_fix (problem) != NULL)
    json_object_set_string_member (object, "fix", sb_catalog_problem_get_fix (problem));
  line = sb_json_object_to_string (object);
  puts (line);
}

int
sb_cli_catalog_lint (SbCliCatalog *options)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GListModel) problems = NULL;
  gboolean bad = FALSE;

  if (!g_file_get_contents (options->words[0], &text, NULL, &error))
    return sb_cli_catalog_print_error (error);

  problems = sb_catalog_lint (text, options->docker ? options->words[0] : NULL);
  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(SbCatalogProblem) problem = g_list_model_get_item (problems, i);
      g_autofree char *line = NULL;

      bad |= sb_catalog_problem_get_severity (problem) > SB_LINT_HINT;
      if (options->json)
        {
          lint_json (problem);
          continue;
        }
      line = g_strdup_printf ("%s:%u: %s: %s [%s]\n", options->words[0], sb_catalog_problem_get_line (problem),
                              severity_name (problem), sb_catalog_problem_get_message (problem),
                              sb_catalog_problem_get_code (problem));
      sb_cli_catalog_print_clean (line);
    }

  return bad ? SB_CLI_EXIT_FAILED : 0;
}

/* Only where it goes is shown. */
static char *
masked_secret_cb (const char *name,
                  gpointer    user_data)
{
  return g_strdup_printf ("<%s>", name);
}

static void
print_items (const char *label,
             GStrv       items)
{
  for (guint i = 0; items != NULL && items[i] != NULL; i++)
    {
      g_autofree char *line = g_strdup_printf ("%s %s\n", label, items[i]);

      sb_cli_catalog_print_clean (line);
    }
}

static void
print_pairs (const char *label,
             GPtrArray  *pairs)
{
  for (guint i = 0; i < pairs->len; i++)
    {
      SbLaunchPair *pair = g_ptr_array_index (pairs, i);
      g_autofree char *line = g_strdup_printf ("%s %s=%s\n", label, pair->name, pair->value);

      sb_cli_catalog_print_clean (line);
    }
}

static void
print_launch (SbServerLaunch *launch)
{
  const char *where = launch->image != NULL ? launch->image : launch->url != NULL ? launch->url : "this machine";
  g_autofree char *line = g_strdup_printf ("runs on     %s\n", where);

  sb_cli_catalog_print_clean (line);
  print_items ("argument   ", launch->arguments);
  print_pairs ("variable   ", launch->env);
  print_pairs ("header     ", launch->headers);
  print_items ("host       ", launch->extra_hosts);
  for (guint i = 0; i < launch->mounts->len; i++)
    {
      SbServerMount *mount = g_ptr_array_index (launch->mounts, i);
      g_autofree char *bind = sb_server_mount_to_bind (mount);
      g_autofree char *text = g_strdup_printf ("volume      %s%s\n", bind != NULL ? bind : mount->target,
                                               mount->answer == SB_BIND_ASK ? " (asks first)" : "");

      sb_cli_catalog_print_clean (text);
    }
}

/* How a server would be run, with the user's values in it. */
int
sb_cli_catalog_template (SbCliCatalog *options)
{
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open_for (options);
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalogState) state = NULL;
  g_autoptr(SbServerLaunch) launch = NULL;
  SbLaunchInput input = { .secret = masked_secret_cb };

  if (catalog == NULL)
    return SB_CLI_EXIT_FAILED;

  state = sb_catalog_state_new (path, &error);
  if (state == NULL)
    return sb_cli_catalog_print_error (error);
  input.config = sb_catalog_state_get_config (state, options->words[1]);
  launch = sb_server_launch_resolve (sb_catalog_lookup (catalog, options->words[1]), &input, &error);
  if (launch == NULL)
    return sb_cli_catalog_print_error (error);
  print_launch (launch);

  return 0;
}
