/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-profiles-group.h"

#include <glib/gi18n.h>

#include "sb-profile-row.h"
#include "sb-sandbox-settings.h"

struct _SbProfilesGroup
{
  AdwPreferencesGroup parent_instance;

  /* owned */
  SbWorkspace *workspace; /* nullable */
  char        *opened;    /* nullable: the profile whose row is unfolded next */
  guint        fill_id;

  /* template */
  GtkListBox  *list;
};

enum
{
  TOLD,
  N_SIGNALS,
};

G_DEFINE_FINAL_TYPE (SbProfilesGroup, sb_profiles_group, ADW_TYPE_PREFERENCES_GROUP)

static guint signals[N_SIGNALS];

static void fill (SbProfilesGroup *self);

static GPtrArray *
get_profiles (SbProfilesGroup *self)
{
  return sb_sandbox_manager_get_profiles (sb_workspace_get_sandboxes (self->workspace));
}

/* (transfer full): copies, to be changed and then used as a whole */
static GPtrArray *
dup_profiles (SbProfilesGroup *self)
{
  GPtrArray *profiles = get_profiles (self);
  GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_sandbox_profile_free);

  for (guint i = 0; i < profiles->len; i++)
    {
      const SbSandboxProfile *profile = g_ptr_array_index (profiles, i);
      SbSandboxProfile *copy = sb_sandbox_profile_copy (profile, profile->name);

      copy->is_default = profile->is_default;
      g_ptr_array_add (copies, copy);
    }

  return copies;
}

static gboolean
fill_cb (gpointer user_data)
{
  SbProfilesGroup *self = user_data;

  self->fill_id = 0;
  fill (self);

  return G_SOURCE_REMOVE;
}

/* row: nullable: where a complaint belongs */
static void
use (SbProfilesGroup *self,
     GPtrArray       *profiles,
     SbProfileRow    *row)
{
  g_autoptr(GError) error = NULL;

  if (sb_sandbox_settings_set_profiles (self->workspace, profiles, &error))
    {
      /* Not at once: the row is just at work. */
      if (self->fill_id == 0)
        self->fill_id = g_idle_add (fill_cb, self);
    }
  else if (row != NULL)
    {
      sb_profile_row_complain (row, error->message);
    }
  else
    {
      g_signal_emit (self, signals[TOLD], 0, error->message);
    }
}

static guint
find (GPtrArray  *profiles,
      const char *name)
{
  guint i = 0;

  while (i < profiles->len && !g_str_equal (((SbSandboxProfile *) g_ptr_array_index (profiles, i))->name, name))
    i++;

  return i;
}

/* "node-2" */
static char *
dup_free_name (GPtrArray  *profiles,
               const char *name)
{
  char *free_name = NULL;

  for (guint i = 2; free_name == NULL; i++)
    {
      g_autofree char *candidate = g_strdup_printf ("%.34s-%u", name, i);

      if (find (profiles, candidate) == profiles->len)
        free_name = g_steal_pointer (&candidate);
    }

  return free_name;
}

static void
duplicate (SbProfilesGroup *self,
           const char      *name)
{
  g_autoptr(GPtrArray) profiles = dup_profiles (self);
  guint position = find (profiles, name);

  if (position == profiles->len)
    return;

  g_free (self->opened);
  self->opened = dup_free_name (profiles, name);
  g_ptr_array_add (profiles, sb_sandbox_profile_copy (g_ptr_array_index (profiles, position), self->opened));
  use (self, profiles, NULL);
}

static void
verb_cb (SbProfilesGroup *self,
         guint            verb,
         SbProfileRow    *row)
{
  g_autoptr(GPtrArray) profiles = dup_profiles (self);
  const char *name = sb_profile_row_get_name (row);
  guint position = find (profiles, name);

  if (verb == SB_PROFILE_VERB_DUPLICATE)
    {
      duplicate (self, name);
      return;
    }
  if (position == profiles->len)
    return;

  if (verb == SB_PROFILE_VERB_REMOVE)
    {
      g_ptr_array_remove_index (profiles, position);
    }
  else if (verb == SB_PROFILE_VERB_DEFAULT)
    {
      for (guint i = 0; i < profiles->len; i++)
        ((SbSandboxProfile *) g_ptr_array_index (profiles, i))->is_default = i == position;
    }
  else
    {
      sb_sandbox_profile_free (g_ptr_array_index (profiles, position));
      profiles->pdata[position] = sb_profile_row_dup_profile (row);
    }
  use (self, profiles, row);
}

static void
add_cb (SbProfilesGroup *self)
{
  SbSandboxProfile *model = sb_sandbox_profiles_find (get_profiles (self), NULL);

  duplicate (self, model->name);
}

static void
fill (SbProfilesGroup *self)
{
  GPtrArray *profiles = get_profiles (self);
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, child);
  for (guint i = 0; i < profiles->len; i++)
    {
      SbSandboxProfile *profile = g_ptr_array_index (profiles, i);
      GtkWidget *row = sb_profile_row_new (profile, profile == sb_sandbox_profiles_find (profiles, NULL));

      g_signal_connect_object (row, "verb", G_CALLBACK (verb_cb), self, G_CONNECT_SWAPPED);
      adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), g_strcmp0 (self->opened, profile->name) == 0);
      gtk_list_box_append (self->list, row);
    }
  g_clear_pointer (&self->opened, g_free);
}

static void
sb_profiles_group_dispose (GObject *object)
{
  SbProfilesGroup *self = SB_PROFILES_GROUP (object);

  g_clear_handle_id (&self->fill_id, g_source_remove);
  g_clear_pointer (&self->opened, g_free);
  g_clear_object (&self->workspace);

  G_OBJECT_CLASS (sb_profiles_group_parent_class)->dispose (object);
}

static void
sb_profiles_group_class_init (SbProfilesGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_profiles_group_dispose;

  signals[TOLD] = g_signal_new ("told", SB_TYPE_PROFILES_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-profiles-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SbProfilesGroup, list);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
sb_profiles_group_init (SbProfilesGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sb_profiles_group_set_workspace (SbProfilesGroup *self,
                                 SbWorkspace     *workspace)
{
  g_return_if_fail (SB_IS_PROFILES_GROUP (self) && self->workspace == NULL);

  self->workspace = g_object_ref (workspace);
  fill (self);
}
