/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-logs-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "sb-text.h"

#define INTERVAL_S 1
#define MAX_CHARS (1024 * 1024) /* shown of one log; what is older goes */

struct _SbLogsPage
{
  GtkWidget parent_instance;

  /* owned */
  SbSandbox     *sandbox;     /* nullable */
  GArray        *jobs;        /* of SbJob, as the picker shows them */
  SbTextCleaner *cleaner;     /* of the log that is shown */
  GCancellable  *cancellable; /* nullable: of the question that is on its way */
  guint          tick_id;

  /* template */
  GtkWidget     *box;
  GtkStringList *names;
  GtkDropDown   *picker;
  GtkStack      *states;
  GtkLabel      *state;
  GtkWidget     *input;
  GtkEditable   *entry;
  AdwStatusPage *status;
  GtkTextView   *text;

  /* borrowed */
  const char *refusal; /* nullable: why what is typed was not written */

  guint32  shown;  /* the process whose log is shown; 0: none */
  guint64  offset; /* how far it was read */
  gboolean syncing;
};

enum
{
  PROP_0,
  PROP_SANDBOX,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbLogsPage, sb_logs_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void ask_log (SbLogsPage *self);

static SbChannel *
get_channel (SbLogsPage *self)
{
  return self->sandbox != NULL ? sb_sandbox_get_channel (self->sandbox) : NULL;
}

static const SbJob *
find_job (SbLogsPage *self,
          guint32     process)
{
  for (guint i = 0; i < self->jobs->len; i++)
    if (g_array_index (self->jobs, SbJob, i).process == process)
      return &g_array_index (self->jobs, SbJob, i);

  return NULL;
}

static char *
describe_state (const SbJob *job)
{
  if (job->running)
    return g_strdup (_("Running"));
  if (job->outcome == SB_EXEC_EXITED)
    return g_strdup_printf (_("Ended with exit code %d"), job->value);
  if (job->outcome == SB_EXEC_OOM)
    return g_strdup (_("Killed: out of memory"));

  return g_strdup (_("Killed"));
}

static void
update (SbLogsPage *self)
{
  const SbJob *job = find_job (self, self->shown);
  gboolean running = get_channel (self) != NULL;
  g_autofree char *state = job != NULL ? describe_state (job) : g_strdup ("");

  adw_status_page_set_title (self->status, running ? _("No Background Commands") : _("No Sandbox Is Running"));
  gtk_label_set_text (self->state, self->refusal != NULL ? self->refusal : state);
  gtk_stack_set_visible_child_name (self->states, self->jobs->len > 0 ? "log" : "empty");
  gtk_widget_set_visible (self->input, job != NULL && job->open);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "logs.stop", job != NULL && job->running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "logs.write", job != NULL && job->open);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "logs.end-input", job != NULL && job->open);
}

static void
show_log (SbLogsPage *self,
          guint32     process)
{
  self->shown = process;
  self->refusal = NULL;
  self->offset = 0;
  g_clear_pointer (&self->cleaner, sb_text_cleaner_free);
  self->cleaner = sb_text_cleaner_new ();
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), "", 0);
  update (self);
}

static gboolean
is_at_end (SbLogsPage *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->text));

  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment)
         >= gtk_adjustment_get_upper (adjustment) - 1;
}

/* Whoever scrolled up to read stays there. */
static void
append (SbLogsPage *self,
        const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  gboolean follow = is_at_end (self);
  int excess = 0;
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_insert (buffer, &end, text, -1);
  excess = gtk_text_buffer_get_char_count (buffer) - MAX_CHARS;
  if (excess > 0)
    {
      gtk_text_buffer_get_start_iter (buffer, &start);
      gtk_text_buffer_get_iter_at_offset (buffer, &end, excess);
      gtk_text_buffer_delete (buffer, &start, &end);
    }
  if (!follow)
    return;

  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_place_cursor (buffer, &end);
  gtk_text_view_scroll_to_mark (self->text, gtk_text_buffer_get_insert (buffer), 0, FALSE, 0, 0);
}

static void
take_log (SbLogsPage *self,
          GBytes     *bytes,
          guint64     offset)
{
  g_autoptr(GString) text = g_string_new (NULL);

  if (offset > self->offset)
    g_string_append_printf (text, "\n%s\n", _("[… what came here is no longer kept …]"));
  sb_text_cleaner_feed (self->cleaner, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text);
  self->offset = offset + g_bytes_get_size (bytes);
  append (self, text->str);
}

static void
log_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr(SbLogsPage) self = user_data;
  g_autoptr(GError) error = NULL;
  guint64 offset = 0;
  guint64 total = 0;
  g_autoptr(GBytes) bytes = sb_channel_read_log_finish (SB_CHANNEL (source), result, &offset, &total, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* Another error is not shown: the list of jobs says when it is gone. */
  g_clear_object (&self->cancellable);
  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    return;

  take_log (self, bytes, offset);
  if (self->offset < total)
    ask_log (self);
}

static void
ask_log (SbLogsPage *self)
{
  SbChannel *channel = get_channel (self);

  if (channel == NULL || self->shown == 0 || self->cancellable != NULL)
    return;

  self->cancellable = g_cancellable_new ();
  sb_channel_read_log_async (channel, self->shown, self->offset, self->cancellable, log_cb, g_object_ref (self));
}

static void
list_jobs (SbLogsPage *self)
{
  guint selected = 0;

  self->syncing = TRUE;
  gtk_string_list_splice (self->names, 0, g_list_model_get_n_items (G_LIST_MODEL (self->names)), NULL);
  for (guint i = 0; i < self->jobs->len; i++)
    {
      const SbJob *job = &g_array_index (self->jobs, SbJob, i);
      const char *command = sb_sandbox_get_command (self->sandbox, job->process);
      g_autofree char *raw = command != NULL ? g_strdup (command) : g_strdup_printf (_("Command %u"), job->process);
      g_autofree char *name = sb_text_clean (raw, -1, NULL);

      gtk_string_list_append (self->names, g_strdelimit (name, "\n\t", ' '));
      if (job->process == self->shown)
        selected = i;
    }
  if (self->jobs->len > 0)
    gtk_drop_down_set_selected (self->picker, selected);
  self->syncing = FALSE;
}

static gboolean
is_same_list (GArray *a,
              GArray *b)
{
  gboolean same = a->len == b->len;

  for (guint i = 0; same && i < a->len; i++)
    same = g_array_index (a, SbJob, i).process == g_array_index (b, SbJob, i).process;

  return same;
}

static void
jobs_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbLogsPage) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) jobs = sb_channel_list_jobs_finish (SB_CHANNEL (source), result, &error);
  gboolean same = FALSE;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->cancellable);
  if (jobs == NULL || self->sandbox == NULL)
    return;

  same = is_same_list (jobs, self->jobs);
  g_array_unref (self->jobs);
  self->jobs = g_steal_pointer (&jobs);
  if (!same)
    list_jobs (self);
  if (self->jobs->len > 0 && find_job (self, self->shown) == NULL)
    show_log (self, g_array_index (self->jobs, SbJob, 0).process);
  update (self);
  ask_log (self);
}

static void
ask (SbLogsPage *self)
{
  SbChannel *channel = get_channel (self);

  if (channel == NULL || self->cancellable != NULL)
    return;

  self->cancellable = g_cancellable_new ();
  sb_channel_list_jobs_async (channel, self->cancellable, jobs_cb, g_object_ref (self));
}

static gboolean
tick_cb (gpointer user_data)
{
  ask (user_data);

  return G_SOURCE_CONTINUE;
}

static void
stop_asking (SbLogsPage *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->tick_id, g_source_remove);
}

static void
sandbox_changed_cb (SbLogsPage *self)
{
  stop_asking (self);
  if (get_channel (self) == NULL)
    {
      g_array_set_size (self->jobs, 0);
      show_log (self, 0);
    }
  else if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      ask (self);
      self->tick_id = g_timeout_add_seconds (INTERVAL_S, tick_cb, self);
    }
  update (self);
}

static void
picked_cb (SbLogsPage *self)
{
  guint position = gtk_drop_down_get_selected (self->picker);

  if (self->syncing || position >= self->jobs->len
      || g_array_index (self->jobs, SbJob, position).process == self->shown)
    return;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  show_log (self, g_array_index (self->jobs, SbJob, position).process);
  ask_log (self);
}

static void
stop_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbLogsPage *self = SB_LOGS_PAGE (widget);

  if (get_channel (self) != NULL && self->shown != 0)
    sb_channel_kill (get_channel (self), self->shown, 0);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbLogsPage) self = user_data;
  g_autoptr(GError) error = NULL;

  if (sb_channel_write_input_finish (SB_CHANNEL (source), result, &error))
    gtk_editable_set_text (self->entry, "");
  else if (g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT))
    self->refusal = _("It has not read what it was given before");
  else
    self->refusal = _("It takes no input any more");
  update (self);
  ask (self);
}

static void
edited_cb (SbLogsPage *self)
{
  self->refusal = NULL;
  update (self);
}

static void
write_input (SbLogsPage *self,
             const char *text,
             gboolean    last)
{
  SbChannel *channel = get_channel (self);
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  if (channel != NULL && self->shown != 0)
    sb_channel_write_input_async (channel, self->shown, bytes, last, NULL, written_cb, g_object_ref (self));
}

static void
write_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  SbLogsPage *self = SB_LOGS_PAGE (widget);
  g_autofree char *line = g_strconcat (gtk_editable_get_text (self->entry), "\n", NULL);

  write_input (self, line, FALSE);
}

/* What is typed and not sent is not meant. */
static void
end_input_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  write_input (SB_LOGS_PAGE (widget), "", TRUE);
}

static void
entry_activated_cb (SbLogsPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "logs.write", NULL);
}

static void
sb_logs_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_logs_page_parent_class)->map (widget);
  sandbox_changed_cb (SB_LOGS_PAGE (widget));
}

static void
sb_logs_page_unmap (GtkWidget *widget)
{
  stop_asking (SB_LOGS_PAGE (widget));
  GTK_WIDGET_CLASS (sb_logs_page_parent_class)->unmap (widget);
}

static void
sb_logs_page_dispose (GObject *object)
{
  SbLogsPage *self = SB_LOGS_PAGE (object);

  stop_asking (self);
  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_data (self->sandbox, self);
  g_clear_object (&self->sandbox);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_logs_page_parent_class)->dispose (object);
}

static void
sb_logs_page_finalize (GObject *object)
{
  SbLogsPage *self = SB_LOGS_PAGE (object);

  g_array_unref (self->jobs);
  g_clear_pointer (&self->cleaner, sb_text_cleaner_free);

  G_OBJECT_CLASS (sb_logs_page_parent_class)->finalize (object);
}

static void
sb_logs_page_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      g_value_set_object (value, SB_LOGS_PAGE (object)->sandbox);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_logs_page_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      sb_logs_page_set_sandbox (SB_LOGS_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_logs_page_class_init (SbLogsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_logs_page_dispose;
  object_class->finalize = sb_logs_page_finalize;
  object_class->get_property = sb_logs_page_get_property;
  object_class->set_property = sb_logs_page_set_property;
  widget_class->map = sb_logs_page_map;
  widget_class->unmap = sb_logs_page_unmap;

  properties[PROP_SANDBOX] =
    g_param_spec_object ("sandbox", NULL, NULL, SB_TYPE_SANDBOX,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-logs-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbLogsPage, box);
  gtk_widget_class_bind_template_child (widget_class, SbLogsPage, entry);
  gtk_widget_class_bind_template_child (widget_class, SbLogsPage, input);
  gtk_widget_class_bind_template_child (widget_class, SbLogsPage, names);
  gtk_widget_class_bind_template_child (widget_class, SbLogsPage, picker);
  gtk_widget_class_bind_template_child (widget_class, SbLogsPage, state);
  gtk_widget_class_bind_template_child (widget_class, SbLogsPage, states);
  gtk_widget_class_bind_template_child (widget_class, SbLogsPage, status);
  gtk_widget_class_bind_template_child (widget_class, SbLogsPage, text);
  gtk_widget_class_bind_template_callback (widget_class, edited_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, picked_cb);
  gtk_widget_class_install_action (widget_class, "logs.end-input", NULL, end_input_cb);
  gtk_widget_class_install_action (widget_class, "logs.stop", NULL, stop_cb);
  gtk_widget_class_install_action (widget_class, "logs.write", NULL, write_cb);
}

static void
sb_logs_page_init (SbLogsPage *self)
{
  self->jobs = g_array_new (FALSE, TRUE, sizeof (SbJob));
  self->cleaner = sb_text_cleaner_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

void
sb_logs_page_set_sandbox (SbLogsPage *self,
                          SbSandbox  *sandbox)
{
  g_return_if_fail (SB_IS_LOGS_PAGE (self));

  if (self->sandbox == sandbox)
    return;

  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_data (self->sandbox, self);
  g_set_object (&self->sandbox, sandbox);
  g_array_set_size (self->jobs, 0);
  show_log (self, 0);
  if (sandbox != NULL)
    g_signal_connect_object (sandbox, "notify::state", G_CALLBACK (sandbox_changed_cb), self, G_CONNECT_SWAPPED);
  sandbox_changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX]);
}
