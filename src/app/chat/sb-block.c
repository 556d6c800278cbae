/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-block.h"

struct _SbBlock
{
  GObject      parent_instance;

  /* owned */
  SbMessage   *message;
  SbLeaf      *leaf;     /* nullable */
  GString     *code;     /* nullable */
  char        *language; /* nullable */

  SbBlockKind  kind;
  gboolean     open;
  gint64       tokens;
  gint64       rate;
  gint64       duration;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS,
};

G_DEFINE_FINAL_TYPE (SbBlock, sb_block, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static SbBlockKind
kind_of_leaf (const SbLeaf *leaf)
{
  switch (leaf->kind)
    {
    case SB_LEAF_RULE:
      return SB_BLOCK_RULE;

    case SB_LEAF_CODE:
      return SB_BLOCK_CODE;

    case SB_LEAF_TABLE:
      return SB_BLOCK_TABLE;

    case SB_LEAF_TEXT:
    default:
      return SB_BLOCK_TEXT;
    }
}

static void
append_row (GString      *text,
            const SbLeaf *table,
            guint         row)
{
  for (guint column = 0; column < table->n_columns; column++)
    {
      const SbLeaf *cell = g_ptr_array_index (table->cells, row * table->n_columns + column);

      if (column > 0)
        g_string_append_c (text, '\t');
      g_string_append (text, cell->text);
    }

  g_string_append_c (text, '\n');
}

static char *
table_to_string (const SbLeaf *table)
{
  GString *text = g_string_new (NULL);

  for (guint row = 0; row < table->cells->len / table->n_columns; row++)
    append_row (text, table, row);

  return g_string_free (text, FALSE);
}

static void
sb_block_finalize (GObject *object)
{
  SbBlock *self = SB_BLOCK (object);

  g_clear_object (&self->message);
  g_clear_pointer (&self->leaf, sb_leaf_free);
  g_clear_pointer (&self->language, g_free);
  if (self->code != NULL)
    g_string_free (self->code, TRUE);

  G_OBJECT_CLASS (sb_block_parent_class)->finalize (object);
}

static void
sb_block_class_init (SbBlockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_block_finalize;

  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_block_init (SbBlock *self)
{
  self->tokens = -1;
  self->rate = -1;
  self->duration = -1;
}

SbBlock *
sb_block_new (SbBlockKind  kind,
              SbMessage   *message)
{
  SbBlock *self = g_object_new (SB_TYPE_BLOCK, NULL);

  self->kind = kind;
  self->message = g_object_ref (message);

  return self;
}

SbBlock *
sb_block_new_leaf (SbLeaf    *leaf,
                   SbMessage *message)
{
  SbBlock *self = sb_block_new (kind_of_leaf (leaf), message);

  if (self->kind == SB_BLOCK_CODE)
    {
      self->code = g_string_new_len (leaf->text, leaf->length);
      self->language = g_strdup (leaf->language);
      sb_leaf_free (leaf);
    }
  else
    {
      self->leaf = leaf;
    }

  return self;
}

SbBlock *
sb_block_new_code (const char *language,
                   SbMessage  *message)
{
  SbBlock *self = sb_block_new (SB_BLOCK_CODE, message);

  self->code = g_string_new (NULL);
  self->language = g_strdup (language);

  return self;
}

SbBlockKind
sb_block_get_kind (SbBlock *self)
{
  return self->kind;
}

SbMessage *
sb_block_get_message (SbBlock *self)
{
  return self->message;
}

const SbLeaf *
sb_block_get_leaf (SbBlock *self)
{
  return self->leaf;
}

const char *
sb_block_get_code (SbBlock *self)
{
  g_return_val_if_fail (self->kind == SB_BLOCK_CODE, NULL);

  return self->code->str;
}

gsize
sb_block_get_code_length (SbBlock *self)
{
  g_return_val_if_fail (self->kind == SB_BLOCK_CODE, 0);

  return self->code->len;
}

const char *
sb_block_get_language (SbBlock *self)
{
  return self->language;
}

void
sb_block_append_code (SbBlock    *self,
                      const char *code,
                      gsize       length)
{
  g_return_if_fail (self->kind == SB_BLOCK_CODE);

  if (length == 0)
    return;

  g_string_append_len (self->code, code, length);
  sb_block_emit_changed (self);
}

gboolean
sb_block_get_open (SbBlock *self)
{
  return self->open;
}

void
sb_block_set_open (SbBlock  *self,
                   gboolean  open)
{
  if (self->open == open)
    return;

  self->open = open;
  sb_block_emit_changed (self);
}

gint64
sb_block_get_tokens (SbBlock *self)
{
  return self->tokens;
}

gint64
sb_block_get_rate (SbBlock *self)
{
  return self->rate;
}

gint64
sb_block_get_duration (SbBlock *self)
{
  return self->duration;
}

void
sb_block_set_usage (SbBlock *self,
                    gint64   tokens,
                    gint64   rate,
                    gint64   duration)
{
  if (self->tokens == tokens && self->rate == rate && self->duration == duration)
    return;

  self->tokens = tokens;
  self->rate = rate;
  self->duration = duration;
  sb_block_emit_changed (self);
}

gboolean
sb_block_take_leaf (SbBlock *self,
                    SbLeaf  *leaf)
{
  if (self->leaf == NULL || kind_of_leaf (leaf) != self->kind)
    return FALSE;

  if (sb_leaf_equal (self->leaf, leaf))
    {
      sb_leaf_free (leaf);
      return TRUE;
    }

  sb_leaf_free (self->leaf);
  self->leaf = leaf;
  sb_block_emit_changed (self);

  return TRUE;
}

void
sb_block_emit_changed (SbBlock *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

char *
sb_block_dup_plain_text (SbBlock *self)
{
  switch (self->kind)
    {
    case SB_BLOCK_TEXT:
      return g_strdup (self->leaf->text);

    case SB_BLOCK_CODE:
      return g_strdup (self->code->str);

    case SB_BLOCK_TABLE:
      return table_to_string (self->leaf);

    case SB_BLOCK_REASONING:
      return g_strdup (sb_message_get_reasoning (self->message));

    case SB_BLOCK_TOOL:
      return g_strdup (sb_message_get_result (self->message) != NULL ? sb_message_get_result (self->message)
                                                                      : sb_message_get_text (self->message));

    case SB_BLOCK_RULE:
      return g_strdup ("");

    case SB_BLOCK_USER:
    case SB_BLOCK_SPEAKER:
    case SB_BLOCK_ROUTE:
    case SB_BLOCK_INFO:
    case SB_BLOCK_ERROR:
    case SB_BLOCK_ENDED:
    default:
      return g_strdup (sb_message_get_text (self->message));
    }
}
