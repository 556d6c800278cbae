/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-server-private.h"

#include "sb-catalog-schema.h"
#include "sb-text.h"
#include "sb-yaml-json.h"

#include <string.h>

/* Where no entry says one: the client secret of a remote server never becomes a variable. */
#define CLIENT_SECRET_VARIABLE "OAUTH_CLIENT_SECRET"

struct _SbCatalogServer
{
  GObject          parent_instance;

  /* owned */
  char            *name;
  char            *problem;
  GObject         *owner; /* of the nodes */
  SbCatalogFields  fields;

  /* borrowed */
  SbYamlNode      *node;

  guint            line;
  gboolean         has_tool_containers;
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_TITLE,
  PROP_DESCRIPTION,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbCatalogServer, sb_catalog_server, G_TYPE_OBJECT)

G_DEFINE_QUARK (sb-catalog-error-quark, sb_catalog_error)

static GParamSpec *properties[N_PROPS];

static void
pair_free (gpointer data)
{
  SbCatalogPair *pair = data;

  g_free (pair->name);
  g_free (pair->value);
  g_free (pair);
}

static void
add_pair (GPtrArray  *pairs,
          const char *name,
          const char *value)
{
  SbCatalogPair *pair = g_new0 (SbCatalogPair, 1);

  pair->name = g_strdup (name != NULL ? name : "");
  pair->value = g_strdup (value != NULL ? value : "");
  g_ptr_array_add (pairs, pair);
}

/* Readers of one key: what is missing, empty or of another type is as if it were not there. Types were checked
 * before. */

static const char *
peek_text (SbYamlNode *node,
           const char *key)
{
  SbYamlNode *value = sb_yaml_node_get (node, key);

  return value != NULL && value->kind == SB_YAML_SCALAR && value->text[0] != '\0' ? value->text : NULL;
}

static char *
read_text (SbYamlNode *node,
           const char *key)
{
  return g_strdup (peek_text (node, key));
}

static GStrv
read_texts (SbYamlNode *node,
            const char *key)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  SbYamlNode *list = sb_yaml_node_get (node, key);

  for (guint i = 0; list != NULL && list->kind == SB_YAML_SEQUENCE && i < list->children->len; i++)
    {
      SbYamlNode *item = g_ptr_array_index (list->children, i);

      if (item->kind == SB_YAML_SCALAR)
        g_strv_builder_add (builder, item->text);
    }

  return g_strv_builder_end (builder);
}

static gboolean
read_boolean (SbYamlNode *node,
              const char *key)
{
  SbYamlNode *value = sb_yaml_node_get (node, key);
  gboolean boolean = FALSE;

  if (value != NULL)
    sb_catalog_parse_boolean (value, &boolean);

  return boolean;
}

static SbYamlNode *
read_mapping (SbYamlNode *node,
              const char *key)
{
  SbYamlNode *value = sb_yaml_node_get (node, key);

  return value != NULL && value->kind == SB_YAML_MAPPING ? value : NULL;
}

/* A list of mappings, by two of their keys. */
static void
read_pairs (SbYamlNode *node,
            const char *key,
            const char *name_key,
            const char *value_key,
            GPtrArray  *pairs)
{
  SbYamlNode *list = sb_yaml_node_get (node, key);

  for (guint i = 0; list != NULL && list->kind == SB_YAML_SEQUENCE && i < list->children->len; i++)
    {
      SbYamlNode *item = g_ptr_array_index (list->children, i);

      if (peek_text (item, name_key) != NULL)
        add_pair (pairs, peek_text (item, name_key), peek_text (item, value_key));
    }
}

static void
read_headers (SbYamlNode *remote,
              GPtrArray  *pairs)
{
  SbYamlNode *headers = read_mapping (remote, "headers");

  for (guint i = 0; headers != NULL && i < headers->keys->len; i++)
    {
      SbYamlNode *name = g_ptr_array_index (headers->keys, i);

      add_pair (pairs, name->text, peek_text (headers, name->text));
    }
}

static void
read_remote (SbCatalogServer *self)
{
  SbYamlNode *remote = read_mapping (self->node, "remote");
  SbCatalogFields *fields = &self->fields;

  if (remote != NULL)
    {
      fields->url = read_text (remote, "url");
      fields->transport = read_text (remote, "transport_type");
      read_headers (remote, fields->headers);
    }
  if (fields->url == NULL && peek_text (self->node, "sseEndpoint") != NULL)
    {
      fields->url = read_text (self->node, "sseEndpoint");
      g_free (fields->transport);
      fields->transport = g_strdup ("sse");
    }
}

static void
read_tools (SbCatalogServer *self)
{
  g_autoptr(GStrvBuilder) names = g_strv_builder_new ();
  SbYamlNode *list = sb_yaml_node_get (self->node, "tools");

  for (guint i = 0; list != NULL && list->kind == SB_YAML_SEQUENCE && i < list->children->len; i++)
    {
      SbYamlNode *tool = g_ptr_array_index (list->children, i);

      if (peek_text (tool, "name") != NULL)
        g_strv_builder_add (names, peek_text (tool, "name"));
      if (read_mapping (tool, "container") != NULL)
        self->has_tool_containers = TRUE;
    }
  self->fields.tools = g_strv_builder_end (names);
}

static gboolean
has_secret (SbCatalogFields *fields,
            const char      *name)
{
  for (guint i = 0; i < fields->secrets->len; i++)
    if (strcmp (((SbCatalogPair *) g_ptr_array_index (fields->secrets, i))->name, name) == 0)
      return TRUE;

  return FALSE;
}

static void
read_oauth (SbCatalogServer *self)
{
  SbYamlNode *oauth = read_mapping (self->node, "oauth");
  SbCatalogFields *fields = &self->fields;

  fields->uses_oauth = oauth != NULL;
  if (oauth == NULL)
    return;

  fields->client_id = read_text (oauth, "clientId");
  fields->client_secret = read_text (oauth, "clientSecret");
  fields->client_issuer = read_text (oauth, "issuer");
  /* It is asked for, stored and kept out of logs as every other. */
  if (fields->url != NULL && fields->client_secret != NULL && !has_secret (fields, fields->client_secret))
    add_pair (fields->secrets, fields->client_secret, CLIENT_SECRET_VARIABLE);
}

static void
read_metadata (SbCatalogServer *self)
{
  SbYamlNode *metadata = read_mapping (self->node, "metadata");

  if (metadata == NULL)
    {
      self->fields.tags = g_new0 (char *, 1);
      return;
    }

  self->fields.category = read_text (metadata, "category");
  self->fields.license = read_text (metadata, "license");
  self->fields.owner = read_text (metadata, "owner");
  self->fields.tags = read_texts (metadata, "tags");
}

static void
read_own (SbCatalogServer *self)
{
  SbYamlNode *own = read_mapping (self->node, "x-sandbar");
  SbYamlNode *limits = own != NULL ? read_mapping (own, "limits") : NULL;
  SbCatalogFields *fields = &self->fields;

  if (own == NULL)
    {
      fields->local_command = g_new0 (char *, 1);
      return;
    }

  fields->local_command = read_texts (own, "command");
  fields->local_directory = read_text (own, "directory");
  fields->network = read_text (own, "network");
  fields->pull = read_text (own, "pull");
  if (limits == NULL)
    return;

  fields->cpus = g_ascii_strtod (peek_text (limits, "cpus") != NULL ? peek_text (limits, "cpus") : "0", NULL);
  fields->pids = g_ascii_strtoll (peek_text (limits, "pids") != NULL ? peek_text (limits, "pids") : "0", NULL, 10);
  if (peek_text (limits, "memory") != NULL)
    sb_catalog_parse_size (peek_text (limits, "memory"), &fields->memory);
}

static void
read_config (SbCatalogServer *self)
{
  SbYamlNode *config = sb_yaml_node_get (self->node, "config");
  g_autoptr(JsonNode) json = NULL;

  if (config == NULL || config->kind != SB_YAML_SEQUENCE)
    {
      self->fields.config = json_array_new ();
      return;
    }

  json = sb_yaml_node_to_json (config);
  self->fields.config = json_array_ref (json_node_get_array (json));
}

static void
read_fields (SbCatalogServer *self)
{
  SbCatalogFields *fields = &self->fields;
  SbYamlNode *node = self->node;

  fields->title = read_text (node, "title");
  fields->description = read_text (node, "description");
  fields->type = read_text (node, "type");
  fields->icon = read_text (node, "icon");
  fields->readme = read_text (node, "readme");
  fields->image = read_text (node, "image");
  fields->user = read_text (node, "user");
  fields->prefix = read_text (node, "prefix");
  fields->long_lived = read_boolean (node, "longLived");
  fields->disable_network = read_boolean (node, "disableNetwork");
  fields->command = read_texts (node, "command");
  fields->volumes = read_texts (node, "volumes");
  fields->allow_hosts = read_texts (node, "allowHosts");
  fields->extra_hosts = read_texts (node, "extraHosts");
  read_pairs (node, "env", "name", "value", fields->env);
  read_pairs (node, "secrets", "name", "env", fields->secrets);
  read_remote (self);
  read_oauth (self);
  read_tools (self);
  read_metadata (self);
  read_own (self);
  read_config (self);
}

static void
finding_cb (SbSchemaFinding     finding,
            SbYamlNode         *node,
            const char * const *path,
            const char         *name,
            gpointer            user_data)
{
  SbCatalogServer *self = user_data;
  guint depth = g_strv_length ((char **) path);
  g_autofree char *shown = sb_text_short (depth > 0 ? path[depth - 1] : self->name, 60);

  if (finding == SB_SCHEMA_WRONG_TYPE && self->problem == NULL)
    self->problem = g_strdup_printf ("line %u: “%s” must be %s", node->line, shown, name);
}

static void
sb_catalog_server_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  SbCatalogServer *self = SB_CATALOG_SERVER (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;

    case PROP_TITLE:
      g_value_set_string (value, sb_catalog_server_get_title (self));
      break;

    case PROP_DESCRIPTION:
      g_value_set_string (value, self->fields.description);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fields_clear (SbCatalogFields *fields)
{
  g_free (fields->title);
  g_free (fields->description);
  g_free (fields->type);
  g_free (fields->icon);
  g_free (fields->readme);
  g_free (fields->image);
  g_free (fields->user);
  g_free (fields->prefix);
  g_free (fields->client_id);
  g_free (fields->client_secret);
  g_free (fields->client_issuer);
  g_free (fields->url);
  g_free (fields->transport);
  g_free (fields->category);
  g_free (fields->license);
  g_free (fields->owner);
  g_strfreev (fields->command);
  g_strfreev (fields->volumes);
  g_strfreev (fields->allow_hosts);
  g_strfreev (fields->extra_hosts);
  g_strfreev (fields->tools);
  g_strfreev (fields->tags);
  g_ptr_array_unref (fields->env);
  g_ptr_array_unref (fields->secrets);
  g_ptr_array_unref (fields->headers);
  g_clear_pointer (&fields->config, json_array_unref);
  g_strfreev (fields->local_command);
  g_free (fields->local_directory);
  g_free (fields->network);
  g_free (fields->pull);
}

static void
sb_catalog_server_finalize (GObject *object)
{
  SbCatalogServer *self = SB_CATALOG_SERVER (object);

  fields_clear (&self->fields);
  g_free (self->name);
  g_free (self->problem);
  g_clear_object (&self->owner);

  G_OBJECT_CLASS (sb_catalog_server_parent_class)->finalize (object);
}

static void
sb_catalog_server_class_init (SbCatalogServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_catalog_server_get_property;
  object_class->finalize = sb_catalog_server_finalize;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_catalog_server_init (SbCatalogServer *self)
{
  self->fields.env = g_ptr_array_new_with_free_func (pair_free);
  self->fields.secrets = g_ptr_array_new_with_free_func (pair_free);
  self->fields.headers = g_ptr_array_new_with_free_func (pair_free);
}

SbCatalogServer *
sb_catalog_server_new (const char *name,
                       SbYamlNode *key,
                       SbYamlNode *node,
                       GObject    *owner)
{
  SbCatalogServer *self = g_object_new (SB_TYPE_CATALOG_SERVER, NULL);
  const char *path[] = { name, NULL };

  self->name = g_strdup (name);
  self->node = node;
  self->line = key->line;
  self->owner = g_object_ref (owner);
  if (node->kind == SB_YAML_MAPPING)
    sb_catalog_schema_check (node, sb_catalog_entry_keys, path, finding_cb, self);
  else
    {
      g_autofree char *shown = sb_text_short (name, 60);

      self->problem = g_strdup_printf ("line %u: “%s” must be a mapping (key: value)", node->line, shown);
    }
  read_fields (self);

  return self;
}

const char *
sb_catalog_server_get_name (SbCatalogServer *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_SERVER (self), NULL);

  return self->name;
}

/**
 * sb_catalog_server_get_title:
 *
 * Returns: (transfer none): what people call it; its name when the entry has no title. Foreign text.
 */
const char *
sb_catalog_server_get_title (SbCatalogServer *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_SERVER (self), NULL);

  return self->fields.title != NULL ? self->fields.title : self->name;
}

/**
 * sb_catalog_server_get_kind:
 *
 * Decided by what is there, as Docker's gateway does, not by "type": an image, else a URL, else tools with containers
 * of their own. Only what that gateway would not run can be a local command.
 */
SbServerKind
sb_catalog_server_get_kind (SbCatalogServer *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_SERVER (self), SB_SERVER_KIND_NONE);

  if (self->fields.image != NULL)
    return SB_SERVER_KIND_IMAGE;
  if (self->fields.url != NULL)
    return SB_SERVER_KIND_REMOTE;
  if (self->fields.local_command[0] != NULL)
    return SB_SERVER_KIND_LOCAL;

  return self->has_tool_containers ? SB_SERVER_KIND_TOOLS : SB_SERVER_KIND_NONE;
}

/**
 * sb_catalog_server_get_line:
 *
 * Where the entry begins, from 1. The lines of its parts are in its node.
 */
guint
sb_catalog_server_get_line (SbCatalogServer *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_SERVER (self), 0);

  return self->line;
}

/**
 * sb_catalog_server_get_problem:
 *
 * Returns: (transfer none) (nullable): the first value of a wrong type, with its line. Docker's gateway refuses the
 * whole catalog for it; we only this server.
 */
const char *
sb_catalog_server_get_problem (SbCatalogServer *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_SERVER (self), NULL);

  return self->problem;
}

const SbCatalogFields *
sb_catalog_server_get_fields (SbCatalogServer *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_SERVER (self), NULL);

  return &self->fields;
}

/**
 * sb_catalog_server_get_node:
 *
 * Returns: (transfer none): the entry as it was read, with the keys that nobody knows
 */
SbYamlNode *
sb_catalog_server_get_node (SbCatalogServer *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_SERVER (self), NULL);

  return self->node;
}

/**
 * sb_catalog_parse_size:
 *
 * Reads "512m", "2Gb", "1073741824": bytes, or powers of 1024 as Docker's flags have them. FALSE when it is no size
 * between 1 and 2^50.
 */
gboolean
sb_catalog_parse_size (const char *text,
                       gint64     *bytes)
{
  static const char units[] = "bkmgt";
  const double limit = 1024.0 * 1024 * 1024 * 1024 * 1024;
  g_autofree char *lower = g_ascii_strdown (text, -1);
  char *end = lower;
  double value = g_ascii_isdigit (lower[0]) ? g_ascii_strtod (lower, &end) : 0;
  const char *unit = *end != '\0' ? strchr (units, *end) : units;

  if (end == lower || unit == NULL)
    return FALSE;
  if (*end != '\0')
    end++;
  if (strcmp (end, "") != 0 && strcmp (end, "b") != 0 && strcmp (end, "ib") != 0)
    return FALSE;

  for (; unit > units; unit--)
    value *= 1024;
  if (!(value >= 1 && value <= limit))
    return FALSE;
  *bytes = value;

  return TRUE;
}
