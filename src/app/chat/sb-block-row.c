/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-block-row.h"

#include "sb-code-block.h"
#include "sb-notice-row.h"
#include "sb-reasoning-row.h"
#include "sb-rule-row.h"
#include "sb-speaker-row.h"
#include "sb-table-block.h"
#include "sb-text-block.h"
#include "sb-tool-card.h"
#include "sb-user-bubble.h"

#define BODY_INDENT 36   /* what an agent says stands under its name */
#define BUBBLE_INDENT 64

struct _SbBlockRow
{
  GtkWidget      parent_instance;

  /* owned */
  SbChatContext *context;
  SbBlock       *block;   /* nullable */
  GtkWidget     *child;   /* nullable */
};

G_DEFINE_FINAL_TYPE (SbBlockRow, sb_block_row, GTK_TYPE_WIDGET)

static GType
get_widget_type (SbBlockKind kind)
{
  switch (kind)
    {
    case SB_BLOCK_USER:
      return SB_TYPE_USER_BUBBLE;

    case SB_BLOCK_SPEAKER:
    case SB_BLOCK_ROUTE:
      return SB_TYPE_SPEAKER_ROW;

    case SB_BLOCK_REASONING:
      return SB_TYPE_REASONING_ROW;

    case SB_BLOCK_RULE:
      return SB_TYPE_RULE_ROW;

    case SB_BLOCK_CODE:
      return SB_TYPE_CODE_BLOCK;

    case SB_BLOCK_TABLE:
      return SB_TYPE_TABLE_BLOCK;

    case SB_BLOCK_TOOL:
      return SB_TYPE_TOOL_CARD;

    case SB_BLOCK_INFO:
    case SB_BLOCK_ERROR:
    case SB_BLOCK_ENDED:
      return SB_TYPE_NOTICE_ROW;

    case SB_BLOCK_TEXT:
    default:
      return SB_TYPE_TEXT_BLOCK;
    }
}

static int
get_indent (SbBlockKind kind)
{
  switch (kind)
    {
    case SB_BLOCK_USER:
      return BUBBLE_INDENT;

    case SB_BLOCK_SPEAKER:
    case SB_BLOCK_ROUTE:
      return 0;

    case SB_BLOCK_INFO:
    case SB_BLOCK_ERROR:
    case SB_BLOCK_REASONING:
    case SB_BLOCK_TEXT:
    case SB_BLOCK_RULE:
    case SB_BLOCK_CODE:
    case SB_BLOCK_TABLE:
    case SB_BLOCK_TOOL:
    case SB_BLOCK_ENDED:
    default:
      return BODY_INDENT;
    }
}

static void
drop_child (SbBlockRow *self)
{
  if (self->child == NULL)
    return;

  gtk_widget_unparent (self->child);
  sb_block_widget_set_block (SB_BLOCK_WIDGET (self->child), NULL, NULL); /* or the context would own itself */
  sb_chat_context_give_spare (self->context, self->child);
  g_clear_object (&self->child);
}

static void
ensure_child (SbBlockRow *self,
              GType       type)
{
  if (self->child != NULL && G_OBJECT_TYPE (self->child) == type)
    return;

  drop_child (self);
  self->child = sb_chat_context_take_spare (self->context, type);
  if (self->child == NULL)
    self->child = g_object_ref_sink (g_object_new (type, NULL));
  gtk_widget_set_parent (self->child, GTK_WIDGET (self));
}

static void
sb_block_row_dispose (GObject *object)
{
  SbBlockRow *self = SB_BLOCK_ROW (object);

  drop_child (self);
  g_clear_object (&self->block);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (sb_block_row_parent_class)->dispose (object);
}

static void
sb_block_row_class_init (SbBlockRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_block_row_dispose;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "blockrow");
}

static void
sb_block_row_init (SbBlockRow *self)
{
}

GtkWidget *
sb_block_row_new (SbChatContext *context)
{
  SbBlockRow *self = g_object_new (SB_TYPE_BLOCK_ROW, NULL);

  self->context = g_object_ref (context);

  return GTK_WIDGET (self);
}

SbBlock *
sb_block_row_get_block (SbBlockRow *self)
{
  g_return_val_if_fail (SB_IS_BLOCK_ROW (self), NULL);

  return self->block;
}

void
sb_block_row_set_block (SbBlockRow *self,
                        SbBlock    *block)
{
  g_return_if_fail (SB_IS_BLOCK_ROW (self));

  if (self->block == block)
    return;

  g_set_object (&self->block, block);

  if (block != NULL)
    {
      ensure_child (self, get_widget_type (sb_block_get_kind (block)));
      gtk_widget_set_margin_start (self->child, get_indent (sb_block_get_kind (block)));
    }
  if (self->child != NULL)
    sb_block_widget_set_block (SB_BLOCK_WIDGET (self->child), self->context, block);
}
