/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-provider-group.h"

#include <glib/gi18n.h>

#include "sb-llm-provider.h"

struct _SbProviderGroup
{
  AdwPreferencesGroup parent_instance;

  /* owned */
  SbWorkspace *workspace;
  SbAgent     *agent;

  /* template */
  AdwComboRow         *profile;
  AdwEntryRow         *base_url;
  AdwEntryRow         *model;
  AdwPasswordEntryRow *key;
  GtkLabel            *current;
  GtkLabel            *key_note;

  gboolean syncing;
};

enum
{
  CONFIGURED,
  FAILED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbProviderGroup, sb_provider_group, ADW_TYPE_PREFERENCES_GROUP)

static guint signals[N_SIGNALS];

/* In the order of the combo row; NULL: as agents.yaml says. */
static const char * const profile_ids[] = { NULL, "cerebras", "dmr", "ollama", "openai", "rehearsal" };

static const char *
get_profile_id (SbProviderGroup *self)
{
  guint selected = adw_combo_row_get_selected (self->profile);

  return selected < G_N_ELEMENTS (profile_ids) ? profile_ids[selected] : NULL;
}

/* Whose settings the rows are: the agents file's choice until there is another. */
static const char *
get_effective_id (SbProviderGroup *self)
{
  const char *id = get_profile_id (self);

  return id != NULL ? id : sb_agent_get_provider (self->agent);
}

static gboolean
has_server (const char *id)
{
  /* "local" is whatever model server is found on this machine. */
  return id != NULL && !g_str_equal (id, "rehearsal") && !g_str_equal (id, "local");
}

static const char *
get_text (gpointer row)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));

  return *text != '\0' ? text : NULL;
}

static void
set_text (gpointer    row,
          const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (row), text != NULL ? text : "");
}

static void
update_current (SbProviderGroup *self)
{
  g_autofree char *provider = sb_workspace_describe_provider (self->workspace, sb_agent_get_id (self->agent));
  g_autofree char *text = g_strdup_printf (_("Answers now: %s"), provider);

  gtk_label_set_text (self->current, text);
}

static void
update_rows (SbProviderGroup *self)
{
  const char *id = get_effective_id (self);
  gboolean wants_key = has_server (id) && sb_llm_profile_lookup (id)->key_name != NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->base_url), has_server (get_profile_id (self)));
  gtk_widget_set_visible (GTK_WIDGET (self->model), has_server (get_profile_id (self)));
  gtk_widget_set_visible (GTK_WIDGET (self->key), wants_key);
  gtk_widget_set_visible (GTK_WIDGET (self->key_note), wants_key);
  if (sb_secrets_get_persistent (sb_workspace_get_secrets (self->workspace)))
    gtk_label_set_text (self->key_note, _("Keys are kept in the keyring."));
  else
    gtk_label_set_text (self->key_note,
                        _("There is no keyring on this desktop: keys are kept for this session only."));
}

static void
configured_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(SbProviderGroup) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_workspace_configure_provider_finish (SB_WORKSPACE (source), result, &error))
    g_signal_emit (self, signals[FAILED], 0, error->message);

  update_current (self);
  g_signal_emit (self, signals[CONFIGURED], 0);
}

static void
apply (SbProviderGroup *self)
{
  const char *key = get_text (self->key);

  /* A key belongs to a server by name. */
  sb_workspace_configure_provider_async (self->workspace, sb_agent_get_id (self->agent),
                                         key != NULL ? get_effective_id (self) : get_profile_id (self),
                                         get_text (self->base_url),
                                         get_text (self->model), key, NULL,
                                         configured_cb, g_object_ref (self));
}

static void
profile_changed_cb (SbProviderGroup *self)
{
  const char *id = get_profile_id (self);
  const SbLlmProfile *profile = id != NULL ? sb_llm_profile_lookup (id) : NULL;

  if (self->syncing)
    return;

  set_text (self->base_url, profile != NULL ? profile->base_url : NULL);
  set_text (self->model, NULL);
  set_text (self->key, NULL);
  update_rows (self);
  apply (self);
}

static void
entry_applied_cb (SbProviderGroup *self)
{
  apply (self);
}

static void
sb_provider_group_dispose (GObject *object)
{
  SbProviderGroup *self = SB_PROVIDER_GROUP (object);

  if (self->workspace != NULL)
    g_signal_handlers_disconnect_by_data (self->workspace, self);
  g_clear_object (&self->agent);
  g_clear_object (&self->workspace);

  G_OBJECT_CLASS (sb_provider_group_parent_class)->dispose (object);
}

static void
sb_provider_group_class_init (SbProviderGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_provider_group_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-provider-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SbProviderGroup, base_url);
  gtk_widget_class_bind_template_child (widget_class, SbProviderGroup, current);
  gtk_widget_class_bind_template_child (widget_class, SbProviderGroup, key);
  gtk_widget_class_bind_template_child (widget_class, SbProviderGroup, key_note);
  gtk_widget_class_bind_template_child (widget_class, SbProviderGroup, model);
  gtk_widget_class_bind_template_child (widget_class, SbProviderGroup, profile);
  gtk_widget_class_bind_template_callback (widget_class, entry_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, profile_changed_cb);

  signals[CONFIGURED] = g_signal_new ("configured", SB_TYPE_PROVIDER_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", SB_TYPE_PROVIDER_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_provider_group_init (SbProviderGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_provider_group_new (SbWorkspace *workspace,
                       SbAgent     *agent)
{
  SbProviderGroup *self = g_object_new (SB_TYPE_PROVIDER_GROUP, NULL);
  g_autofree char *title = g_markup_escape_text (sb_agent_get_label (agent), -1);

  self->workspace = g_object_ref (workspace);
  self->agent = g_object_ref (agent);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), title);
  g_signal_connect_object (workspace, "notify::provider-status", G_CALLBACK (update_current), self,
                           G_CONNECT_SWAPPED);
  sb_provider_group_reload (self);

  return GTK_WIDGET (self);
}

/* Shows what the settings say now. */
void
sb_provider_group_reload (SbProviderGroup *self)
{
  g_autofree char *profile = NULL;
  g_autofree char *base_url = NULL;
  g_autofree char *model = NULL;
  guint selected = 0;

  g_return_if_fail (SB_IS_PROVIDER_GROUP (self));

  sb_workspace_dup_provider_choice (self->workspace, sb_agent_get_id (self->agent), &profile, &base_url, &model);
  for (guint i = 0; i < G_N_ELEMENTS (profile_ids); i++)
    if (g_strcmp0 (profile_ids[i], profile) == 0)
      selected = i;

  self->syncing = TRUE;
  adw_combo_row_set_selected (self->profile, selected);
  set_text (self->base_url, base_url);
  set_text (self->model, model);
  self->syncing = FALSE;
  update_rows (self);
  update_current (self);
}
