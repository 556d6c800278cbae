/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-import.h"

#include "sb-docker-run.h"
#include "sb-dotenv.h"
#include "sb-json.h"
#include "sb-redactor.h"
#include "sb-text.h"
#include "sb-yaml-edit.h"

#include <string.h>

#define MAX_SERVERS 500

typedef struct
{
  SbCatalogImport *import;
  SbRedactor      *redactor;
  const char      *name;        /* of the server */
  SbYamlNode      *env;         /* variables of its entry; owned until they are added */
  SbYamlNode      *secrets;
  JsonObject      *variables;   /* nullable: "env" of the settings */
} Server;

static void
pair_free (gpointer data)
{
  SbCatalogPair *pair = data;

  g_free (pair->name);
  g_free (pair->value);
  g_free (pair);
}

static SbCatalogImport *
import_new (void)
{
  SbCatalogImport *self = g_new0 (SbCatalogImport, 1);

  self->names = g_ptr_array_new_with_free_func (g_free);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_yaml_node_free);
  self->secrets = g_ptr_array_new_with_free_func (pair_free);
  self->notes = g_ptr_array_new_with_free_func (g_free);

  return self;
}

static void
note_cb (const char *note,
         gpointer    user_data)
{
  Server *server = user_data;

  g_ptr_array_add (server->import->notes, g_strdup_printf ("%s: %s", server->name, note));
}

/* VS Code and Zed allow comments and a comma behind the last item. */
static char *
strip_comments (const char *json)
{
  GString *out = g_string_new (NULL);
  gboolean quoted = FALSE;

  for (const char *p = json; *p != '\0'; p++)
    {
      if (quoted && *p == '\\' && p[1] != '\0')
        {
          g_string_append_len (out, p++, 2);
          continue;
        }
      quoted ^= *p == '"';
      if (!quoted && p[0] == '/' && p[1] == '/')
        p += strcspn (p, "\n") - 1;
      else if (!quoted && p[0] == '/' && p[1] == '*')
        p = strstr (p + 2, "*/") != NULL ? strstr (p + 2, "*/") + 1 : p + strlen (p) - 1;
      else if (quoted || *p != ',' || strchr ("]}", p[1 + strspn (p + 1, " \t\r\n")]) == NULL)
        g_string_append_c (out, *p);
    }

  return g_string_free (out, FALSE);
}

static gboolean
is_secret_name (const char *name)
{
  static const char * const words[] = { "KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "AUTH", "PAT" };
  g_autofree char *upper = g_ascii_strup (name, -1);
  g_auto(GStrv) parts = g_strsplit_set (upper, "_-. ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    for (guint j = 0; j < G_N_ELEMENTS (words); j++)
      if (strcmp (parts[i], words[j]) == 0 || (strlen (words[j]) > 3 && g_str_has_suffix (parts[i], words[j])) ||
          strcmp (parts[i], "APIKEY") == 0 || strcmp (parts[i], "AUTHORIZATION") == 0)
        return TRUE;

  return FALSE;
}

static gboolean
looks_secret (Server     *server,
              const char *name,
              const char *value)
{
  g_autofree char *redacted = sb_redactor_apply (server->redactor, value);

  if (g_str_has_prefix (value, "${input:") || strcmp (redacted, value) != 0)
    return TRUE;

  return name != NULL && is_secret_name (name) && value[0] != '\0';
}

static char *
variable_name (const char *text)
{
  g_autofree char *upper = g_ascii_strup (text, -1);

  return g_strcanon (g_steal_pointer (&upper), G_CSET_A_2_Z G_CSET_DIGITS "_", '_');
}

/* Adds it to the entry and to what is to be stored. A value that stands for a question is asked for. */
static void
add_secret (Server     *server,
            const char *variable,
            const char *value)
{
  SbCatalogPair *pair = g_new0 (SbCatalogPair, 1);
  g_autofree char *lower = g_ascii_strdown (variable, -1);
  SbYamlNode *item = sb_yaml_node_append (server->secrets, sb_yaml_node_new_mapping ());

  pair->name = g_strdup_printf ("%s.%s", server->name, lower);
  pair->value = g_strdup (strstr (value, "${") != NULL ? "" : value);
  sb_yaml_node_add (item, "name", sb_yaml_node_new_text (pair->name));
  sb_yaml_node_add (item, "env", sb_yaml_node_new_text (variable));
  g_ptr_array_add (server->import->secrets, pair);
}

static void
add_variable (Server     *server,
              const char *name,
              const char *value)
{
  SbYamlNode *item;

  if (looks_secret (server, name, value))
    {
      add_secret (server, name, value);
      return;
    }

  if (strchr (value, '$') != NULL)
    {
      g_autofree char *shown = sb_text_short (name, 60);
      g_autofree char *note = g_strdup_printf ("The “$” in %s is expanded in a catalog; is it meant so?", shown);

      note_cb (note, server);
    }
  item = sb_yaml_node_append (server->env, sb_yaml_node_new_mapping ());
  sb_yaml_node_add (item, "name", sb_yaml_node_new_text (name));
  sb_yaml_node_add (item, "value", sb_yaml_node_new_text (value));
}

static const char *
member_text (JsonObject *object,
             const char *name)
{
  return object != NULL ? sb_json_get_string (object, name) : NULL;
}

/* "-e NAME" takes its value from the settings. */
static void
docker_env_cb (const char *name,
               const char *value,
               gpointer    user_data)
{
  Server *server = user_data;

  if (value == NULL)
    value = member_text (server->variables, name);
  add_variable (server, name, value != NULL ? value : "${}");
}

static GStrv
dup_arguments (Server     *server,
               JsonObject *settings)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array = sb_json_get_array (settings, "args");

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (json_node_get_value_type (node) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (node));
    }

  return g_strv_builder_end (builder);
}

/* A key in a command line would be in the catalog's text, and everybody's to read while the server runs. */
static SbYamlNode *
clean_command (Server             *server,
               const char         *command,
               const char * const *arguments)
{
  SbYamlNode *list = sb_yaml_node_new_sequence ();

  if (command != NULL)
    sb_yaml_node_append (list, sb_yaml_node_new_text (command));
  for (guint i = 0; arguments[i] != NULL; i++)
    {
      const char *option = i > 0 && g_str_has_prefix (arguments[i - 1], "--") ? arguments[i - 1] : NULL;
      gboolean value = arguments[i][0] != '-' && option != NULL && strchr (option, '=') == NULL;
      g_auto(GStrv) parts = g_strsplit (arguments[i], "=", 2);
      gboolean assigned = arguments[i][0] == '-' && parts[1] != NULL && parts[1][0] != '\0';

      if (looks_secret (server, value ? option : assigned ? parts[0] : NULL, arguments[i]))
        note_cb ("An argument that holds a secret was left out; give it to the server in a variable.", server);
      else
        sb_yaml_node_append (list, sb_yaml_node_new_text (arguments[i]));
    }

  return list;
}

static void
add_variables (Server     *server,
               JsonObject *variables)
{
  g_autoptr(GList) names = variables != NULL ? json_object_get_members (variables) : NULL;

  for (GList *l = names; l != NULL; l = l->next)
    if (member_text (variables, l->data) != NULL && ((const char *) l->data)[0] != '\0')
      add_variable (server, l->data, member_text (variables, l->data));
}

static SbYamlNode *
import_image (Server             *server,
              const char * const *arguments)
{
  SbYamlNode *entry = sb_docker_run_parse (arguments, docker_env_cb, note_cb, server);
  SbYamlNode *command = entry != NULL ? sb_yaml_node_get (entry, "command") : NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) texts = NULL;
  g_autoptr(SbYamlNode) clean = NULL;

  for (guint i = 0; command != NULL && i < command->children->len; i++)
    g_strv_builder_add (builder, ((SbYamlNode *) g_ptr_array_index (command->children, i))->text);
  texts = g_strv_builder_end (builder);
  if (command == NULL)
    return entry;

  clean = clean_command (server, NULL, (const char * const *) texts);
  g_ptr_array_set_size (command->children, 0);
  for (guint i = 0; i < clean->children->len; i++)
    sb_yaml_node_append (command, sb_yaml_node_copy (g_ptr_array_index (clean->children, i)));

  return entry;
}

static SbYamlNode *
import_command (Server     *server,
                JsonObject *settings,
                const char *command)
{
  g_auto(GStrv) arguments = dup_arguments (server, settings);
  SbYamlNode *entry, *own;

  server->variables = sb_json_get_object (settings, "env");
  if (sb_docker_run_is (command, (const char * const *) arguments))
    return import_image (server, (const char * const *) arguments);

  entry = sb_yaml_node_new_mapping ();
  own = sb_yaml_node_add (entry, "x-sandbar", sb_yaml_node_new_mapping ());
  sb_yaml_node_add (own, "command", clean_command (server, command, (const char * const *) arguments));
  if (member_text (settings, "cwd") != NULL)
    sb_yaml_node_add (own, "directory", sb_yaml_node_new_text (member_text (settings, "cwd")));
  add_variables (server, server->variables);

  return entry;
}

/* "Bearer sk-…" becomes "Bearer ${NAME}", and what is behind the blank a secret. */
static void
add_header (Server     *server,
            SbYamlNode *headers,
            const char *name,
            const char *value)
{
  const char *blank = strchr (value, ' ');
  g_autofree char *scheme = blank != NULL ? g_strndup (value, blank + 1 - value) : g_strdup ("");
  g_autofree char *long_name = g_strdup_printf ("%s_%s", server->name, name);
  g_autofree char *variable = variable_name (long_name);
  g_autofree char *text = NULL;

  if (!looks_secret (server, name, value))
    {
      sb_yaml_node_add (headers, name, sb_yaml_node_new_text (value));
      return;
    }

  text = g_strdup_printf ("%s${%s}", scheme, variable);
  sb_yaml_node_add (headers, name, sb_yaml_node_new_text (text));
  add_secret (server, variable, value + strlen (scheme));
}

static SbYamlNode *
import_remote (Server     *server,
               JsonObject *settings,
               const char *url)
{
  SbYamlNode *entry = sb_yaml_node_new_mapping ();
  SbYamlNode *remote, *headers;
  JsonObject *fields = sb_json_get_object (settings, "headers");
  g_autoptr(GList) names = fields != NULL ? json_object_get_members (fields) : NULL;
  gboolean sse = g_strcmp0 (member_text (settings, "type"), "sse") == 0 || g_str_has_suffix (url, "/sse");

  sb_yaml_node_add (entry, "type", sb_yaml_node_new_text ("remote"));
  remote = sb_yaml_node_add (entry, "remote", sb_yaml_node_new_mapping ());
  sb_yaml_node_add (remote, "url", sb_yaml_node_new_text (url));
  sb_yaml_node_add (remote, "transport_type", sb_yaml_node_new_text (sse ? "sse" : "streamable-http"));
  if (names == NULL)
    return entry;

  headers = sb_yaml_node_add (remote, "headers", sb_yaml_node_new_mapping ());
  for (GList *l = names; l != NULL; l = l->next)
    if (member_text (fields, l->data) != NULL)
      add_header (server, headers, l->data, member_text (fields, l->data));

  return entry;
}

/* Zed once had the command in an object of its own. */
static SbYamlNode *
import_settings (Server     *server,
                 JsonObject *settings)
{
  static const char * const addresses[] = { "url", "serverUrl", "httpUrl" };
  JsonObject *nested = sb_json_get_object (settings, "command");
  const char *command = member_text (settings, "command");

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    if (member_text (settings, addresses[i]) != NULL)
      return import_remote (server, settings, member_text (settings, addresses[i]));

  if (nested != NULL && member_text (nested, "path") != NULL)
    return import_command (server, nested, member_text (nested, "path"));

  return command != NULL && command[0] != '\0' ? import_command (server, settings, command) : NULL;
}

static void
import_server (SbCatalogImport *self,
               SbRedactor      *redactor,
               const char      *label,
               JsonObject      *settings)
{
  g_autofree char *name = g_strcanon (g_strndup (label, 64), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-", '-');
  g_autoptr(SbYamlNode) env = sb_yaml_node_new_sequence ();
  g_autoptr(SbYamlNode) secrets = sb_yaml_node_new_sequence ();
  Server server = { self, redactor, name, env, secrets, NULL };
  SbYamlNode *entry = import_settings (&server, settings);

  if (entry == NULL || name[0] == '\0')
    {
      note_cb ("It has no command and no address, and was left out.", &server);
      g_clear_pointer (&entry, sb_yaml_node_free);
      return;
    }

  if (env->children->len > 0)
    sb_yaml_node_add (entry, "env", g_steal_pointer (&env));
  if (secrets->children->len > 0)
    sb_yaml_node_add (entry, "secrets", g_steal_pointer (&secrets));
  g_ptr_array_add (self->names, g_steal_pointer (&name));
  g_ptr_array_add (self->entries, entry);
}

static JsonObject *
find_servers (JsonObject *root)
{
  static const char * const keys[] = { "mcpServers", "servers", "context_servers" };
  JsonObject *nested = sb_json_get_object (root, "mcp");

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (sb_json_get_object (root, keys[i]) != NULL)
      return sb_json_get_object (root, keys[i]);

  return nested != NULL ? sb_json_get_object (nested, "servers") : NULL;
}

/**
 * sb_catalog_import_json:
 * @length: bytes, or -1
 *
 * Reads the servers of another program's settings: "mcpServers" (Claude Desktop and many more), "servers" (VS Code),
 * "context_servers" (Zed), with comments. Command lines of docker run become image servers. What looks like a key
 * is taken out. Pure.
 *
 * Returns: (transfer full) (nullable): NULL with SB_CATALOG_ERROR_IMPORT
 */
SbCatalogImport *
sb_catalog_import_json (const char  *json,
                        gssize       length,
                        GError     **error)
{
  g_autoptr(SbCatalogImport) self = import_new ();
  g_autofree char *data = length < 0 ? g_strdup (json) : g_strndup (json, length);
  g_autofree char *plain = strip_comments (data);
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  g_autoptr(GError) local_error = NULL;
  g_autoptr(JsonObject) root = sb_json_parse_object (plain, -1, &local_error);
  JsonObject *servers = root != NULL ? find_servers (root) : NULL;
  g_autoptr(GList) names = servers != NULL ? json_object_get_members (servers) : NULL;

  if (servers == NULL || json_object_get_size (servers) > MAX_SERVERS)
    {
      g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_IMPORT, "These are no settings with MCP servers: %s",
                   local_error != NULL ? local_error->message :
                   "“mcpServers”, “servers” or “context_servers” is missing.");
      return NULL;
    }

  for (GList *l = names; l != NULL; l = l->next)
    if (sb_json_get_object (servers, l->data) != NULL)
      import_server (self, redactor, l->data, sb_json_get_object (servers, l->data));

  return g_steal_pointer (&self);
}

typedef struct
{
  SbCatalogImport *import;
  SbCatalog       *catalog;
} EnvImport;

static void
entry_cb (const char *name,
          const char *value,
          gpointer    user_data)
{
  EnvImport *env = user_data;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (env->catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (env->catalog), i);
      GPtrArray *secrets = sb_catalog_server_get_fields (server)->secrets;

      for (guint j = 0; j < secrets->len; j++)
        {
          SbCatalogPair *known = g_ptr_array_index (secrets, j);
          SbCatalogPair *pair;

          if (value[0] == '\0' || (strcmp (known->value, name) != 0 && strcmp (known->name, name) != 0))
            continue;
          pair = g_new0 (SbCatalogPair, 1);
          pair->name = g_strdup (known->name);
          pair->value = g_strdup (value);
          g_ptr_array_add (env->import->secrets, pair);
        }
    }
}

/**
 * sb_catalog_import_env:
 *
 * Finds the secrets of a catalog's servers in a .env file, by their variables. Pure.
 *
 * Returns: (transfer full): secrets only
 */
SbCatalogImport *
sb_catalog_import_env (SbCatalog  *catalog,
                       const char *text,
                       gsize       length)
{
  EnvImport env = { import_new (), catalog };

  g_return_val_if_fail (SB_IS_CATALOG (catalog), NULL);

  if (!sb_dotenv_parse (text, length, entry_cb, &env))
    g_ptr_array_add (env.import->notes, g_strdup ("The file is larger than a .env file may be."));

  return env.import;
}

/**
 * sb_catalog_import_apply:
 *
 * Adds the servers to a catalog's text. One whose name is taken replaces nothing: it is an error.
 *
 * Returns: (transfer full) (nullable): the new text; NULL with SB_CATALOG_ERROR_IMPORT or SB_YAML_ERROR
 */
char *
sb_catalog_import_apply (SbCatalogImport  *self,
                         const char       *catalog,
                         GError          **error)
{
  g_autofree char *text = g_strdup (catalog);

  for (guint i = 0; i < self->names->len; i++)
    {
      const char *path[] = { "registry", g_ptr_array_index (self->names, i), NULL };
      SbYamlNode *entry = g_ptr_array_index (self->entries, i);
      g_autoptr(SbYamlEdit) edit = sb_yaml_edit_new_set (path, sb_yaml_node_copy (entry));
      g_autoptr(SbCatalog) before = sb_catalog_new_from_data (text, -1, error);
      char *next;

      if (before == NULL)
        return NULL;
      if (sb_catalog_lookup (before, path[1]) != NULL)
        {
          g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_IMPORT,
                       "There is a server “%s” already; rename or remove one of them.", path[1]);
          return NULL;
        }
      next = sb_yaml_edit_apply (edit, text, error);
      if (next == NULL)
        return NULL;
      g_free (text);
      text = next;
    }

  return g_steal_pointer (&text);
}

void
sb_catalog_import_free (SbCatalogImport *self)
{
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->secrets);
  g_ptr_array_unref (self->notes);
  g_free (self);
}
