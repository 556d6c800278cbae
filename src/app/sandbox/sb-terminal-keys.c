/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-terminal-keys.h"

struct _SbTerminalKeys
{
  /* borrowed */
  GtkWidget          *screen;
  GtkWidget          *root; /* nullable: where keys is */
  GtkEventController *focus;
  GtkEventController *keys;
};

/* As in every other terminal. */
static const char *
find_action (guint keyval)
{
  switch (gdk_keyval_to_lower (keyval))
    {
    case GDK_KEY_c:
      return "terminal.copy";
    case GDK_KEY_v:
      return "terminal.paste";
    case GDK_KEY_a:
      return "terminal.select-all";
    case GDK_KEY_t:
      return "terminals.new";
    case GDK_KEY_w:
      return "terminals.close";
    default:
      return NULL;
    }
}

/* Ctrl+letter is what shells are driven with. The other shortcuts of the window stay: they lead out of here. */
static gboolean
belongs_to_shell (guint           keyval,
                  GdkModifierType modifiers)
{
  guint lower = gdk_keyval_to_lower (keyval);

  if (modifiers == GDK_CONTROL_MASK)
    return lower >= GDK_KEY_a && lower <= GDK_KEY_z;

  return modifiers == 0 && (keyval == GDK_KEY_F2 || keyval == GDK_KEY_F9 || keyval == GDK_KEY_F10);
}

static gboolean
pressed_cb (SbTerminalKeys        *self,
            guint                  keyval,
            guint                  keycode,
            GdkModifierType        state,
            GtkEventControllerKey *controller)
{
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  const char *action = NULL;

  if (modifiers == (GDK_CONTROL_MASK | GDK_SHIFT_MASK))
    action = find_action (keyval);
  if (action != NULL)
    {
      gtk_widget_activate_action (self->screen, action, NULL);
      return TRUE;
    }

  return belongs_to_shell (keyval, modifiers) && gtk_event_controller_key_forward (controller, self->screen);
}

static void
leave (SbTerminalKeys *self)
{
  if (self->root == NULL)
    return;

  g_object_remove_weak_pointer (G_OBJECT (self->root), (gpointer *) &self->root);
  gtk_widget_remove_controller (self->root, self->keys);
  self->root = NULL;
}

/* On the window, and before it: its own shortcuts are there, too. */
static void
enter_cb (SbTerminalKeys *self)
{
  leave (self);
  self->root = GTK_WIDGET (gtk_widget_get_root (self->screen));
  g_object_add_weak_pointer (G_OBJECT (self->root), (gpointer *) &self->root);
  self->keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (self->keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (self->keys, "key-pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (self->root, self->keys);
}

/* screen: not owned; it must live as long as this */
SbTerminalKeys *
sb_terminal_keys_new (GtkWidget *screen)
{
  SbTerminalKeys *self = g_new0 (SbTerminalKeys, 1);

  self->screen = screen;
  self->focus = gtk_event_controller_focus_new ();
  g_signal_connect_swapped (self->focus, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect_swapped (self->focus, "leave", G_CALLBACK (leave), self);
  gtk_widget_add_controller (screen, self->focus);

  return self;
}

void
sb_terminal_keys_free (SbTerminalKeys *self)
{
  leave (self);
  gtk_widget_remove_controller (self->screen, self->focus);
  g_free (self);
}
