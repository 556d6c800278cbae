/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-profile-row.h"

#include <glib/gi18n.h>

#include "sb-sandbox-spec.h"

#define MIB (1024.0 * 1024.0)

struct _SbProfileRow
{
  AdwExpanderRow parent_instance;

  /* owned */
  char *old_name;

  /* template */
  GtkWidget     *apply;
  GtkSpinButton *cpus;
  GtkSpinButton *disk;
  GtkEditable   *engine;
  GtkEditable   *env;
  GtkSpinButton *idle;
  GtkEditable   *image;
  GtkWidget     *make_default;
  GtkSpinButton *memory;
  GtkEditable   *name;
  GtkSpinButton *pids;
  GtkWidget     *remove;
  GtkSwitch     *shared;
  GtkSpinButton *ttl;
  AdwActionRow  *verbs;
  GtkSwitch     *weak;

  gboolean       is_default;
};

enum
{
  VERB,
  N_SIGNALS,
};

G_DEFINE_FINAL_TYPE (SbProfileRow, sb_profile_row, ADW_TYPE_EXPANDER_ROW)

static guint signals[N_SIGNALS];

/* Entry by entry, since "=" and ";" are all that is special. */
static char **
split_env (const char *text)
{
  g_auto(GStrv) parts = g_strsplit (text, ";", -1);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_strv_builder_add (builder, parts[i]);

  return g_strv_builder_end (builder);
}

static char *
dup_text (GtkEditable *entry)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  return *text != '\0' ? g_steal_pointer (&text) : NULL;
}

static void
describe (SbProfileRow           *self,
          const SbSandboxProfile *profile)
{
  const SbSandboxSpec *spec = profile->spec;
  g_autofree char *memory = g_format_size_full (spec->memory_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *disk = g_format_size_full (spec->disk_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *limits = g_strdup_printf (_("%s memory · %g processors · %s disk · %u processes"), memory,
                                             spec->cpus, disk, spec->pids);
  g_autofree char *text = g_strdup_printf ("%s%s%s", spec->image != NULL ? spec->image : "",
                                           spec->image != NULL ? "\n" : "", limits);
  g_autofree char *title = self->is_default ? g_strdup_printf (_("%s (default)"), profile->name) : NULL;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title != NULL ? title : profile->name);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), text);
}

static void
show (SbProfileRow           *self,
      const SbSandboxProfile *profile)
{
  const SbSandboxSpec *spec = profile->spec;
  g_autofree char *env = spec->env != NULL ? g_strjoinv ("; ", (char **) spec->env) : g_strdup ("");

  gtk_editable_set_text (self->name, profile->name);
  gtk_editable_set_text (self->image, spec->image != NULL ? spec->image : "");
  gtk_editable_set_text (self->engine, spec->engine != NULL ? spec->engine : "");
  gtk_editable_set_text (self->env, env);
  gtk_spin_button_set_value (self->memory, spec->memory_bytes / MIB);
  gtk_spin_button_set_value (self->disk, spec->disk_bytes / MIB);
  gtk_spin_button_set_value (self->pids, spec->pids);
  gtk_spin_button_set_value (self->cpus, spec->cpus);
  gtk_spin_button_set_value (self->ttl, spec->ttl_seconds / 60.0);
  gtk_spin_button_set_value (self->idle, profile->idle_ttl_seconds / 60.0);
  gtk_switch_set_active (self->shared, profile->is_shared);
  gtk_switch_set_active (self->weak, spec->allows_weak);
}

static void
edited_cb (SbProfileRow *self)
{
  gtk_widget_set_sensitive (self->apply, TRUE);
  sb_profile_row_complain (self, "");
}

static void
verb_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbProfileVerb verb = SB_PROFILE_VERB_APPLY;

  if (g_str_equal (action_name, "profile.default"))
    verb = SB_PROFILE_VERB_DEFAULT;
  else if (g_str_equal (action_name, "profile.duplicate"))
    verb = SB_PROFILE_VERB_DUPLICATE;
  else if (g_str_equal (action_name, "profile.remove"))
    verb = SB_PROFILE_VERB_REMOVE;
  g_signal_emit (widget, signals[VERB], 0, (guint) verb);
}

static void
sb_profile_row_finalize (GObject *object)
{
  g_free (SB_PROFILE_ROW (object)->old_name);

  G_OBJECT_CLASS (sb_profile_row_parent_class)->finalize (object);
}

static void
sb_profile_row_class_init (SbProfileRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sb_profile_row_finalize;

  signals[VERB] = g_signal_new ("verb", SB_TYPE_PROFILE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_UINT);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-profile-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, apply);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, cpus);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, disk);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, engine);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, env);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, idle);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, image);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, make_default);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, memory);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, name);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, pids);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, remove);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, shared);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, ttl);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, verbs);
  gtk_widget_class_bind_template_child (widget_class, SbProfileRow, weak);
  gtk_widget_class_bind_template_callback (widget_class, edited_cb);
  gtk_widget_class_install_action (widget_class, "profile.apply", NULL, verb_cb);
  gtk_widget_class_install_action (widget_class, "profile.default", NULL, verb_cb);
  gtk_widget_class_install_action (widget_class, "profile.duplicate", NULL, verb_cb);
  gtk_widget_class_install_action (widget_class, "profile.remove", NULL, verb_cb);
}

static void
sb_profile_row_init (SbProfileRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_profile_row_new (const SbSandboxProfile *profile,
                    gboolean                is_default)
{
  SbProfileRow *self = g_object_new (SB_TYPE_PROFILE_ROW, NULL);

  self->old_name = g_strdup (profile->name);
  self->is_default = is_default;
  show (self, profile);
  describe (self, profile);
  gtk_widget_set_visible (self->make_default, !is_default);
  gtk_widget_set_visible (self->remove, !is_default);
  gtk_widget_set_sensitive (self->apply, FALSE);

  return GTK_WIDGET (self);
}

const char *
sb_profile_row_get_name (SbProfileRow *self)
{
  g_return_val_if_fail (SB_IS_PROFILE_ROW (self), NULL);

  return self->old_name;
}

SbSandboxProfile *
sb_profile_row_dup_profile (SbProfileRow *self)
{
  SbSandboxProfile *profile = sb_sandbox_profile_new_default ();
  SbSandboxSpec *spec = profile->spec;
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (self->name)));

  g_free (profile->name);
  profile->name = g_steal_pointer (&name);
  profile->is_default = self->is_default;
  profile->is_shared = gtk_switch_get_active (self->shared);
  profile->idle_ttl_seconds = (guint) gtk_spin_button_get_value_as_int (self->idle) * 60;
  spec->image = dup_text (self->image);
  spec->engine = dup_text (self->engine);
  spec->env = (const char * const *) split_env (gtk_editable_get_text (self->env));
  spec->memory_bytes = (guint64) (gtk_spin_button_get_value (self->memory) * MIB);
  spec->disk_bytes = (guint64) (gtk_spin_button_get_value (self->disk) * MIB);
  spec->pids = (guint) gtk_spin_button_get_value_as_int (self->pids);
  spec->cpus = gtk_spin_button_get_value (self->cpus);
  spec->ttl_seconds = (guint) gtk_spin_button_get_value_as_int (self->ttl) * 60;
  spec->allows_weak = gtk_switch_get_active (self->weak);

  return profile;
}

void
sb_profile_row_complain (SbProfileRow *self,
                         const char   *sentence)
{
  g_return_if_fail (SB_IS_PROFILE_ROW (self));

  adw_action_row_set_subtitle (self->verbs, sentence);
}
