/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-speaker-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-agent-avatar.h"
#include "sb-id.h"

struct _SbSpeakerRow
{
  GtkWidget      parent_instance;

  /* owned */
  SbChatContext *context; /* nullable */
  SbBlock       *block;   /* nullable */
  gulong         changed_id;

  /* template */
  GtkWidget     *template_root;
  SbAgentAvatar *avatar;
  GtkWidget     *name;
  GtkWidget     *caption;
};

static void sb_speaker_row_iface_init (SbBlockWidgetInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbSpeakerRow, sb_speaker_row, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_BLOCK_WIDGET, sb_speaker_row_iface_init))

static void
append_part (GString    *caption,
             const char *part)
{
  if (part == NULL || *part == '\0')
    return;

  if (caption->len > 0)
    g_string_append (caption, " · ");
  g_string_append (caption, part);
}

/* "qwen-3-coder · 1,942 tok/s · 0.71 s" */
static char *
describe_speaker (SbSpeakerRow *self,
                  SbMessage    *message)
{
  GString *caption = g_string_new (NULL);
  SbWorkspace *workspace = sb_chat_context_get_workspace (self->context);
  gint64 rate = sb_block_get_rate (self->block);
  gint64 duration = sb_block_get_duration (self->block);

  if (workspace != NULL && sb_workspace_get_rehearsal (workspace, sb_message_get_agent (message)))
    append_part (caption, _("Rehearsal (scripted, no AI)"));
  else
    append_part (caption, sb_message_get_model (message));

  if (rate > 0)
    {
      g_autofree char *count = sb_format_count (rate);
      /* Translators: speed of a model, in tokens per second */
      g_autofree char *speed = g_strdup_printf (_("%s tok/s"), count);

      append_part (caption, speed);
    }

  if (duration >= 0)
    {
      g_autofree char *time = sb_format_duration (duration);

      append_part (caption, time);
    }

  return g_string_free (caption, FALSE);
}

/* The core writes "DevDuck → Cerebras because …": the name stands in front already. */
static char *
describe_route (SbMessage  *message,
                const char *name)
{
  const char *text = sb_message_get_text (message);
  GString *caption = g_string_new (NULL);

  if (name != NULL && g_str_has_prefix (text, name))
    text += strlen (name);
  append_part (caption, text + strspn (text, " "));

  if (sb_message_get_duration (message) >= 0)
    {
      g_autofree char *time = sb_format_duration (sb_message_get_duration (message));

      append_part (caption, time);
    }

  return g_string_free (caption, FALSE);
}

static void
update (SbSpeakerRow *self)
{
  SbMessage *message = sb_block_get_message (self->block);
  SbAgent *agent = sb_chat_context_lookup_agent (self->context, sb_message_get_agent (message));
  gboolean speaks = sb_block_get_kind (self->block) == SB_BLOCK_SPEAKER;
  const char *name = agent != NULL ? sb_agent_get_label (agent) : sb_message_get_agent (message);
  const char *text = sb_message_get_text (message);
  g_autofree char *caption = NULL;
  g_autofree char *spoken = NULL;
  gboolean named;

  if (speaks && agent == NULL && text != NULL && *text != '\0')
    name = text;
  named = name != NULL && (speaks || (text != NULL && g_str_has_prefix (text, name)));

  caption = speaks ? describe_speaker (self, message) : describe_route (message, named ? name : NULL);
  sb_agent_avatar_set (self->avatar, name, agent != NULL ? sb_agent_get_color (agent) : NULL);
  gtk_label_set_text (GTK_LABEL (self->name), named ? name : "");
  gtk_widget_set_visible (self->name, named);
  gtk_label_set_text (GTK_LABEL (self->caption), caption);
  gtk_widget_set_has_tooltip (self->caption, !speaks);

  spoken = g_strdup_printf ("%s %s", named ? name : "", caption);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

/* As with a tool card: a tooltip that is set asks the display server for the pointer. */
static gboolean
query_caption_cb (SbSpeakerRow *self,
                  int           x,
                  int           y,
                  gboolean      keyboard,
                  GtkTooltip   *tooltip)
{
  gtk_tooltip_set_text (tooltip, gtk_label_get_text (GTK_LABEL (self->caption)));

  return TRUE;
}

static void
pressed_cb (SbSpeakerRow *self)
{
  const char *trace_id = self->block != NULL ? sb_message_get_trace_id (sb_block_get_message (self->block)) : NULL;

  if (trace_id != NULL)
    sb_chat_context_set_selected_trace_id (self->context, trace_id);
}

static void
sb_speaker_row_set_block (SbBlockWidget *widget,
                          SbChatContext *context,
                          SbBlock       *block)
{
  SbSpeakerRow *self = SB_SPEAKER_ROW (widget);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_set_object (&self->context, context);
  g_set_object (&self->block, block);

  if (block == NULL)
    return;

  self->changed_id = g_signal_connect_swapped (block, "changed", G_CALLBACK (update), self);
  update (self);
}

static void
sb_speaker_row_dispose (GObject *object)
{
  SbSpeakerRow *self = SB_SPEAKER_ROW (object);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_clear_object (&self->block);
  g_clear_object (&self->context);
  g_clear_pointer (&self->template_root, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_speaker_row_parent_class)->dispose (object);
}

static void
sb_speaker_row_iface_init (SbBlockWidgetInterface *iface)
{
  iface->set_block = sb_speaker_row_set_block;
}

static void
sb_speaker_row_class_init (SbSpeakerRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_speaker_row_dispose;

  g_type_ensure (SB_TYPE_AGENT_AVATAR);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "speakerrow");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-speaker-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSpeakerRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, SbSpeakerRow, caption);
  gtk_widget_class_bind_template_child (widget_class, SbSpeakerRow, name);
  gtk_widget_class_bind_template_child (widget_class, SbSpeakerRow, template_root);
  gtk_widget_class_bind_template_callback (widget_class, query_caption_cb);
}

static void
sb_speaker_row_init (SbSpeakerRow *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect_swapped (click, "released", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}
