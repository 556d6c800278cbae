/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-schema.h"

#include <string.h>

#define MAX_TYPING_ERRORS 2

typedef struct
{
  SbSchemaFunc  func;
  gpointer      user_data;
  GPtrArray    *path; /* of char *, borrowed; no NULL at the end */
} Check;

static const SbSchemaKey env_keys[] = {
  { "name", SB_SCHEMA_TEXT },
  { "value", SB_SCHEMA_TEXT },
  { NULL }
};

static const SbSchemaKey secret_keys[] = {
  { "name", SB_SCHEMA_TEXT },
  { "env", SB_SCHEMA_TEXT },
  { "example", SB_SCHEMA_ANY },
  { "description", SB_SCHEMA_ANY },
  { NULL }
};

static const SbSchemaKey remote_keys[] = {
  { "url", SB_SCHEMA_TEXT },
  { "transport_type", SB_SCHEMA_TEXT },
  { "headers", SB_SCHEMA_TEXT_MAP },
  { NULL }
};

static const SbSchemaKey provider_keys[] = {
  { "provider", SB_SCHEMA_TEXT },
  { "secret", SB_SCHEMA_TEXT },
  { "env", SB_SCHEMA_TEXT },
  { NULL }
};

/* The last three are ours; Docker's gateway passes over them. */
static const SbSchemaKey oauth_keys[] = {
  { "providers", SB_SCHEMA_MAPS, provider_keys },
  { "scopes", SB_SCHEMA_TEXTS },
  { "clientId", SB_SCHEMA_TEXT },
  { "clientSecret", SB_SCHEMA_TEXT },
  { "issuer", SB_SCHEMA_TEXT },
  { NULL }
};

static const SbSchemaKey container_keys[] = {
  { "image", SB_SCHEMA_TEXT },
  { "command", SB_SCHEMA_TEXTS },
  { "volumes", SB_SCHEMA_TEXTS },
  { "user", SB_SCHEMA_TEXT },
  { NULL }
};

static const SbSchemaKey tool_keys[] = {
  { "name", SB_SCHEMA_TEXT },
  { "description", SB_SCHEMA_TEXT },
  { "arguments", SB_SCHEMA_ANY },
  { "annotations", SB_SCHEMA_ANY },
  { "container", SB_SCHEMA_MAP, container_keys },
  { "parameters", SB_SCHEMA_ANY },
  { NULL }
};

static const SbSchemaKey metadata_keys[] = {
  { "pulls", SB_SCHEMA_INTEGER },
  { "stars", SB_SCHEMA_INTEGER },
  { "githubStars", SB_SCHEMA_INTEGER },
  { "category", SB_SCHEMA_TEXT },
  { "tags", SB_SCHEMA_TEXTS },
  { "license", SB_SCHEMA_TEXT },
  { "owner", SB_SCHEMA_TEXT },
  { "registryUrl", SB_SCHEMA_TEXT },
  { NULL }
};

/* Ours; Docker's gateway passes over it. */
static const SbSchemaKey limit_keys[] = {
  { "cpus", SB_SCHEMA_NUMBER },
  { "memory", SB_SCHEMA_TEXT },
  { "pids", SB_SCHEMA_INTEGER },
  { NULL }
};

static const SbSchemaKey sandbar_keys[] = {
  { "command", SB_SCHEMA_TEXTS },
  { "directory", SB_SCHEMA_TEXT },
  { "network", SB_SCHEMA_TEXT },
  { "pull", SB_SCHEMA_TEXT },
  { "limits", SB_SCHEMA_MAP, limit_keys },
  { NULL }
};

const SbSchemaKey sb_catalog_entry_keys[] = {
  { "name", SB_SCHEMA_TEXT },
  { "title", SB_SCHEMA_TEXT },
  { "description", SB_SCHEMA_TEXT },
  { "type", SB_SCHEMA_TEXT },
  { "icon", SB_SCHEMA_TEXT },
  { "readme", SB_SCHEMA_TEXT },
  { "image", SB_SCHEMA_TEXT },
  { "longLived", SB_SCHEMA_BOOLEAN },
  { "command", SB_SCHEMA_TEXTS },
  { "env", SB_SCHEMA_MAPS, env_keys },
  { "secrets", SB_SCHEMA_MAPS, secret_keys },
  { "volumes", SB_SCHEMA_TEXTS },
  { "user", SB_SCHEMA_TEXT },
  { "disableNetwork", SB_SCHEMA_BOOLEAN },
  { "allowHosts", SB_SCHEMA_TEXTS },
  { "extraHosts", SB_SCHEMA_TEXTS },
  { "remote", SB_SCHEMA_MAP, remote_keys },
  { "sseEndpoint", SB_SCHEMA_TEXT },
  { "oauth", SB_SCHEMA_MAP, oauth_keys },
  { "tools", SB_SCHEMA_MAPS, tool_keys },
  { "config", SB_SCHEMA_ANY },
  { "prefix", SB_SCHEMA_TEXT },
  { "metadata", SB_SCHEMA_MAP, metadata_keys },
  { "policy", SB_SCHEMA_ANY },
  { "x-sandbar", SB_SCHEMA_MAP, sandbar_keys },
  { "dateAdded", SB_SCHEMA_IGNORED },
  { "ref", SB_SCHEMA_IGNORED },
  { "toolsUrl", SB_SCHEMA_IGNORED },
  { "source", SB_SCHEMA_IGNORED },
  { "upstream", SB_SCHEMA_IGNORED },
  { "prompts", SB_SCHEMA_IGNORED },
  { "resources", SB_SCHEMA_IGNORED },
  { "privileged", SB_SCHEMA_IGNORED },
  { "cap_add", SB_SCHEMA_IGNORED },
  { "gpus", SB_SCHEMA_IGNORED },
  { "docker_args", SB_SCHEMA_IGNORED },
  { NULL }
};

/* The servers below "registry" are checked one by one. */
const SbSchemaKey sb_catalog_root_keys[] = {
  { "name", SB_SCHEMA_TEXT },
  { "displayName", SB_SCHEMA_TEXT },
  { "registry", SB_SCHEMA_ANY },
  { "version", SB_SCHEMA_ANY },
  { NULL }
};

static void check_mapping (Check             *check,
                           SbYamlNode        *mapping,
                           const SbSchemaKey *keys);

static void
report (Check           *check,
        SbSchemaFinding  finding,
        SbYamlNode      *node,
        const char      *name)
{
  g_ptr_array_add (check->path, NULL);
  check->func (finding, node, (const char * const *) check->path->pdata, name, check->user_data);
  g_ptr_array_set_size (check->path, check->path->len - 1);
}

static gboolean
is_null (SbYamlNode *node)
{
  return node->kind == SB_YAML_SCALAR && !node->quoted && node->text[0] == '\0';
}

static gboolean
is_number (SbYamlNode *node,
           gboolean    whole)
{
  char *end = node->text;

  if (node->kind != SB_YAML_SCALAR || node->quoted || node->text[0] == '\0')
    return FALSE;
  if (whole)
    g_ascii_strtoll (node->text, &end, 10);
  else
    g_ascii_strtod (node->text, &end);

  return *end == '\0';
}

static gboolean
is_text_list (SbYamlNode *node)
{
  if (node->kind != SB_YAML_SEQUENCE)
    return FALSE;
  for (guint i = 0; i < node->children->len; i++)
    if (((SbYamlNode *) g_ptr_array_index (node->children, i))->kind != SB_YAML_SCALAR)
      return FALSE;

  return TRUE;
}

static gboolean
is_text_map (SbYamlNode *node)
{
  if (node->kind != SB_YAML_MAPPING)
    return FALSE;
  for (guint i = 0; i < node->children->len; i++)
    if (((SbYamlNode *) g_ptr_array_index (node->children, i))->kind != SB_YAML_SCALAR)
      return FALSE;

  return TRUE;
}

/* NULL when the value is of the type, else what it must be. */
static const char *
mismatch (SbYamlNode   *node,
          SbSchemaType  type)
{
  gboolean boolean;

  switch (type)
    {
    case SB_SCHEMA_TEXT:
      return node->kind == SB_YAML_SCALAR ? NULL : "a text";

    case SB_SCHEMA_INTEGER:
      return is_number (node, TRUE) ? NULL : "a whole number";

    case SB_SCHEMA_NUMBER:
      return is_number (node, FALSE) ? NULL : "a number";

    case SB_SCHEMA_BOOLEAN:
      return sb_catalog_parse_boolean (node, &boolean) ? NULL : "true or false, without quotes";

    case SB_SCHEMA_TEXTS:
      return is_text_list (node) ? NULL : "a list of texts";

    case SB_SCHEMA_TEXT_MAP:
      return is_text_map (node) ? NULL : "a mapping of names to texts";

    case SB_SCHEMA_MAP:
      return node->kind == SB_YAML_MAPPING ? NULL : "a mapping (key: value)";

    case SB_SCHEMA_MAPS:
      return node->kind == SB_YAML_SEQUENCE ? NULL : "a list of mappings (- name: …)";

    case SB_SCHEMA_ANY:
    case SB_SCHEMA_IGNORED:
    default:
      return NULL;
    }
}

static void
check_items (Check             *check,
             SbYamlNode        *list,
             const SbSchemaKey *keys)
{
  for (guint i = 0; i < list->children->len; i++)
    {
      SbYamlNode *item = g_ptr_array_index (list->children, i);
      g_autofree char *index = g_strdup_printf ("%u", i);

      g_ptr_array_add (check->path, index);
      if (item->kind == SB_YAML_MAPPING)
        check_mapping (check, item, keys);
      else
        report (check, SB_SCHEMA_WRONG_TYPE, item, "a mapping (key: value)");
      g_ptr_array_set_size (check->path, check->path->len - 1);
    }
}

static void
check_value (Check             *check,
             SbYamlNode        *value,
             const SbSchemaKey *known)
{
  const char *wanted = is_null (value) ? NULL : mismatch (value, known->type);

  if (wanted != NULL)
    report (check, SB_SCHEMA_WRONG_TYPE, value, wanted);
  else if (known->type == SB_SCHEMA_MAP && value->kind == SB_YAML_MAPPING)
    check_mapping (check, value, known->keys);
  else if (known->type == SB_SCHEMA_MAPS && value->kind == SB_YAML_SEQUENCE)
    check_items (check, value, known->keys);
}

/* extra_hosts, extra-hosts and ExtraHosts are all extraHosts. */
static char *
fold (const char *name)
{
  GString *folded = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    if (*p != '_' && *p != '-')
      g_string_append_c (folded, g_ascii_tolower (*p));

  return g_string_free (folded, FALSE);
}

/* Levenshtein's distance, given up beyond @limit. */
static guint
distance (const char *a,
          const char *b,
          guint       limit)
{
  gsize n = strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  if (strlen (a) > n + limit || n > strlen (a) + limit)
    return limit + 1;

  for (gsize j = 0; j <= n; j++)
    row[j] = j;
  for (gsize i = 1; a[i - 1] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = i;
      for (gsize j = 1; j <= n; j++)
        {
          guint replaced = diagonal + (a[i - 1] != b[j - 1]);

          diagonal = row[j];
          row[j] = MIN (replaced, MIN (row[j], row[j - 1]) + 1);
        }
    }

  return row[n];
}

/* Keys that other tools use for the same thing. */
static const char *
alias_of (const char *name)
{
  static const struct
  {
    const char *name;
    const char *meant;
  } aliases[] = {
    { "servers", "registry" }, { "mcpServers", "registry" }, { "environment", "env" }, { "args", "command" },
    { "mounts", "volumes" }, { "transport", "transport_type" }, { "transportType", "transport_type" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (strcmp (aliases[i].name, name) == 0)
      return aliases[i].meant;

  return NULL;
}

static const SbSchemaKey *
find_key (const SbSchemaKey *keys,
          const char        *name)
{
  for (; keys->name != NULL; keys++)
    if (strcmp (keys->name, name) == 0)
      return keys;

  return NULL;
}

static const char *
suggest (const SbSchemaKey *keys,
         const char        *name)
{
  const char *alias = alias_of (name);
  g_autofree char *folded = fold (name);

  if (alias != NULL && find_key (keys, alias) != NULL)
    return alias;

  for (; keys->name != NULL; keys++)
    {
      g_autofree char *candidate = fold (keys->name);
      guint limit = strlen (candidate) > 4 ? MAX_TYPING_ERRORS : strlen (candidate) > 3 ? 1 : 0;

      if (keys->type != SB_SCHEMA_IGNORED && distance (folded, candidate, limit) <= limit)
        return keys->name;
    }

  return NULL;
}

static gboolean
is_repeated (SbYamlNode *mapping,
             guint       position)
{
  SbYamlNode *key = g_ptr_array_index (mapping->keys, position);

  return sb_yaml_node_get (mapping, key->text) != g_ptr_array_index (mapping->children, position);
}

static void
check_mapping (Check             *check,
               SbYamlNode        *mapping,
               const SbSchemaKey *keys)
{
  for (guint i = 0; i < mapping->keys->len; i++)
    {
      SbYamlNode *key = g_ptr_array_index (mapping->keys, i);
      const SbSchemaKey *known = find_key (keys, key->text);

      g_ptr_array_add (check->path, key->text);
      if (is_repeated (mapping, i))
        report (check, SB_SCHEMA_TWICE, key, NULL);
      else if (known == NULL && !g_str_has_prefix (key->text, "x-"))
        report (check, SB_SCHEMA_UNKNOWN, key, suggest (keys, key->text));
      else if (known != NULL && known->type == SB_SCHEMA_IGNORED)
        report (check, SB_SCHEMA_UNREAD, key, NULL);
      else if (known != NULL)
        check_value (check, g_ptr_array_index (mapping->children, i), known);
      g_ptr_array_set_size (check->path, check->path->len - 1);
    }
}

/**
 * sb_catalog_schema_check:
 * @path: where @mapping stands, for the findings
 *
 * Compares a mapping with the keys that Docker's gateway reads (and our own "x-" keys), all the way down. Its reader
 * passes over unknown keys in silence and refuses the whole catalog for one value of a wrong type.
 */
void
sb_catalog_schema_check (SbYamlNode         *mapping,
                         const SbSchemaKey  *keys,
                         const char * const *path,
                         SbSchemaFunc        func,
                         gpointer            user_data)
{
  g_autoptr(GPtrArray) array = g_ptr_array_new ();
  Check check = { func, user_data, array };

  g_return_if_fail (mapping->kind == SB_YAML_MAPPING);

  for (guint i = 0; path[i] != NULL; i++)
    g_ptr_array_add (array, (char *) path[i]);
  check_mapping (&check, mapping, keys);
}

/**
 * sb_catalog_parse_boolean:
 *
 * YAML 1.1's words for true and false, as long as they are not in quotes. FALSE when it is something else.
 */
gboolean
sb_catalog_parse_boolean (SbYamlNode *node,
                          gboolean   *value)
{
  static const char * const words[] = { "false", "no", "off", "n", "true", "yes", "on", "y" };

  if (node->kind != SB_YAML_SCALAR || node->quoted)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (node->text, words[i]) == 0)
      {
        *value = i >= 4;
        return TRUE;
      }

  return FALSE;
}
