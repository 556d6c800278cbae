/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-terminal-page.h"

#include "sb-terminal-tabs.h"

#define MAX_TERMINALS 16

struct _SbTerminalPage
{
  GtkWidget parent_instance;

  /* owned */
  SbSandbox *sandbox; /* nullable */

  /* template */
  GtkWidget *open;
  GtkStack  *states;
  GtkStack  *views;   /* of SbTerminalTabs, by the id of the sandbox */
};

enum
{
  PROP_0,
  PROP_SANDBOX,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbTerminalPage, sb_terminal_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

/* NULL: none was opened in the sandbox that is shown. */
static SbTerminalTabs *
get_tabs (SbTerminalPage *self)
{
  GtkWidget *tabs = NULL;

  if (self->sandbox != NULL)
    tabs = gtk_stack_get_child_by_name (self->views, sb_sandbox_get_id (self->sandbox));

  return tabs != NULL ? SB_TERMINAL_TABS (tabs) : NULL;
}

static gboolean
is_ready (SbSandbox *sandbox)
{
  return sandbox != NULL && sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_READY;
}

static void
update (SbTerminalPage *self)
{
  SbTerminalTabs *tabs = get_tabs (self);
  guint n_terminals = tabs != NULL ? sb_terminal_tabs_get_n_terminals (tabs) : 0;
  const char *state = n_terminals > 0 ? "terminals" : "closed";

  if (!is_ready (self->sandbox))
    state = "none";
  if (tabs != NULL)
    gtk_stack_set_visible_child (self->views, GTK_WIDGET (tabs));
  gtk_stack_set_visible_child_name (self->states, state);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "terminals.new",
                                 is_ready (self->sandbox) && n_terminals < MAX_TERMINALS);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "terminals.close", n_terminals > 0);
}

static void
state_cb (SbTerminalPage *self,
          GParamSpec     *pspec,
          SbSandbox      *sandbox)
{
  GtkWidget *tabs = gtk_stack_get_child_by_name (self->views, sb_sandbox_get_id (sandbox));

  if (!is_ready (sandbox) && tabs != NULL)
    gtk_stack_remove (self->views, tabs);
}

static SbTerminalTabs *
add_tabs (SbTerminalPage *self)
{
  GtkWidget *tabs = sb_terminal_tabs_new (self->sandbox);

  gtk_stack_add_named (self->views, tabs, sb_sandbox_get_id (self->sandbox));
  g_signal_connect_object (tabs, "notify::n-terminals", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sandbox, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);

  return SB_TERMINAL_TABS (tabs);
}

/* Somebody who looks at the page of a sandbox for the first time wants a terminal; who closed the last one does not. */
static void
open_first (SbTerminalPage *self)
{
  if (is_ready (self->sandbox) && get_tabs (self) == NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    sb_terminal_tabs_open (add_tabs (self));
}

static void
sandbox_changed_cb (SbTerminalPage *self)
{
  open_first (self);
  update (self);
}

static void
new_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  SbTerminalPage *self = SB_TERMINAL_PAGE (widget);
  SbTerminalTabs *tabs = get_tabs (self);

  sb_terminal_tabs_open (tabs != NULL ? tabs : add_tabs (self));
  update (self);
  gtk_widget_grab_focus (widget);
}

static void
close_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  SbTerminalTabs *tabs = get_tabs (SB_TERMINAL_PAGE (widget));

  if (tabs != NULL)
    sb_terminal_tabs_close (tabs);
  gtk_widget_grab_focus (widget);
}

static gboolean
sb_terminal_page_grab_focus (GtkWidget *widget)
{
  SbTerminalPage *self = SB_TERMINAL_PAGE (widget);
  SbTerminalTabs *tabs = get_tabs (self);

  if (tabs != NULL && gtk_widget_grab_focus (GTK_WIDGET (tabs)))
    return TRUE;

  return gtk_widget_grab_focus (self->open);
}

static void
sb_terminal_page_map (GtkWidget *widget)
{
  SbTerminalPage *self = SB_TERMINAL_PAGE (widget);

  GTK_WIDGET_CLASS (sb_terminal_page_parent_class)->map (widget);
  sandbox_changed_cb (self);
}

static void
sb_terminal_page_dispose (GObject *object)
{
  SbTerminalPage *self = SB_TERMINAL_PAGE (object);

  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_func (self->sandbox, sandbox_changed_cb, self);
  g_clear_object (&self->sandbox);
  if (self->states != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->states));
  self->states = NULL;

  G_OBJECT_CLASS (sb_terminal_page_parent_class)->dispose (object);
}

static void
sb_terminal_page_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      g_value_set_object (value, SB_TERMINAL_PAGE (object)->sandbox);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_terminal_page_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      sb_terminal_page_set_sandbox (SB_TERMINAL_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_terminal_page_class_init (SbTerminalPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_terminal_page_dispose;
  object_class->get_property = sb_terminal_page_get_property;
  object_class->set_property = sb_terminal_page_set_property;
  widget_class->grab_focus = sb_terminal_page_grab_focus;
  widget_class->map = sb_terminal_page_map;

  properties[PROP_SANDBOX] =
    g_param_spec_object ("sandbox", NULL, NULL, SB_TYPE_SANDBOX,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-terminal-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTerminalPage, open);
  gtk_widget_class_bind_template_child (widget_class, SbTerminalPage, states);
  gtk_widget_class_bind_template_child (widget_class, SbTerminalPage, views);
  gtk_widget_class_install_action (widget_class, "terminals.new", NULL, new_cb);
  gtk_widget_class_install_action (widget_class, "terminals.close", NULL, close_cb);
}

static void
sb_terminal_page_init (SbTerminalPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

void
sb_terminal_page_set_sandbox (SbTerminalPage *self,
                              SbSandbox      *sandbox)
{
  g_return_if_fail (SB_IS_TERMINAL_PAGE (self));

  if (self->sandbox == sandbox)
    return;

  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_func (self->sandbox, sandbox_changed_cb, self);
  g_set_object (&self->sandbox, sandbox);
  if (sandbox != NULL)
    g_signal_connect_object (sandbox, "notify::state", G_CALLBACK (sandbox_changed_cb), self, G_CONNECT_SWAPPED);
  sandbox_changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX]);
}
