/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-welcome.h"

#include <glib/gi18n.h>

struct _SbWelcome
{
  GtkWidget  parent_instance;

  /* template */
  GtkWidget *template_root;
  GtkWidget *examples;
  GtkWidget *rehearsal;
};

G_DEFINE_FINAL_TYPE (SbWelcome, sb_welcome, GTK_TYPE_WIDGET)

static void
add_example (SbWelcome  *self,
             const char *text)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_add_css_class (button, "example");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "chat.try");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", text);
  gtk_box_append (GTK_BOX (self->examples), button);
}

static void
sb_welcome_dispose (GObject *object)
{
  SbWelcome *self = SB_WELCOME (object);

  g_clear_pointer (&self->template_root, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_welcome_parent_class)->dispose (object);
}

static void
sb_welcome_class_init (SbWelcomeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_welcome_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "welcome");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-welcome.ui");
  gtk_widget_class_bind_template_child (widget_class, SbWelcome, examples);
  gtk_widget_class_bind_template_child (widget_class, SbWelcome, rehearsal);
  gtk_widget_class_bind_template_child (widget_class, SbWelcome, template_root);
}

static void
sb_welcome_init (SbWelcome *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  add_example (self, _("Initialize a sandbox, write hello.js that prints the first 20 primes, and run it"));
  add_example (self, _("List the files of the workspace and read hello.js"));
  add_example (self, _("Fetch https://example.com from inside the sandbox"));
}

void
sb_welcome_set_rehearsal (SbWelcome *self,
                          gboolean   rehearsal)
{
  g_return_if_fail (SB_IS_WELCOME (self));

  gtk_widget_set_visible (self->rehearsal, rehearsal);
}
