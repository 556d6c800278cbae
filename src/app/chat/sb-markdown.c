/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-markdown.h"

#include <md4c.h>
#include <string.h>

#include "sb-text.h"

#define MAX_DEPTH 6         /* of lists and quotes shown; deeper ones stand at the sixth place */
#define MAX_SPANS 64        /* open at a time */
#define MAX_COLUMNS 24
#define MAX_CELLS 1200
#define MAX_MARKS 6         /* combining marks on one character */

typedef struct
{
  MD_SPANTYPE  type;
  guint        start;
  char        *uri;
} Span;

typedef struct
{
  gboolean ordered;
  guint    number;
} List;

typedef struct
{
  GPtrArray *leaves;

  SbLeaf    *leaf;    /* being filled; nullable */
  GString   *text;    /* its text */
  SbLeaf    *table;   /* nullable */
  GArray    *spans;   /* of Span */
  GArray    *lists;   /* of List */
  char      *marker;  /* nullable: waits for the first leaf of its item */
  guint      quote;
  guint      heading;
  guint      column;
} Parser;

static void
clear_span (gpointer data)
{
  Span *span = data;

  g_free (span->uri);
}

static void
finish_leaf (Parser *parser)
{
  SbLeaf *leaf = g_steal_pointer (&parser->leaf);

  if (leaf == NULL)
    return;

  while (parser->text->len > 0 && strchr (" \n", parser->text->str[parser->text->len - 1]) != NULL &&
         leaf->kind == SB_LEAF_TEXT)
    g_string_truncate (parser->text, parser->text->len - 1);

  g_free (leaf->text);
  leaf->text = g_strndup (parser->text->str, parser->text->len);
  leaf->length = parser->text->len;
  g_string_truncate (parser->text, 0);
  g_array_set_size (parser->spans, 0);

  if (parser->table != NULL && leaf->kind == SB_LEAF_TEXT)
    g_ptr_array_add (parser->table->cells, leaf);
  else
    g_ptr_array_add (parser->leaves, leaf);
}

static SbLeaf *
begin_leaf (Parser     *parser,
            SbLeafKind  kind)
{
  finish_leaf (parser);

  parser->leaf = sb_leaf_new (kind);
  if (parser->table == NULL)
    {
      parser->leaf->marker = g_steal_pointer (&parser->marker);
      parser->leaf->depth = MIN (parser->lists->len, MAX_DEPTH);
      parser->leaf->quote = MIN (parser->quote, MAX_DEPTH);
      parser->leaf->heading = parser->heading;
    }

  return parser->leaf;
}

static void
ensure_leaf (Parser *parser)
{
  if (parser->leaf == NULL)
    begin_leaf (parser, SB_LEAF_TEXT);
}

static char *
attribute_to_string (const MD_ATTRIBUTE *attribute)
{
  return sb_text_clean (attribute->text != NULL ? attribute->text : "", attribute->size, NULL);
}

static void
add_attribute (Parser         *parser,
               PangoAttribute *attribute,
               guint           start)
{
  attribute->start_index = start;
  attribute->end_index = parser->text->len;

  if (parser->leaf->attributes == NULL)
    parser->leaf->attributes = pango_attr_list_new ();
  pango_attr_list_insert (parser->leaf->attributes, attribute);
}

static void
begin_list (Parser   *parser,
            gboolean  ordered,
            guint     start)
{
  List list = { ordered, start };

  finish_leaf (parser);
  g_array_append_val (parser->lists, list);
}

static void
begin_item (Parser                   *parser,
            const MD_BLOCK_LI_DETAIL *detail)
{
  List *list;

  finish_leaf (parser);
  g_clear_pointer (&parser->marker, g_free);

  if (parser->lists->len == 0)
    return;

  list = &g_array_index (parser->lists, List, parser->lists->len - 1);
  if (detail->is_task)
    parser->marker = g_strdup (detail->task_mark == ' ' ? "☐" : "☑");
  else if (list->ordered)
    parser->marker = g_strdup_printf ("%u.", list->number++);
  else
    parser->marker = g_strdup (parser->lists->len % 2 == 1 ? "•" : "◦");
}

static void
end_item (Parser *parser)
{
  if (parser->marker != NULL && parser->leaf == NULL)
    begin_leaf (parser, SB_LEAF_TEXT);

  finish_leaf (parser);
}

static void
begin_code (Parser                     *parser,
            const MD_BLOCK_CODE_DETAIL *detail)
{
  SbLeaf *leaf = begin_leaf (parser, SB_LEAF_CODE);

  leaf->language = attribute_to_string (&detail->lang);
}

static void
begin_table (Parser                      *parser,
             const MD_BLOCK_TABLE_DETAIL *detail)
{
  finish_leaf (parser);

  parser->table = begin_leaf (parser, SB_LEAF_TABLE);
  parser->leaf = NULL;
  parser->table->n_columns = MIN (detail->col_count, MAX_COLUMNS);
}

static PangoAlignment
to_alignment (MD_ALIGN align)
{
  switch (align)
    {
    case MD_ALIGN_CENTER:
      return PANGO_ALIGN_CENTER;

    case MD_ALIGN_RIGHT:
      return PANGO_ALIGN_RIGHT;

    case MD_ALIGN_DEFAULT:
    case MD_ALIGN_LEFT:
    default:
      return PANGO_ALIGN_LEFT;
    }
}

static gboolean
table_has_room (Parser *parser)
{
  return parser->table != NULL &&
         parser->column < parser->table->n_columns &&
         parser->table->cells->len < MAX_CELLS;
}

static void
begin_cell (Parser                   *parser,
            const MD_BLOCK_TD_DETAIL *detail,
            gboolean                  heading)
{
  PangoAlignment alignment = to_alignment (detail->align);

  if (!table_has_room (parser))
    return;

  begin_leaf (parser, SB_LEAF_TEXT);
  if (heading)
    g_array_append_val (parser->table->alignments, alignment);
}

static void
end_table (Parser *parser)
{
  SbLeaf *table = g_steal_pointer (&parser->table);

  while (table->n_columns > 0 && table->cells->len % table->n_columns != 0)
    g_ptr_array_add (table->cells, sb_leaf_new (SB_LEAF_TEXT));

  if (table->n_columns > 0 && table->cells->len > 0)
    g_ptr_array_add (parser->leaves, table);
  else
    sb_leaf_free (table);
}

static int
enter_block_cb (MD_BLOCKTYPE  type,
                void         *detail,
                void         *user_data)
{
  Parser *parser = user_data;

  switch (type)
    {
    case MD_BLOCK_QUOTE:
      finish_leaf (parser);
      parser->quote++;
      break;

    case MD_BLOCK_UL:
      begin_list (parser, FALSE, 0);
      break;

    case MD_BLOCK_OL:
      begin_list (parser, TRUE, ((MD_BLOCK_OL_DETAIL *) detail)->start);
      break;

    case MD_BLOCK_LI:
      begin_item (parser, detail);
      break;

    case MD_BLOCK_HR:
      begin_leaf (parser, SB_LEAF_RULE);
      break;

    case MD_BLOCK_H:
      parser->heading = ((MD_BLOCK_H_DETAIL *) detail)->level;
      begin_leaf (parser, SB_LEAF_TEXT);
      break;

    case MD_BLOCK_CODE:
      begin_code (parser, detail);
      break;

    case MD_BLOCK_P:
    case MD_BLOCK_HTML:
      begin_leaf (parser, SB_LEAF_TEXT);
      break;

    case MD_BLOCK_TABLE:
      begin_table (parser, detail);
      break;

    case MD_BLOCK_TR:
      parser->column = 0;
      break;

    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      begin_cell (parser, detail, type == MD_BLOCK_TH);
      break;

    case MD_BLOCK_DOC:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    default:
      break;
    }

  return 0;
}

static int
leave_block_cb (MD_BLOCKTYPE  type,
                void         *detail,
                void         *user_data)
{
  Parser *parser = user_data;

  switch (type)
    {
    case MD_BLOCK_QUOTE:
      finish_leaf (parser);
      parser->quote--;
      break;

    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
      finish_leaf (parser);
      g_array_set_size (parser->lists, parser->lists->len - 1);
      break;

    case MD_BLOCK_LI:
      end_item (parser);
      break;

    case MD_BLOCK_TABLE:
      finish_leaf (parser);
      end_table (parser);
      break;

    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      finish_leaf (parser);
      parser->column++;
      break;

    case MD_BLOCK_H:
    case MD_BLOCK_P:
    case MD_BLOCK_CODE:
    case MD_BLOCK_HR:
    case MD_BLOCK_HTML:
      finish_leaf (parser);
      parser->heading = 0;
      break;

    case MD_BLOCK_DOC:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    case MD_BLOCK_TR:
    default:
      break;
    }

  return 0;
}

/* Whether text that comes now has a place: cells beyond the limits of a table have none. */
static gboolean
wants_text (Parser *parser)
{
  return parser->table == NULL || parser->leaf != NULL;
}

static int
enter_span_cb (MD_SPANTYPE  type,
               void        *detail,
               void        *user_data)
{
  Parser *parser = user_data;
  Span span = { type, 0, NULL };

  if (!wants_text (parser))
    return 0;

  ensure_leaf (parser);
  span.start = parser->text->len;
  if (type == MD_SPAN_A)
    span.uri = attribute_to_string (&((MD_SPAN_A_DETAIL *) detail)->href);
  else if (type == MD_SPAN_IMG)
    span.uri = attribute_to_string (&((MD_SPAN_IMG_DETAIL *) detail)->src);
  g_array_append_val (parser->spans, span);

  return 0;
}

static void
apply_span (Parser     *parser,
            const Span *span)
{
  switch (span->type)
    {
    case MD_SPAN_EM:
      add_attribute (parser, pango_attr_style_new (PANGO_STYLE_ITALIC), span->start);
      break;

    case MD_SPAN_STRONG:
      add_attribute (parser, pango_attr_weight_new (PANGO_WEIGHT_BOLD), span->start);
      break;

    case MD_SPAN_DEL:
      add_attribute (parser, pango_attr_strikethrough_new (TRUE), span->start);
      break;

    case MD_SPAN_CODE:
      add_attribute (parser, pango_attr_family_new ("monospace"), span->start);
      break;

    case MD_SPAN_A:
    case MD_SPAN_IMG:
      if (sb_markdown_is_safe_uri (span->uri) && parser->text->len > span->start)
        sb_leaf_add_link (parser->leaf, span->start, parser->text->len, span->uri);
      break;

    case MD_SPAN_LATEXMATH:
    case MD_SPAN_LATEXMATH_DISPLAY:
    case MD_SPAN_WIKILINK:
    case MD_SPAN_U:
    default:
      break;
    }
}

static int
leave_span_cb (MD_SPANTYPE  type,
               void        *detail,
               void        *user_data)
{
  Parser *parser = user_data;
  guint last = parser->spans->len;

  if (last == 0 || parser->leaf == NULL)
    return 0;

  if (last <= MAX_SPANS)
    apply_span (parser, &g_array_index (parser->spans, Span, last - 1));
  g_array_set_size (parser->spans, last - 1);

  return 0;
}

static void
append_entity (GString    *text,
               const char *entity,
               gsize       length)
{
  static const struct { const char *name; const char *text; } entities[] = {
    { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&apos;", "'" },
    { "&nbsp;", "\302\240" }, { "&copy;", "©" }, { "&mdash;", "—" }, { "&ndash;", "–" }, { "&hellip;", "…" },
    { "&rarr;", "→" }, { "&larr;", "←" }, { "&times;", "×" }, { "&deg;", "°" }, { "&bull;", "•" },
  };
  g_autofree char *name = g_strndup (entity, length);

  for (guint i = 0; i < G_N_ELEMENTS (entities); i++)
    if (strcmp (entities[i].name, name) == 0)
      {
        g_string_append (text, entities[i].text);
        return;
      }

  if (name[1] == '#')
    {
      gboolean hexadecimal = name[2] == 'x' || name[2] == 'X';
      guint64 value = g_ascii_strtoull (name + (hexadecimal ? 3 : 2), NULL, hexadecimal ? 16 : 10);

      if (value >= 0x20 && value <= 0x10ffff && g_unichar_isgraph (value))
        {
          g_string_append_unichar (text, value);
          return;
        }
    }

  g_string_append_len (text, entity, length);
}

static int
text_cb (MD_TEXTTYPE    type,
         const MD_CHAR *text,
         MD_SIZE        size,
         void          *user_data)
{
  Parser *parser = user_data;

  if (!wants_text (parser))
    return 0;

  ensure_leaf (parser);

  switch (type)
    {
    case MD_TEXT_NULLCHAR:
      g_string_append (parser->text, "\357\277\275");
      break;

    case MD_TEXT_BR:
      g_string_append_c (parser->text, '\n');
      break;

    case MD_TEXT_SOFTBR:
      g_string_append_c (parser->text, ' ');
      break;

    case MD_TEXT_ENTITY:
      append_entity (parser->text, text, size);
      break;

    case MD_TEXT_NORMAL:
    case MD_TEXT_CODE:
    case MD_TEXT_HTML:
    case MD_TEXT_LATEXMATH:
    default:
      g_string_append_len (parser->text, text, size);
      break;
    }

  return 0;
}

static gboolean
is_mark (gunichar character)
{
  GUnicodeType type = g_unichar_type (character);

  return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK;
}

/* Thousands of marks on one character take seconds to shape and cover the rest of the window. */
static void
drop_surplus_marks (char *text)
{
  char *to = text;
  guint n_marks = 0;

  for (const char *from = text; *from != '\0';)
    {
      const char *next = g_utf8_next_char (from);

      n_marks = (guchar) *from >= 0xcc && is_mark (g_utf8_get_char (from)) ? n_marks + 1 : 0;
      if (n_marks <= MAX_MARKS)
        {
          memmove (to, from, next - from);
          to += next - from;
        }
      from = next;
    }

  *to = '\0';
}

/**
 * sb_markdown_clean:
 *
 * Returns: (transfer full): @text as it may be given to Pango
 */
char *
sb_markdown_clean (const char *text,
                   gssize      length)
{
  char *clean = sb_text_clean (text, length, NULL);

  drop_surplus_marks (clean);

  return clean;
}

gboolean
sb_markdown_is_safe_uri (const char *uri)
{
  static const char * const schemes[] = { "http:", "https:", "mailto:" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (uri, schemes[i], strlen (schemes[i])) == 0)
      return TRUE;

  return FALSE;
}

/**
 * sb_markdown_parse:
 * @text: a region as sb_markdown_splitter_next() cuts it
 *
 * CommonMark 0.30 with the tables, task lists, strike-through and bare links of GitHub's dialect. HTML is text.
 *
 * Returns: (transfer full) (element-type SbLeaf): what to show
 */
GPtrArray *
sb_markdown_parse (const char *text,
                   gssize      length)
{
  static const MD_PARSER callbacks = {
    .flags = MD_DIALECT_GITHUB | MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS,
    .enter_block = enter_block_cb,
    .leave_block = leave_block_cb,
    .enter_span = enter_span_cb,
    .leave_span = leave_span_cb,
    .text = text_cb,
  };
  g_autofree char *clean = sb_markdown_clean (text, length);
  Parser parser = { 0 };

  parser.leaves = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_leaf_free);
  parser.text = g_string_new (NULL);
  parser.spans = g_array_new (FALSE, FALSE, sizeof (Span));
  g_array_set_clear_func (parser.spans, clear_span);
  parser.lists = g_array_new (FALSE, FALSE, sizeof (List));

  md_parse (clean, strlen (clean), &callbacks, &parser);

  finish_leaf (&parser);
  g_clear_pointer (&parser.table, sb_leaf_free);
  g_clear_pointer (&parser.marker, g_free);
  g_string_free (parser.text, TRUE);
  g_array_unref (parser.spans);
  g_array_unref (parser.lists);

  return parser.leaves;
}
