/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-chat-view.h"

struct _SbChatView
{
  GtkWidget       parent_instance;

  /* owned */
  SbWorkspace    *workspace;
  SbConversation *conversation;
  char           *selected_trace_id;
};

enum
{
  PROP_0,
  PROP_WORKSPACE,
  PROP_CONVERSATION,
  PROP_SELECTED_TRACE_ID,
  N_PROPS,
};

G_DEFINE_FINAL_TYPE (SbChatView, sb_chat_view, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
sb_chat_view_dispose (GObject *object)
{
  SbChatView *self = SB_CHAT_VIEW (object);

  g_clear_object (&self->conversation);
  g_clear_object (&self->workspace);
  g_clear_pointer (&self->selected_trace_id, g_free);

  G_OBJECT_CLASS (sb_chat_view_parent_class)->dispose (object);
}

static void
sb_chat_view_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  SbChatView *self = SB_CHAT_VIEW (object);

  switch (prop_id)
    {
    case PROP_WORKSPACE:
      g_value_set_object (value, self->workspace);
      break;

    case PROP_CONVERSATION:
      g_value_set_object (value, self->conversation);
      break;

    case PROP_SELECTED_TRACE_ID:
      g_value_set_string (value, self->selected_trace_id);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_chat_view_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  SbChatView *self = SB_CHAT_VIEW (object);

  switch (prop_id)
    {
    case PROP_WORKSPACE:
      sb_chat_view_set_workspace (self, g_value_get_object (value));
      break;

    case PROP_CONVERSATION:
      sb_chat_view_set_conversation (self, g_value_get_object (value));
      break;

    case PROP_SELECTED_TRACE_ID:
      sb_chat_view_set_selected_trace_id (self, g_value_get_string (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_chat_view_class_init (SbChatViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = sb_chat_view_dispose;
  object_class->get_property = sb_chat_view_get_property;
  object_class->set_property = sb_chat_view_set_property;

  properties[PROP_WORKSPACE] =
    g_param_spec_object ("workspace", NULL, NULL, SB_TYPE_WORKSPACE, flags);
  properties[PROP_CONVERSATION] =
    g_param_spec_object ("conversation", NULL, NULL, SB_TYPE_CONVERSATION, flags);
  properties[PROP_SELECTED_TRACE_ID] =
    g_param_spec_string ("selected-trace-id", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "chatview");
}

static void
sb_chat_view_init (SbChatView *self)
{
}

GtkWidget *
sb_chat_view_new (void)
{
  return g_object_new (SB_TYPE_CHAT_VIEW, NULL);
}

SbWorkspace *
sb_chat_view_get_workspace (SbChatView *self)
{
  g_return_val_if_fail (SB_IS_CHAT_VIEW (self), NULL);

  return self->workspace;
}

void
sb_chat_view_set_workspace (SbChatView  *self,
                            SbWorkspace *workspace)
{
  g_return_if_fail (SB_IS_CHAT_VIEW (self));

  if (g_set_object (&self->workspace, workspace))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WORKSPACE]);
}

SbConversation *
sb_chat_view_get_conversation (SbChatView *self)
{
  g_return_val_if_fail (SB_IS_CHAT_VIEW (self), NULL);

  return self->conversation;
}

void
sb_chat_view_set_conversation (SbChatView     *self,
                               SbConversation *conversation)
{
  g_return_if_fail (SB_IS_CHAT_VIEW (self));

  if (g_set_object (&self->conversation, conversation))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONVERSATION]);
}

const char *
sb_chat_view_get_selected_trace_id (SbChatView *self)
{
  g_return_val_if_fail (SB_IS_CHAT_VIEW (self), NULL);

  return self->selected_trace_id;
}

void
sb_chat_view_set_selected_trace_id (SbChatView *self,
                                    const char *trace_id)
{
  g_return_if_fail (SB_IS_CHAT_VIEW (self));

  if (g_strcmp0 (self->selected_trace_id, trace_id) == 0)
    return;

  g_free (self->selected_trace_id);
  self->selected_trace_id = g_strdup (trace_id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_TRACE_ID]);
}

void
sb_chat_view_focus_composer (SbChatView *self)
{
  g_return_if_fail (SB_IS_CHAT_VIEW (self));

  gtk_widget_grab_focus (GTK_WIDGET (self));
}
