/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-package-row.h"

#include <glib/gi18n.h>

#include "sb-id.h"
#include "sb-markdown.h"

struct _SbPackageRow
{
  GtkWidget   parent_instance;

  /* owned */
  SbNpmFetch *fetch;   /* nullable */
  gulong      state_id;

  /* template */
  GtkWidget  *icon;
  GtkWidget  *subtitle;
  GtkWidget  *template_root;
  GtkWidget  *title;
};

G_DEFINE_FINAL_TYPE (SbPackageRow, sb_package_row, GTK_TYPE_WIDGET)

static const struct
{
  const char *icon_name;
  const char *css_class;
} looks[] = {
  [SB_NPM_FETCH_ASKING] = { "dialog-question-symbolic", "accent" },
  [SB_NPM_FETCH_FETCHING] = { "content-loading-symbolic", "dim-label" },
  [SB_NPM_FETCH_SERVED] = { "emblem-ok-symbolic", "success" },
  [SB_NPM_FETCH_REFUSED] = { "action-unavailable-symbolic", "warning" },
  [SB_NPM_FETCH_FAILED] = { "dialog-error-symbolic", "error" },
};

static const char *
get_state_text (SbNpmFetchState state)
{
  switch (state)
    {
    case SB_NPM_FETCH_ASKING:
      return _("Waits for your answer");
    case SB_NPM_FETCH_FETCHING:
      return _("Being fetched");
    case SB_NPM_FETCH_SERVED:
      return _("Served");
    case SB_NPM_FETCH_REFUSED:
      return _("Refused; nothing left this machine");
    case SB_NPM_FETCH_FAILED:
    default:
      return _("Failed");
    }
}

static char *
describe (SbNpmFetch *fetch)
{
  SbNpmFetchState state = sb_npm_fetch_get_state (fetch);
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local (sb_npm_fetch_get_time (fetch) / G_USEC_PER_SEC);
  g_autofree char *clock = g_date_time_format (time, "%H:%M:%S");
  g_autofree char *size = sb_format_size (sb_npm_fetch_get_size (fetch));
  const char *message = sb_npm_fetch_get_message (fetch);

  if (message != NULL)
    return g_strdup_printf ("%s · %s · %s", clock, get_state_text (state), message);
  if (state == SB_NPM_FETCH_SERVED)
    return g_strdup_printf ("%s · %s · %s", clock, get_state_text (state), size);

  return g_strdup_printf ("%s · %s", clock, get_state_text (state));
}

static void
update (SbPackageRow *self)
{
  SbNpmFetchState state = sb_npm_fetch_get_state (self->fetch);
  const char *classes[] = { looks[state].css_class, NULL };
  g_autofree char *title = sb_markdown_clean (sb_npm_fetch_get_target (self->fetch), -1);
  g_autofree char *subtitle = describe (self->fetch);

  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), looks[state].icon_name);
  gtk_widget_set_css_classes (self->icon, classes);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_label_set_text (GTK_LABEL (self->subtitle), subtitle);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, subtitle,
                                  -1);
}

static void
sb_package_row_dispose (GObject *object)
{
  SbPackageRow *self = SB_PACKAGE_ROW (object);

  if (self->template_root != NULL)
    sb_package_row_set_fetch (self, NULL);
  g_clear_pointer (&self->template_root, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_package_row_parent_class)->dispose (object);
}

static void
sb_package_row_class_init (SbPackageRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_package_row_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-package-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPackageRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SbPackageRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, SbPackageRow, template_root);
  gtk_widget_class_bind_template_child (widget_class, SbPackageRow, title);
}

static void
sb_package_row_init (SbPackageRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_package_row_new (void)
{
  return g_object_new (SB_TYPE_PACKAGE_ROW, NULL);
}

void
sb_package_row_set_fetch (SbPackageRow *self,
                          SbNpmFetch   *fetch)
{
  g_return_if_fail (SB_IS_PACKAGE_ROW (self));

  if (self->fetch != NULL)
    g_clear_signal_handler (&self->state_id, self->fetch);
  g_set_object (&self->fetch, fetch);
  if (fetch == NULL)
    return;

  self->state_id = g_signal_connect_swapped (fetch, "notify::state", G_CALLBACK (update), self);
  update (self);
}
