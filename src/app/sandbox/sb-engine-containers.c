/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-engine-containers.h"

#include <glib/gi18n.h>

#include "sb-container-list.h"
#include "sb-docker-backend.h"
#include "sb-docker-request.h"
#include "sb-sandbox-text.h"

struct _SbEngineContainers
{
  GtkWidget parent_instance;

  /* owned */
  SbEngine        *engine;
  SbContainerList *containers;

  /* template */
  GtkWidget  *box;
  GtkLabel   *heading;
  GtkListBox *list;
  GtkLabel   *remark;
};

G_DEFINE_FINAL_TYPE (SbEngineContainers, sb_engine_containers, GTK_TYPE_WIDGET)

static const char *
translate_state (const char *state)
{
  static const struct { const char *state; const char *label; } states[] = {
    { "created", N_("created") },
    { "running", N_("running") },
    { "paused", N_("paused") },
    { "restarting", N_("restarting") },
    { "removing", N_("being removed") },
    { "exited", N_("ended") },
    { "dead", N_("dead") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_str_equal (states[i].state, state))
      return _(states[i].label);

  return state;
}

static GtkWidget *
label_new (const char         *text,
           PangoEllipsizeMode  ellipsize,
           const char         *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), ellipsize);
  gtk_widget_add_css_class (label, style);

  return label;
}

static GtkWidget *
row_cb (gpointer item,
        gpointer user_data)
{
  SbContainer *container = item;
  const char *state = translate_state (sb_container_get_state (container));
  gint64 created = sb_container_get_created (container);
  g_autofree char *age = created > 0 ? sb_sandbox_text_age (created * G_USEC_PER_SEC) : g_strdup ("?");
  g_autofree char *subtitle = g_strdup_printf ("%s · %s", sb_container_get_image (container), age);
  g_autofree char *label = g_strdup_printf ("%s, %s, %s", sb_container_get_name (container), state, subtitle);
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *chip = label_new (state, PANGO_ELLIPSIZE_END, "sb-chip");
  GtkWidget *second = label_new (subtitle, PANGO_ELLIPSIZE_MIDDLE, "caption");

  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_add_css_class (second, "dim-label");
  gtk_widget_set_tooltip_text (second, sb_container_get_image (container));
  gtk_widget_set_valign (chip, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (texts), label_new (sb_container_get_name (container), PANGO_ELLIPSIZE_MIDDLE, "sb-plain"));
  gtk_box_append (GTK_BOX (texts), second);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), chip);
  gtk_widget_set_margin_top (box, 3);
  gtk_widget_set_margin_bottom (box, 3);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);

  return row;
}

static void
update (SbEngineContainers *self)
{
  const char *problem = sb_container_list_get_problem (self->containers);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->containers));
  const char *address = sb_engine_get_id (self->engine);
  g_autofree char *heading = g_strdup_printf ("%s · %s", sb_engine_get_label (self->engine), address);

  gtk_label_set_text (self->heading, heading);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->heading), address);
  gtk_label_set_text (self->remark, problem != NULL ? problem : _("No other containers"));
  gtk_widget_set_visible (GTK_WIDGET (self->remark), problem != NULL || n == 0);
  gtk_widget_set_visible (GTK_WIDGET (self->list), n > 0);
}

static void
sb_engine_containers_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_engine_containers_parent_class)->map (widget);
  sb_container_list_set_active (SB_ENGINE_CONTAINERS (widget)->containers, TRUE);
  update (SB_ENGINE_CONTAINERS (widget));
}

static void
sb_engine_containers_unmap (GtkWidget *widget)
{
  sb_container_list_set_active (SB_ENGINE_CONTAINERS (widget)->containers, FALSE);
  GTK_WIDGET_CLASS (sb_engine_containers_parent_class)->unmap (widget);
}

static void
sb_engine_containers_dispose (GObject *object)
{
  SbEngineContainers *self = SB_ENGINE_CONTAINERS (object);

  if (self->containers != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->containers, self);
      g_signal_handlers_disconnect_by_data (self->engine, self);
      sb_container_list_set_active (self->containers, FALSE);
    }
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->containers);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_engine_containers_parent_class)->dispose (object);
}

static void
sb_engine_containers_class_init (SbEngineContainersClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_engine_containers_dispose;
  widget_class->map = sb_engine_containers_map;
  widget_class->unmap = sb_engine_containers_unmap;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-engine-containers.ui");
  gtk_widget_class_bind_template_child (widget_class, SbEngineContainers, box);
  gtk_widget_class_bind_template_child (widget_class, SbEngineContainers, heading);
  gtk_widget_class_bind_template_child (widget_class, SbEngineContainers, list);
  gtk_widget_class_bind_template_child (widget_class, SbEngineContainers, remark);
}

static void
sb_engine_containers_init (SbEngineContainers *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_engine_containers_new (SbEngine *engine)
{
  SbDockerClient *client = sb_docker_backend_get_client (sb_engine_get_backend (engine));
  SbEngineContainers *self = NULL;

  if (client == NULL)
    return NULL;

  self = g_object_new (SB_TYPE_ENGINE_CONTAINERS, NULL);
  self->engine = g_object_ref (engine);
  self->containers = sb_container_list_new (client, SB_DOCKER_LABEL);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (self->containers), row_cb, NULL, NULL);
  g_signal_connect_object (self->containers, "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->containers, "notify::problem", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::label", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);

  return GTK_WIDGET (self);
}
