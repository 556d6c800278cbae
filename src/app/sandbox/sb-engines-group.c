/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-engines-group.h"

#include <glib/gi18n.h>

#include "sb-docker-backend.h"
#include "sb-engine-row.h"
#include "sb-sandbox-settings.h"

struct _SbEnginesGroup
{
  AdwPreferencesGroup parent_instance;

  /* owned */
  SbWorkspace *workspace; /* nullable */
  guint        fill_id;

  /* template */
  AdwActionRow   *add_row;
  AdwEntryRow    *address;
  AdwExpanderRow *expander;
  GtkWidget      *form;
  GtkListBox     *list;
  AdwEntryRow    *name;
};

enum
{
  TOLD,
  N_SIGNALS,
};

G_DEFINE_FINAL_TYPE (SbEnginesGroup, sb_engines_group, ADW_TYPE_PREFERENCES_GROUP)

static guint signals[N_SIGNALS];

static gboolean fill_cb (gpointer user_data);

static GListModel *
get_engines (SbEnginesGroup *self)
{
  return G_LIST_MODEL (sb_sandbox_manager_get_engines (sb_workspace_get_sandboxes (self->workspace)));
}

static gboolean
is_usable (SbEngine *engine)
{
  return sb_engine_get_state (engine) == SB_ENGINE_STATE_READY || sb_engine_lacks_image (engine);
}

/* (transfer full): the user's list; without one, what was found and answers, and what is to be kept in any case */
static GPtrArray *
dup_choices (SbEnginesGroup *self,
             SbEngine       *kept)
{
  GPtrArray *choices = sb_sandbox_settings_dup_engines (self->workspace);
  GListModel *engines = get_engines (self);

  if (choices->len > 0)
    return choices;

  for (guint i = 0; i < g_list_model_get_n_items (engines); i++)
    {
      g_autoptr(SbEngine) engine = g_list_model_get_item (engines, i);
      g_autofree char *name = NULL;

      if (sb_docker_backend_get_client (sb_engine_get_backend (engine)) == NULL
          || (engine != kept && !is_usable (engine)))
        continue;
      name = i == 0 ? g_strdup ("local") : g_strdup_printf ("local-%u", i + 1);
      g_ptr_array_add (choices, sb_engine_choice_new (name, i == 0 ? "local" : sb_engine_get_id (engine), TRUE));
      if (engine == kept)
        ((SbEngineChoice *) g_ptr_array_index (choices, choices->len - 1))->is_on = FALSE;
    }

  return choices;
}

static void
use (SbEnginesGroup *self,
     GPtrArray      *choices)
{
  g_autoptr(GError) error = NULL;

  if (!sb_sandbox_settings_set_engines (self->workspace, choices, &error))
    g_signal_emit (self, signals[TOLD], 0, error->message);
}

static SbEngineChoice *
find (GPtrArray  *choices,
      const char *name,
      guint      *position)
{
  for (guint i = 0; name != NULL && i < choices->len; i++)
    {
      SbEngineChoice *choice = g_ptr_array_index (choices, i);

      *position = i;
      if (g_str_equal (choice->name, name))
        return choice;
    }

  return NULL;
}

/* Not at once: a row may be at work that is replaced by it. */
static void
fill_later (SbEnginesGroup *self)
{
  if (self->fill_id == 0)
    self->fill_id = g_idle_add (fill_cb, self);
}

static void
switched_cb (SbEnginesGroup *self,
             SbEngineRow    *row)
{
  guint position = 0;
  g_autoptr(GPtrArray) choices = dup_choices (self, sb_engine_row_get_engine (row));
  SbEngineChoice *choice = find (choices, sb_engine_row_get_name (row), &position);

  if (choice != NULL)
    choice->is_on = sb_engine_row_is_on (row);
  use (self, choices);
  fill_later (self);
}

static void
remove_cb (SbEnginesGroup *self,
           SbEngineRow    *row)
{
  guint position = 0;
  g_autoptr(GPtrArray) choices = dup_choices (self, NULL);

  if (find (choices, sb_engine_row_get_name (row), &position) != NULL)
    g_ptr_array_remove_index (choices, position);
  use (self, choices);
  fill_later (self);
}

static void
make_image_cb (SbEnginesGroup *self,
               SbEngineRow    *row)
{
  SbSandboxManager *manager = sb_workspace_get_sandboxes (self->workspace);

  sb_image_supplies_make (sb_sandbox_manager_get_supplies (manager), sb_engine_row_get_engine (row), NULL);
  g_signal_emit (self, signals[TOLD], 0, _("The image is on its way. The Sandbox tab shows how far it is."));
}

static void
told_cb (SbEnginesGroup *self,
         const char     *sentence)
{
  g_signal_emit (self, signals[TOLD], 0, sentence);
}

static void
add_row (SbEnginesGroup       *self,
         SbEngine             *engine,
         const SbEngineChoice *choice)
{
  GtkWidget *row = sb_engine_row_new (engine, choice);

  g_signal_connect_object (row, "make-image", G_CALLBACK (make_image_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "switched", G_CALLBACK (switched_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "remove", G_CALLBACK (remove_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "told", G_CALLBACK (told_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_sensitive (row, !sb_sandbox_settings_engines_are_given ());
  gtk_list_box_append (self->list, row);
}

static void
fill_found (SbEnginesGroup *self)
{
  GListModel *engines = get_engines (self);

  for (guint i = 0; i < g_list_model_get_n_items (engines); i++)
    {
      g_autoptr(SbEngine) engine = g_list_model_get_item (engines, i);

      if (sb_docker_backend_get_client (sb_engine_get_backend (engine)) != NULL)
        add_row (self, engine, NULL);
    }
}

static void
fill (SbEnginesGroup *self)
{
  g_autoptr(GPtrArray) choices = sb_sandbox_settings_dup_engines (self->workspace);
  SbEngineList *engines = SB_ENGINE_LIST (get_engines (self));
  gboolean given = sb_sandbox_settings_engines_are_given ();
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, child);
  for (guint i = 0; !given && i < choices->len; i++)
    {
      const SbEngineChoice *choice = g_ptr_array_index (choices, i);

      add_row (self, choice->is_on ? sb_engine_list_find (engines, choice->name) : NULL, choice);
    }
  if (given || choices->len == 0)
    fill_found (self);

  gtk_widget_set_visible (GTK_WIDGET (self->list), gtk_widget_get_first_child (GTK_WIDGET (self->list)) != NULL);
  gtk_widget_set_visible (self->form, !given);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self),
                                         given ? _("Given by SANDBAR_ENGINES in the environment.")
                                               : _("Where sandboxes can be. Without any, bubblewrap is used here."));
}

static gboolean
fill_cb (gpointer user_data)
{
  SbEnginesGroup *self = user_data;

  self->fill_id = 0;
  fill (self);

  return G_SOURCE_REMOVE;
}

static void
add_cb (SbEnginesGroup *self)
{
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->name));
  const char *address = gtk_editable_get_text (GTK_EDITABLE (self->address));
  g_autoptr(GPtrArray) choices = dup_choices (self, NULL);
  g_autoptr(GError) error = NULL;

  g_ptr_array_add (choices, sb_engine_choice_new (name, address, TRUE));
  if (!sb_sandbox_settings_set_engines (self->workspace, choices, &error))
    {
      adw_action_row_set_subtitle (self->add_row, error->message);
      gtk_widget_add_css_class (GTK_WIDGET (self->add_row), "error");
      return;
    }

  gtk_widget_remove_css_class (GTK_WIDGET (self->add_row), "error");
  adw_action_row_set_subtitle (self->add_row, "");
  gtk_editable_set_text (GTK_EDITABLE (self->name), "");
  gtk_editable_set_text (GTK_EDITABLE (self->address), "");
  adw_expander_row_set_expanded (self->expander, FALSE);
  fill_later (self);
}

static void
sb_engines_group_dispose (GObject *object)
{
  SbEnginesGroup *self = SB_ENGINES_GROUP (object);

  g_clear_handle_id (&self->fill_id, g_source_remove);
  g_clear_object (&self->workspace);

  G_OBJECT_CLASS (sb_engines_group_parent_class)->dispose (object);
}

static void
sb_engines_group_class_init (SbEnginesGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_engines_group_dispose;

  signals[TOLD] = g_signal_new ("told", SB_TYPE_ENGINES_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-engines-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SbEnginesGroup, add_row);
  gtk_widget_class_bind_template_child (widget_class, SbEnginesGroup, address);
  gtk_widget_class_bind_template_child (widget_class, SbEnginesGroup, expander);
  gtk_widget_class_bind_template_child (widget_class, SbEnginesGroup, form);
  gtk_widget_class_bind_template_child (widget_class, SbEnginesGroup, list);
  gtk_widget_class_bind_template_child (widget_class, SbEnginesGroup, name);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
sb_engines_group_init (SbEnginesGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sb_engines_group_set_workspace (SbEnginesGroup *self,
                                SbWorkspace    *workspace)
{
  g_return_if_fail (SB_IS_ENGINES_GROUP (self) && self->workspace == NULL);

  self->workspace = g_object_ref (workspace);
  g_signal_connect_object (get_engines (self), "items-changed", G_CALLBACK (fill_later), self, G_CONNECT_SWAPPED);
  fill (self);
}
