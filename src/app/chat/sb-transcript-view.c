/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-transcript-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "sb-block-row.h"

#define FLUSH_BUDGET 8000 /* µs of a frame */
#define SETTLE_FRAMES 3
#define SLACK 2.0         /* px from the end that still count as the end */

struct _SbTranscriptView
{
  GtkWidget      parent_instance;

  /* owned */
  SbChatContext *context;
  SbTranscript  *transcript;
  guint          tick_id;

  gboolean       at_end;
  guint          n_settle;   /* frames in which the end is looked for again */
  double         seen_upper; /* when the value changed last */
  double         seen_page;
  double         seen_value;

  /* template */
  GtkWidget     *scroller;
  GtkListView   *list;
};

enum
{
  PROP_0,
  PROP_AT_END,
  N_PROPS,
};

G_DEFINE_FINAL_TYPE (SbTranscriptView, sb_transcript_view, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static GtkAdjustment *
get_adjustment (SbTranscriptView *self)
{
  return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
}

static void
set_at_end (SbTranscriptView *self,
            gboolean          at_end)
{
  if (self->at_end == at_end)
    return;

  self->at_end = at_end;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AT_END]);
}

static void
scroll_to (SbTranscriptView *self,
           guint             position)
{
  gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", position);
}

/* Ties the list to its last row. Never by the adjustment: while the list lays itself out, it takes a value set from
 * outside for a place among rows that have no heights yet. */
static void
follow_end (SbTranscriptView *self)
{
  guint n_blocks = self->at_end ? g_list_model_get_n_items (G_LIST_MODEL (self->transcript)) : 0;

  if (n_blocks > 0)
    scroll_to (self, n_blocks - 1);
}

static gboolean
is_at_end (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >=
         gtk_adjustment_get_upper (adjustment) - SLACK;
}

/* Another frame has passed. Returns TRUE when the list has come to rest. */
static gboolean
settle (SbTranscriptView *self)
{
  if (--self->n_settle > 0)
    return FALSE;

  if (!self->at_end && is_at_end (get_adjustment (self)))
    self->at_end = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AT_END]);

  return TRUE;
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  SbTranscriptView *self = SB_TRANSCRIPT_VIEW (widget);

  gboolean more = sb_transcript_flush (self->transcript, FLUSH_BUDGET);

  follow_end (self);
  if (self->n_settle > 0)
    more = !settle (self) || more;
  if (!more)
    self->tick_id = 0;

  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
ensure_tick (SbTranscriptView *self)
{
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
setup_cb (SbTranscriptView *self,
          GtkListItem      *item)
{
  gtk_list_item_set_activatable (item, TRUE);
  gtk_list_item_set_selectable (item, FALSE);
  gtk_list_item_set_child (item, sb_block_row_new (self->context));
}

static void
bind_cb (SbTranscriptView *self,
         GtkListItem      *item)
{
  sb_block_row_set_block (SB_BLOCK_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
unbind_cb (SbTranscriptView *self,
           GtkListItem      *item)
{
  sb_block_row_set_block (SB_BLOCK_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
activate_cb (SbTranscriptView *self,
             guint             position)
{
  g_autoptr(SbBlock) block = g_list_model_get_item (G_LIST_MODEL (self->transcript), position);
  const char *trace_id = block != NULL ? sb_message_get_trace_id (sb_block_get_message (block)) : NULL;

  if (trace_id != NULL)
    sb_chat_context_set_selected_trace_id (self->context, trace_id);
}

/* Rows got their heights, or the window another size: where the end is takes the list a frame or two. */
static void
adjustment_changed_cb (SbTranscriptView *self)
{
  if (!self->at_end || is_at_end (get_adjustment (self)))
    return;

  self->n_settle = SETTLE_FRAMES;
  ensure_tick (self);
}

/* Up while the content stayed as it was: that was the user. */
static void
value_changed_cb (SbTranscriptView *self)
{
  GtkAdjustment *adjustment = get_adjustment (self);
  double value = gtk_adjustment_get_value (adjustment);
  double upper = gtk_adjustment_get_upper (adjustment);
  double page = gtk_adjustment_get_page_size (adjustment);

  if (is_at_end (adjustment))
    set_at_end (self, TRUE);
  else if (value < self->seen_value && upper == self->seen_upper && page == self->seen_page)
    set_at_end (self, FALSE);

  self->seen_value = value;
  self->seen_upper = upper;
  self->seen_page = page;
}

static void
theme_changed_cb (SbTranscriptView *self)
{
  sb_chat_context_forget_layouts (self->context);
}

static void
sb_transcript_view_dispose (GObject *object)
{
  SbTranscriptView *self = SB_TRANSCRIPT_VIEW (object);

  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  self->at_end = FALSE;

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->transcript);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (sb_transcript_view_parent_class)->dispose (object);
}

static void
sb_transcript_view_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  SbTranscriptView *self = SB_TRANSCRIPT_VIEW (object);

  switch (prop_id)
    {
    case PROP_AT_END:
      g_value_set_boolean (value, self->at_end);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_transcript_view_class_init (SbTranscriptViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_transcript_view_dispose;
  object_class->get_property = sb_transcript_view_get_property;

  properties[PROP_AT_END] =
    g_param_spec_boolean ("at-end", NULL, NULL, TRUE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "transcript");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-transcript-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTranscriptView, list);
  gtk_widget_class_bind_template_child (widget_class, SbTranscriptView, scroller);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
}

static void
sb_transcript_view_init (SbTranscriptView *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSelectionModel *selection;
  GtkAdjustment *adjustment;

  gtk_widget_init_template (GTK_WIDGET (self));

  self->at_end = TRUE;
  self->context = sb_chat_context_new (gtk_widget_get_pango_context (GTK_WIDGET (self->list)));
  self->transcript = sb_transcript_new ();
  g_signal_connect_object (self->transcript, "dirty", G_CALLBACK (ensure_tick), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->transcript, "items-changed", G_CALLBACK (follow_end), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);

  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->transcript))));
  gtk_list_view_set_model (self->list, selection);
  g_object_unref (selection);

  adjustment = get_adjustment (self);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (adjustment_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (value_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (theme_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

SbChatContext *
sb_transcript_view_get_context (SbTranscriptView *self)
{
  g_return_val_if_fail (SB_IS_TRANSCRIPT_VIEW (self), NULL);

  return self->context;
}

void
sb_transcript_view_set_messages (SbTranscriptView *self,
                                 GListModel       *messages)
{
  g_return_if_fail (SB_IS_TRANSCRIPT_VIEW (self));

  sb_chat_context_forget_layouts (self->context);
  sb_transcript_set_messages (self->transcript, messages);
  sb_transcript_view_jump_to_end (self);
}

gboolean
sb_transcript_view_get_at_end (SbTranscriptView *self)
{
  g_return_val_if_fail (SB_IS_TRANSCRIPT_VIEW (self), TRUE);

  return self->at_end;
}

void
sb_transcript_view_jump_to_end (SbTranscriptView *self)
{
  g_return_if_fail (SB_IS_TRANSCRIPT_VIEW (self));

  set_at_end (self, TRUE);
  follow_end (self);
}

void
sb_transcript_view_show_trace (SbTranscriptView *self,
                               const char       *trace_id)
{
  guint position;

  g_return_if_fail (SB_IS_TRANSCRIPT_VIEW (self));

  position = trace_id != NULL ? sb_transcript_find_trace (self->transcript, trace_id) : G_MAXUINT;
  if (position == G_MAXUINT)
    return;

  /* Whether that is the end, too, is known when the list has moved. */
  self->at_end = FALSE;
  self->n_settle = SETTLE_FRAMES;
  scroll_to (self, position);
  ensure_tick (self);
}

SbBlock *
sb_transcript_view_get_focus_block (SbTranscriptView *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *child;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->list)))
    return NULL;

  /* The row itself has the focus, or something in it. */
  child = gtk_widget_get_first_child (focus);
  if (!SB_IS_BLOCK_ROW (child))
    child = gtk_widget_get_ancestor (focus, SB_TYPE_BLOCK_ROW);

  return child != NULL ? sb_block_row_get_block (SB_BLOCK_ROW (child)) : NULL;
}
