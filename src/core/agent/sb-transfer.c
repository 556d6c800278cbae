/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-transfer.h"

#include "sb-json.h"
#include "sb-text.h"

#include <string.h>

#define MAX_REASON 200

static gboolean
was_visited (GPtrArray  *visited,
             const char *id)
{
  return g_ptr_array_find_with_equal_func (visited, id, g_str_equal, NULL);
}

static char *
join_ids (GPtrArray *reachable)
{
  g_autoptr(GString) ids = g_string_new (NULL);

  for (guint i = 0; i < reachable->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? ", " : "", sb_agent_get_id (g_ptr_array_index (reachable, i)));

  return g_string_free (g_steal_pointer (&ids), FALSE);
}

/* One line that completes "because …", whatever the model wrote. */
static char *
clean_reason (const char *text)
{
  g_autofree char *clean = sb_text_clean (text != NULL ? text : "", -1, NULL);
  gsize length;

  g_strdelimit (clean, "\n\t", ' ');
  g_strstrip (clean);
  if (g_ascii_strncasecmp (clean, "because ", 8) == 0)
    memmove (clean, clean + 8, strlen (clean + 8) + 1);
  if (g_utf8_strlen (clean, -1) > MAX_REASON)
    *g_utf8_offset_to_pointer (clean, MAX_REASON) = '\0';

  length = strlen (clean);
  while (length > 0 && (clean[length - 1] == '.' || clean[length - 1] == ' '))
    clean[--length] = '\0';

  return length > 0 ? g_steal_pointer (&clean) : g_strdup ("it is better placed to answer");
}

/**
 * sb_transfer_reachable:
 *
 * An agent that has spoken in this turn is not reachable again: no A → B → A without a new word of the user.
 *
 * Returns: (transfer container): of SbAgent
 */
GPtrArray *
sb_transfer_reachable (SbAgentCatalog *agents,
                       SbAgent        *agent,
                       GPtrArray      *visited)
{
  const char * const *targets = sb_agent_get_transfers (agent);
  GPtrArray *reachable = g_ptr_array_new ();

  for (guint i = 0; targets[i] != NULL; i++)
    if (!was_visited (visited, targets[i]))
      g_ptr_array_add (reachable, sb_agent_catalog_lookup (agents, targets[i]));

  return reachable;
}

/**
 * sb_transfer_description:
 *
 * Returns: (transfer full): what the tool is for, with what each reachable agent is good at
 */
char *
sb_transfer_description (GPtrArray *reachable)
{
  GString *text = g_string_new ("Hands the user's request over to another agent, who answers instead of you. "
                                "Write no text besides this call. Agents:");

  for (guint i = 0; i < reachable->len; i++)
    {
      SbAgent *agent = g_ptr_array_index (reachable, i);

      g_string_append_printf (text, "\n- %s: %s", sb_agent_get_id (agent), sb_agent_get_description (agent));
    }

  return g_string_free (text, FALSE);
}

/**
 * sb_transfer_schema:
 *
 * The enum holds reachable agents only, so a provider that constrains its output cannot name another.
 *
 * Returns: (transfer full): a JSON Schema
 */
JsonObject *
sb_transfer_schema (GPtrArray *reachable)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "object");

  json_builder_set_member_name (builder, "properties");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "agent_name");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "string");
  json_builder_set_member_name (builder, "enum");
  json_builder_begin_array (builder);
  for (guint i = 0; i < reachable->len; i++)
    json_builder_add_string_value (builder, sb_agent_get_id (g_ptr_array_index (reachable, i)));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "reason");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "string");
  json_builder_set_member_name (builder, "description");
  json_builder_add_string_value (builder, "Completes the sentence “because …” for the user, in a few words.");
  json_builder_end_object (builder);
  json_builder_end_object (builder);

  json_builder_set_member_name (builder, "required");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, "agent_name");
  json_builder_add_string_value (builder, "reason");
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "additionalProperties");
  json_builder_add_boolean_value (builder, FALSE);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);

  return json_node_dup_object (root);
}

/**
 * sb_transfer_check:
 * @arguments: as the model wrote them
 * @reason: (out) (transfer full): set when the hand-over is granted
 * @refusal: (out) (transfer full): set when it is refused
 *
 * The schema is not trusted: whoever the arguments name is checked here again.
 */
SbAgent *
sb_transfer_check (SbAgentCatalog  *agents,
                   GPtrArray       *reachable,
                   guint            n_hops,
                   const char      *arguments,
                   char           **reason,
                   char           **refusal)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);
  g_autofree char *ids = join_ids (reachable);
  const char *name = object != NULL ? sb_json_get_string (object, "agent_name") : NULL;
  g_autofree char *shown = sb_text_short (name, 60);
  SbAgent *target = sb_agent_catalog_lookup (agents, name);

  *reason = NULL;
  *refusal = NULL;

  if (n_hops >= SB_TRANSFER_MAX_HOPS)
    *refusal = g_strdup_printf ("Refused: the request has been handed over %u times in this turn, which is the limit. "
                                "Answer the user yourself with what there is.", n_hops);
  else if (reachable->len == 0)
    *refusal = g_strdup ("Refused: there is nobody to hand over to. Answer the user yourself with what there is.");
  else if (name == NULL)
    *refusal = g_strdup_printf ("Refused: the arguments must be {\"agent_name\": …, \"reason\": …}. Agents: %s.", ids);
  else if (target == NULL || !g_ptr_array_find (reachable, target, NULL))
    *refusal = g_strdup_printf ("Refused: “%s” cannot be reached from here. Agents: %s. "
                                "Choose one of them or answer the user yourself.", shown, ids);
  if (*refusal != NULL)
    return NULL;

  *reason = clean_reason (sb_json_get_string (object, "reason"));

  return target;
}
