/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-yaml-node.h"

#include <string.h>

static SbYamlNode *
node_new (SbYamlKind kind)
{
  SbYamlNode *self = g_new0 (SbYamlNode, 1);

  self->kind = kind;
  if (kind != SB_YAML_SCALAR)
    self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_yaml_node_free);
  if (kind == SB_YAML_MAPPING)
    self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_yaml_node_free);

  return self;
}

/**
 * sb_yaml_node_new_text:
 *
 * Returns: (transfer full): a text, also when it looks like a number
 */
SbYamlNode *
sb_yaml_node_new_text (const char *text)
{
  SbYamlNode *self = node_new (SB_YAML_SCALAR);

  self->text = g_strdup (text);
  self->quoted = TRUE;

  return self;
}

/**
 * sb_yaml_node_new_word:
 *
 * Returns: (transfer full): true, false, a number: never in quotes
 */
SbYamlNode *
sb_yaml_node_new_word (const char *word)
{
  SbYamlNode *self = node_new (SB_YAML_SCALAR);

  self->text = g_strdup (word);

  return self;
}

SbYamlNode *
sb_yaml_node_new_mapping (void)
{
  return node_new (SB_YAML_MAPPING);
}

SbYamlNode *
sb_yaml_node_new_sequence (void)
{
  return node_new (SB_YAML_SEQUENCE);
}

SbYamlNode *
sb_yaml_node_new_texts (const char * const *texts)
{
  SbYamlNode *self = node_new (SB_YAML_SEQUENCE);

  for (guint i = 0; texts[i] != NULL; i++)
    g_ptr_array_add (self->children, sb_yaml_node_new_text (texts[i]));

  return self;
}

/**
 * sb_yaml_node_add:
 * @value: (transfer full)
 *
 * Returns: (transfer none): @value, to go on with
 */
SbYamlNode *
sb_yaml_node_add (SbYamlNode *mapping,
                  const char *key,
                  SbYamlNode *value)
{
  g_return_val_if_fail (mapping->kind == SB_YAML_MAPPING, NULL);

  g_ptr_array_add (mapping->keys, sb_yaml_node_new_text (key));
  g_ptr_array_add (mapping->children, value);

  return value;
}

SbYamlNode *
sb_yaml_node_append (SbYamlNode *sequence,
                     SbYamlNode *value)
{
  g_return_val_if_fail (sequence->kind == SB_YAML_SEQUENCE, NULL);

  g_ptr_array_add (sequence->children, value);

  return value;
}

/**
 * sb_yaml_node_copy:
 *
 * Returns: (transfer full): with lines and bytes
 */
SbYamlNode *
sb_yaml_node_copy (SbYamlNode *self)
{
  SbYamlNode *copy = node_new (self->kind);

  copy->line = self->line;
  copy->column = self->column;
  copy->start = self->start;
  copy->end = self->end;
  copy->quoted = self->quoted;
  copy->flow = self->flow;
  copy->text = g_strdup (self->text);
  for (guint i = 0; copy->keys != NULL && i < self->keys->len; i++)
    g_ptr_array_add (copy->keys, sb_yaml_node_copy (g_ptr_array_index (self->keys, i)));
  for (guint i = 0; copy->children != NULL && i < self->children->len; i++)
    g_ptr_array_add (copy->children, sb_yaml_node_copy (g_ptr_array_index (self->children, i)));

  return copy;
}

gboolean
sb_yaml_node_is_null (SbYamlNode *self)
{
  return self->kind == SB_YAML_SCALAR && !self->quoted && self->text[0] == '\0';
}

/* Whether a reader could take the word for something else than a text. Rather too often than too rarely. */
static gboolean
is_special (const char *word)
{
  static const char * const words[] = {
    "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "<<", "=", NULL
  };
  g_autofree char *lower = g_ascii_strdown (word, -1);

  if (g_strv_contains (words, lower))
    return TRUE;

  return g_ascii_isdigit (word[0]) || (strchr ("+-.", word[0]) != NULL && strpbrk (word, "0123456789") != NULL);
}

static gboolean
same_scalar (SbYamlNode *a,
             SbYamlNode *b)
{
  return strcmp (a->text, b->text) == 0 && (a->quoted == b->quoted || !is_special (a->text));
}

static gboolean
same_children (GPtrArray *a,
               GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!sb_yaml_node_equal (g_ptr_array_index (a, i), g_ptr_array_index (b, i)))
      return FALSE;

  return TRUE;
}

/* Every key is a text. */
static gboolean
same_keys (GPtrArray *a,
           GPtrArray *b)
{
  for (guint i = 0; i < a->len; i++)
    if (strcmp (((SbYamlNode *) g_ptr_array_index (a, i))->text, ((SbYamlNode *) g_ptr_array_index (b, i))->text) != 0)
      return FALSE;

  return TRUE;
}

/**
 * sb_yaml_node_equal:
 *
 * Whether both mean the same: order counts, style does not, but "1" is not 1.
 */
gboolean
sb_yaml_node_equal (SbYamlNode *a,
                    SbYamlNode *b)
{
  if (a->kind != b->kind)
    return FALSE;
  if (a->kind == SB_YAML_SCALAR)
    return same_scalar (a, b);

  return same_children (a->children, b->children) && (a->kind != SB_YAML_MAPPING || same_keys (a->keys, b->keys));
}

/* Readers part lines at U+2028 and U+2029 too. */
static gboolean
is_ordinary (gunichar c)
{
  return g_unichar_isprint (c) && c != 0x2028 && c != 0x2029 && c != 0xfeff;
}

/* Without quotes only what no reader can misunderstand, in a block as in a flow collection. */
static gboolean
is_plain (const char *text)
{
  gsize length = strlen (text);

  if (is_special (text) || strchr ("-?:,[]{}#&*!|>'\"%@`", text[0]) != NULL)
    return FALSE;
  if (text[0] == ' ' || text[length - 1] == ' ' || text[length - 1] == ':')
    return FALSE;
  if (strstr (text, ": ") != NULL || strstr (text, " #") != NULL || strpbrk (text, ",[]{}") != NULL)
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!is_ordinary (g_utf8_get_char (p)))
      return FALSE;

  return TRUE;
}

static void
write_quoted (const char *text,
              GString    *out)
{
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", (char) c);
      else if (c == '\n')
        g_string_append (out, "\\n");
      else if (is_ordinary (c))
        g_string_append_unichar (out, c);
      else
        g_string_append_printf (out, "\\U%08X", c);
    }
  g_string_append_c (out, '"');
}

void
sb_yaml_scalar_write (SbYamlNode *self,
                      GString    *out)
{
  if (sb_yaml_node_is_null (self) || (!self->quoted && is_special (self->text)) || is_plain (self->text))
    g_string_append (out, self->text);
  else
    write_quoted (self->text, out);
}

static void
indent_by (guint    indent,
           GString *out)
{
  for (guint i = 0; i < indent; i++)
    g_string_append_c (out, ' ');
}

static gboolean
is_block_text (SbYamlNode *self)
{
  gsize length = self->kind == SB_YAML_SCALAR ? strlen (self->text) : 0;
  const char *line_end = length > 0 ? strchr (self->text, '\n') : NULL;

  if (line_end == NULL || line_end[1] == '\0' || self->text[length - 1] != '\n' || self->text[length - 2] == '\n')
    return FALSE;
  if (g_ascii_isspace (self->text[0]))
    return FALSE;
  for (const char *p = self->text; *p != '\0'; p = g_utf8_next_char (p))
    if (*p != '\n' && !is_ordinary (g_utf8_get_char (p)))
      return FALSE;

  return TRUE;
}

static void
write_block_text (const char *text,
                  guint       indent,
                  GString    *out)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  g_string_append (out, "|\n");
  for (guint i = 0; lines[i + 1] != NULL; i++)
    {
      if (lines[i][0] != '\0')
        indent_by (indent, out);
      g_string_append_printf (out, "%s\n", lines[i]);
    }
}

/* Behind "key:" or "-": on the same line, or below. */
static void
write_value (SbYamlNode *value,
             guint       indent,
             GString    *out)
{
  if (is_block_text (value))
    {
      g_string_append_c (out, ' ');
      write_block_text (value->text, indent, out);
    }
  else if (value->kind == SB_YAML_SCALAR)
    {
      if (!sb_yaml_node_is_null (value))
        g_string_append_c (out, ' ');
      sb_yaml_scalar_write (value, out);
      g_string_append_c (out, '\n');
    }
  else if (value->children->len == 0)
    {
      g_string_append (out, value->kind == SB_YAML_MAPPING ? " {}\n" : " []\n");
    }
  else
    {
      g_string_append_c (out, '\n');
      sb_yaml_node_write (value, indent, out);
    }
}

void
sb_yaml_pair_write (const char *key,
                    SbYamlNode *value,
                    guint       indent,
                    GString    *out)
{
  g_autoptr(SbYamlNode) name = sb_yaml_node_new_text (key);

  indent_by (indent, out);
  sb_yaml_scalar_write (name, out);
  g_string_append_c (out, ':');
  write_value (value, indent + 2, out);
}

static void
write_item (SbYamlNode *item,
            guint       indent,
            GString    *out)
{
  gsize start = out->len;

  if (item->kind == SB_YAML_SCALAR || item->children->len == 0)
    {
      indent_by (indent, out);
      g_string_append_c (out, '-');
      write_value (item, indent + 2, out);
      return;
    }

  sb_yaml_node_write (item, indent + 2, out);
  out->str[start + indent] = '-';
}

/**
 * sb_yaml_node_write:
 *
 * Appends the node in block style. A collection without anything in it, and a scalar, take one line.
 */
void
sb_yaml_node_write (SbYamlNode *self,
                    guint       indent,
                    GString    *out)
{
  if (self->kind == SB_YAML_SCALAR || self->children->len == 0)
    {
      indent_by (indent, out);
      if (self->kind == SB_YAML_SCALAR)
        sb_yaml_scalar_write (self, out);
      else
        g_string_append (out, self->kind == SB_YAML_MAPPING ? "{}" : "[]");
      g_string_append_c (out, '\n');
      return;
    }

  for (guint i = 0; i < self->children->len; i++)
    {
      SbYamlNode *child = g_ptr_array_index (self->children, i);

      if (self->kind == SB_YAML_SEQUENCE)
        write_item (child, indent, out);
      else
        sb_yaml_pair_write (((SbYamlNode *) g_ptr_array_index (self->keys, i))->text, child, indent, out);
    }
}
