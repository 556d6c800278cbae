/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-block-widget.h"

G_DEFINE_INTERFACE (SbBlockWidget, sb_block_widget, GTK_TYPE_WIDGET)

static void
sb_block_widget_default_init (SbBlockWidgetInterface *iface)
{
}

void
sb_block_widget_set_block (SbBlockWidget *self,
                           SbChatContext *context,
                           SbBlock       *block)
{
  SB_BLOCK_WIDGET_GET_IFACE (self)->set_block (self, context, block);
}
