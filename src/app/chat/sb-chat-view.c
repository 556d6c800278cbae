/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-chat-view.h"

#include <glib/gi18n.h>

#include "sb-announce.h"
#include "sb-composer.h"
#include "sb-questions.h"
#include "sb-id.h"
#include "sb-source-scheme.h"
#include "sb-text-block.h"
#include "sb-transcript-view.h"
#include "sb-welcome.h"

#define WARM_UP_INTERVAL 100 /* ms */

struct _SbChatView
{
  GtkWidget         parent_instance;

  /* owned */
  SbWorkspace      *workspace;    /* nullable */
  SbConversation   *conversation; /* nullable */
  GHashTable       *drafts;       /* id of a conversation → text not sent yet */
  GSignalGroup     *conversation_signals;
  GSignalGroup     *workspace_signals;

  guint             warm_up_id; /* until all is warm */
  gulong            painted_id; /* until the first frame */

  /* borrowed */
  SbChatContext    *context; /* the transcript's */

  /* template */
  GtkWidget        *toasts;
  GtkWidget        *stack;
  GtkWidget        *jump;
  SbWelcome        *welcome;
  SbTranscriptView *transcript;
  SbQuestions      *questions;
  SbComposer       *composer;
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

static gboolean
is_running (SbChatView *self)
{
  return self->conversation != NULL && sb_conversation_get_running (self->conversation);
}

static void
report (SbChatView *self,
        const char *text)
{
  AdwToast *toast = adw_toast_new ("");
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_toast_set_title (toast, escaped);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), toast);
}

static void
update_actions (SbChatView *self)
{
  gboolean running = is_running (self);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chat.send",
                                 !running && self->workspace != NULL && !sb_composer_is_blank (self->composer));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chat.stop", running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chat.retry", !running && self->conversation != NULL);
}

static void
update_jump (SbChatView *self)
{
  gboolean at_end = sb_transcript_view_get_at_end (self->transcript);

  gtk_revealer_set_reveal_child (GTK_REVEALER (self->jump), !at_end);
  gtk_widget_set_can_target (self->jump, !at_end);
}

static gboolean
is_empty (SbChatView *self)
{
  return self->conversation == NULL || g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) == 0;
}

static void
update_page (SbChatView *self)
{
  gtk_stack_set_visible_child (GTK_STACK (self->stack),
                               is_empty (self) ? GTK_WIDGET (self->welcome) : GTK_WIDGET (self->transcript));
}

/* "312 tokens · first token 0.21 s", of the last turn. */
static void
update_status (SbChatView *self)
{
  guint n_messages = is_empty (self) ? 0 : g_list_model_get_n_items (G_LIST_MODEL (self->conversation));
  gint64 tokens = 0;
  gint64 first = -1;
  g_autofree char *time = NULL;
  g_autofree char *status = NULL;

  for (guint i = n_messages; i > 0; i--)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (G_LIST_MODEL (self->conversation), i - 1);

      if (sb_message_get_role (message) == SB_MESSAGE_ROLE_USER)
        break;

      if (sb_message_get_role (message) != SB_MESSAGE_ROLE_ASSISTANT)
        continue;

      tokens += MAX (sb_message_get_completion_tokens (message), 0);
      if (sb_message_get_first_token_us (message) >= 0)
        first = sb_message_get_first_token_us (message);
    }

  if (tokens > 0 && first >= 0)
    {
      time = sb_format_duration (first);
      status = g_strdup_printf (ngettext ("%d token · first token %s", "%d tokens · first token %s", tokens),
                                (int) MIN (tokens, G_MAXINT), time);
    }
  else if (tokens > 0)
    {
      status = g_strdup_printf (ngettext ("%d token", "%d tokens", tokens), (int) MIN (tokens, G_MAXINT));
    }

  sb_composer_set_status (self->composer, status);
}

static void
update_rehearsal (SbChatView *self)
{
  sb_welcome_set_rehearsal (self->welcome,
                            self->workspace != NULL && sb_workspace_get_rehearsal (self->workspace, NULL));
}

static const char *
get_last_words (SbChatView *self)
{
  guint n_messages = g_list_model_get_n_items (G_LIST_MODEL (self->conversation));
  g_autoptr(SbMessage) last = n_messages > 0
                              ? g_list_model_get_item (G_LIST_MODEL (self->conversation), n_messages - 1) : NULL;

  /* The conversation keeps it. */
  return last != NULL ? sb_message_get_text (last) : NULL;
}

static void
running_cb (SbChatView *self)
{
  gboolean running = is_running (self);

  sb_composer_set_running (self->composer, running);
  update_actions (self);
  update_status (self);

  if (!running && get_last_words (self) != NULL)
    sb_announce (GTK_WIDGET (self), get_last_words (self));
}

static void
items_changed_cb (SbChatView *self)
{
  update_page (self);
  update_status (self);
}

static void
selected_cb (SbChatView *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_TRACE_ID]);
}

static gboolean
ensure_conversation (SbChatView *self)
{
  g_autofree char *text = NULL;

  if (self->conversation != NULL)
    return TRUE;

  text = sb_composer_dup_text (self->composer);
  sb_chat_view_set_conversation (self, sb_workspace_new_conversation (self->workspace));
  sb_composer_set_text (self->composer, text);

  return self->conversation != NULL;
}

static void
send_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  SbChatView *self = SB_CHAT_VIEW (widget);
  g_autofree char *text = sb_composer_dup_text (self->composer);
  g_autoptr(GError) error = NULL;

  if (is_running (self) || !ensure_conversation (self))
    return;

  g_strstrip (text);
  if (!sb_workspace_send (self->workspace, self->conversation, text, sb_composer_get_agent_id (self->composer), &error))
    {
      report (self, error->message);
      return;
    }

  sb_composer_set_text (self->composer, "");
  sb_transcript_view_jump_to_end (self->transcript);
}

static void
try_action (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  SbChatView *self = SB_CHAT_VIEW (widget);

  sb_composer_set_text (self->composer, g_variant_get_string (parameter, NULL));
  gtk_widget_activate_action (widget, "chat.send", NULL);
}

static void
stop_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  SbChatView *self = SB_CHAT_VIEW (widget);

  if (is_running (self))
    sb_workspace_stop (self->workspace, self->conversation);
}

static void
retry_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  SbChatView *self = SB_CHAT_VIEW (widget);
  g_autoptr(GError) error = NULL;

  if (self->workspace == NULL || self->conversation == NULL)
    return;

  if (!sb_workspace_retry (self->workspace, self->conversation, &error))
    report (self, error->message);
}

static void
report_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  report (SB_CHAT_VIEW (widget), g_variant_get_string (parameter, NULL));
}

static void
jump_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  sb_transcript_view_jump_to_end (SB_CHAT_VIEW (widget)->transcript);
}

/* The selection if there is one, else the row that has the focus. */
static char *
dup_copy_text (SbChatView *self)
{
  GtkWidget *owner = sb_chat_context_get_selection_owner (self->context);
  char *text = owner != NULL ? sb_text_block_dup_selection (SB_TEXT_BLOCK (owner)) : NULL;
  SbBlock *block = sb_transcript_view_get_focus_block (self->transcript);

  if (text == NULL && block != NULL)
    text = sb_block_dup_plain_text (block);

  return text;
}

static void
copy_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  g_autofree char *text = dup_copy_text (SB_CHAT_VIEW (widget));

  if (text != NULL && *text != '\0')
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

/* Ctrl+C copies what is selected in the transcript, also while the cursor is in the composer. */
static gboolean
copy_pressed_cb (GtkWidget *widget,
                 GVariant  *args,
                 gpointer   user_data)
{
  SbChatView *self = SB_CHAT_VIEW (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  gboolean in_text = GTK_IS_TEXT_VIEW (focus) || GTK_IS_LABEL (focus);
  gboolean in_composer = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->composer));
  g_autofree char *text = NULL;

  if ((in_text && !in_composer) || (in_composer && sb_composer_has_selection (self->composer)))
    return FALSE;

  text = dup_copy_text (self);
  if (text == NULL)
    return FALSE;

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);

  return TRUE;
}

static void
keep_draft (SbChatView *self)
{
  if (self->conversation == NULL)
    return;

  g_hash_table_replace (self->drafts, g_strdup (sb_conversation_get_id (self->conversation)),
                        sb_composer_dup_text (self->composer));
}

/* What the first code in a conversation would otherwise wait for; not while somebody waits for an answer. */
static gboolean
warm_up_cb (gpointer user_data)
{
  SbChatView *self = user_data;

  if (is_running (self) || sb_source_scheme_warm_up ())
    return G_SOURCE_CONTINUE;

  self->warm_up_id = 0;

  return G_SOURCE_REMOVE;
}

static void
first_painted_cb (SbChatView    *self,
                  GdkFrameClock *clock)
{
  g_clear_signal_handler (&self->painted_id, clock);
  self->warm_up_id = g_timeout_add_full (G_PRIORITY_LOW, WARM_UP_INTERVAL, warm_up_cb, self, NULL);
}

static void
sb_chat_view_realize (GtkWidget *widget)
{
  SbChatView *self = SB_CHAT_VIEW (widget);

  GTK_WIDGET_CLASS (sb_chat_view_parent_class)->realize (widget);
  self->painted_id = g_signal_connect_swapped (gtk_widget_get_frame_clock (widget), "after-paint",
                                               G_CALLBACK (first_painted_cb), self);
}

static void
sb_chat_view_unrealize (GtkWidget *widget)
{
  SbChatView *self = SB_CHAT_VIEW (widget);

  g_clear_signal_handler (&self->painted_id, gtk_widget_get_frame_clock (widget));
  g_clear_handle_id (&self->warm_up_id, g_source_remove);
  GTK_WIDGET_CLASS (sb_chat_view_parent_class)->unrealize (widget);
}

static gboolean
sb_chat_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (SB_CHAT_VIEW (widget)->composer));
}

static void
sb_chat_view_dispose (GObject *object)
{
  SbChatView *self = SB_CHAT_VIEW (object);
  GtkWidget *child;

  g_clear_object (&self->conversation_signals);
  g_clear_object (&self->workspace_signals);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);

  g_clear_object (&self->conversation);
  g_clear_object (&self->workspace);
  g_clear_pointer (&self->drafts, g_hash_table_unref);

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
      g_value_set_string (value, sb_chat_view_get_selected_trace_id (self));
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

/* Before the application's own style sheet, which may override it. */
static void
load_style (void)
{
  g_autoptr(GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/io/github/sandbar/Sandbar/chat.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION - 1);
}

static void
sb_chat_view_class_init (SbChatViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = sb_chat_view_dispose;
  object_class->get_property = sb_chat_view_get_property;
  object_class->set_property = sb_chat_view_set_property;
  widget_class->grab_focus = sb_chat_view_grab_focus;
  widget_class->realize = sb_chat_view_realize;
  widget_class->unrealize = sb_chat_view_unrealize;

  properties[PROP_WORKSPACE] =
    g_param_spec_object ("workspace", NULL, NULL, SB_TYPE_WORKSPACE, flags);
  properties[PROP_CONVERSATION] =
    g_param_spec_object ("conversation", NULL, NULL, SB_TYPE_CONVERSATION, flags);
  properties[PROP_SELECTED_TRACE_ID] =
    g_param_spec_string ("selected-trace-id", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_action (widget_class, "chat.send", NULL, send_action);
  gtk_widget_class_install_action (widget_class, "chat.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "chat.retry", NULL, retry_action);
  gtk_widget_class_install_action (widget_class, "chat.try", "s", try_action);
  gtk_widget_class_install_action (widget_class, "chat.report", "s", report_action);
  gtk_widget_class_install_action (widget_class, "chat.copy-block", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "chat.jump-to-end", NULL, jump_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_period, GDK_CONTROL_MASK, "chat.stop", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "chat.stop", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_End, GDK_CONTROL_MASK, "chat.jump-to-end", NULL);

  g_type_ensure (SB_TYPE_COMPOSER);
  g_type_ensure (SB_TYPE_QUESTIONS);
  g_type_ensure (SB_TYPE_TRANSCRIPT_VIEW);
  g_type_ensure (SB_TYPE_WELCOME);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "chatview");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-chat-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbChatView, composer);
  gtk_widget_class_bind_template_child (widget_class, SbChatView, questions);
  gtk_widget_class_bind_template_child (widget_class, SbChatView, jump);
  gtk_widget_class_bind_template_child (widget_class, SbChatView, stack);
  gtk_widget_class_bind_template_child (widget_class, SbChatView, toasts);
  gtk_widget_class_bind_template_child (widget_class, SbChatView, transcript);
  gtk_widget_class_bind_template_child (widget_class, SbChatView, welcome);
  gtk_widget_class_bind_template_callback (widget_class, update_actions);
  gtk_widget_class_bind_template_callback (widget_class, update_jump);

  load_style ();
}

static void
sb_chat_view_init (SbChatView *self)
{
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  self->drafts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->context = sb_transcript_view_get_context (self->transcript);
  g_signal_connect_object (self->context, "notify::selected-trace-id", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);

  self->conversation_signals = g_signal_group_new (SB_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::running", G_CALLBACK (running_cb), self);
  g_signal_group_connect_swapped (self->conversation_signals, "items-changed", G_CALLBACK (items_changed_cb), self);
  self->workspace_signals = g_signal_group_new (SB_TYPE_WORKSPACE);
  g_signal_group_connect_swapped (self->workspace_signals, "notify::rehearsal", G_CALLBACK (update_rehearsal), self);

  gtk_event_controller_set_propagation_phase (shortcuts, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (shortcuts),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_c, GDK_CONTROL_MASK),
                                                          gtk_callback_action_new (copy_pressed_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self), shortcuts);

  update_page (self);
  update_actions (self);
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

  if (!g_set_object (&self->workspace, workspace))
    return;

  sb_chat_context_set_workspace (self->context, workspace);
  sb_questions_set_approvals (self->questions, workspace != NULL ? sb_workspace_get_approvals (workspace) : NULL);
  sb_questions_set_servers (self->questions, workspace != NULL ? sb_workspace_get_tool_servers (workspace) : NULL);
  sb_composer_set_agents (self->composer, workspace != NULL ? sb_workspace_get_agents (workspace) : NULL);
  g_signal_group_set_target (self->workspace_signals, workspace);
  update_rehearsal (self);
  update_actions (self);
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

  if (self->conversation == conversation)
    return;

  keep_draft (self);
  g_set_object (&self->conversation, conversation);
  sb_composer_set_text (self->composer,
                        conversation != NULL
                        ? g_hash_table_lookup (self->drafts, sb_conversation_get_id (conversation)) : NULL);
  sb_transcript_view_set_messages (self->transcript, G_LIST_MODEL (conversation));
  g_signal_group_set_target (self->conversation_signals, conversation);
  sb_composer_set_running (self->composer, is_running (self));
  update_page (self);
  update_status (self);
  update_actions (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONVERSATION]);
}

const char *
sb_chat_view_get_selected_trace_id (SbChatView *self)
{
  g_return_val_if_fail (SB_IS_CHAT_VIEW (self), NULL);

  return sb_chat_context_get_selected_trace_id (self->context);
}

void
sb_chat_view_set_selected_trace_id (SbChatView *self,
                                    const char *trace_id)
{
  g_return_if_fail (SB_IS_CHAT_VIEW (self));

  if (g_strcmp0 (sb_chat_context_get_selected_trace_id (self->context), trace_id) == 0)
    return;

  sb_chat_context_set_selected_trace_id (self->context, trace_id);
  sb_transcript_view_show_trace (self->transcript, trace_id);
}

void
sb_chat_view_focus_composer (SbChatView *self)
{
  g_return_if_fail (SB_IS_CHAT_VIEW (self));

  gtk_widget_grab_focus (GTK_WIDGET (self));
}
