/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-uri-template.h"

#include <string.h>

#include "sb-json.h"

#define MAX_NAMES 32
#define RESERVED ":/?#[]@!$&'()*+,;="

/* RFC 6570, appendix A: what an operator puts before the first value, between values, and whether names are written. */
typedef struct
{
  char        operator;
  const char *first;
  const char *separator;
  gboolean    named;
  gboolean    keeps_reserved;
} Form;

static const Form forms[] = {
  { '\0', "", ",", FALSE, FALSE }, { '+', "", ",", FALSE, TRUE },  { '#', "#", ",", FALSE, TRUE },
  { '.', ".", ".", FALSE, FALSE }, { '/', "/", "/", FALSE, FALSE }, { ';', ";", ";", TRUE, FALSE },
  { '?', "?", "&", TRUE, FALSE },  { '&', "&", "&", TRUE, FALSE },
};

/* One {…}. */
typedef void (*ExpressionFunc) (const Form *form,
                                GStrv       names,
                                gpointer    user_data);

static const Form *
find_form (char operator)
{
  for (guint i = 1; i < G_N_ELEMENTS (forms); i++)
    if (forms[i].operator == operator)
      return &forms[i];

  return &forms[0];
}

/* What is outside of expressions goes to @literal; a brace that is not closed is such text. */
static void
walk (const char     *uri_template,
      GString        *literal,
      ExpressionFunc  func,
      gpointer        user_data)
{
  const char *at = uri_template;

  for (const char *open = strchr (at, '{'); open != NULL; open = strchr (at, '{'))
    {
      const char *close = strchr (open, '}');
      const Form *form;
      g_autofree char *list = NULL;
      g_auto(GStrv) names = NULL;

      if (close == NULL)
        break;
      g_string_append_len (literal, at, open - at);
      form = find_form (open[1]);
      list = g_strndup (open + 1 + (form->operator != '\0'), close - open - 1 - (form->operator != '\0'));
      names = g_strsplit (list, ",", MAX_NAMES);
      func (form, names, user_data);
      at = close + 1;
    }
  g_string_append (literal, at);
}

/* Without ":3" or "*". */
static char *
dup_name (const char *variable)
{
  return g_strndup (variable, strcspn (variable, ":*"));
}

static void
list_cb (const Form *form,
         GStrv       names,
         gpointer    user_data)
{
  GPtrArray *list = user_data;

  for (guint i = 0; names[i] != NULL && list->len < MAX_NAMES; i++)
    {
      g_autofree char *name = dup_name (names[i]);

      if (*name != '\0' && !g_ptr_array_find_with_equal_func (list, name, g_str_equal, NULL))
        g_ptr_array_add (list, g_steal_pointer (&name));
    }
}

typedef struct
{
  GString    *out;
  JsonObject *values;
} Expansion;

/* A length limit is in characters. */
static char *
dup_value (const char *variable,
           const char *value)
{
  const char *colon = strchr (variable, ':');
  guint64 limit = colon != NULL ? g_ascii_strtoull (colon + 1, NULL, 10) : 0;

  return limit > 0 && limit < (guint64) g_utf8_strlen (value, -1) ? g_utf8_substring (value, 0, limit)
                                                                   : g_strdup (value);
}

static void
expand_cb (const Form *form,
           GStrv       names,
           gpointer    user_data)
{
  Expansion *expansion = user_data;
  gboolean first = TRUE;

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *name = dup_name (names[i]);
      const char *value = *name != '\0' ? sb_json_get_string (expansion->values, name) : NULL;
      g_autofree char *part = value != NULL ? dup_value (names[i], value) : NULL;

      /* What nobody filled in is left out, with what stands before it. */
      if (part == NULL)
        continue;
      g_string_append (expansion->out, first ? form->first : form->separator);
      first = FALSE;
      if (form->named)
        g_string_append (expansion->out, name);
      if (form->named && (*part != '\0' || form->operator != ';'))
        g_string_append_c (expansion->out, '=');
      g_string_append_uri_escaped (expansion->out, part, form->keeps_reserved ? RESERVED : NULL, FALSE);
    }
}

/**
 * sb_mcp_uri_template_list_names:
 *
 * Returns: (transfer full): what there is to fill in, each once, up to 32
 */
GStrv
sb_mcp_uri_template_list_names (const char *uri_template)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new ();
  g_autoptr(GString) literal = g_string_new (NULL);

  walk (uri_template, literal, list_cb, list);
  g_ptr_array_add (list, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

/**
 * sb_mcp_uri_template_expand:
 * @values: texts by their names; others are as if they were not there
 *
 * Returns: (transfer full)
 */
char *
sb_mcp_uri_template_expand (const char *uri_template,
                            JsonObject *values)
{
  g_autoptr(GString) out = g_string_new (NULL);
  Expansion expansion = { out, values };

  walk (uri_template, out, expand_cb, &expansion);

  return g_string_free (g_steal_pointer (&out), FALSE);
}
