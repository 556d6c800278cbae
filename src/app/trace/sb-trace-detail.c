/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-trace-detail.h"

#include <glib/gi18n.h>

#include "sb-code-view.h"
#include "sb-id.h"
#include "sb-json.h"
#include "sb-text.h"
#include "sb-timing-list.h"
#include "sb-trace-text.h"

struct _SbTraceDetail
{
  GtkWidget parent_instance;

  /* owned */
  SbTraceEvent *event;
  guint         refresh_id;
  char         *shown; /* what the text view holds: "id page", to keep the reader's place on a refresh */

  /* template */
  GtkStack     *states;
  SbCodeView   *code;
  GtkLabel     *kind;
  GtkLabel     *title;
  GtkLabel     *state_chip;
  GtkLabel     *subtitle_chip;
  GtkLabel     *time_chip;
  GtkLabel     *tokens_chip;
  GtkLabel     *empty_label;
  GtkWidget    *show_file;
  GtkStack     *pages;
  GtkStack     *content;
  GtkStackPage *request_page;
  GtkStackPage *response_page;
  SbTimingList *timing;
};

G_DEFINE_FINAL_TYPE (SbTraceDetail, sb_trace_detail, GTK_TYPE_WIDGET)

static void
set_chip (GtkLabel   *chip,
          const char *text,
          const char *style)
{
  static const char * const styles[] = { "success", "warning", "error" };

  gtk_widget_set_visible (GTK_WIDGET (chip), text != NULL && *text != '\0');
  gtk_label_set_text (chip, text != NULL ? text : "");
  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    {
      if (g_strcmp0 (styles[i], style) == 0)
        gtk_widget_add_css_class (GTK_WIDGET (chip), styles[i]);
      else
        gtk_widget_remove_css_class (GTK_WIDGET (chip), styles[i]);
    }
}

static const char *
get_state_style (SbTraceState state)
{
  switch (state)
    {
    case SB_TRACE_STATE_OK:
      return "success";
    case SB_TRACE_STATE_FAILED:
    case SB_TRACE_STATE_DENIED:
      return "error";
    case SB_TRACE_STATE_RUNNING:
      return "warning";
    case SB_TRACE_STATE_CANCELLED:
    default:
      return NULL;
    }
}

static void
update_head (SbTraceDetail *self)
{
  SbTraceState state = sb_trace_event_get_state (self->event);
  const SbTraceUsage *usage = sb_trace_event_get_usage (self->event);
  SbTraceKind kind = sb_trace_event_get_kind (self->event);
  /* What a model call adds is its tokens, and they have a chip of their own. */
  const char *subtitle = kind != SB_TRACE_KIND_MODEL_CALL ? sb_trace_event_get_subtitle (self->event) : NULL;
  const char *good = kind == SB_TRACE_KIND_TOOL_CALL && state == SB_TRACE_STATE_OK ? "success" : NULL;
  g_autofree char *duration = sb_format_duration (sb_trace_event_get_duration (self->event));
  g_autofree char *tokens = NULL;
  gboolean plain = subtitle == NULL || state != SB_TRACE_STATE_OK;

  if (usage != NULL && usage->completion_tokens > 0)
    {
      g_autofree char *count = sb_format_count (usage->completion_tokens);

      tokens = g_strdup_printf (ngettext ("%s token", "%s tokens", usage->completion_tokens), count);
    }

  gtk_label_set_text (self->kind, sb_trace_text_kind (self->event));
  gtk_label_set_text (self->title, sb_trace_event_get_title (self->event));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), sb_trace_event_get_title (self->event));
  gtk_widget_set_visible (self->show_file, kind == SB_TRACE_KIND_FILE);
  set_chip (self->state_chip, plain ? sb_trace_text_state (state) : NULL, get_state_style (state));
  set_chip (self->subtitle_chip, subtitle, good);
  set_chip (self->time_chip, duration, NULL);
  set_chip (self->tokens_chip, tokens, NULL);
}

static void
update_page_titles (SbTraceDetail *self)
{
  gboolean tool = sb_trace_event_get_kind (self->event) == SB_TRACE_KIND_TOOL_CALL;

  gtk_stack_page_set_title (self->request_page, tool ? _("Call") : _("Request"));
  gtk_stack_page_set_title (self->response_page, tool ? _("Result") : _("Response"));
}

/* JSON is shown indented; a body that is cut or was never JSON is shown as it is. */
static char *
prettify (const char *body)
{
  g_autoptr(JsonNode) node = sb_json_parse (body, -1, NULL);

  return node != NULL ? sb_json_to_string (node, TRUE) : sb_text_clean (body, -1, NULL);
}

static const char *
get_empty_text (SbTraceDetail *self,
                const char    *page)
{
  if (g_str_equal (page, "request"))
    return _("Nothing was sent for this event.");
  if (sb_trace_event_get_state (self->event) == SB_TRACE_STATE_RUNNING)
    return _("No answer yet.");

  return _("Nothing came back for this event.");
}

static void
show_code (SbTraceDetail *self,
           const char    *page,
           const char    *body)
{
  g_autofree char *key = g_strconcat (sb_trace_event_get_id (self->event), " ", page, NULL);
  gboolean same = g_strcmp0 (key, self->shown) == 0;
  g_autofree char *text = NULL;

  if (body == NULL || *body == '\0')
    {
      gtk_label_set_text (self->empty_label, get_empty_text (self, page));
      gtk_stack_set_visible_child_name (self->content, "empty");
      return;
    }

  text = prettify (body);
  sb_code_view_set_text (self->code, text, -1, "json", NULL, same);
  gtk_stack_set_visible_child_name (self->content, "code");
  g_free (self->shown);
  self->shown = g_steal_pointer (&key);
}

static void
update_page (SbTraceDetail *self)
{
  const char *page = gtk_stack_get_visible_child_name (self->pages);
  g_autofree char *raw = NULL;

  if (self->event == NULL || page == NULL)
    return;

  if (g_str_equal (page, "request"))
    {
      show_code (self, page, sb_trace_event_get_request (self->event));
    }
  else if (g_str_equal (page, "response"))
    {
      show_code (self, page, sb_trace_event_get_response (self->event));
    }
  else if (g_str_equal (page, "raw"))
    {
      raw = sb_trace_text_raw (self->event);
      show_code (self, page, raw);
    }
  else
    {
      sb_timing_list_set_event (self->timing, self->event);
      gtk_stack_set_visible_child_name (self->content, "timing");
    }
}

static gboolean
refresh_cb (gpointer user_data)
{
  SbTraceDetail *self = user_data;

  self->refresh_id = 0;
  if (self->event != NULL)
    {
      update_head (self);
      update_page (self);
    }

  return G_SOURCE_REMOVE;
}

/* Several properties change at once when an event ends: one refresh for all of them. */
static void
event_notify_cb (SbTraceDetail *self)
{
  if (self->refresh_id == 0)
    self->refresh_id = g_timeout_add (80, refresh_cb, self);
}

static void
page_changed_cb (SbTraceDetail *self)
{
  update_page (self);
}

static void
copy_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbTraceDetail *self = SB_TRACE_DETAIL (widget);
  const char *page = gtk_stack_get_visible_child_name (self->content);
  g_autofree char *text = NULL;

  if (self->event == NULL)
    return;

  text = g_strcmp0 (page, "code") == 0 ? sb_code_view_dup_text (self->code) : sb_trace_text_raw (self->event);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  gtk_widget_activate_action (widget, "win.toast", "s", _("Copied to the clipboard"));
}

static void
show_file_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  SbTraceDetail *self = SB_TRACE_DETAIL (widget);
  g_autofree char *path = self->event != NULL ? sb_trace_text_file (self->event) : NULL;

  if (path != NULL)
    gtk_widget_activate_action (widget, "win.show-file", "s", path);
}

static void
sb_trace_detail_dispose (GObject *object)
{
  SbTraceDetail *self = SB_TRACE_DETAIL (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->event != NULL)
    g_signal_handlers_disconnect_by_data (self->event, self);
  g_clear_object (&self->event);
  g_clear_pointer (&self->shown, g_free);
  g_clear_pointer ((GtkWidget **) &self->states, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_trace_detail_parent_class)->dispose (object);
}

static void
sb_trace_detail_class_init (SbTraceDetailClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_trace_detail_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-trace-detail.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, code);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, content);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, empty_label);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, kind);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, pages);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, request_page);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, response_page);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, show_file);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, state_chip);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, states);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, subtitle_chip);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, time_chip);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, timing);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, title);
  gtk_widget_class_bind_template_child (widget_class, SbTraceDetail, tokens_chip);
  gtk_widget_class_bind_template_callback (widget_class, page_changed_cb);
  gtk_widget_class_install_action (widget_class, "trace-detail.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "trace-detail.show-file", NULL, show_file_cb);

  g_type_ensure (SB_TYPE_CODE_VIEW);
  g_type_ensure (SB_TYPE_TIMING_LIST);
}

static void
sb_trace_detail_init (SbTraceDetail *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sb_trace_detail_set_event (SbTraceDetail *self,
                           SbTraceEvent  *event)
{
  g_return_if_fail (SB_IS_TRACE_DETAIL (self));

  if (self->event == event)
    return;

  if (self->event != NULL)
    g_signal_handlers_disconnect_by_data (self->event, self);
  g_set_object (&self->event, event);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  gtk_stack_set_visible_child_name (self->states, event != NULL ? "event" : "none");
  if (event == NULL)
    return;

  g_signal_connect_object (event, "notify", G_CALLBACK (event_notify_cb), self, G_CONNECT_SWAPPED);
  update_head (self);
  update_page_titles (self);
  update_page (self);
}
