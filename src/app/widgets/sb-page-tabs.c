/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-page-tabs.h"

/* It turns to icons by itself; narrower than that, it is cut. */
#define MIN_WIDTH 200

struct _SbPageTabs
{
  GtkWidget parent_instance;

  /* owned */
  GtkWidget         *box;
  GtkStack          *stack;
  GtkSelectionModel *pages;
  guint              turn_id;

  int      full_width; /* with all titles; as last measured */
  gboolean compact;
  gboolean syncing;
};

enum
{
  PROP_0,
  PROP_STACK,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbPageTabs, sb_page_tabs, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static GtkStackPage *
get_page (GtkWidget *tab)
{
  return g_object_get_data (G_OBJECT (tab), "page");
}

static void
update_tab (SbPageTabs *self,
            GtkWidget  *tab,
            gboolean    selected)
{
  GtkWidget *icon = gtk_widget_get_first_child (gtk_button_get_child (GTK_BUTTON (tab)));
  GtkWidget *label = gtk_widget_get_next_sibling (icon);
  GtkStackPage *page = get_page (tab);
  const char *title = gtk_stack_page_get_title (page);
  const char *icon_name = gtk_stack_page_get_icon_name (page);
  gboolean titled = !self->compact || selected || icon_name == NULL;

  title = title != NULL ? title : "";
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (tab), selected);
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), icon_name);
  gtk_label_set_text (GTK_LABEL (label), title);
  gtk_widget_set_visible (icon, !titled);
  gtk_widget_set_visible (label, titled);
  gtk_widget_set_tooltip_text (tab, titled ? NULL : title);
  gtk_widget_set_visible (tab, gtk_stack_page_get_visible (page));
  if (gtk_stack_page_get_needs_attention (page))
    gtk_widget_add_css_class (tab, "needs-attention");
  else
    gtk_widget_remove_css_class (tab, "needs-attention");
  gtk_accessible_update_property (GTK_ACCESSIBLE (tab), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (tab), GTK_ACCESSIBLE_STATE_SELECTED, selected, -1);
}

static void
update (SbPageTabs *self)
{
  GtkWidget *tab = gtk_widget_get_first_child (self->box);

  self->syncing = TRUE;
  for (guint i = 0; tab != NULL; tab = gtk_widget_get_next_sibling (tab), i++)
    update_tab (self, tab, gtk_selection_model_is_selected (self->pages, i));
  self->syncing = FALSE;
}

static void
toggled_cb (GtkToggleButton *tab,
            SbPageTabs      *self)
{
  if (self->syncing)
    return;

  /* One of them is always on. */
  if (gtk_toggle_button_get_active (tab))
    gtk_stack_set_visible_child (self->stack, gtk_stack_page_get_child (get_page (GTK_WIDGET (tab))));
  update (self);
}

static void
add_tab (SbPageTabs   *self,
         GtkStackPage *page)
{
  GtkWidget *tab = g_object_new (GTK_TYPE_TOGGLE_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_TAB, NULL);
  GtkWidget *face = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_box_append (GTK_BOX (face), gtk_image_new ());
  gtk_box_append (GTK_BOX (face), gtk_label_new (NULL));
  gtk_widget_set_halign (face, GTK_ALIGN_CENTER);
  gtk_button_set_child (GTK_BUTTON (tab), face);
  g_object_set_data_full (G_OBJECT (tab), "page", g_object_ref (page), g_object_unref);
  g_signal_connect_object (tab, "toggled", G_CALLBACK (toggled_cb), self, 0);
  g_signal_connect_object (page, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), tab);
}

static void
pages_changed_cb (SbPageTabs *self)
{
  GtkWidget *tab;

  while ((tab = gtk_widget_get_first_child (self->box)) != NULL)
    {
      g_signal_handlers_disconnect_by_func (get_page (tab), update, self);
      gtk_box_remove (GTK_BOX (self->box), tab);
    }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->pages)); i++)
    {
      g_autoptr(GObject) page = g_list_model_get_item (G_LIST_MODEL (self->pages), i);

      add_tab (self, GTK_STACK_PAGE (page));
    }
  update (self);
}

static gboolean
turn_cb (gpointer user_data)
{
  SbPageTabs *self = user_data;

  self->turn_id = 0;
  self->compact = gtk_widget_get_width (GTK_WIDGET (self)) < self->full_width;
  update (self);

  return G_SOURCE_REMOVE;
}

static void
sb_page_tabs_measure (GtkWidget      *widget,
                      GtkOrientation  orientation,
                      int             for_size,
                      int            *minimum,
                      int            *natural,
                      int            *minimum_baseline,
                      int            *natural_baseline)
{
  SbPageTabs *self = SB_PAGE_TABS (widget);

  gtk_widget_measure (self->box, orientation, -1, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    return;

  if (!self->compact)
    self->full_width = *natural;
  *natural = MAX (*natural, self->full_width);
  *minimum = MIN (*minimum, MIN_WIDTH);
}

static void
sb_page_tabs_size_allocate (GtkWidget *widget,
                            int        width,
                            int        height,
                            int        baseline)
{
  SbPageTabs *self = SB_PAGE_TABS (widget);
  int minimum = 0;
  int natural = 0;

  gtk_widget_measure (self->box, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  gtk_widget_allocate (self->box, CLAMP (natural, minimum, MAX (width, minimum)), height, baseline, NULL);

  /* Not in the middle of an allocation. */
  if (self->compact != (width < self->full_width) && self->turn_id == 0)
    self->turn_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, turn_cb, self, NULL);
}

static void
sb_page_tabs_dispose (GObject *object)
{
  SbPageTabs *self = SB_PAGE_TABS (object);

  g_clear_handle_id (&self->turn_id, g_source_remove);
  if (self->pages != NULL)
    g_signal_handlers_disconnect_by_data (self->pages, self);
  g_clear_object (&self->pages);
  g_clear_object (&self->stack);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_page_tabs_parent_class)->dispose (object);
}

static void
sb_page_tabs_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_STACK:
      g_value_set_object (value, SB_PAGE_TABS (object)->stack);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_page_tabs_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_STACK:
      sb_page_tabs_set_stack (SB_PAGE_TABS (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_page_tabs_class_init (SbPageTabsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_page_tabs_dispose;
  object_class->get_property = sb_page_tabs_get_property;
  object_class->set_property = sb_page_tabs_set_property;
  widget_class->measure = sb_page_tabs_measure;
  widget_class->size_allocate = sb_page_tabs_size_allocate;

  properties[PROP_STACK] =
    g_param_spec_object ("stack", NULL, NULL, GTK_TYPE_STACK,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_TAB_LIST);
  gtk_widget_class_set_css_name (widget_class, "pagetabs");
}

static void
sb_page_tabs_init (SbPageTabs *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->box, "linked");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

void
sb_page_tabs_set_stack (SbPageTabs *self,
                        GtkStack   *stack)
{
  g_return_if_fail (SB_IS_PAGE_TABS (self));
  g_return_if_fail (GTK_IS_STACK (stack));
  g_return_if_fail (self->stack == NULL);

  self->stack = g_object_ref (stack);
  self->pages = gtk_stack_get_pages (stack);
  g_signal_connect_object (self->pages, "items-changed", G_CALLBACK (pages_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pages, "selection-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  pages_changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STACK]);
}

void
sb_page_tabs_step (SbPageTabs *self,
                   int         step)
{
  guint n_pages = g_list_model_get_n_items (G_LIST_MODEL (self->pages));
  guint position = 0;

  g_return_if_fail (SB_IS_PAGE_TABS (self));

  while (position < n_pages && !gtk_selection_model_is_selected (self->pages, position))
    position++;

  for (guint i = 1; i < n_pages; i++)
    {
      guint next = (position + n_pages + step * (int) i) % n_pages;
      g_autoptr(GObject) page = g_list_model_get_item (G_LIST_MODEL (self->pages), next);

      if (gtk_stack_page_get_visible (GTK_STACK_PAGE (page)))
        {
          gtk_stack_set_visible_child (self->stack, gtk_stack_page_get_child (GTK_STACK_PAGE (page)));
          return;
        }
    }
}
