/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-agent-private.h"
#include "sb-yaml.h"

#include <string.h>

#define MAX_AGENTS 32
#define MAX_INSTRUCTION (64 * 1024)

struct _SbAgentCatalog
{
  GObject    parent_instance;

  /* owned */
  GPtrArray *agents; /* of SbAgent */
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbAgentCatalog, sb_agent_catalog, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static const char * const root_keys[] = { "agents", NULL };
static const char * const agent_keys[] = {
  "id", "label", "description", "instruction", "provider", "model", "color", "tools", "transfers", "mentions", NULL
};

static gboolean
fail (GError     **error,
      SbYamlNode  *node,
      const char  *format,
      ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError     **error,
      SbYamlNode  *node,
      const char  *format,
      ...)
{
  g_autofree char *what = NULL;
  g_autofree char *valid = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  /* A name that was too long may have been cut in the middle of a character. */
  valid = g_utf8_make_valid (what, -1);
  g_set_error (error, SB_AGENT_ERROR, SB_AGENT_ERROR_CATALOG, "line %u: %s", node->line, valid);

  return FALSE;
}

/* Ids become enum values of a tool schema and names in the history. */
static gboolean
is_id (const char *text)
{
  if (!g_ascii_isalpha (text[0]) || strlen (text) > 40)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '_' && *p != '-')
      return FALSE;

  return TRUE;
}

static gboolean
is_color (const char *text)
{
  if (text[0] != '#' || strlen (text) != 7)
    return FALSE;
  for (const char *p = text + 1; *p != '\0'; p++)
    if (!g_ascii_isxdigit (*p))
      return FALSE;

  return TRUE;
}

static gboolean
read_text (SbYamlNode  *node,
           const char  *key,
           const char  *fallback,
           char       **field,
           GError     **error)
{
  const char *text;

  if (!sb_yaml_node_get_text (node, key, &text, error))
    return FALSE;
  if (text == NULL || text[0] == '\0')
    text = fallback;
  if (text != NULL)
    *field = g_strstrip (g_strdup (text));

  return TRUE;
}

static gboolean
read_fields (SbYamlNode     *node,
             SbAgentFields  *fields,
             GError        **error)
{
  return read_text (node, "id", NULL, &fields->id, error) &&
         read_text (node, "label", fields->id, &fields->label, error) &&
         read_text (node, "description", "", &fields->description, error) &&
         read_text (node, "instruction", NULL, &fields->instruction, error) &&
         read_text (node, "provider", "local", &fields->provider, error) &&
         read_text (node, "model", NULL, &fields->model, error) &&
         read_text (node, "color", "#77767b", &fields->color, error) &&
         sb_yaml_node_get_texts (node, "tools", &fields->tools, error) &&
         sb_yaml_node_get_texts (node, "transfers", &fields->transfers, error) &&
         sb_yaml_node_get_texts (node, "mentions", &fields->mentions, error);
}

static gboolean
check_fields (SbYamlNode     *node,
              SbAgentFields  *fields,
              GError        **error)
{
  if (fields->id == NULL)
    return fail (error, node, "the agent has no “id”");
  if (!is_id (fields->id))
    return fail (error, sb_yaml_node_get (node, "id"),
                 "“%.60s” is no id; use letters, digits, “-” and “_”, at most 40", fields->id);
  if (fields->instruction == NULL)
    return fail (error, node, "agent “%s” has no “instruction”", fields->id);
  if (strlen (fields->instruction) > MAX_INSTRUCTION)
    return fail (error, sb_yaml_node_get (node, "instruction"), "the instruction is longer than 64 KiB");
  if (!is_id (fields->provider))
    return fail (error, sb_yaml_node_get (node, "provider"), "“%.60s” is no provider", fields->provider);
  if (!is_color (fields->color))
    return fail (error, sb_yaml_node_get (node, "color"), "“%.60s” is no color; write it as \"#e66100\"",
                 fields->color);

  return TRUE;
}

static gboolean
add_agent (SbAgentCatalog  *self,
           SbYamlNode      *node,
           GError         **error)
{
  g_autoptr(SbAgent) agent = sb_agent_new ();
  SbAgentFields *fields = sb_agent_get_fields (agent);

  if (!sb_yaml_node_check_keys (node, "an agent", agent_keys, error) ||
      !read_fields (node, fields, error) ||
      !check_fields (node, fields, error))
    return FALSE;

  if (sb_agent_catalog_lookup (self, fields->id) != NULL)
    return fail (error, sb_yaml_node_get (node, "id"), "there is an agent “%s” already", fields->id);

  g_ptr_array_add (self->agents, g_steal_pointer (&agent));

  return TRUE;
}

static gboolean
check_transfers (SbAgentCatalog  *self,
                 SbYamlNode      *node,
                 SbAgent         *agent,
                 GError         **error)
{
  const char * const *targets = sb_agent_get_transfers (agent);

  for (guint i = 0; targets[i] != NULL; i++)
    {
      SbYamlNode *list = sb_yaml_node_get (node, "transfers");
      SbYamlNode *item = g_ptr_array_index (list->children, i);

      if (sb_agent_catalog_lookup (self, targets[i]) == NULL)
        return fail (error, item, "agent “%s” hands over to “%.60s”, which is not in this file",
                     sb_agent_get_id (agent), targets[i]);
      if (strcmp (targets[i], sb_agent_get_id (agent)) == 0)
        return fail (error, item, "agent “%s” cannot hand over to itself", targets[i]);
    }

  return TRUE;
}

static gboolean
fill (SbAgentCatalog  *self,
      SbYamlNode      *root,
      GError         **error)
{
  SbYamlNode *list;

  if (!sb_yaml_node_check_keys (root, "the file", root_keys, error))
    return FALSE;
  list = sb_yaml_node_get (root, "agents");
  if (list == NULL || list->kind != SB_YAML_SEQUENCE || list->children->len == 0)
    return fail (error, list != NULL ? list : root, "“agents” must be a list with at least one agent");
  if (list->children->len > MAX_AGENTS)
    return fail (error, list, "more than %d agents", MAX_AGENTS);

  for (guint i = 0; i < list->children->len; i++)
    if (!add_agent (self, g_ptr_array_index (list->children, i), error))
      return FALSE;

  for (guint i = 0; i < list->children->len; i++)
    if (!check_transfers (self, g_ptr_array_index (list->children, i), g_ptr_array_index (self->agents, i), error))
      return FALSE;

  return TRUE;
}

static GType
get_item_type (GListModel *model)
{
  return SB_TYPE_AGENT;
}

static guint
get_n_items (GListModel *model)
{
  return SB_AGENT_CATALOG (model)->agents->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  GPtrArray *agents = SB_AGENT_CATALOG (model)->agents;

  return position < agents->len ? g_object_ref (g_ptr_array_index (agents, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
sb_agent_catalog_finalize (GObject *object)
{
  g_ptr_array_unref (SB_AGENT_CATALOG (object)->agents);

  G_OBJECT_CLASS (sb_agent_catalog_parent_class)->finalize (object);
}

static void
sb_agent_catalog_class_init (SbAgentCatalogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_agent_catalog_finalize;
}

static void
sb_agent_catalog_init (SbAgentCatalog *self)
{
  self->agents = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * sb_agent_catalog_new_from_file:
 *
 * As sb_agent_catalog_new_from_data(); the message begins with the file's name. Blocks for one small local file.
 */
SbAgentCatalog *
sb_agent_catalog_new_from_file (const char  *path,
                                GError     **error)
{
  SbAgentCatalog *self;
  g_autofree char *data = NULL;
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);

  if (!g_file_get_contents (path, &data, &length, error))
    return NULL;

  self = sb_agent_catalog_new_from_data (data, length, error);
  if (self == NULL)
    g_prefix_error (error, "%s, ", path);

  return self;
}

/**
 * sb_agent_catalog_new_from_data:
 * @length: bytes, or -1
 *
 * Reads the tree of agents. What is not as agents.yaml must be is refused as a whole, with the line: unknown keys,
 * ids that are taken, hand-overs to nobody, an agent without an instruction.
 *
 * Returns: (transfer full) (nullable): NULL with SB_AGENT_ERROR_CATALOG
 */
SbAgentCatalog *
sb_agent_catalog_new_from_data (const char  *yaml,
                                gssize       length,
                                GError     **error)
{
  g_autoptr(SbAgentCatalog) self = g_object_new (SB_TYPE_AGENT_CATALOG, NULL);
  g_autoptr(SbYamlNode) root = NULL;
  g_autoptr(GError) local_error = NULL;

  g_return_val_if_fail (yaml != NULL, NULL);

  root = sb_yaml_parse (yaml, length, &local_error);
  if (root != NULL && fill (self, root, &local_error))
    return g_steal_pointer (&self);

  g_set_error_literal (error, SB_AGENT_ERROR, SB_AGENT_ERROR_CATALOG, local_error->message);

  return NULL;
}

/**
 * sb_agent_catalog_get_root:
 *
 * Returns: (transfer none): the coordinator, the first agent of the file
 */
SbAgent *
sb_agent_catalog_get_root (SbAgentCatalog *self)
{
  g_return_val_if_fail (SB_IS_AGENT_CATALOG (self), NULL);

  return g_ptr_array_index (self->agents, 0);
}

/**
 * sb_agent_catalog_lookup:
 * @id: (nullable): nobody for NULL
 *
 * Returns: (transfer none) (nullable)
 */
SbAgent *
sb_agent_catalog_lookup (SbAgentCatalog *self,
                         const char     *id)
{
  g_return_val_if_fail (SB_IS_AGENT_CATALOG (self), NULL);

  for (guint i = 0; i < self->agents->len; i++)
    {
      SbAgent *agent = g_ptr_array_index (self->agents, i);

      if (g_strcmp0 (sb_agent_get_id (agent), id) == 0)
        return agent;
    }

  return NULL;
}
