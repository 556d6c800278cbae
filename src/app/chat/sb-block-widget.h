/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-chat-context.h"

G_BEGIN_DECLS

/* A widget that can show one kind of block, and another one after it. */
#define SB_TYPE_BLOCK_WIDGET (sb_block_widget_get_type ())
G_DECLARE_INTERFACE (SbBlockWidget, sb_block_widget, SB, BLOCK_WIDGET, GtkWidget)

struct _SbBlockWidgetInterface
{
  GTypeInterface g_iface;

  void (*set_block) (SbBlockWidget *self,
                     SbChatContext *context, /* nullable with block */
                     SbBlock       *block);  /* nullable: nothing, until the next one */
};

void sb_block_widget_set_block (SbBlockWidget *self,
                                SbChatContext *context,
                                SbBlock       *block);

G_END_DECLS
