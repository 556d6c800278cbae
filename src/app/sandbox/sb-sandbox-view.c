/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-view-private.h"

#include <glib/gi18n.h>

#include "sb-logs-page.h"
#include "sb-ports-page.h"
#include "sb-processes-page.h"
#include "sb-resources-page.h"
#include "sb-terminal-page.h"
#include "sb-sandbox-text.h"
#include "sb-supply-row.h"

#define AGE_INTERVAL_S 20

enum
{
  PROP_0,
  PROP_SELECTION,
  PROP_SANDBOX,
  PROP_CHANGES,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbSandboxView, sb_sandbox_view, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
update_subtitle (SbSandboxView *self)
{
  g_autofree char *text = sb_sandbox_text_subtitle (self->sandbox);

  gtk_label_set_text (self->subtitle, text);
}

static void
add_chip (SbSandboxView *self,
          const char    *label,
          const char    *detail,
          const char    *style)
{
  GtkWidget *chip = gtk_label_new (label);

  gtk_label_set_ellipsize (GTK_LABEL (chip), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (chip, "sb-chip");
  if (style != NULL)
    gtk_widget_add_css_class (chip, style);
  gtk_widget_set_tooltip_text (chip, detail);
  sb_wrap_box_append (self->chips, chip);
}

/* The line above names these, or the page on isolation, as long as they hold. */
static gboolean
is_elsewhere (const SbSandboxFact *fact)
{
  static const char * const ids[] = { "backend", "image", "no-new-privs", "seccomp", "cpu", NULL };

  return fact->holds && g_strv_contains (ids, fact->id);
}

static gboolean
is_limit (const SbSandboxFact *fact)
{
  static const char * const ids[] = { "memory", "processes", "disk", NULL };

  return fact->holds && g_strv_contains (ids, fact->id);
}

/* Only for somebody who looks: the channel to the sandbox is on this thread, too. */
static void
update_chips (SbSandboxView *self)
{
  GPtrArray *facts = self->sandbox != NULL ? sb_sandbox_get_facts (self->sandbox) : NULL;
  g_autoptr(GPtrArray) limits = g_ptr_array_new ();
  g_autofree char *limited = NULL;

  if (self->facts == facts || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;

  g_clear_pointer (&self->facts, g_ptr_array_unref);
  self->facts = facts != NULL ? g_ptr_array_ref (facts) : NULL;
  sb_wrap_box_clear (self->chips);
  for (guint i = 0; facts != NULL && i < facts->len; i++)
    {
      const SbSandboxFact *fact = g_ptr_array_index (facts, i);

      if (is_limit (fact))
        g_ptr_array_add (limits, fact->label);
      else if (!is_elsewhere (fact))
        add_chip (self, fact->label, fact->detail, fact->holds ? "success" : "warning");
    }
  if (limits->len == 0)
    return;

  g_ptr_array_add (limits, NULL);
  limited = g_strjoinv (" · ", (char **) limits->pdata);
  add_chip (self, limited, _("Limits of the sandbox"), NULL);
}

static gboolean
has_unsaved (SbSandboxView *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (sb_files_page_get_drafts (self->files))) > 0;
}

static void
show_status (SbSandboxView *self,
             const char    *icon,
             const char    *title,
             const char    *description)
{
  g_autofree char *escaped = description != NULL ? g_markup_escape_text (description, -1) : NULL;

  adw_status_page_set_icon_name (self->status, icon);
  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, escaped);
  sb_unsaved_page_set_reason (self->unsaved, title);
  gtk_stack_set_visible_child_name (self->states, has_unsaved (self) ? "unsaved" : "status");
}

static void
show_end (SbSandboxView *self)
{
  const char *message = sb_sandbox_get_message (self->sandbox);
  const char *gone = _("Its files are gone. The next tool call can start a new one.");

  switch (sb_sandbox_get_state (self->sandbox))
    {
    case SB_SANDBOX_STATE_LOST:
      show_status (self, "dialog-warning-symbolic", _("The sandbox was killed from outside"),
                   message != NULL ? message : gone);
      break;
    case SB_SANDBOX_STATE_FAILED:
      show_status (self, "dialog-error-symbolic", _("The sandbox did not start"), message);
      break;
    case SB_SANDBOX_STATE_STOPPING:
    case SB_SANDBOX_STATE_STOPPED:
    default:
      show_status (self, "sb-sandbox-symbolic", _("The sandbox was stopped"), gone);
      break;
    }
}

static SbTrace *
get_trace (SbSandboxView *self)
{
  SbConversation *conversation = NULL;

  if (self->selection != NULL)
    conversation = sb_selection_get_conversation (self->selection);

  return conversation != NULL ? sb_conversation_get_trace (conversation) : NULL;
}

static gboolean
is_in_state (SbSandboxView  *self,
             SbSandboxState  state)
{
  return self->sandbox != NULL && sb_sandbox_get_state (self->sandbox) == state;
}

static void
update_verbs (SbSandboxView *self,
              gboolean       ready)
{
  gboolean paused = ready && sb_sandbox_is_paused (self->sandbox);
  const char *label = paused ? _("Let its programs go on") : _("Pause: its programs hold still");

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sandbox.remove", ready);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sandbox.pause", ready);
  gtk_widget_set_sensitive (GTK_WIDGET (self->snapshots), ready);
  gtk_button_set_icon_name (self->pause, paused ? "media-playback-start-symbolic" : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->pause), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_revealer_set_reveal_child (self->paused, paused);
}

/* What was typed for a sandbox that ended comes instead of nothing, and over another sandbox when somebody asks. */
static void
update_unsaved (SbSandboxView *self,
                gboolean       live)
{
  self->showing_unsaved = self->showing_unsaved && live && has_unsaved (self);
  if (self->showing_unsaved)
    {
      sb_unsaved_page_set_reason (self->unsaved, _("A sandbox ended before this was saved"));
      gtk_stack_set_visible_child_name (self->states, "unsaved");
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sandbox.hide-unsaved", self->showing_unsaved);
  gtk_revealer_set_reveal_child (self->unsaved_notice, live && has_unsaved (self) && !self->showing_unsaved);
}

void
_sb_sandbox_view_update (SbSandboxView *self)
{
  gboolean ready = is_in_state (self, SB_SANDBOX_STATE_READY);
  gboolean starting = is_in_state (self, SB_SANDBOX_STATE_STARTING);
  SbChannel *channel = ready ? sb_sandbox_get_channel (self->sandbox) : NULL;
  GListModel *sandboxes = _sb_sandbox_view_get_sandboxes (self);
  guint n_items = sandboxes != NULL ? g_list_model_get_n_items (sandboxes) : 0;

  gtk_widget_set_visible (self->content, self->sandbox != NULL || n_items > 0);
  gtk_widget_set_visible (self->start, self->sandbox == NULL || !(ready || starting));
  gtk_widget_set_visible (GTK_WIDGET (self->chips), self->sandbox != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sandbox.new", sandboxes != NULL);
  update_verbs (self, ready);
  sb_changes_page_set_trace (self->changes, get_trace (self));
  sb_files_page_set_source (self->files, channel, get_trace (self));
  sb_meters_set_channel (self->meters, channel);
  gtk_spinner_set_spinning (self->spinner, starting);

  if (self->sandbox == NULL)
    {
      gtk_label_set_text (self->name, _("No sandbox"));
      gtk_label_set_text (self->subtitle, "");
      show_status (self, "sb-sandbox-symbolic", _("No sandbox yet"),
                   _("When an agent runs code, a fresh sandbox is started for it: without a network, with "
                     "limits, and thrown away at the end. Its files appear here."));
      update_unsaved (self, FALSE);
      return;
    }

  gtk_label_set_text (self->name, sb_sandbox_get_name (self->sandbox));
  update_subtitle (self);
  update_chips (self);
  sb_isolation_page_set_facts (self->isolation, sb_sandbox_get_facts (self->sandbox));
  if (ready)
    gtk_stack_set_visible_child_name (self->states, "ready");
  else if (starting)
    gtk_stack_set_visible_child_name (self->states, "starting");
  else
    show_end (self);
  update_unsaved (self, ready || starting);
}

static void
sandbox_changed_cb (SbSandboxView *self)
{
  SbSandbox *sandbox = sb_selection_get_sandbox (self->selection);

  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_data (self->sandbox, self);
  if (g_set_object (&self->sandbox, sandbox))
    {
      g_clear_object (&self->changed);
      self->changed = sandbox != NULL ? sb_change_set_new (sb_sandbox_get_change_log (sandbox)) : NULL;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHANGES]);
    }
  if (sandbox != NULL)
    g_signal_connect_object (sandbox, "notify", G_CALLBACK (_sb_sandbox_view_update), self, G_CONNECT_SWAPPED);

  _sb_sandbox_view_update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX]);
}

static void
forked_cb (SbSandboxView *self,
           SbSandbox     *sandbox)
{
  sb_selection_set_sandbox (self->selection, sandbox);
}

static void
snapshot_done_cb (SbSandboxView *self)
{
  gtk_menu_button_popdown (self->snapshots);
}

static void
chosen_cb (SbSandboxView *self)
{
  gtk_menu_button_popdown (self->switcher);
}

static gboolean
age_cb (gpointer user_data)
{
  SbSandboxView *self = user_data;

  if (self->sandbox != NULL)
    update_subtitle (self);

  return G_SOURCE_CONTINUE;
}

static GtkWidget *
supply_row_cb (gpointer item,
               gpointer user_data)
{
  return sb_supply_row_new (user_data, item);
}

static void
supplies_changed_cb (SbSandboxView *self,
                     guint          position,
                     guint          removed,
                     guint          added,
                     GListModel    *supplies)
{
  gtk_widget_set_visible (GTK_WIDGET (self->supplies), g_list_model_get_n_items (supplies) > 0);
}

static void
show_file_cb (SbSandboxView *self,
              const char    *path,
              SbSelection   *selection)
{
  gtk_stack_set_visible_child_name (self->pages, "files");
  sb_files_page_show_file (self->files, path);
}

static void
sb_sandbox_view_map (GtkWidget *widget)
{
  SbSandboxView *self = SB_SANDBOX_VIEW (widget);

  GTK_WIDGET_CLASS (sb_sandbox_view_parent_class)->map (widget);
  update_chips (self);
  age_cb (self);
  self->age_id = g_timeout_add_seconds (AGE_INTERVAL_S, age_cb, self);
}

static void
sb_sandbox_view_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&SB_SANDBOX_VIEW (widget)->age_id, g_source_remove);
  GTK_WIDGET_CLASS (sb_sandbox_view_parent_class)->unmap (widget);
}

static void
sb_sandbox_view_dispose (GObject *object)
{
  SbSandboxView *self = SB_SANDBOX_VIEW (object);
  GListModel *sandboxes = _sb_sandbox_view_get_sandboxes (self);

  g_clear_handle_id (&self->age_id, g_source_remove);
  if (sandboxes != NULL)
    g_signal_handlers_disconnect_by_data (sandboxes, self);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_data (self->sandbox, self);
  g_clear_pointer (&self->facts, g_ptr_array_unref);
  g_clear_object (&self->changed);
  g_clear_object (&self->sandbox);
  g_clear_object (&self->selection);
  g_clear_pointer ((GtkWidget **) &self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_sandbox_view_parent_class)->dispose (object);
}

static void
sb_sandbox_view_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SELECTION:
      g_value_set_object (value, SB_SANDBOX_VIEW (object)->selection);
      break;
    case PROP_SANDBOX:
      g_value_set_object (value, SB_SANDBOX_VIEW (object)->sandbox);
      break;
    case PROP_CHANGES:
      g_value_set_object (value, SB_SANDBOX_VIEW (object)->changed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_sandbox_view_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SELECTION:
      sb_sandbox_view_set_selection (SB_SANDBOX_VIEW (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_sandbox_view_class_init (SbSandboxViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_sandbox_view_dispose;
  object_class->get_property = sb_sandbox_view_get_property;
  object_class->set_property = sb_sandbox_view_set_property;
  widget_class->map = sb_sandbox_view_map;
  widget_class->unmap = sb_sandbox_view_unmap;

  properties[PROP_SELECTION] =
    g_param_spec_object ("selection", NULL, NULL, SB_TYPE_SELECTION,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SANDBOX] =
    g_param_spec_object ("sandbox", NULL, NULL, SB_TYPE_SANDBOX,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_CHANGES] =
    g_param_spec_object ("changes", NULL, NULL, SB_TYPE_CHANGE_SET,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-sandbox-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, box);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, changes);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, chips);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, content);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, files);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, isolation);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, list);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, meters);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, name);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, packages);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, pages);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, pause);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, paused);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, snapshots);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, snapshots_view);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, spinner);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, start);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, states);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, status);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, subtitle);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, supplies);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, switcher);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, tabs);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, unsaved);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxView, unsaved_notice);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, forked_cb);
  gtk_widget_class_bind_template_callback (widget_class, snapshot_done_cb);
  _sb_sandbox_view_class_actions_init (klass);

  /* Each type of a page of the template. */
  g_type_ensure (SB_TYPE_CHANGES_PAGE);
  g_type_ensure (SB_TYPE_FILES_PAGE);
  g_type_ensure (SB_TYPE_ISOLATION_PAGE);
  g_type_ensure (SB_TYPE_LOGS_PAGE);
  g_type_ensure (SB_TYPE_METERS);
  g_type_ensure (SB_TYPE_PAGE_TABS);
  g_type_ensure (SB_TYPE_PACKAGES_PAGE);
  g_type_ensure (SB_TYPE_PORTS_PAGE);
  g_type_ensure (SB_TYPE_PROCESSES_PAGE);
  g_type_ensure (SB_TYPE_RESOURCES_PAGE);
  g_type_ensure (SB_TYPE_TERMINAL_PAGE);
  g_type_ensure (SB_TYPE_SANDBOX_LIST);
  g_type_ensure (SB_TYPE_SNAPSHOTS_VIEW);
  g_type_ensure (SB_TYPE_UNSAVED_PAGE);
  g_type_ensure (SB_TYPE_WRAP_BOX);
}

static void
sb_sandbox_view_init (SbSandboxView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_unsaved_page_set_drafts (self->unsaved, sb_files_page_get_drafts (self->files));
  g_signal_connect_object (sb_files_page_get_drafts (self->files), "items-changed",
                           G_CALLBACK (_sb_sandbox_view_update), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  _sb_sandbox_view_update (self);
}

void
sb_sandbox_view_set_selection (SbSandboxView *self,
                               SbSelection   *selection)
{
  SbWorkspace *workspace = NULL;

  g_return_if_fail (SB_IS_SANDBOX_VIEW (self));

  if (selection == NULL || self->selection == selection)
    return;
  g_return_if_fail (self->selection == NULL);

  self->selection = g_object_ref (selection);
  workspace = sb_selection_get_workspace (selection);
  sb_sandbox_list_set_source (self->list, _sb_sandbox_view_get_sandboxes (self), selection);
  if (workspace != NULL)
    {
      SbImageSupplies *supplies = sb_sandbox_manager_get_supplies (sb_workspace_get_sandboxes (workspace));

      gtk_list_box_bind_model (self->supplies, G_LIST_MODEL (supplies), supply_row_cb, g_object_ref (supplies),
                               g_object_unref);
      g_signal_connect_object (supplies, "items-changed", G_CALLBACK (supplies_changed_cb), self, G_CONNECT_SWAPPED);
      sb_snapshots_view_set_manager (self->snapshots_view, sb_workspace_get_sandboxes (workspace));
      sb_packages_page_set_packages (self->packages, sb_workspace_get_packages (workspace));
    }
  g_signal_connect_object (selection, "notify::sandbox", G_CALLBACK (sandbox_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (selection, "show-file", G_CALLBACK (show_file_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (selection, "notify::conversation", G_CALLBACK (_sb_sandbox_view_update), self,
                           G_CONNECT_SWAPPED);
  if (_sb_sandbox_view_get_sandboxes (self) != NULL)
    g_signal_connect_object (_sb_sandbox_view_get_sandboxes (self), "items-changed",
                             G_CALLBACK (_sb_sandbox_view_update), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  sandbox_changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTION]);
}

guint
sb_sandbox_view_get_n_unsaved (SbSandboxView *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX_VIEW (self), 0);

  return sb_files_page_get_n_unsaved (self->files, NULL);
}
