/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-engine-row.h"

#include <glib/gi18n.h>

struct _SbEngineRow
{
  AdwActionRow parent_instance;

  /* owned */
  SbEngine *engine;  /* nullable */
  char     *address;
  char     *name;    /* nullable: found by itself */

  /* template */
  GtkWidget  *make_image;
  GtkWidget  *remove;
  GtkSpinner *spinner;
  GtkWidget  *test;
  GtkSwitch  *toggle;
};

enum
{
  MAKE_IMAGE,
  REMOVE,
  SWITCHED,
  TOLD,
  N_SIGNALS,
};

G_DEFINE_FINAL_TYPE (SbEngineRow, sb_engine_row, ADW_TYPE_ACTION_ROW)

static guint signals[N_SIGNALS];

static void
append (GString    *text,
        const char *part)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", part);
}

/* (transfer full): what is known of one that answers */
static char *
describe_ready (SbEngine *engine)
{
  const SbBackendInfo *info = sb_engine_get_info (engine);
  guint n = sb_engine_get_n_sandboxes (engine);
  g_autofree char *sandboxes = g_strdup_printf (ngettext ("%u sandbox", "%u sandboxes", n), n);
  g_autoptr(GString) text = g_string_new (sb_engine_get_label (engine));

  if (info != NULL && info->is_rootless)
    append (text, _("rootless"));
  if (info != NULL && info->runtimes != NULL && g_strv_contains (info->runtimes, "runsc"))
    append (text, _("gVisor"));
  append (text, sandboxes);
  for (guint i = 0; info != NULL && info->warnings != NULL && info->warnings[i] != NULL; i++)
    g_string_append_printf (text, "\n%s", info->warnings[i]);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
describe (SbEngineRow *self)
{
  if (self->engine == NULL)
    return g_strdup (_("Turned off"));

  switch (sb_engine_get_state (self->engine))
    {
    case SB_ENGINE_STATE_READY:
      return describe_ready (self->engine);
    case SB_ENGINE_STATE_AWAY:
      return g_strdup (sb_engine_lacks_image (self->engine) ? _("Answers, but has no image for sandboxes yet")
                                                            : sb_engine_get_problem (self->engine));
    case SB_ENGINE_STATE_PROBING:
      return g_strdup (_("Is asked…"));
    case SB_ENGINE_STATE_UNKNOWN:
    default:
      return g_strdup (_("Was not needed yet"));
    }
}

static void
update (SbEngineRow *self)
{
  g_autofree char *state = describe (self);
  g_autofree char *subtitle = g_strdup_printf ("%s\n%s", self->address, state);
  gboolean probing = self->engine != NULL && sb_engine_get_state (self->engine) == SB_ENGINE_STATE_PROBING;

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_spinner_set_spinning (self->spinner, probing);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), probing);
  gtk_widget_set_visible (self->make_image, self->engine != NULL && sb_engine_lacks_image (self->engine));
  gtk_widget_set_visible (self->test, self->engine != NULL && !probing);
}

static void
tested_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbEngineRow) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  if (sb_engine_probe_finish (SB_ENGINE (source), result, &error))
    text = g_strdup_printf (_("%s answers, and sandboxes can be started there."),
                            sb_engine_get_label (SB_ENGINE (source)));
  g_signal_emit (self, signals[TOLD], 0, text != NULL ? text : error->message);
}

static void
test_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbEngineRow *self = SB_ENGINE_ROW (widget);

  if (self->engine != NULL)
    sb_engine_probe_async (self->engine, tested_cb, g_object_ref (self));
}

static void
make_image_cb (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  g_signal_emit (widget, signals[MAKE_IMAGE], 0);
}

static void
remove_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  g_signal_emit (widget, signals[REMOVE], 0);
}

static void
switched_cb (SbEngineRow *self)
{
  g_signal_emit (self, signals[SWITCHED], 0);
}

static void
sb_engine_row_dispose (GObject *object)
{
  SbEngineRow *self = SB_ENGINE_ROW (object);

  if (self->engine != NULL)
    g_signal_handlers_disconnect_by_data (self->engine, self);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_engine_row_parent_class)->dispose (object);
}

static void
sb_engine_row_finalize (GObject *object)
{
  g_free (SB_ENGINE_ROW (object)->address);
  g_free (SB_ENGINE_ROW (object)->name);

  G_OBJECT_CLASS (sb_engine_row_parent_class)->finalize (object);
}

static void
sb_engine_row_class_init (SbEngineRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_engine_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_engine_row_finalize;

  signals[MAKE_IMAGE] = g_signal_new ("make-image", SB_TYPE_ENGINE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
  signals[REMOVE] = g_signal_new ("remove", SB_TYPE_ENGINE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SWITCHED] = g_signal_new ("switched", SB_TYPE_ENGINE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
  signals[TOLD] = g_signal_new ("told", SB_TYPE_ENGINE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-engine-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbEngineRow, make_image);
  gtk_widget_class_bind_template_child (widget_class, SbEngineRow, remove);
  gtk_widget_class_bind_template_child (widget_class, SbEngineRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, SbEngineRow, test);
  gtk_widget_class_bind_template_child (widget_class, SbEngineRow, toggle);
  gtk_widget_class_install_action (widget_class, "engine.test", NULL, test_cb);
  gtk_widget_class_install_action (widget_class, "engine.make-image", NULL, make_image_cb);
  gtk_widget_class_install_action (widget_class, "engine.remove", NULL, remove_cb);
}

static void
sb_engine_row_init (SbEngineRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_engine_row_new (SbEngine             *engine,
                   const SbEngineChoice *choice)
{
  SbEngineRow *self = g_object_new (SB_TYPE_ENGINE_ROW, NULL);
  const SbBackendInfo *info = engine != NULL ? sb_engine_get_info (engine) : NULL;
  const char *title = choice != NULL ? choice->name : _("Found by itself");

  self->address = g_strdup (info != NULL && info->host != NULL ? info->host : choice != NULL ? choice->address : "");
  self->name = choice != NULL ? g_strdup (choice->name) : NULL;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  gtk_widget_set_visible (self->remove, choice != NULL);
  gtk_switch_set_active (self->toggle, engine != NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect_object (self->toggle, "notify::active", G_CALLBACK (switched_cb), self, G_CONNECT_SWAPPED);
  if (g_set_object (&self->engine, engine) && engine != NULL)
    g_signal_connect_object (engine, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);

  return GTK_WIDGET (self);
}

gboolean
sb_engine_row_is_on (SbEngineRow *self)
{
  g_return_val_if_fail (SB_IS_ENGINE_ROW (self), FALSE);

  return gtk_switch_get_active (self->toggle);
}

const char *
sb_engine_row_get_name (SbEngineRow *self)
{
  g_return_val_if_fail (SB_IS_ENGINE_ROW (self), NULL);

  return self->name;
}

SbEngine *
sb_engine_row_get_engine (SbEngineRow *self)
{
  g_return_val_if_fail (SB_IS_ENGINE_ROW (self), NULL);

  return self->engine;
}
