/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-conversation-row.h"

#include <glib/gi18n.h>

struct _SbConversationRow
{
  GtkWidget parent_instance;

  /* owned */
  SbConversation *conversation;

  /* template */
  GtkWidget  *box;
  GtkLabel   *title;
  GtkLabel   *subtitle;
  GtkSpinner *spinner;
};

G_DEFINE_FINAL_TYPE (SbConversationRow, sb_conversation_row, GTK_TYPE_WIDGET)

/* The time for today, the weekday for the last week, else the date. */
static char *
format_date (gint64 wall)
{
  g_autoptr(GDateTime) then = g_date_time_new_from_unix_local (wall / G_USEC_PER_SEC);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autoptr(GDateTime) midnight = g_date_time_new_local (g_date_time_get_year (now),
                                                         g_date_time_get_month (now),
                                                         g_date_time_get_day_of_month (now), 0, 0, 0);
  gint64 before;

  if (then == NULL || midnight == NULL)
    return NULL;

  before = g_date_time_difference (midnight, then);
  if (before <= 0)
    return g_date_time_format (then, "%H:%M");
  if (before <= G_TIME_SPAN_DAY)
    return g_strdup (_("yesterday"));

  return g_date_time_format (then, before <= 6 * G_TIME_SPAN_DAY ? "%A" : "%x");
}

/* "Cerebras · running" */
static char *
describe (SbConversation *conversation)
{
  g_autofree char *agent = NULL;
  g_autofree char *when = sb_conversation_get_running (conversation)
                          ? g_strdup (_("running"))
                          : format_date (sb_conversation_get_updated (conversation));

  g_object_get (conversation, "agent-label", &agent, NULL);
  if (agent == NULL || when == NULL)
    return g_strdup (agent != NULL ? agent : (when != NULL ? when : ""));

  return g_strdup_printf ("%s · %s", agent, when);
}

static void
update (SbConversationRow *self)
{
  const char *title = sb_conversation_get_title (self->conversation);
  gboolean running = sb_conversation_get_running (self->conversation);
  g_autofree char *caption = describe (self->conversation);
  g_autofree char *label = NULL;

  title = title != NULL && *title != '\0' ? title : _("New conversation");
  label = g_strdup_printf ("%s, %s", title, caption);
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->subtitle, caption);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), running);
  gtk_spinner_set_spinning (self->spinner, running);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
notify_cb (SbConversationRow *self)
{
  if (self->conversation != NULL)
    update (self);
}

static void
sb_conversation_row_dispose (GObject *object)
{
  SbConversationRow *self = SB_CONVERSATION_ROW (object);

  sb_conversation_row_set_conversation (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_conversation_row_parent_class)->dispose (object);
}

static void
sb_conversation_row_class_init (SbConversationRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_conversation_row_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-conversation-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbConversationRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbConversationRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, SbConversationRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, SbConversationRow, title);
}

static void
sb_conversation_row_init (SbConversationRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_conversation_row_new (void)
{
  return g_object_new (SB_TYPE_CONVERSATION_ROW, NULL);
}

void
sb_conversation_row_set_conversation (SbConversationRow *self,
                                      SbConversation    *conversation)
{
  g_return_if_fail (SB_IS_CONVERSATION_ROW (self));

  if (self->conversation == conversation)
    return;

  if (self->conversation != NULL)
    g_signal_handlers_disconnect_by_data (self->conversation, self);
  g_set_object (&self->conversation, conversation);
  if (conversation == NULL)
    return;

  g_signal_connect_object (conversation, "notify", G_CALLBACK (notify_cb), self, G_CONNECT_SWAPPED);
  update (self);
}

SbConversation *
sb_conversation_row_get_conversation (SbConversationRow *self)
{
  g_return_val_if_fail (SB_IS_CONVERSATION_ROW (self), NULL);

  return self->conversation;
}
