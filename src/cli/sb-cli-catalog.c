/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli.h"

#include "sb-catalog-export.h"
#include "sb-catalog-import.h"
#include "sb-catalog-lint.h"
#include "sb-catalog-state.h"
#include "sb-cli-secrets.h"
#include "sb-compose-export.h"
#include "sb-json.h"
#include "sb-server-launch.h"
#include "sb-text.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  gboolean  json;
  gboolean  docker;
  gboolean  print;
  char     *form;
  GStrv     words; /* FILE and what follows */
} Options;

static void
options_clear (Options *options)
{
  g_free (options->form);
  g_strfreev (options->words);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static int
print_error (const GError *error)
{
  g_autofree char *clean = sb_text_clean (error->message, -1, NULL);

  fprintf (stderr, "Error: %s\n", clean);

  return SB_CLI_EXIT_FAILED;
}

/* Catalogs are foreign text. */
static void
print_clean (const char *text)
{
  g_autofree char *clean = sb_text_clean (text, -1, NULL);

  fputs (clean, stdout);
}

static SbCatalog *
open_catalog (Options  *options,
              GError  **error)
{
  return sb_catalog_new_from_file (options->words[0], error);
}

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

static int
run_show (Options *options)
{
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = open_catalog (options, &error);
  g_autoptr(SbCatalogState) state = catalog != NULL ? sb_catalog_state_new (path, &error) : NULL;

  if (state == NULL)
    return print_error (error);

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
      print_clean (line);
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

static int
run_lint (Options *options)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GListModel) problems = NULL;
  gboolean bad = FALSE;

  if (!g_file_get_contents (options->words[0], &text, NULL, &error))
    return print_error (error);

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
      print_clean (line);
    }

  return bad ? SB_CLI_EXIT_FAILED : 0;
}

/* To the file, or with --print to stdout. */
static int
finish_edit (Options    *options,
             const char *text)
{
  g_autoptr(GError) error = NULL;

  if (options->print)
    fputs (text, stdout);
  else if (!sb_catalog_save (options->words[0], text, &error))
    return print_error (error);

  return 0;
}

static int
run_fix (Options *options)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *fixed = NULL;
  g_auto(GStrv) changes = NULL;

  if (!g_file_get_contents (options->words[0], &text, NULL, &error))
    return print_error (error);

  fixed = sb_catalog_lint_fix (text, &changes);
  for (guint i = 0; changes[i] != NULL; i++)
    {
      g_autofree char *clean = sb_text_clean (changes[i], -1, NULL);

      fprintf (stderr, "%s\n", clean);
    }

  return finish_edit (options, fixed);
}

/* Takes @edit. */
static int
apply_edit (Options    *options,
            SbCatalog  *catalog,
            SbYamlEdit *edit)
{
  g_autoptr(SbYamlEdit) owned = edit;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = sb_yaml_edit_apply (owned, sb_catalog_get_text (catalog), &error);

  return text != NULL ? finish_edit (options, text) : print_error (error);
}

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

/* NULL when the catalog cannot be read or, with @must_exist, has no such server; the reason is printed. */
static SbCatalog *
open_for (Options  *options,
          gboolean  must_exist)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = open_catalog (options, &error);

  if (catalog != NULL && (sb_catalog_lookup (catalog, options->words[1]) != NULL) != must_exist)
    g_set_error (&error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_NOT_FOUND, "There is %s server “%s” in %s.",
                 must_exist ? "no" : "already a", options->words[1], options->words[0]);
  if (error == NULL)
    return g_steal_pointer (&catalog);
  print_error (error);

  return NULL;
}

static int
run_add (Options *options)
{
  g_autoptr(SbCatalog) catalog = open_for (options, FALSE);
  const char *path[] = { "registry", options->words[1], NULL };

  if (catalog == NULL)
    return SB_CLI_EXIT_FAILED;

  return apply_edit (options, catalog, sb_yaml_edit_new_set (path, new_entry (options->words[2])));
}

static int
run_remove (Options *options)
{
  g_autoptr(SbCatalog) catalog = open_for (options, TRUE);
  const char *path[] = { "registry", options->words[1], NULL };

  if (catalog == NULL)
    return SB_CLI_EXIT_FAILED;

  return apply_edit (options, catalog, sb_yaml_edit_new_remove (path));
}

static gboolean
is_digest (const char *text)
{
  const char *hex = text + strlen ("sha256:");

  return g_str_has_prefix (text, "sha256:") && strlen (hex) == 64 && strspn (hex, "0123456789abcdef") == 64;
}

/* name:tag@digest keeps no tag: the digest says it all. */
static char *
pin_image (const char *image,
           const char *digest)
{
  g_autofree char *name = g_strndup (image, strcspn (image, "@"));
  char *slash = strrchr (name, '/');
  char *colon = strchr (slash != NULL ? slash : name, ':');

  if (colon != NULL)
    *colon = '\0';

  return g_strconcat (name, "@", digest, NULL);
}

static int
run_pin (Options *options)
{
  g_autoptr(SbCatalog) catalog = open_for (options, TRUE);
  const SbCatalogFields *fields;
  g_auto(GStrv) path = NULL;
  g_autofree char *image = NULL;

  if (catalog == NULL)
    return SB_CLI_EXIT_FAILED;

  fields = sb_catalog_server_get_fields (sb_catalog_lookup (catalog, options->words[1]));
  if (fields->image == NULL || !is_digest (options->words[2]))
    {
      fprintf (stderr, "Error: A server with an image is pinned by “sha256:” and 64 digits.\n");
      return SB_CLI_EXIT_FAILED;
    }

  image = pin_image (fields->image, options->words[2]);
  path = sb_catalog_dup_path (catalog, options->words[1], "image");

  return apply_edit (options, catalog,
                     sb_yaml_edit_new_set ((const char * const *) path, sb_yaml_node_new_text (image)));
}

static int
set_enabled (Options  *options,
             gboolean  enabled)
{
  g_autoptr(SbCatalog) catalog = open_for (options, TRUE);
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalogState) state = NULL;

  if (catalog == NULL)
    return SB_CLI_EXIT_FAILED;

  state = sb_catalog_state_new (path, &error);
  if (state == NULL)
    return print_error (error);
  sb_catalog_state_set_enabled (state, options->words[1], enabled);

  return sb_catalog_state_save (state, &error) ? 0 : print_error (error);
}

static int
run_enable (Options *options)
{
  return set_enabled (options, TRUE);
}

static int
run_disable (Options *options)
{
  return set_enabled (options, FALSE);
}

static SbCatalogImport *
read_import (Options    *options,
             SbCatalog  *catalog,
             GError    **error)
{
  g_autofree char *data = NULL;
  gsize length;

  if (!g_file_get_contents (options->words[1], &data, &length, error))
    return NULL;
  if (g_str_has_suffix (options->words[1], ".env"))
    return sb_catalog_import_env (catalog, data, length);

  return sb_catalog_import_json (data, length, error);
}

static int
run_import (Options *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = open_catalog (options, &error);
  g_autoptr(SbCatalogImport) import = catalog != NULL ? read_import (options, catalog, &error) : NULL;
  g_autofree char *text = NULL;

  if (import != NULL)
    text = sb_catalog_import_apply (import, sb_catalog_get_text (catalog), &error);
  if (text == NULL)
    return print_error (error);

  for (guint i = 0; i < import->notes->len; i++)
    {
      g_autofree char *clean = sb_text_clean (g_ptr_array_index (import->notes, i), -1, NULL);

      fprintf (stderr, "%s\n", clean);
    }
  if (!options->print && !sb_cli_store_secrets (import->secrets))
    return SB_CLI_EXIT_FAILED;

  return finish_edit (options, text);
}

static int
run_export (Options *options)
{
  static const char * const forms[] = { "mcpServers", "servers", "context_servers", NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = open_catalog (options, &error);
  const char *form = options->form != NULL ? options->form : forms[0];

  if (catalog == NULL)
    return print_error (error);

  if (strcmp (form, "env") == 0)
    {
      g_autofree char *env = sb_catalog_export_env (catalog);

      fputs (env, stdout);
      return 0;
    }
  for (guint i = 0; forms[i] != NULL; i++)
    if (strcmp (form, forms[i]) == 0)
      {
        g_autofree char *json = sb_catalog_export_json (catalog, (SbExportForm) i);

        puts (json);
        return 0;
      }
  fprintf (stderr, "Error: There is no form “%s”.\n", form);

  return SB_CLI_EXIT_USAGE;
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

      print_clean (line);
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

      print_clean (line);
    }
}

static void
print_launch (SbServerLaunch *launch)
{
  const char *where = launch->image != NULL ? launch->image : launch->url != NULL ? launch->url : "this machine";
  g_autofree char *line = g_strdup_printf ("runs on     %s\n", where);

  print_clean (line);
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

      print_clean (text);
    }
}

/* How a server would be run, with the user's values in it. */
static int
run_template (Options *options)
{
  g_autoptr(SbCatalog) catalog = open_for (options, TRUE);
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalogState) state = NULL;
  g_autoptr(SbServerLaunch) launch = NULL;
  SbLaunchInput input = { .secret = masked_secret_cb };

  if (catalog == NULL)
    return SB_CLI_EXIT_FAILED;

  state = sb_catalog_state_new (path, &error);
  if (state == NULL)
    return print_error (error);
  input.config = sb_catalog_state_get_config (state, options->words[1]);
  launch = sb_server_launch_resolve (sb_catalog_lookup (catalog, options->words[1]), &input, &error);
  if (launch == NULL)
    return print_error (error);
  print_launch (launch);

  return 0;
}

/* With the servers that are on. */
static int
run_compose (Options *options)
{
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = open_catalog (options, &error);
  g_autoptr(SbCatalogState) state = catalog != NULL ? sb_catalog_state_new (path, &error) : NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) servers = NULL;
  g_autofree char *text = NULL;
  SbComposeInput input = { "docker/mcp-gateway:latest", options->words[0], NULL, "ai/qwen3:latest", 16384, 8811 };

  if (state == NULL)
    return print_error (error);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);

      if (sb_catalog_state_get_enabled (state, sb_catalog_server_get_name (server)))
        g_strv_builder_add (builder, sb_catalog_server_get_name (server));
    }
  servers = g_strv_builder_end (builder);
  input.servers = (const char * const *) servers;
  text = sb_compose_export (&input);
  fputs (text, stdout);

  return 0;
}

static const struct
{
  const char *name;
  guint       n_words;
  int       (*run) (Options *options);
} verbs[] = {
  { "show", 1, run_show },
  { "lint", 1, run_lint },
  { "fix", 1, run_fix },
  { "add", 3, run_add },
  { "remove", 2, run_remove },
  { "enable", 2, run_enable },
  { "disable", 2, run_disable },
  { "pin", 3, run_pin },
  { "import", 2, run_import },
  { "export", 1, run_export },
  { "compose", 1, run_compose },
  { "template", 2, run_template },
};

#define SUMMARY \
  "Looks after catalogs of MCP servers.\n\n" \
  "  show FILE                 its servers, and which are on\n" \
  "  lint FILE                 what is wrong with it; 1 unless there are only hints\n" \
  "  fix FILE                  mends what can be mended\n" \
  "  add FILE NAME IMAGE|URL   one more server\n" \
  "  remove FILE NAME\n" \
  "  enable FILE NAME          for the window and the gateway alike\n" \
  "  disable FILE NAME\n" \
  "  pin FILE NAME DIGEST      runs exactly the image with this digest (sha256:…)\n" \
  "  import FILE SETTINGS      servers of Claude Desktop, VS Code or Zed; secrets of a .env file\n" \
  "  export FILE               the same way out\n" \
  "  compose FILE              a docker-compose.yml with the servers that are on\n" \
  "  template FILE NAME        how the server would be run\n\n" \
  "Exit status: 0 done, 1 failed or something is wrong, 2 wrong use."

static gboolean
parse_options (Options   *options,
               int       *argc,
               char    ***argv)
{
  const GOptionEntry entries[] = {
    { "docker", 0, 0, G_OPTION_ARG_NONE, &options->docker, "lint: also whether Docker's gateway reads it from there",
      NULL },
    { "form", 'f', 0, G_OPTION_ARG_STRING, &options->form, "export: mcpServers, servers, context_servers or env",
      "FORM" },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json, "show, lint: one JSON object per line", NULL },
    { "print", 'p', 0, G_OPTION_ARG_NONE, &options->print, "Print the new catalog and change nothing", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->words, NULL, "VERB FILE…" },
    { NULL }
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  g_autoptr(GError) error = NULL;

  g_set_prgname ("sandbar-cli catalog");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, SUMMARY);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;

  fprintf (stderr, "sandbar-cli catalog: %s\n", error->message);

  return FALSE;
}

int
sb_cli_catalog (int    argc,
                char **argv)
{
  g_auto(Options) options = { FALSE };
  g_autofree char *verb = NULL;

  if (!parse_options (&options, &argc, &argv))
    return SB_CLI_EXIT_USAGE;

  if (options.words != NULL)
    {
      verb = options.words[0];
      memmove (options.words, options.words + 1, g_strv_length (options.words + 1) * sizeof (char *) + sizeof (char *));
    }
  for (guint i = 0; verb != NULL && i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (verbs[i].name, verb) == 0 && g_strv_length (options.words) == verbs[i].n_words)
      return verbs[i].run (&options);

  fputs ("Usage: sandbar-cli catalog VERB FILE…; --help tells more\n", stderr);

  return SB_CLI_EXIT_USAGE;
}
