/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-window.h"

#include <glib/gi18n.h>

#include "sb-trace-view.h"
#include "sb-window-private.h"

enum
{
  PROP_0,
  PROP_SELECTION,
  PROP_SIDEBAR_VISIBLE,
  PROP_INSPECTOR_VISIBLE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbWindow, sb_window, ADW_TYPE_APPLICATION_WINDOW)

static GParamSpec *properties[N_PROPS];

static char *
describe_agents (SbWindow       *self,
                 SbConversation *conversation)
{
  SbAgentCatalog *agents = sb_workspace_get_agents (self->workspace);
  SbAgent *root = agents != NULL ? sb_agent_catalog_get_root (agents) : NULL;
  const char *active_id = conversation != NULL ? sb_conversation_get_active_agent (conversation) : NULL;
  SbAgent *active = agents != NULL && active_id != NULL ? sb_agent_catalog_lookup (agents, active_id) : NULL;

  if (root == NULL)
    return g_strdup ("");
  if (active == NULL || active == root)
    return g_strdup (sb_agent_get_label (root));

  return g_strdup_printf ("%s → %s", sb_agent_get_label (root), sb_agent_get_label (active));
}

static void
update_title (SbWindow *self)
{
  SbConversation *conversation = sb_selection_get_conversation (self->selection);
  const char *title = conversation != NULL ? sb_conversation_get_title (conversation) : NULL;
  g_autofree char *agents = describe_agents (self, conversation);
  g_autofree char *window_title = NULL;

  title = title != NULL && *title != '\0' ? title : _("New conversation");
  window_title = g_strdup_printf ("%s — Sandbar", title);
  adw_window_title_set_title (self->chat_title, title);
  adw_window_title_set_subtitle (self->chat_title, agents);
  gtk_window_set_title (GTK_WINDOW (self), window_title);
  _sb_window_actions_update (self);
}

static void
update_rehearsal (SbWindow *self)
{
  gtk_revealer_set_reveal_child (self->rehearsal, sb_workspace_get_rehearsal (self->workspace, NULL));
}

static gboolean
belongs_to (SbSandbox      *sandbox,
            SbConversation *conversation)
{
  const char *owner = sb_sandbox_get_owner (sandbox);

  return owner == NULL || conversation == NULL || g_str_equal (owner, sb_conversation_get_id (conversation));
}

/* Who looks at a conversation looks at its sandbox, not at another one's. */
static void
select_own_sandbox (SbWindow *self)
{
  GListModel *sandboxes = G_LIST_MODEL (sb_workspace_get_sandboxes (self->workspace));
  SbConversation *conversation = sb_selection_get_conversation (self->selection);
  g_autoptr(SbSandbox) own = NULL;

  for (guint i = 0; own == NULL && i < g_list_model_get_n_items (sandboxes); i++)
    {
      g_autoptr(SbSandbox) sandbox = g_list_model_get_item (sandboxes, i);

      if (belongs_to (sandbox, conversation))
        own = g_steal_pointer (&sandbox);
    }

  sb_selection_set_sandbox (self->selection, own);
}

/* Runs before the panes hear of the change: they find the messages and the trace read. */
static void
conversation_selected_cb (SbWindow *self)
{
  SbConversation *conversation = sb_selection_get_conversation (self->selection);
  g_autoptr(GError) error = NULL;

  if (self->watched != NULL)
    g_signal_handlers_disconnect_by_func (self->watched, update_title, self);
  if (g_set_object (&self->watched, conversation) && conversation != NULL)
    {
      g_signal_connect_object (conversation, "notify", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
      if (!sb_workspace_open_conversation (self->workspace, conversation, &error))
        sb_window_show_toast (self, error->message);
    }

  select_own_sandbox (self);
  update_title (self);
}

/* A new sandbox is what one wants to look at; one that ended stays in view with its reason until then. */
static void
sandboxes_changed_cb (SbWindow   *self,
                      guint       position,
                      guint       removed,
                      guint       added,
                      GListModel *sandboxes)
{
  if (added > 0)
    {
      g_autoptr(SbSandbox) newest = g_list_model_get_item (sandboxes, position);

      if (belongs_to (newest, sb_selection_get_conversation (self->selection)))
        sb_selection_set_sandbox (self->selection, newest);
    }
}

static void
warning_cb (SbWindow    *self,
            const char  *title,
            const char  *hint,
            SbWorkspace *workspace)
{
  g_autofree char *text = hint != NULL && *hint != '\0' ? g_strdup_printf ("%s: %s", title, hint)
                                                       : g_strdup (title);

  sb_window_show_toast (self, text);
}

static void
width_changed_cb (SbWindow *self)
{
  _sb_window_layout_narrow (self);
}

static gboolean
sb_window_close_request (GtkWindow *window)
{
  if (!_sb_window_may_close (SB_WINDOW (window)))
    return TRUE;

  _sb_window_layout_save (SB_WINDOW (window));

  return GTK_WINDOW_CLASS (sb_window_parent_class)->close_request (window);
}

static void
sb_window_dispose (GObject *object)
{
  SbWindow *self = SB_WINDOW (object);

  if (self->workspace != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->workspace, self);
      g_signal_handlers_disconnect_by_data (sb_workspace_get_sandboxes (self->workspace), self);
    }
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  if (self->watched != NULL)
    g_signal_handlers_disconnect_by_data (self->watched, self);
  g_clear_object (&self->watched);
  g_clear_object (&self->last_deleted);
  g_clear_object (&self->selection);
  g_clear_object (&self->workspace);

  G_OBJECT_CLASS (sb_window_parent_class)->dispose (object);
}

static void
sb_window_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  SbWindow *self = SB_WINDOW (object);

  switch (prop_id)
    {
    case PROP_SELECTION:
      g_value_set_object (value, self->selection);
      break;
    case PROP_SIDEBAR_VISIBLE:
      g_value_set_boolean (value, self->show_sidebar);
      break;
    case PROP_INSPECTOR_VISIBLE:
      g_value_set_boolean (value, self->show_inspector);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_window_set_property (GObject      *object,
                        guint         prop_id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  SbWindow *self = SB_WINDOW (object);

  switch (prop_id)
    {
    case PROP_SIDEBAR_VISIBLE:
      _sb_window_show_sidebar (self, g_value_get_boolean (value));
      break;
    case PROP_INSPECTOR_VISIBLE:
      _sb_window_show_inspector (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  properties[PROP_SELECTION] =
    g_param_spec_object ("selection", NULL, NULL, SB_TYPE_SELECTION,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SIDEBAR_VISIBLE] =
    g_param_spec_boolean ("sidebar-visible", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_INSPECTOR_VISIBLE] =
    g_param_spec_boolean ("inspector-visible", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SbWindow, back_from_inspector);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, back_from_sidebar);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, chat);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, chat_column);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, chat_header);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, chat_title);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, inner_paned);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, inspector);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, inspector_header);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, outer_paned);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, panes);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, rehearsal);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, sandbox_view);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, sidebar_column);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, SbWindow, tools_view);
  gtk_widget_class_bind_template_callback (widget_class, width_changed_cb);
}

static void
sb_window_class_init (SbWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_window_dispose;
  object_class->get_property = sb_window_get_property;
  object_class->set_property = sb_window_set_property;
  GTK_WINDOW_CLASS (klass)->close_request = sb_window_close_request;
  install_properties (object_class);
  bind_template (GTK_WIDGET_CLASS (klass));
  _sb_window_class_actions_init (klass);

  g_type_ensure (SB_TYPE_CHAT_VIEW);
  g_type_ensure (SB_TYPE_PANES);
  g_type_ensure (SB_TYPE_SANDBOX_VIEW);
  g_type_ensure (SB_TYPE_SIDEBAR);
  g_type_ensure (SB_TYPE_TOOLS_VIEW);
  g_type_ensure (SB_TYPE_TRACE_VIEW);
}

static void
sb_window_init (SbWindow *self)
{
  self->show_sidebar = TRUE;
  self->show_inspector = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
connect_workspace (SbWindow *self)
{
  SbSandboxManager *sandboxes = sb_workspace_get_sandboxes (self->workspace);

  g_signal_connect_object (self->selection, "notify::conversation", G_CALLBACK (conversation_selected_cb),
                           self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->workspace, "notify::rehearsal", G_CALLBACK (update_rehearsal), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->workspace, "warning", G_CALLBACK (warning_cb), self, G_CONNECT_SWAPPED);
  /* After the lists have heard of it: GTK does not stand a selection in between. */
  g_signal_connect_object (sandboxes, "items-changed", G_CALLBACK (sandboxes_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

/* Shows the latest conversation, or a new one where there is none. */
SbWindow *
sb_window_new (GtkApplication *application,
               SbWorkspace    *workspace)
{
  SbWindow *self = g_object_new (SB_TYPE_WINDOW, "application", application, NULL);
  GListModel *conversations = sb_workspace_get_conversations (workspace);
  g_autoptr(SbConversation) latest = g_list_model_get_item (conversations, 0);

  self->workspace = g_object_ref (workspace);
  self->selection = sb_selection_new (workspace);
  connect_workspace (self);
  sb_selection_set_conversation (self->selection,
                                 latest != NULL ? latest : sb_workspace_new_conversation (workspace));

  sb_chat_view_set_workspace (self->chat, workspace);
  g_object_bind_property (self->selection, "conversation", self->chat, "conversation", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->selection, "trace-id", self->chat, "selected-trace-id",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  sb_sidebar_set_selection (self->sidebar, self->selection);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTION]);

  _sb_window_layout_load (self);
  _sb_window_layout_apply (self);
  update_rehearsal (self);
  sb_chat_view_focus_composer (self->chat);

  return self;
}

SbSelection *
sb_window_get_selection (SbWindow *self)
{
  g_return_val_if_fail (SB_IS_WINDOW (self), NULL);

  return self->selection;
}

SbWorkspace *
sb_window_get_workspace (SbWindow *self)
{
  g_return_val_if_fail (SB_IS_WINDOW (self), NULL);

  return self->workspace;
}

void
sb_window_show_toast (SbWindow   *self,
                      const char *text)
{
  g_autofree char *markup = NULL;

  g_return_if_fail (SB_IS_WINDOW (self));

  /* A toast's title is markup. */
  markup = g_markup_escape_text (text, -1);
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (markup));
}
