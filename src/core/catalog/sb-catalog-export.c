/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-export.h"

#include "sb-json.h"

#include <string.h>

typedef struct
{
  SbExportForm  form;
  JsonArray    *inputs; /* of VS Code: what it asks for */
} Export;

/* No value of a secret is known here: VS Code asks for it, others take it from their own environment. */
static void
set_secret (Export              *export,
            JsonObject          *object,
            const char          *member,
            const char          *before,
            const SbCatalogPair *secret)
{
  g_autofree char *text = NULL;
  JsonObject *input;

  if (export->form != SB_EXPORT_VS_CODE)
    {
      text = g_strdup_printf ("%s${%s}", before, secret->value);
      json_object_set_string_member (object, member, text);
      return;
    }

  text = g_strdup_printf ("%s${input:%s}", before, secret->name);
  json_object_set_string_member (object, member, text);
  input = json_object_new ();
  json_object_set_string_member (input, "type", "promptString");
  json_object_set_string_member (input, "id", secret->name);
  json_object_set_string_member (input, "description", secret->name);
  json_object_set_boolean_member (input, "password", TRUE);
  json_array_add_object_element (export->inputs, input);
}

static void
add_env (Export                *export,
         JsonObject            *object,
         const SbCatalogFields *fields)
{
  JsonObject *env = json_object_new ();

  for (guint i = 0; i < fields->env->len; i++)
    {
      SbCatalogPair *pair = g_ptr_array_index (fields->env, i);

      if (pair->value[0] != '\0')
        json_object_set_string_member (env, pair->name, pair->value);
    }
  for (guint i = 0; i < fields->secrets->len; i++)
    {
      SbCatalogPair *secret = g_ptr_array_index (fields->secrets, i);

      set_secret (export, env, secret->value, "", secret);
    }
  json_object_set_object_member (object, "env", env);
}

static void
add_option (JsonArray  *arguments,
            const char *option,
            const char *value)
{
  json_array_add_string_element (arguments, option);
  json_array_add_string_element (arguments, value);
}

static void
add_options (JsonArray  *arguments,
             const char *option,
             GStrv       values)
{
  for (guint i = 0; values[i] != NULL; i++)
    add_option (arguments, option, values[i]);
}

static void
add_names (JsonArray *arguments,
           GPtrArray *pairs,
           gboolean   by_value)
{
  for (guint i = 0; i < pairs->len; i++)
    {
      SbCatalogPair *pair = g_ptr_array_index (pairs, i);

      add_option (arguments, "-e", by_value ? pair->value : pair->name);
    }
}

static void
export_image (Export                *export,
              JsonObject            *object,
              const SbCatalogFields *fields)
{
  JsonArray *arguments = json_array_new ();

  json_array_add_string_element (arguments, "run");
  json_array_add_string_element (arguments, "-i");
  json_array_add_string_element (arguments, "--rm");
  if (fields->disable_network)
    add_option (arguments, "--network", "none");
  add_names (arguments, fields->env, FALSE);
  add_names (arguments, fields->secrets, TRUE);
  add_options (arguments, "-v", fields->volumes);
  add_options (arguments, "--add-host", fields->extra_hosts);
  if (fields->user != NULL)
    add_option (arguments, "-u", fields->user);
  json_array_add_string_element (arguments, fields->image);
  for (guint i = 0; fields->command[i] != NULL; i++)
    json_array_add_string_element (arguments, fields->command[i]);

  json_object_set_string_member (object, "command", "docker");
  json_object_set_array_member (object, "args", arguments);
  add_env (export, object, fields);
}

static void
export_local (Export                *export,
              JsonObject            *object,
              const SbCatalogFields *fields)
{
  JsonArray *arguments = json_array_new ();

  for (guint i = 1; fields->local_command[i] != NULL; i++)
    json_array_add_string_element (arguments, fields->local_command[i]);
  json_object_set_string_member (object, "command", fields->local_command[0]);
  json_object_set_array_member (object, "args", arguments);
  if (fields->local_directory != NULL)
    json_object_set_string_member (object, "cwd", fields->local_directory);
  add_env (export, object, fields);
}

/* The secret whose variable a header ends with, as "Bearer ${NAME}"; NULL when it has none. */
static const SbCatalogPair *
find_secret (const SbCatalogFields *fields,
             const char            *header)
{
  for (guint i = 0; i < fields->secrets->len; i++)
    {
      SbCatalogPair *secret = g_ptr_array_index (fields->secrets, i);
      g_autofree char *braced = g_strdup_printf ("${%s}", secret->value);

      if (g_str_has_suffix (header, braced))
        return secret;
    }

  return NULL;
}

static void
export_remote (Export                *export,
               JsonObject            *object,
               const SbCatalogFields *fields)
{
  JsonObject *headers = json_object_new ();

  json_object_set_string_member (object, "type", g_strcmp0 (fields->transport, "sse") == 0 ? "sse" : "http");
  json_object_set_string_member (object, "url", fields->url);
  for (guint i = 0; i < fields->headers->len; i++)
    {
      SbCatalogPair *header = g_ptr_array_index (fields->headers, i);
      const SbCatalogPair *secret = find_secret (fields, header->value);
      g_autofree char *before = NULL;

      if (secret == NULL)
        {
          json_object_set_string_member (headers, header->name, header->value);
          continue;
        }
      before = g_strndup (header->value, strlen (header->value) - strlen (secret->value) - strlen ("${}"));
      set_secret (export, headers, header->name, before, secret);
    }
  json_object_set_object_member (object, "headers", headers);
}

static JsonObject *
export_server (Export          *export,
               SbCatalogServer *server)
{
  const SbCatalogFields *fields = sb_catalog_server_get_fields (server);
  JsonObject *object = json_object_new ();

  switch (sb_catalog_server_get_kind (server))
    {
    case SB_SERVER_KIND_IMAGE:
      export_image (export, object, fields);
      return object;

    case SB_SERVER_KIND_LOCAL:
      export_local (export, object, fields);
      return object;

    case SB_SERVER_KIND_REMOTE:
      export_remote (export, object, fields);
      return object;

    case SB_SERVER_KIND_TOOLS:
    case SB_SERVER_KIND_NONE:
    default:
      json_object_unref (object);
      return NULL;
    }
}

/**
 * sb_catalog_export_json:
 *
 * The servers as settings of another program. Templates stay as they are; secrets are named and never there. Pure.
 *
 * Returns: (transfer full)
 */
char *
sb_catalog_export_json (SbCatalog    *self,
                        SbExportForm  form)
{
  static const char * const members[] = { "mcpServers", "servers", "context_servers" };
  g_autoptr(JsonNode) root = json_node_init_object (json_node_alloc (), json_object_new ());
  JsonObject *servers = json_object_new ();
  Export export = { form, json_array_new () };

  g_return_val_if_fail (SB_IS_CATALOG (self), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (self), i);
      JsonObject *object = export_server (&export, server);

      if (object != NULL)
        json_object_set_object_member (servers, sb_catalog_server_get_name (server), object);
    }

  json_object_set_object_member (json_node_get_object (root), members[form], servers);
  if (form == SB_EXPORT_VS_CODE)
    json_object_set_array_member (json_node_get_object (root), "inputs", export.inputs);
  else
    json_array_unref (export.inputs);

  return sb_json_to_string (root, TRUE);
}

/**
 * sb_catalog_export_env:
 *
 * A .env file to fill in: a line for each variable that a secret goes to. Pure.
 *
 * Returns: (transfer full)
 */
char *
sb_catalog_export_env (SbCatalog *self)
{
  g_autoptr(GString) out = g_string_new (NULL);

  g_return_val_if_fail (SB_IS_CATALOG (self), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (self), i);
      GPtrArray *secrets = sb_catalog_server_get_fields (server)->secrets;

      for (guint j = 0; j < secrets->len; j++)
        {
          SbCatalogPair *secret = g_ptr_array_index (secrets, j);

          if (strpbrk (secret->name, "\r\n") == NULL && strpbrk (secret->value, "=\r\n") == NULL)
            g_string_append_printf (out, "# %s\n%s=\n", secret->name, secret->value);
        }
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}
