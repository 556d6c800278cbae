/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-terminal-tabs.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "sb-terminal.h"

struct _SbTerminalTabs
{
  GtkWidget parent_instance;

  /* owned */
  SbSandbox *sandbox;

  /* template */
  GtkWidget  *box;
  AdwTabView *view;

  guint last_number;
};

enum
{
  PROP_0,
  PROP_N_TERMINALS,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbTerminalTabs, sb_terminal_tabs, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
running_cb (SbTerminal *terminal,
            GParamSpec *pspec,
            AdwTabPage *page)
{
  gboolean running = sb_terminal_get_running (terminal);
  g_autoptr(GIcon) icon = running ? NULL : g_themed_icon_new ("media-playback-stop-symbolic");

  adw_tab_page_set_indicator_icon (page, icon);
}

static void
n_pages_cb (SbTerminalTabs *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_TERMINALS]);
}

static gboolean
sb_terminal_tabs_grab_focus (GtkWidget *widget)
{
  AdwTabPage *page = adw_tab_view_get_selected_page (SB_TERMINAL_TABS (widget)->view);

  return page != NULL && gtk_widget_grab_focus (adw_tab_page_get_child (page));
}

static void
sb_terminal_tabs_dispose (GObject *object)
{
  SbTerminalTabs *self = SB_TERMINAL_TABS (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->sandbox);

  G_OBJECT_CLASS (sb_terminal_tabs_parent_class)->dispose (object);
}

static void
sb_terminal_tabs_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_N_TERMINALS:
      g_value_set_uint (value, sb_terminal_tabs_get_n_terminals (SB_TERMINAL_TABS (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_terminal_tabs_class_init (SbTerminalTabsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_terminal_tabs_dispose;
  object_class->get_property = sb_terminal_tabs_get_property;
  widget_class->grab_focus = sb_terminal_tabs_grab_focus;

  properties[PROP_N_TERMINALS] =
    g_param_spec_uint ("n-terminals", NULL, NULL, 0, G_MAXUINT, 0,
                       G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-terminal-tabs.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTerminalTabs, box);
  gtk_widget_class_bind_template_child (widget_class, SbTerminalTabs, view);
  gtk_widget_class_bind_template_callback (widget_class, n_pages_cb);
}

static void
sb_terminal_tabs_init (SbTerminalTabs *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* Alt with a digit is an argument to the line editor of a shell. */
  adw_tab_view_remove_shortcuts (self->view, ADW_TAB_VIEW_SHORTCUT_ALT_DIGITS | ADW_TAB_VIEW_SHORTCUT_ALT_ZERO);
}

GtkWidget *
sb_terminal_tabs_new (SbSandbox *sandbox)
{
  SbTerminalTabs *self = NULL;

  g_return_val_if_fail (SB_IS_SANDBOX (sandbox), NULL);

  self = g_object_new (SB_TYPE_TERMINAL_TABS, NULL);
  self->sandbox = g_object_ref (sandbox);

  return GTK_WIDGET (self);
}

/* The name of a tab is ours: what a program calls its window is not shown. */
void
sb_terminal_tabs_open (SbTerminalTabs *self)
{
  g_autofree char *title = NULL;
  GtkWidget *terminal = NULL;
  AdwTabPage *page = NULL;

  g_return_if_fail (SB_IS_TERMINAL_TABS (self));

  title = g_strdup_printf (_("Terminal %u"), ++self->last_number);
  terminal = sb_terminal_new (self->sandbox);
  page = adw_tab_view_append (self->view, terminal);
  adw_tab_page_set_title (page, title);
  adw_tab_view_set_selected_page (self->view, page);
  g_signal_connect_object (terminal, "notify::running", G_CALLBACK (running_cb), page, 0);
}

void
sb_terminal_tabs_close (SbTerminalTabs *self)
{
  AdwTabPage *page = NULL;

  g_return_if_fail (SB_IS_TERMINAL_TABS (self));

  page = adw_tab_view_get_selected_page (self->view);
  if (page != NULL)
    adw_tab_view_close_page (self->view, page);
}

guint
sb_terminal_tabs_get_n_terminals (SbTerminalTabs *self)
{
  g_return_val_if_fail (SB_IS_TERMINAL_TABS (self), 0);

  return (guint) adw_tab_view_get_n_pages (self->view);
}
