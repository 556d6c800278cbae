/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-yaml-edit.h"

#include "sb-text.h"

#include <string.h>

#define APPEND "-"

typedef enum
{
  EDIT_SET,
  EDIT_REMOVE,
  EDIT_REMOVE_SECOND,
  EDIT_RENAME,
} EditKind;

struct _SbYamlEdit
{
  EditKind    kind;

  /* owned */
  GStrv       path;
  SbYamlNode *value; /* set */
  char       *name;  /* rename */
};

static SbYamlEdit *
edit_new (EditKind            kind,
          const char * const *path)
{
  SbYamlEdit *self = g_new0 (SbYamlEdit, 1);

  self->kind = kind;
  self->path = g_strdupv ((char **) path);

  return self;
}

/* The child's position; -1 when there is none. */
static int
find (SbYamlNode *node,
      const char *step)
{
  guint64 index;

  if (node->kind == SB_YAML_SEQUENCE)
    return g_ascii_string_to_unsigned (step, 10, 0, G_MAXINT, &index, NULL) && index < node->children->len ? index : -1;

  for (guint i = 0; node->kind == SB_YAML_MAPPING && i < node->keys->len; i++)
    if (strcmp (((SbYamlNode *) g_ptr_array_index (node->keys, i))->text, step) == 0)
      return i;

  return -1;
}

static int
find_second (SbYamlNode *node,
             const char *step)
{
  int first = find (node, step);

  for (guint i = first + 1; first >= 0 && node->kind == SB_YAML_MAPPING && i < node->keys->len; i++)
    if (strcmp (((SbYamlNode *) g_ptr_array_index (node->keys, i))->text, step) == 0)
      return i;

  return -1;
}

static SbYamlNode *
child_at (SbYamlNode *node,
          int         position)
{
  return g_ptr_array_index (node->children, position);
}

static SbYamlNode *
descend (SbYamlNode *node,
         GStrv       path,
         guint       depth)
{
  for (guint i = 0; node != NULL && i < depth; i++)
    {
      int position = find (node, path[i]);

      node = position >= 0 ? child_at (node, position) : NULL;
    }

  return node;
}

/* A list without a name for its last item: "-" is the one that was added. */
static SbYamlNode *
descend_expected (SbYamlNode *node,
                  GStrv       path,
                  guint       depth)
{
  for (guint i = 0; node != NULL && i < depth; i++)
    {
      gboolean last = node->kind == SB_YAML_SEQUENCE && strcmp (path[i], APPEND) == 0;
      int position = last ? (int) node->children->len - 1 : find (node, path[i]);

      node = position >= 0 ? child_at (node, position) : NULL;
    }

  return node;
}

/* Nothing, or an empty collection, becomes what the next step needs. */
static void
make_room (SbYamlNode *node,
           const char *step)
{
  SbYamlKind kind = strcmp (step, APPEND) == 0 ? SB_YAML_SEQUENCE : SB_YAML_MAPPING;

  if (!sb_yaml_node_is_null (node) && (node->kind == SB_YAML_SCALAR || node->children->len > 0))
    return;
  if (node->kind == kind)
    return;

  node->kind = kind;
  g_clear_pointer (&node->text, g_free);
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_clear_pointer (&node->keys, g_ptr_array_unref);
  node->children = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_yaml_node_free);
  if (kind == SB_YAML_MAPPING)
    node->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_yaml_node_free);
}

/* Puts @value at the step. FALSE, and @value is freed, where nothing can be put. */
static gboolean
put (SbYamlNode *node,
     const char *step,
     SbYamlNode *value)
{
  int position;

  make_room (node, step);
  position = find (node, step);
  if (position >= 0)
    {
      sb_yaml_node_free (node->children->pdata[position]);
      node->children->pdata[position] = value;
      return TRUE;
    }
  if (node->kind == SB_YAML_MAPPING)
    {
      sb_yaml_node_add (node, step, value);
      return TRUE;
    }
  if (node->kind == SB_YAML_SEQUENCE && strcmp (step, APPEND) == 0)
    {
      sb_yaml_node_append (node, value);
      return TRUE;
    }
  sb_yaml_node_free (value);

  return FALSE;
}

static gboolean
set_in_tree (SbYamlEdit *self,
             SbYamlNode *root)
{
  guint depth = g_strv_length (self->path);
  SbYamlNode *node = root;

  for (guint i = 0; i + 1 < depth; i++)
    {
      int position;

      make_room (node, self->path[i]);
      position = find (node, self->path[i]);
      if (position < 0 && !put (node, self->path[i], sb_yaml_node_new_word ("")))
        return FALSE;
      node = child_at (node, position >= 0 ? position : (int) node->children->len - 1);
    }

  return put (node, self->path[depth - 1], sb_yaml_node_copy (self->value));
}

static int
find_removed (SbYamlEdit *self,
              SbYamlNode *parent)
{
  const char *step = self->path[g_strv_length (self->path) - 1];

  return self->kind == EDIT_REMOVE_SECOND ? find_second (parent, step) : find (parent, step);
}

/* What the document has to mean afterwards. FALSE when the edit makes no sense for it. */
static gboolean
change_tree (SbYamlEdit *self,
             SbYamlNode *root)
{
  guint depth = g_strv_length (self->path);
  SbYamlNode *parent, *key;
  int position;

  if (self->kind == EDIT_SET)
    return set_in_tree (self, root);

  parent = descend (root, self->path, depth - 1);
  position = parent != NULL ? find_removed (self, parent) : -1;
  if (position < 0)
    return FALSE;

  if (self->kind == EDIT_RENAME)
    {
      if (parent->kind != SB_YAML_MAPPING || find (parent, self->name) >= 0)
        return FALSE;
      key = g_ptr_array_index (parent->keys, position);
      g_free (key->text);
      key->text = g_strdup (self->name);
      return TRUE;
    }

  g_ptr_array_remove_index (parent->children, position);
  if (parent->kind == SB_YAML_MAPPING)
    g_ptr_array_remove_index (parent->keys, position);

  return TRUE;
}

/* The text with [start, end) replaced. */
static char *
splice (const char *text,
        gsize       start,
        gsize       end,
        const char *replacement)
{
  g_autofree char *head = g_strndup (text, start);

  return g_strconcat (head, replacement, text + end, NULL);
}

static gsize
line_start (const char *text,
            gsize       at)
{
  while (at > 0 && text[at - 1] != '\n')
    at--;

  return at;
}

/* Behind the line's end, or at the end of the text. */
static gsize
line_end (const char *text,
          gsize       at)
{
  const char *end = strchr (text + at, '\n');

  return end != NULL ? end + 1 - text : strlen (text);
}

static gboolean
is_blank (const char *text,
          gsize       start,
          gsize       end,
          const char *blanks)
{
  for (gsize i = start; i < end; i++)
    if (strchr (blanks, text[i]) == NULL)
      return FALSE;

  return TRUE;
}

static char *
replace_scalar (const char *text,
                SbYamlNode *old,
                SbYamlNode *value)
{
  g_autoptr(GString) written = g_string_new (NULL);

  if (old->start == old->end && old->start > 0 && !g_ascii_isspace (text[old->start - 1]))
    g_string_append_c (written, ' ');
  sb_yaml_scalar_write (value, written);

  return splice (text, old->start, old->end, written->str);
}

/* Behind its key, in the style of the writer. NULL when the key does not begin its line. */
static char *
replace_pair (const char *text,
              SbYamlNode *parent,
              int         position,
              SbYamlNode *value)
{
  SbYamlNode *old = child_at (parent, position);
  SbYamlNode *key;
  g_autoptr(GString) written = g_string_new (NULL);

  if (parent->kind != SB_YAML_MAPPING || parent->flow)
    return NULL;
  key = g_ptr_array_index (parent->keys, position);
  sb_yaml_pair_write (key->text, value, key->column, written);
  g_string_truncate (written, written->len - 1);

  return splice (text, key->start, MAX (old->end, key->end + 1), written->str + key->column);
}

static char *
replace_child (const char *text,
               SbYamlNode *parent,
               int         position,
               SbYamlNode *value)
{
  SbYamlNode *old = child_at (parent, position);

  if (old->kind == SB_YAML_SCALAR && value->kind == SB_YAML_SCALAR)
    return replace_scalar (text, old, value);

  return replace_pair (text, parent, position, value);
}

/* One more line, or several, behind the last of a block. */
static char *
insert_child (const char *text,
              SbYamlNode *parent,
              const char *step,
              SbYamlNode *value)
{
  g_autoptr(GString) written = g_string_new (NULL);
  g_autoptr(SbYamlNode) list = NULL;
  guint column;
  gsize at;

  if (parent->flow || parent->children->len == 0)
    return NULL;

  at = line_end (text, parent->end);
  if (at > 0 && text[at - 1] != '\n')
    g_string_append_c (written, '\n');
  if (parent->kind == SB_YAML_MAPPING)
    {
      column = ((SbYamlNode *) g_ptr_array_index (parent->keys, 0))->column;
      sb_yaml_pair_write (step, value, column, written);
    }
  else
    {
      list = sb_yaml_node_new_sequence ();
      sb_yaml_node_append (list, sb_yaml_node_copy (value));
      sb_yaml_node_write (list, parent->column, written);
    }

  return splice (text, at, at, written->str);
}

/* As far down as the text goes; there the rest is put in. */
static char *
set_in_text (SbYamlEdit *self,
             const char *text,
             SbYamlNode *root,
             SbYamlNode *expected)
{
  guint depth = g_strv_length (self->path);
  SbYamlNode *node = root;
  SbYamlNode *next;
  int position;

  for (guint i = 0; i < depth; i++)
    {
      SbYamlNode *value = descend_expected (expected, self->path, i + 1);

      if (node->kind == SB_YAML_SCALAR || node->children->len == 0)
        return NULL;
      position = find (node, self->path[i]);
      if (position < 0)
        return insert_child (text, node, self->path[i], value);
      next = child_at (node, position);
      if (i + 1 == depth || next->kind == SB_YAML_SCALAR || next->children->len == 0)
        return replace_child (text, node, position, value);
      node = next;
    }

  return NULL;
}

/* The comment lines right above a key belong to it; those at the top of the file to the file. */
static gsize
with_comments (const char *text,
               gsize       start,
               guint       column)
{
  while (column > 0 && start > 0)
    {
      gsize above = line_start (text, start - 1);
      gsize content = above + strspn (text + above, " ");

      if (text[content] != '#' || content - above != column)
        break;
      start = above;
    }

  return start;
}

static char *
remove_in_text (SbYamlEdit *self,
                const char *text,
                SbYamlNode *root)
{
  SbYamlNode *parent = descend (root, self->path, g_strv_length (self->path) - 1);
  int position = find_removed (self, parent);
  SbYamlNode *child = child_at (parent, position);
  SbYamlNode *first = parent->kind == SB_YAML_MAPPING ? g_ptr_array_index (parent->keys, position) : child;
  gsize start = line_start (text, first->start);
  gboolean item = parent->kind == SB_YAML_SEQUENCE;

  if (parent->flow || parent->children->len == 1 || !is_blank (text, start, first->start, item ? " -" : " "))
    return NULL;
  if (item && !is_blank (text, start, start + parent->column, " "))
    return NULL;
  start = with_comments (text, start, item ? parent->column : first->column);

  return splice (text, start, line_end (text, MAX (child->end, first->end)), "");
}

static char *
rename_in_text (SbYamlEdit *self,
                const char *text,
                SbYamlNode *root)
{
  SbYamlNode *parent = descend (root, self->path, g_strv_length (self->path) - 1);
  SbYamlNode *key = g_ptr_array_index (parent->keys, find (parent, self->path[g_strv_length (self->path) - 1]));
  g_autoptr(SbYamlNode) name = sb_yaml_node_new_text (self->name);
  g_autoptr(GString) written = g_string_new (NULL);

  sb_yaml_scalar_write (name, written);

  return splice (text, key->start, key->end, written->str);
}

static char *
change_text (SbYamlEdit *self,
             const char *text,
             SbYamlNode *root,
             SbYamlNode *expected)
{
  switch (self->kind)
    {
    case EDIT_SET:
      return set_in_text (self, text, root, expected);

    case EDIT_RENAME:
      return rename_in_text (self, text, root);

    case EDIT_REMOVE:
    case EDIT_REMOVE_SECOND:
    default:
      return remove_in_text (self, text, root);
    }
}

/* Writes one value on the way anew, as the tree has it now; everything for depth 0. */
static char *
rewrite_at (SbYamlEdit *self,
            const char *text,
            SbYamlNode *root,
            SbYamlNode *expected,
            guint       depth)
{
  SbYamlNode *value = descend_expected (expected, self->path, depth);
  SbYamlNode *parent = depth > 0 ? descend (root, self->path, depth - 1) : NULL;
  int position = parent != NULL ? find (parent, self->path[depth - 1]) : -1;
  g_autoptr(GString) written = NULL;

  if (value != NULL && position >= 0)
    return replace_child (text, parent, position, value);
  if (depth > 0)
    return NULL;

  written = g_string_new (NULL);
  sb_yaml_node_write (expected, 0, written);

  return g_string_free (g_steal_pointer (&written), FALSE);
}

static gboolean
proves (const char *text,
        SbYamlNode *expected)
{
  g_autoptr(SbYamlNode) root = text != NULL ? sb_yaml_parse_lenient (text, -1, NULL) : NULL;

  return root != NULL && sb_yaml_node_equal (root, expected);
}

SbYamlEdit *
sb_yaml_edit_new_set (const char * const *path,
                      SbYamlNode         *value)
{
  SbYamlEdit *self = edit_new (EDIT_SET, path);

  self->value = value;

  return self;
}

SbYamlEdit *
sb_yaml_edit_new_remove (const char * const *path)
{
  return edit_new (EDIT_REMOVE, path);
}

SbYamlEdit *
sb_yaml_edit_new_remove_second (const char * const *path)
{
  return edit_new (EDIT_REMOVE_SECOND, path);
}

SbYamlEdit *
sb_yaml_edit_new_rename (const char * const *path,
                         const char         *name)
{
  SbYamlEdit *self = edit_new (EDIT_RENAME, path);

  self->name = g_strdup (name);

  return self;
}

void
sb_yaml_edit_free (SbYamlEdit *self)
{
  g_strfreev (self->path);
  g_clear_pointer (&self->value, sb_yaml_node_free);
  g_free (self->name);
  g_free (self);
}

/**
 * sb_yaml_edit_apply:
 *
 * Makes the change in the text, by the bytes of the nodes it concerns. The result is read again and has to mean what
 * was meant; where it does not, more and more of what is around the change is written anew. No I/O, and @text stays
 * as it is: keep it to undo.
 *
 * Returns: (transfer full) (nullable): the new text; NULL with SB_YAML_ERROR
 */
char *
sb_yaml_edit_apply (SbYamlEdit  *self,
                    const char  *text,
                    GError     **error)
{
  g_autoptr(SbYamlNode) root = NULL;
  g_autoptr(SbYamlNode) expected = NULL;
  g_autofree char *result = NULL;
  g_autofree char *shown = NULL;

  g_return_val_if_fail (self->path[0] != NULL && text != NULL, NULL);

  root = sb_yaml_parse_lenient (text, -1, error);
  if (root == NULL)
    return NULL;

  expected = sb_yaml_node_copy (root);
  if (change_tree (self, expected))
    {
      result = change_text (self, text, root, expected);
      for (guint depth = g_strv_length (self->path); depth > 0 && !proves (result, expected); depth--)
        {
          g_free (result);
          result = rewrite_at (self, text, root, expected, depth - 1);
        }
      if (proves (result, expected))
        return g_steal_pointer (&result);
    }

  shown = sb_text_short (self->path[g_strv_length (self->path) - 1], 100);
  g_set_error (error, SB_YAML_ERROR, SB_YAML_ERROR_EDIT, "“%s” cannot be changed here.", shown);

  return NULL;
}
