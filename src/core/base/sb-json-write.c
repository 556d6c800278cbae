/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json-write.h"

#include <math.h>

static void
write_escaped (GString *out,
               guchar   c)
{
  static const char names[] = "btn\0fr"; /* 0x08 to 0x0d */

  g_string_append_c (out, '\\');
  if (c == '"' || c == '\\')
    g_string_append_c (out, c);
  else if (c >= 0x08 && c <= 0x0d && names[c - 0x08] != '\0')
    g_string_append_c (out, names[c - 0x08]);
  else
    g_string_append_printf (out, "u%04x", c);
}

static void
write_string (const char *string,
              GString    *out)
{
  g_autofree char *valid = NULL;
  const char *from;

  if (!g_utf8_validate (string, -1, NULL))
    string = valid = g_utf8_make_valid (string, -1);

  g_string_append_c (out, '"');
  from = string;
  for (const char *at = string; *at != '\0'; at++)
    if ((guchar) *at < 0x20 || *at == '"' || *at == '\\')
      {
        g_string_append_len (out, from, at - from);
        write_escaped (out, *at);
        from = at + 1;
      }
  g_string_append (out, from);
  g_string_append_c (out, '"');
}

/* The shortest digits that read back as the same number; JSON has no word for the others, so null, as in
 * ECMAScript. */
static void
write_double (double   value,
              GString *out)
{
  static const char *formats[] = { "%.15g", "%.16g", "%.17g" };
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (value == 0 || !isfinite (value))
    {
      g_string_append (out, value == 0 ? "0" : "null"); /* also for -0, which reads back as an integer */
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (buffer, sizeof buffer, formats[i], value);
      if (g_ascii_strtod (buffer, NULL) == value)
        break;
    }
  g_string_append (out, buffer);
}

static void
write_value (JsonNode *node,
             GString  *out)
{
  GType type = json_node_get_value_type (node);

  if (type == G_TYPE_STRING)
    write_string (json_node_get_string (node) != NULL ? json_node_get_string (node) : "", out);
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else if (type == G_TYPE_DOUBLE)
    write_double (json_node_get_double (node), out);
  else
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
}

static void
write_line_start (int      indent,
                  GString *out)
{
  if (indent < 0)
    return;

  g_string_append_c (out, '\n');
  for (int i = 0; i < indent; i++)
    g_string_append (out, "  ");
}

static void
write_array (JsonArray *array,
             int        indent,
             GString   *out)
{
  guint n = json_array_get_length (array);
  int inner = indent < 0 ? indent : indent + 1;

  g_string_append_c (out, '[');
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      write_line_start (inner, out);
      sb_json_write (json_array_get_element (array, i), inner, out);
    }
  if (n > 0)
    write_line_start (indent, out);
  g_string_append_c (out, ']');
}

static void
write_object (JsonObject *object,
              int         indent,
              GString    *out)
{
  int inner = indent < 0 ? indent : indent + 1;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      if (!first)
        g_string_append_c (out, ',');
      first = FALSE;
      write_line_start (inner, out);
      write_string (name, out);
      g_string_append (out, indent < 0 ? ":" : ": ");
      sb_json_write (member, inner, out);
    }
  if (!first)
    write_line_start (indent, out);
  g_string_append_c (out, '}');
}

void
sb_json_write (JsonNode *node,
               int       indent,
               GString  *out)
{
  if (JSON_NODE_HOLDS_OBJECT (node) && json_node_get_object (node) != NULL)
    write_object (json_node_get_object (node), indent, out);
  else if (JSON_NODE_HOLDS_ARRAY (node) && json_node_get_array (node) != NULL)
    write_array (json_node_get_array (node), indent, out);
  else if (JSON_NODE_HOLDS_VALUE (node))
    write_value (node, out);
  else
    g_string_append (out, "null");
}
