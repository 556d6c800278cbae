/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-isolation-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "sb-fact-text.h"

/* Room for "no capabilities"; what is longer takes a second line. */
#define VALUE_CHARS 15

struct _SbIsolationPage
{
  GtkWidget parent_instance;

  /* owned */
  GPtrArray *facts; /* nullable */

  gboolean shown; /* the rows say what the facts say */

  /* template */
  GtkWidget           *page;
  AdwPreferencesGroup *group;
  GtkListBox          *list;
};

G_DEFINE_FINAL_TYPE (SbIsolationPage, sb_isolation_page, GTK_TYPE_WIDGET)

static GtkWidget *
create_row (const SbSandboxFact *fact)
{
  GtkWidget *row = adw_action_row_new ();
  const char *icon_name = fact->holds ? "emblem-ok-symbolic" : "dialog-warning-symbolic";
  const char *meaning = fact->holds ? _("Guaranteed") : _("Not guaranteed on this machine");
  GtkWidget *icon = gtk_image_new_from_icon_name (icon_name);
  GtkWidget *value = gtk_label_new (fact->label);

  gtk_widget_add_css_class (icon, fact->holds ? "success" : "warning");
  gtk_widget_set_tooltip_text (icon, meaning);
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, meaning, -1);
  gtk_widget_add_css_class (value, "dim-label");
  gtk_label_set_wrap (GTK_LABEL (value), TRUE);
  gtk_label_set_xalign (GTK_LABEL (value), 1);
  gtk_label_set_justify (GTK_LABEL (value), GTK_JUSTIFY_RIGHT);
  gtk_label_set_width_chars (GTK_LABEL (value), VALUE_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (value), VALUE_CHARS);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), sb_fact_text_title (fact));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), fact->detail != NULL ? fact->detail : "");
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), value);

  return row;
}

static void
show (SbIsolationPage *self)
{
  GtkWidget *child;
  gboolean all_hold = TRUE;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, child);

  for (guint i = 0; self->facts != NULL && i < self->facts->len; i++)
    {
      const SbSandboxFact *fact = g_ptr_array_index (self->facts, i);

      all_hold = all_hold && fact->holds;
      gtk_list_box_append (self->list, create_row (fact));
    }

  if (all_hold)
    adw_preferences_group_set_description (self->group,
                                           _("Read back from the running sandbox. Every guarantee holds."));
  else
    adw_preferences_group_set_description (self->group,
                                           _("Read back from the running sandbox. What is marked does not hold "
                                             "on this machine; the rest does."));
  self->shown = TRUE;
}

static void
sb_isolation_page_map (GtkWidget *widget)
{
  SbIsolationPage *self = SB_ISOLATION_PAGE (widget);

  if (!self->shown)
    show (self);
  GTK_WIDGET_CLASS (sb_isolation_page_parent_class)->map (widget);
}

static void
sb_isolation_page_dispose (GObject *object)
{
  SbIsolationPage *self = SB_ISOLATION_PAGE (object);

  g_clear_pointer (&self->facts, g_ptr_array_unref);
  g_clear_pointer (&self->page, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_isolation_page_parent_class)->dispose (object);
}

static void
sb_isolation_page_class_init (SbIsolationPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_isolation_page_dispose;
  widget_class->map = sb_isolation_page_map;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-isolation-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbIsolationPage, group);
  gtk_widget_class_bind_template_child (widget_class, SbIsolationPage, list);
  gtk_widget_class_bind_template_child (widget_class, SbIsolationPage, page);
}

static void
sb_isolation_page_init (SbIsolationPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* What it says is made when it is looked at: it changes with every sandbox, and most people look at it once. */
void
sb_isolation_page_set_facts (SbIsolationPage *self,
                             GPtrArray       *facts)
{
  g_return_if_fail (SB_IS_ISOLATION_PAGE (self));

  if (self->facts == facts)
    return;

  g_clear_pointer (&self->facts, g_ptr_array_unref);
  self->facts = facts != NULL ? g_ptr_array_ref (facts) : NULL;
  self->shown = FALSE;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    show (self);
}
