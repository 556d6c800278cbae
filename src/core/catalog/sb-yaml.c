/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-yaml.h"

#include "sb-text.h"

#include <string.h>
#include <yaml.h>

typedef struct
{
  yaml_parser_t *parser;
  GPtrArray     *open;  /* of SbYamlNode: the collections around the next node; borrowed */
  SbYamlNode    *key;   /* owned: a key that waits for its value */
  SbYamlNode    *root;  /* owned */
  guint          n_nodes;
  gboolean       lenient;

  const char    *data;
  const char    *at;    /* borrowed: the character with this index, where libyaml counts characters */
  gsize          index;
} Builder;

G_DEFINE_QUARK (sb-yaml-error-quark, sb_yaml_error)

/* Marks come nearly in order, so that walking from the last one is cheap. */
static gsize
offset_of (Builder           *builder,
           const yaml_mark_t *mark)
{
  for (; builder->index < mark->index; builder->index++)
    builder->at = g_utf8_next_char (builder->at);
  for (; builder->index > mark->index; builder->index--)
    builder->at = g_utf8_prev_char (builder->at);

  return builder->at - builder->data;
}

static SbYamlNode *
node_new (Builder            *builder,
          SbYamlKind          kind,
          const yaml_event_t *event)
{
  SbYamlNode *self = g_new0 (SbYamlNode, 1);

  self->kind = kind;
  self->line = event->start_mark.line + 1;
  self->column = event->start_mark.column;
  self->start = offset_of (builder, &event->start_mark);
  self->end = offset_of (builder, &event->end_mark);

  if (kind != SB_YAML_SCALAR)
    self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_yaml_node_free);
  if (kind == SB_YAML_MAPPING)
    self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_yaml_node_free);

  return self;
}

static gboolean
fail (GError      **error,
      SbYamlError   code,
      guint         line,
      const char   *what)
{
  g_set_error (error, SB_YAML_ERROR, code, "line %u: %s", line, what);

  return FALSE;
}

static SbYamlNode *
innermost (Builder *builder)
{
  return builder->open->len > 0 ? g_ptr_array_index (builder->open, builder->open->len - 1) : NULL;
}

/* Puts the node into the collection that is open, first as a key, then as its value. Takes the node in any case. */
static gboolean
place (Builder     *builder,
       SbYamlNode  *node,
       GError     **error)
{
  SbYamlNode *parent = innermost (builder);

  if (parent == NULL)
    {
      builder->root = node;
      return TRUE;
    }

  if (parent->kind == SB_YAML_SEQUENCE || builder->key != NULL)
    {
      if (parent->kind == SB_YAML_MAPPING)
        g_ptr_array_add (parent->keys, g_steal_pointer (&builder->key));
      g_ptr_array_add (parent->children, node);
      return TRUE;
    }

  builder->key = node;
  if (node->kind != SB_YAML_SCALAR)
    return fail (error, SB_YAML_ERROR_SYNTAX, node->line, "a key must be a plain word");
  if (!builder->lenient && sb_yaml_node_get (parent, node->text) != NULL)
    {
      g_autofree char *shown = sb_text_short (node->text, 60);

      g_set_error (error, SB_YAML_ERROR, SB_YAML_ERROR_SYNTAX, "line %u: “%s” is set twice", node->line, shown);
      return FALSE;
    }

  return TRUE;
}

static gboolean
add_scalar (Builder            *builder,
            const yaml_event_t *event,
            guint               line,
            GError            **error)
{
  const char *value = (const char *) event->data.scalar.value;
  gsize length = event->data.scalar.length;
  SbYamlNode *node;

  if (memchr (value, '\0', length) != NULL)
    return fail (error, SB_YAML_ERROR_SYNTAX, line, "a zero byte in a text");

  node = node_new (builder, SB_YAML_SCALAR, event);
  node->text = g_strndup (value, length);
  node->quoted = !event->data.scalar.plain_implicit;
  if (event->data.scalar.plain_implicit && (strcmp (node->text, "~") == 0 || strcmp (node->text, "null") == 0))
    node->text[0] = '\0';
  /* The blank lines behind a block of text belong to nobody. */
  while (node->end > node->start && g_ascii_isspace (builder->data[node->end - 1]))
    node->end--;

  return place (builder, node, error);
}

static gboolean
open_collection (Builder             *builder,
                 SbYamlKind           kind,
                 const yaml_event_t  *event,
                 GError             **error)
{
  SbYamlNode *node;

  if (builder->open->len >= SB_YAML_MAX_DEPTH)
    return fail (error, SB_YAML_ERROR_LIMIT, event->start_mark.line + 1, "nested too deeply");

  node = node_new (builder, kind, event);
  if (kind == SB_YAML_SEQUENCE)
    node->flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
  else
    node->flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
  if (!place (builder, node, error))
    return FALSE;

  g_ptr_array_add (builder->open, node);

  return TRUE;
}

/* libyaml ends a block where the next thing begins, with the comments in between. */
static void
close_collection (Builder            *builder,
                  const yaml_event_t *event)
{
  SbYamlNode *node = innermost (builder);

  if (node->flow)
    node->end = offset_of (builder, &event->end_mark);
  else if (node->children->len > 0)
    node->end = ((SbYamlNode *) g_ptr_array_index (node->children, node->children->len - 1))->end;
  g_ptr_array_remove_index (builder->open, builder->open->len - 1);
}

static gboolean
take_event (Builder             *builder,
            const yaml_event_t  *event,
            GError             **error)
{
  guint line = event->start_mark.line + 1;

  if (++builder->n_nodes > SB_YAML_MAX_NODES)
    return fail (error, SB_YAML_ERROR_LIMIT, line, "too many entries");

  switch (event->type)
    {
    case YAML_SCALAR_EVENT:
      return add_scalar (builder, event, line, error);

    case YAML_SEQUENCE_START_EVENT:
      return open_collection (builder, SB_YAML_SEQUENCE, event, error);

    case YAML_MAPPING_START_EVENT:
      return open_collection (builder, SB_YAML_MAPPING, event, error);

    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      close_collection (builder, event);
      return TRUE;

    case YAML_ALIAS_EVENT:
      /* An alias can stand for a billion copies of what it names; nothing here needs one. */
      return fail (error, SB_YAML_ERROR_SYNTAX, line, "aliases (*name) are not supported; write the value out");

    case YAML_DOCUMENT_START_EVENT:
      if (builder->root != NULL)
        return fail (error, SB_YAML_ERROR_SYNTAX, line, "only one document per file is supported");
      return TRUE;

    default:
      return TRUE;
    }
}

static gboolean
parse_events (Builder  *builder,
              GError  **error)
{
  gboolean more = TRUE;

  while (more)
    {
      yaml_event_t event;
      gboolean taken;

      if (!yaml_parser_parse (builder->parser, &event))
        {
          guint line = builder->parser->problem_mark.line + 1;
          const char *problem = builder->parser->problem;

          return fail (error, SB_YAML_ERROR_SYNTAX, line, problem != NULL ? problem : "not valid YAML");
        }

      more = event.type != YAML_STREAM_END_EVENT;
      taken = take_event (builder, &event, error);
      yaml_event_delete (&event);
      if (!taken)
        return FALSE;
    }

  if (builder->root == NULL)
    return fail (error, SB_YAML_ERROR_SYNTAX, 1, "the file is empty");

  return TRUE;
}

static gboolean
check_input (const char  *data,
             gsize        length,
             GError     **error)
{
  const char *end;
  guint line = 1;

  if (length > SB_YAML_MAX_SIZE)
    return fail (error, SB_YAML_ERROR_LIMIT, 1, "the file is larger than 1 MiB");
  if (g_utf8_validate_len (data, length, &end))
    return TRUE;

  for (const char *p = data; p < end; p++)
    line += *p == '\n';

  return fail (error, SB_YAML_ERROR_SYNTAX, line, "not UTF-8 text");
}

static SbYamlNode *
parse (const char  *data,
       gssize       length,
       gboolean     lenient,
       GError     **error)
{
  yaml_parser_t parser;
  Builder builder = { .parser = &parser, .lenient = lenient, .data = data, .at = data };
  gboolean ok;

  if (length < 0)
    length = strlen (data);
  if (!check_input (data, length, error))
    return NULL;

  if (!yaml_parser_initialize (&parser))
    g_error ("out of memory");
  yaml_parser_set_input_string (&parser, (const unsigned char *) data, length);
  if (length >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    builder.at += 3;

  builder.open = g_ptr_array_new ();
  ok = parse_events (&builder, error);
  g_ptr_array_unref (builder.open);
  yaml_parser_delete (&parser);

  g_clear_pointer (&builder.key, sb_yaml_node_free);
  if (!ok)
    g_clear_pointer (&builder.root, sb_yaml_node_free);

  return builder.root;
}

/**
 * sb_yaml_parse:
 * @length: bytes, or -1
 *
 * Reads one YAML 1.1 document into nodes that know their lines and bytes. Refused, beside what is no YAML: more than
 * SB_YAML_MAX_SIZE bytes, SB_YAML_MAX_DEPTH levels or SB_YAML_MAX_NODES nodes, what is not UTF-8, aliases, several
 * documents, keys that are set twice. No I/O.
 *
 * Returns: (transfer full) (nullable): the root; free it with sb_yaml_node_free(). NULL with SB_YAML_ERROR.
 */
SbYamlNode *
sb_yaml_parse (const char  *data,
               gssize       length,
               GError     **error)
{
  g_return_val_if_fail (data != NULL, NULL);

  return parse (data, length, FALSE, error);
}

SbYamlNode *
sb_yaml_parse_lenient (const char  *data,
                       gssize       length,
                       GError     **error)
{
  g_return_val_if_fail (data != NULL, NULL);

  return parse (data, length, TRUE, error);
}

void
sb_yaml_node_free (SbYamlNode *self)
{
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_free (self->text);
  g_free (self);
}

/**
 * sb_yaml_node_get:
 *
 * Returns: (transfer none) (nullable): the value of the key; NULL when there is none or @self is no mapping.
 */
SbYamlNode *
sb_yaml_node_get (SbYamlNode *self,
                  const char *key)
{
  if (self->kind != SB_YAML_MAPPING)
    return NULL;

  for (guint i = 0; i < self->keys->len; i++)
    {
      SbYamlNode *candidate = g_ptr_array_index (self->keys, i);

      if (strcmp (candidate->text, key) == 0)
        return g_ptr_array_index (self->children, i);
    }

  return NULL;
}

/**
 * sb_yaml_node_check_keys:
 * @what: what the mapping is, for the message: "an agent"
 * @allowed: NULL-terminated
 *
 * TRUE when @self is a mapping with no other keys: a key that is spelled wrong must not be dropped in silence.
 */
gboolean
sb_yaml_node_check_keys (SbYamlNode          *self,
                         const char          *what,
                         const char * const  *allowed,
                         GError             **error)
{
  if (self->kind != SB_YAML_MAPPING)
    {
      g_set_error (error, SB_YAML_ERROR, SB_YAML_ERROR_SCHEMA,
                   "line %u: %s must be a mapping (key: value)", self->line, what);
      return FALSE;
    }

  for (guint i = 0; i < self->keys->len; i++)
    {
      SbYamlNode *key = g_ptr_array_index (self->keys, i);

      if (!g_strv_contains (allowed, key->text))
        {
          g_autofree char *names = g_strjoinv (", ", (char **) allowed);

          g_autofree char *shown = sb_text_short (key->text, 60);

          g_set_error (error, SB_YAML_ERROR, SB_YAML_ERROR_SCHEMA,
                       "line %u: %s has no “%s”; it may have %s", key->line, what, shown, names);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * sb_yaml_node_get_text:
 * @text: (out) (transfer none) (nullable): the scalar; NULL when the key is missing
 *
 * FALSE with SB_YAML_ERROR_SCHEMA when the value is a list or a mapping.
 */
gboolean
sb_yaml_node_get_text (SbYamlNode  *self,
                       const char  *key,
                       const char **text,
                       GError     **error)
{
  SbYamlNode *value = sb_yaml_node_get (self, key);

  *text = NULL;
  if (value == NULL)
    return TRUE;
  if (value->kind != SB_YAML_SCALAR)
    {
      g_set_error (error, SB_YAML_ERROR, SB_YAML_ERROR_SCHEMA, "line %u: “%s” must be a text", value->line, key);
      return FALSE;
    }

  *text = value->text;

  return TRUE;
}

/**
 * sb_yaml_node_get_texts:
 * @texts: (out) (transfer full): the items; empty when the key is missing
 *
 * FALSE with SB_YAML_ERROR_SCHEMA when the value is not a list of scalars.
 */
gboolean
sb_yaml_node_get_texts (SbYamlNode  *self,
                        const char  *key,
                        GStrv       *texts,
                        GError     **error)
{
  SbYamlNode *value = sb_yaml_node_get (self, key);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  *texts = NULL;
  if (value != NULL && value->kind != SB_YAML_SEQUENCE)
    {
      g_set_error (error, SB_YAML_ERROR, SB_YAML_ERROR_SCHEMA, "line %u: “%s” must be a list", value->line, key);
      return FALSE;
    }

  for (guint i = 0; value != NULL && i < value->children->len; i++)
    {
      SbYamlNode *item = g_ptr_array_index (value->children, i);

      if (item->kind != SB_YAML_SCALAR)
        {
          g_set_error (error, SB_YAML_ERROR, SB_YAML_ERROR_SCHEMA,
                       "line %u: “%s” must be a list of texts", item->line, key);
          return FALSE;
        }
      g_strv_builder_add (builder, item->text);
    }

  *texts = g_strv_builder_end (builder);

  return TRUE;
}
