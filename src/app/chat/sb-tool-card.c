/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-card.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-id.h"
#include "sb-markdown.h"
#include "sb-source-pane.h"
#include "sb-output-text.h"
#include "sb-tool-summary.h"

#define TICK 100 /* ms between two values of the running time */
/* Of the name, before it is shortened; average ones, so that "writeFile" still fits. */
#define NAME_CHARS 6

struct _SbToolCard
{
  GtkWidget      parent_instance;

  /* owned */
  SbChatContext *context; /* nullable */
  SbBlock       *block;   /* nullable */
  gulong         changed_id;
  gulong         selected_id;
  guint          tick_id;
  SbOutcome      outcome;

  /* template */
  GtkWidget     *template_root;
  GtkWidget     *badge;
  GtkWidget     *blocked;
  GtkWidget     *details;
  GtkWidget     *duration;
  GtkWidget     *icon;
  GtkWidget     *name;
  SbOutputText  *output;
  GtkWidget     *spinner;
  GtkWidget     *state;
  GtkWidget     *summary;
  GtkWidget     *unfold;
};

static void sb_tool_card_iface_init (SbBlockWidgetInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbToolCard, sb_tool_card, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_BLOCK_WIDGET, sb_tool_card_iface_init))

static const char *
get_icon_name (SbOutcome outcome)
{
  switch (outcome)
    {
    case SB_OUTCOME_GOOD:
      return "object-select-symbolic";

    case SB_OUTCOME_BLOCKED:
      return "security-high-symbolic";

    case SB_OUTCOME_NEUTRAL:
      return "media-playback-stop-symbolic";

    case SB_OUTCOME_PENDING:
      return "content-loading-symbolic";

    case SB_OUTCOME_RUNNING:
    case SB_OUTCOME_BAD:
    default:
      return "window-close-symbolic";
    }
}

static const char *
get_badge_class (SbOutcome outcome)
{
  switch (outcome)
    {
    case SB_OUTCOME_GOOD:
      return "good";

    case SB_OUTCOME_BLOCKED:
      return "blocked";

    case SB_OUTCOME_BAD:
      return "bad";

    case SB_OUTCOME_PENDING:
    case SB_OUTCOME_RUNNING:
    case SB_OUTCOME_NEUTRAL:
    default:
      return NULL;
    }
}

static const char *
get_badge_text (SbMessage *message,
                SbOutcome  outcome)
{
  const char *badge = sb_message_get_badge (message);

  if (badge != NULL && *badge != '\0')
    return badge;

  switch (sb_message_get_state (message))
    {
    case SB_MESSAGE_STATE_STOPPED:
      return _("stopped");

    case SB_MESSAGE_STATE_INTERRUPTED:
      return _("interrupted");

    case SB_MESSAGE_STATE_FAILED:
      return _("failed");

    case SB_MESSAGE_STATE_PENDING:
    case SB_MESSAGE_STATE_STREAMING:
    case SB_MESSAGE_STATE_DONE:
    default:
      return NULL;
    }
}

static void
update_duration (SbToolCard *self)
{
  gint64 duration = sb_message_get_duration (sb_block_get_message (self->block));
  g_autofree char *text = duration > 0 ? sb_format_duration (duration) : NULL;

  gtk_label_set_text (GTK_LABEL (self->duration), text != NULL ? text : "");
}

static gboolean
tick_cb (gpointer user_data)
{
  update_duration (user_data);

  return G_SOURCE_CONTINUE;
}

/* A timer only while the call runs and the card is on screen. */
static void
update_tick (SbToolCard *self)
{
  gboolean wanted = self->block != NULL && self->outcome == SB_OUTCOME_RUNNING &&
                    gtk_widget_get_mapped (GTK_WIDGET (self));

  if (wanted && self->tick_id == 0)
    self->tick_id = g_timeout_add (TICK, tick_cb, self);
  else if (!wanted)
    g_clear_handle_id (&self->tick_id, g_source_remove);
}

static void
update_badge (SbToolCard *self,
              SbMessage  *message)
{
  const char *class = get_badge_class (self->outcome);
  const char *badge = get_badge_text (message, self->outcome);
  const char *classes[] = { "badge", class, NULL };

  gtk_widget_set_css_classes (self->badge, classes);
  gtk_label_set_text (GTK_LABEL (self->badge), badge != NULL ? badge : "");
  gtk_widget_set_visible (self->badge, badge != NULL);
}

static void
update_state (SbToolCard *self)
{
  gboolean running = self->outcome == SB_OUTCOME_RUNNING;

  gtk_stack_set_visible_child (GTK_STACK (self->state), running ? self->spinner : self->icon);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), running);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), get_icon_name (self->outcome));
  gtk_widget_set_visible (self->blocked, self->outcome == SB_OUTCOME_BLOCKED);

  if (self->outcome == SB_OUTCOME_BAD)
    gtk_widget_add_css_class (self->icon, "error");
  else
    gtk_widget_remove_css_class (self->icon, "error");
}

static void
update_output (SbToolCard *self,
               SbMessage  *message)
{
  const char *text = sb_message_get_text (message);
  gsize length = sb_message_get_text_length (message);
  g_autofree char *output = NULL;

  if (length == 0 && self->outcome != SB_OUTCOME_RUNNING && self->outcome != SB_OUTCOME_PENDING)
    {
      output = sb_tool_dup_output (message);
      text = output;
      length = output != NULL ? strlen (output) : 0;
    }

  gtk_widget_set_visible (GTK_WIDGET (self->output), length > 0);
  if (length > 0)
    sb_output_text_set_text (self->output, text, length);
}

static void
drop_details (SbToolCard *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->details)) != NULL)
    gtk_box_remove (GTK_BOX (self->details), child);
}

static void
fill_details (SbToolCard *self)
{
  SbMessage *message = sb_block_get_message (self->block);
  const char *result = sb_message_get_structured (message);
  g_autofree char *arguments = sb_tool_dup_pretty (sb_message_get_arguments (message));
  g_autofree char *shown = NULL;

  drop_details (self);
  gtk_box_append (GTK_BOX (self->details), sb_source_pane_new (_("Arguments"), arguments, "json"));

  if (result == NULL && sb_message_get_result (message) == NULL)
    return;

  shown = sb_tool_dup_pretty (result != NULL ? result : sb_message_get_result (message));
  gtk_box_append (GTK_BOX (self->details), sb_source_pane_new (_("Result"), shown, result != NULL ? "json" : NULL));
}

static void
update_summary (SbToolCard *self,
                SbMessage  *message)
{
  g_autofree char *summary = sb_tool_dup_summary (message);
  g_autofree char *name = sb_markdown_clean (sb_message_get_tool_name (message), -1);
  g_autofree char *spoken = NULL;

  gtk_label_set_text (GTK_LABEL (self->name), name);
  gtk_label_set_width_chars (GTK_LABEL (self->name), MIN (g_utf8_strlen (name, -1), NAME_CHARS));
  gtk_label_set_text (GTK_LABEL (self->summary), summary);

  /* Translators: a tool call read aloud: tool, arguments, outcome */
  spoken = g_strdup_printf (_("Tool call %s %s %s"), name, summary, gtk_label_get_text (GTK_LABEL (self->badge)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
changed_cb (SbToolCard *self)
{
  SbMessage *message = sb_block_get_message (self->block);
  SbOutcome before = self->outcome;

  self->outcome = sb_tool_get_outcome (message);
  update_output (self, message);
  update_duration (self);
  update_tick (self);

  /* Output that grows changes nothing else. */
  if (self->outcome == before && self->outcome == SB_OUTCOME_RUNNING)
    return;

  update_state (self);
  update_badge (self, message);
  update_summary (self, message);
  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->unfold)))
    fill_details (self);
}

static void
selected_cb (SbToolCard *self)
{
  const char *trace_id = sb_message_get_trace_id (sb_block_get_message (self->block));
  gboolean selected = trace_id != NULL &&
                      g_strcmp0 (trace_id, sb_chat_context_get_selected_trace_id (self->context)) == 0;

  if (selected)
    gtk_widget_add_css_class (self->template_root, "selected");
  else
    gtk_widget_remove_css_class (self->template_root, "selected");
}

/* The whole of a line that may be cut off. To set it as a tooltip would ask the display server for the pointer. */
static gboolean
query_summary_cb (SbToolCard *self,
                  int         x,
                  int         y,
                  gboolean    keyboard,
                  GtkTooltip *tooltip)
{
  const char *summary = gtk_label_get_text (GTK_LABEL (self->summary));

  gtk_tooltip_set_text (tooltip, summary);

  return *summary != '\0';
}

static void
released_cb (SbToolCard *self)
{
  const char *trace_id = self->block != NULL ? sb_message_get_trace_id (sb_block_get_message (self->block)) : NULL;

  if (trace_id != NULL)
    sb_chat_context_set_selected_trace_id (self->context, trace_id);
}

static void
unfold_toggled_cb (SbToolCard *self)
{
  gboolean unfolded = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->unfold));

  gtk_button_set_icon_name (GTK_BUTTON (self->unfold), unfolded ? "go-down-symbolic" : "go-next-symbolic");
  gtk_widget_set_visible (self->details, unfolded);
  sb_output_text_set_unfolded (self->output, unfolded);

  if (self->block == NULL)
    return;

  if (unfolded)
    fill_details (self);
  else
    drop_details (self);
  update_output (self, sb_block_get_message (self->block));
}

static void
sb_tool_card_forget (SbToolCard *self)
{
  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  if (self->context != NULL)
    g_clear_signal_handler (&self->selected_id, self->context);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_object (&self->block);
}

static void
sb_tool_card_set_block (SbBlockWidget *widget,
                        SbChatContext *context,
                        SbBlock       *block)
{
  SbToolCard *self = SB_TOOL_CARD (widget);

  sb_tool_card_forget (self);
  g_set_object (&self->context, context);
  g_set_object (&self->block, block);

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->unfold), FALSE);
  sb_output_text_clear (self->output);
  sb_output_text_set_context (self->output, context);

  if (block == NULL)
    {
      gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), FALSE);
      return;
    }

  self->outcome = SB_OUTCOME_PENDING;
  self->changed_id = g_signal_connect_swapped (block, "changed", G_CALLBACK (changed_cb), self);
  self->selected_id = g_signal_connect_swapped (context, "notify::selected-trace-id", G_CALLBACK (selected_cb), self);
  changed_cb (self);
  selected_cb (self);
}

static void
sb_tool_card_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_tool_card_parent_class)->map (widget);
  update_tick (SB_TOOL_CARD (widget));
}

static void
sb_tool_card_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_tool_card_parent_class)->unmap (widget);
  update_tick (SB_TOOL_CARD (widget));
}

static void
sb_tool_card_dispose (GObject *object)
{
  SbToolCard *self = SB_TOOL_CARD (object);

  sb_tool_card_forget (self);
  g_clear_object (&self->context);
  g_clear_pointer (&self->template_root, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_tool_card_parent_class)->dispose (object);
}

static void
sb_tool_card_iface_init (SbBlockWidgetInterface *iface)
{
  iface->set_block = sb_tool_card_set_block;
}

static void
sb_tool_card_class_init (SbToolCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_tool_card_dispose;
  widget_class->map = sb_tool_card_map;
  widget_class->unmap = sb_tool_card_unmap;

  g_type_ensure (SB_TYPE_OUTPUT_TEXT);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "toolcard");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-tool-card.ui");
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, badge);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, blocked);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, details);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, duration);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, icon);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, name);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, output);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, spinner);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, state);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, summary);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, template_root);
  gtk_widget_class_bind_template_child (widget_class, SbToolCard, unfold);
  gtk_widget_class_bind_template_callback (widget_class, query_summary_cb);
  gtk_widget_class_bind_template_callback (widget_class, released_cb);
  gtk_widget_class_bind_template_callback (widget_class, unfold_toggled_cb);
}

static void
sb_tool_card_init (SbToolCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
