/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-ports-page.h"

#include "sb-port-row.h"

struct _SbPortsPage
{
  GtkWidget parent_instance;

  /* owned */
  SbSandbox *sandbox; /* nullable */

  gboolean watching;

  /* template */
  GtkListBox *list;
  GtkStack   *states;
};

enum
{
  PROP_0,
  PROP_SANDBOX,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbPortsPage, sb_ports_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

/* Marks the tab of this page. */
static void
set_attention (SbPortsPage *self,
               gboolean     needed)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  if (GTK_IS_STACK (parent))
    gtk_stack_page_set_needs_attention (gtk_stack_get_page (GTK_STACK (parent), GTK_WIDGET (self)), needed);
}

static void
update (SbPortsPage *self)
{
  GListModel *ports = self->sandbox != NULL ? G_LIST_MODEL (sb_sandbox_get_ports (self->sandbox)) : NULL;

  gtk_stack_set_visible_child_name (self->states,
                                    ports != NULL && g_list_model_get_n_items (ports) > 0 ? "ports" : "none");
}

static void
update_watching (SbPortsPage *self)
{
  gboolean wanted = self->sandbox != NULL && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (self->watching == wanted)
    return;

  self->watching = wanted;
  if (wanted)
    sb_port_list_watch (sb_sandbox_get_ports (self->sandbox));
  else
    sb_port_list_unwatch (sb_sandbox_get_ports (self->sandbox));
}

static void
appeared_cb (SbPortsPage *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    set_attention (self, TRUE);
}

static GtkWidget *
create_row_cb (gpointer item,
               gpointer user_data)
{
  return sb_port_row_new (SB_PORT_LIST (user_data), SB_PORT (item));
}

static void
sb_ports_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_ports_page_parent_class)->map (widget);
  set_attention (SB_PORTS_PAGE (widget), FALSE);
  update_watching (SB_PORTS_PAGE (widget));
}

static void
sb_ports_page_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_ports_page_parent_class)->unmap (widget);
  update_watching (SB_PORTS_PAGE (widget));
}

static void
drop_sandbox (SbPortsPage *self)
{
  SbPortList *ports = NULL;

  if (self->sandbox == NULL)
    return;

  ports = sb_sandbox_get_ports (self->sandbox);
  if (self->watching)
    sb_port_list_unwatch (ports);
  self->watching = FALSE;
  g_signal_handlers_disconnect_by_data (ports, self);
  g_clear_object (&self->sandbox);
}

static void
sb_ports_page_dispose (GObject *object)
{
  SbPortsPage *self = SB_PORTS_PAGE (object);

  drop_sandbox (self);
  if (self->states != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->states));
  self->states = NULL;

  G_OBJECT_CLASS (sb_ports_page_parent_class)->dispose (object);
}

static void
sb_ports_page_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      g_value_set_object (value, SB_PORTS_PAGE (object)->sandbox);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_ports_page_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      sb_ports_page_set_sandbox (SB_PORTS_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_ports_page_class_init (SbPortsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_ports_page_dispose;
  object_class->get_property = sb_ports_page_get_property;
  object_class->set_property = sb_ports_page_set_property;
  widget_class->map = sb_ports_page_map;
  widget_class->unmap = sb_ports_page_unmap;

  properties[PROP_SANDBOX] =
    g_param_spec_object ("sandbox", NULL, NULL, SB_TYPE_SANDBOX,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-ports-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPortsPage, list);
  gtk_widget_class_bind_template_child (widget_class, SbPortsPage, states);
}

static void
sb_ports_page_init (SbPortsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sb_ports_page_set_sandbox (SbPortsPage *self,
                           SbSandbox   *sandbox)
{
  SbPortList *ports = NULL;

  g_return_if_fail (SB_IS_PORTS_PAGE (self));

  if (self->sandbox == sandbox)
    return;

  drop_sandbox (self);
  g_set_object (&self->sandbox, sandbox);
  ports = sandbox != NULL ? sb_sandbox_get_ports (sandbox) : NULL;
  gtk_list_box_bind_model (self->list, ports != NULL ? G_LIST_MODEL (ports) : NULL, create_row_cb,
                           ports != NULL ? g_object_ref (ports) : NULL, ports != NULL ? g_object_unref : NULL);
  if (ports != NULL)
    {
      g_signal_connect_object (ports, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (ports, "appeared", G_CALLBACK (appeared_cb), self, G_CONNECT_SWAPPED);
    }
  set_attention (self, FALSE);
  update (self);
  update_watching (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX]);
}
