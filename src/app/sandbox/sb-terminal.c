/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-terminal.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>
#include <vte/vte.h>

#include "sb-terminal-keys.h"
#include "sb-terminal-session.h"

#define SCROLLBACK_LINES 10000
/* How often a flood is let on: 256 KiB each time, which is as much as can be drawn without being felt. */
#define TAKE_INTERVAL_MS 16

struct _SbTerminal
{
  GtkWidget parent_instance;

  /* owned */
  SbSandbox         *sandbox;
  SbTerminalSession *session; /* nullable: not shown yet */
  SbTerminalKeys    *keys;
  guint              take_id;
  gsize              shown;   /* given to the screen since the last take */

  /* template */
  GtkWidget   *box;
  GtkRevealer *end;
  GtkLabel    *end_label;
  GtkPopover  *menu;
  GtkWidget   *screen;

  guint rows;
  guint columns;
};

enum
{
  PROP_0,
  PROP_RUNNING,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbTerminal, sb_terminal, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static gboolean
take_cb (gpointer user_data)
{
  SbTerminal *self = user_data;

  self->take_id = 0;
  sb_terminal_session_take (self->session, self->shown);
  self->shown = 0;

  return G_SOURCE_REMOVE;
}

static void
output_cb (SbTerminal *self,
           GBytes     *bytes)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  vte_terminal_feed (VTE_TERMINAL (self->screen), data, (gssize) size);
  self->shown += size;
  if (self->take_id == 0)
    self->take_id = g_timeout_add (TAKE_INTERVAL_MS, take_cb, self);
}

static char *
describe_end (guint         outcome,
              int           value,
              const GError *error)
{
  if (error != NULL)
    return g_strdup (error->message);
  if (outcome == SB_EXEC_OOM)
    return g_strdup (_("The shell was killed: the sandbox ran out of memory."));
  if (outcome != SB_EXEC_EXITED)
    return g_strdup_printf (_("The shell was killed by signal %d."), value);
  if (value != 0)
    return g_strdup_printf (_("The shell ended with exit code %d."), value);

  return g_strdup (_("The shell ended."));
}

static void
exited_cb (SbTerminal *self,
           guint       outcome,
           int         value,
           GError     *error)
{
  g_autofree char *text = describe_end (outcome, value, error);
  g_autofree char *label = NULL;
  gboolean again = sb_sandbox_get_channel (self->sandbox) != NULL;

  g_clear_handle_id (&self->take_id, g_source_remove);
  /* Translators: after the sentence that says how the shell ended */
  label = again ? g_strdup_printf (_("%s Press Enter to start again."), text) : g_strdup (text);
  gtk_label_set_text (self->end_label, label);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "terminal.restart", again);
  gtk_revealer_set_reveal_child (self->end, TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
drop_session (SbTerminal *self)
{
  g_clear_handle_id (&self->take_id, g_source_remove);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  self->shown = 0;
}

static void
start (SbTerminal *self)
{
  SbChannel *channel = sb_sandbox_get_channel (self->sandbox);
  SbTerminalSpec spec = {
    .env = sb_sandbox_get_env (self->sandbox),
    .title = _("Terminal"),
    .rows = self->rows,
    .columns = self->columns,
  };

  if (channel == NULL)
    return;

  drop_session (self);
  gtk_revealer_set_reveal_child (self->end, FALSE);
  self->session = sb_terminal_session_new (channel);
  g_signal_connect_swapped (self->session, "output", G_CALLBACK (output_cb), self);
  g_signal_connect_swapped (self->session, "exited", G_CALLBACK (exited_cb), self);
  sb_terminal_session_start (self->session, &spec);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
restart_cb (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  SbTerminal *self = SB_TERMINAL (widget);

  if (sb_terminal_get_running (self))
    return;

  vte_terminal_reset (VTE_TERMINAL (self->screen), TRUE, TRUE);
  start (self);
  gtk_widget_grab_focus (self->screen);
}

/* What is typed, and what the terminal answers to questions of the program. */
static void
commit_cb (SbTerminal *self,
           const char *text,
           guint       length)
{
  if (sb_terminal_get_running (self))
    {
      if (!sb_terminal_session_write (self->session, text, length))
        gtk_widget_error_bell (GTK_WIDGET (self));
    }
  else if (length == 1 && text[0] == '\r')
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "terminal.restart", NULL);
    }
}

static void
copy_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  vte_terminal_copy_clipboard_format (VTE_TERMINAL (SB_TERMINAL (widget)->screen), VTE_FORMAT_TEXT);
}

static void
paste_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  vte_terminal_paste_clipboard (VTE_TERMINAL (SB_TERMINAL (widget)->screen));
}

static void
select_all_cb (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  vte_terminal_select_all (VTE_TERMINAL (SB_TERMINAL (widget)->screen));
}

static void
selection_changed_cb (SbTerminal *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "terminal.copy",
                                 vte_terminal_get_has_selection (VTE_TERMINAL (self->screen)));
}

static void
menu_cb (SbTerminal *self,
         int         n_press,
         double      x,
         double      y)
{
  GdkRectangle at = { (int) x, (int) y, 1, 1 };

  gtk_popover_set_pointing_to (self->menu, &at);
  gtk_popover_popup (self->menu);
}

static void
sync_size (SbTerminal *self)
{
  guint rows = (guint) MAX (vte_terminal_get_row_count (VTE_TERMINAL (self->screen)), 1);
  guint columns = (guint) MAX (vte_terminal_get_column_count (VTE_TERMINAL (self->screen)), 1);

  if (self->session != NULL && (rows != self->rows || columns != self->columns))
    sb_terminal_session_resize (self->session, rows, columns);
  self->rows = rows;
  self->columns = columns;
}

/* The palette of GNOME, on the ground of the window's own views. */
static void
update_colors (SbTerminal *self)
{
  static const char *const palette[] = {
    "#241f31", "#c01c28", "#2ec27e", "#e5a50a", "#1e78e4", "#9841bb", "#0ab9dc", "#c0bfbc",
    "#5e5c64", "#ed333b", "#57e389", "#f8e45c", "#51a1ff", "#c061cb", "#4fd2fd", "#f6f5f4",
  };
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GdkRGBA colors[G_N_ELEMENTS (palette)];
  GdkRGBA foreground;
  GdkRGBA background;

  for (guint i = 0; i < G_N_ELEMENTS (palette); i++)
    gdk_rgba_parse (&colors[i], palette[i]);
  gdk_rgba_parse (&foreground, dark ? "#ffffff" : "#1e1e1e");
  gdk_rgba_parse (&background, dark ? "#1e1e1e" : "#ffffff");
  vte_terminal_set_colors (VTE_TERMINAL (self->screen), &foreground, &background, colors, G_N_ELEMENTS (colors));
}

static void
sb_terminal_measure (GtkWidget      *widget,
                     GtkOrientation  orientation,
                     int             for_size,
                     int            *minimum,
                     int            *natural,
                     int            *minimum_baseline,
                     int            *natural_baseline)
{
  gtk_widget_measure (SB_TERMINAL (widget)->box, orientation, for_size, minimum, natural, NULL, NULL);
}

/* The screen knows its rows and columns only now. */
static void
sb_terminal_size_allocate (GtkWidget *widget,
                           int        width,
                           int        height,
                           int        baseline)
{
  SbTerminal *self = SB_TERMINAL (widget);

  gtk_widget_allocate (self->box, width, height, baseline, NULL);
  gtk_popover_present (self->menu);
  sync_size (self);
  if (self->session == NULL)
    start (self);
}

static gboolean
sb_terminal_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (SB_TERMINAL (widget)->screen);
}

static void
sb_terminal_dispose (GObject *object)
{
  SbTerminal *self = SB_TERMINAL (object);

  drop_session (self);
  g_clear_pointer (&self->keys, sb_terminal_keys_free);
  if (self->menu != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->menu));
  self->menu = NULL;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->sandbox);

  G_OBJECT_CLASS (sb_terminal_parent_class)->dispose (object);
}

static void
sb_terminal_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_RUNNING:
      g_value_set_boolean (value, sb_terminal_get_running (SB_TERMINAL (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_terminal_class_init (SbTerminalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_terminal_dispose;
  object_class->get_property = sb_terminal_get_property;
  widget_class->grab_focus = sb_terminal_grab_focus;
  widget_class->measure = sb_terminal_measure;
  widget_class->size_allocate = sb_terminal_size_allocate;

  properties[PROP_RUNNING] =
    g_param_spec_boolean ("running", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (VTE_TYPE_TERMINAL);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-terminal.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTerminal, box);
  gtk_widget_class_bind_template_child (widget_class, SbTerminal, end);
  gtk_widget_class_bind_template_child (widget_class, SbTerminal, end_label);
  gtk_widget_class_bind_template_child (widget_class, SbTerminal, menu);
  gtk_widget_class_bind_template_child (widget_class, SbTerminal, screen);
  gtk_widget_class_bind_template_callback (widget_class, commit_cb);
  gtk_widget_class_bind_template_callback (widget_class, menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, selection_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, sync_size);
  gtk_widget_class_install_action (widget_class, "terminal.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "terminal.paste", NULL, paste_cb);
  gtk_widget_class_install_action (widget_class, "terminal.restart", NULL, restart_cb);
  gtk_widget_class_install_action (widget_class, "terminal.select-all", NULL, select_all_cb);
}

/* What comes from inside may draw, and nothing else: no bell, no links, no picture formats. VTE takes no clipboard
 * from a program, and its title is not asked for. */
static void
tame (VteTerminal *screen)
{
  vte_terminal_set_allow_hyperlink (screen, FALSE);
  vte_terminal_set_audible_bell (screen, FALSE);
  vte_terminal_set_enable_sixel (screen, FALSE);
  vte_terminal_set_scrollback_lines (screen, SCROLLBACK_LINES);
  /* A blinking cursor would draw a frame twice a second. */
  vte_terminal_set_cursor_blink_mode (screen, VTE_CURSOR_BLINK_OFF);
  vte_terminal_set_mouse_autohide (screen, TRUE);
}

static void
sb_terminal_init (SbTerminal *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  tame (VTE_TERMINAL (self->screen));
  self->keys = sb_terminal_keys_new (self->screen);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "terminal.copy", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "terminal.restart", FALSE);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (update_colors), self,
                           G_CONNECT_SWAPPED);
  update_colors (self);
}

GtkWidget *
sb_terminal_new (SbSandbox *sandbox)
{
  SbTerminal *self = NULL;

  g_return_val_if_fail (SB_IS_SANDBOX (sandbox), NULL);

  self = g_object_new (SB_TYPE_TERMINAL, NULL);
  self->sandbox = g_object_ref (sandbox);

  return GTK_WIDGET (self);
}

gboolean
sb_terminal_get_running (SbTerminal *self)
{
  g_return_val_if_fail (SB_IS_TERMINAL (self), FALSE);

  return self->session != NULL && sb_terminal_session_get_running (self->session);
}
