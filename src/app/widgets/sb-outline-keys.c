/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-outline-keys.h"

typedef struct
{
  /* borrowed */
  GtkListView        *view;
  GtkSingleSelection *selection;
  SbOutline          *outline;
} Keys;

static void
select_node (Keys          *keys,
             SbOutlineNode *node)
{
  guint position = node != NULL ? sb_outline_get_position (keys->outline, node) : G_MAXUINT;

  if (position != G_MAXUINT)
    sb_outline_keys_select (keys->view, keys->selection, position);
}

static void
go_outwards (Keys          *keys,
             SbOutlineNode *node)
{
  if (sb_outline_node_get_expandable (node) && sb_outline_node_get_expanded (node))
    sb_outline_set_expanded (keys->outline, node, FALSE);
  else
    select_node (keys, sb_outline_node_get_parent (node));
}

static void
go_inwards (Keys          *keys,
            SbOutlineNode *node)
{
  if (sb_outline_node_get_expandable (node) && !sb_outline_node_get_expanded (node))
    sb_outline_set_expanded (keys->outline, node, TRUE);
  else if (sb_outline_node_get_n_children (node) > 0)
    select_node (keys, sb_outline_node_get_child (node, 0));
}

static gboolean
key_pressed_cb (Keys                  *keys,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GtkEventControllerKey *controller)
{
  SbOutlineNode *node = gtk_single_selection_get_selected_item (keys->selection);
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (keys->view)) == GTK_TEXT_DIR_RTL;
  gboolean left = keyval == GDK_KEY_Left || keyval == GDK_KEY_KP_Left;
  gboolean right = keyval == GDK_KEY_Right || keyval == GDK_KEY_KP_Right;

  if (node == NULL || (!left && !right) || (state & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;

  if (right != rtl)
    go_inwards (keys, node);
  else
    go_outwards (keys, node);

  return GDK_EVENT_STOP;
}

void
sb_outline_keys_attach (GtkListView        *view,
                        GtkSingleSelection *selection,
                        SbOutline          *outline)
{
  GtkEventController *controller = gtk_event_controller_key_new ();
  Keys *keys = g_new0 (Keys, 1);

  keys->view = view;
  keys->selection = selection;
  keys->outline = outline;

  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect_data (controller, "key-pressed", G_CALLBACK (key_pressed_cb), keys,
                         (GClosureNotify) g_free, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (view), controller);
}

void
sb_outline_keys_select (GtkListView        *view,
                        GtkSingleSelection *selection,
                        guint               position)
{
  gtk_single_selection_set_selected (selection, position);
  gtk_widget_activate_action (GTK_WIDGET (view), "list.scroll-to-item", "u", position);
}
