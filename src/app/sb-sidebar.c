/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sidebar.h"

#include <glib/gi18n.h>

#include "sb-conversation-row.h"

struct _SbSidebar
{
  GtkWidget parent_instance;

  /* owned */
  SbSelection        *selection;
  GtkCustomFilter    *filter;
  GtkFilterListModel *filtered;
  GtkSingleSelection *chosen;
  char               *needle; /* case-folded; NULL: everything */
  GHashTable         *found;  /* nullable: ids of the conversations in which it was said */

  /* template */
  GtkWidget      *box;
  GtkPopover     *menu;
  GtkListView    *list;
  GtkSearchBar   *search_bar;
  GtkSearchEntry *search_entry;
  GtkStack       *states;
  GtkLabel       *engine;
  GtkLabel       *engine_caption;
  GtkImage       *engine_icon;

  gboolean syncing;
};

enum
{
  PROP_0,
  PROP_SEARCHING,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbSidebar, sb_sidebar, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static gboolean
matches (gpointer item,
         gpointer user_data)
{
  SbSidebar *self = user_data;
  const char *title = sb_conversation_get_title (item);
  g_autofree char *folded = NULL;

  if (self->needle == NULL
      || (self->found != NULL && g_hash_table_contains (self->found, sb_conversation_get_id (item))))
    return TRUE;
  folded = g_utf8_casefold (title != NULL ? title : "", -1);

  return strstr (folded, self->needle) != NULL;
}

static void
update_state (SbSidebar *self)
{
  gboolean empty = g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) == 0;

  if (!empty)
    gtk_stack_set_visible_child_name (self->states, "rows");
  else
    gtk_stack_set_visible_child_name (self->states, self->needle != NULL ? "nothing" : "empty");
}

static void
show_chosen (SbSidebar *self)
{
  SbConversation *conversation = sb_selection_get_conversation (self->selection);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
  guint position = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; conversation != NULL && i < n_items && position == GTK_INVALID_LIST_POSITION; i++)
    {
      g_autoptr(SbConversation) item = g_list_model_get_item (G_LIST_MODEL (self->filtered), i);

      if (item == conversation)
        position = i;
    }

  self->syncing = TRUE;
  gtk_single_selection_set_selected (self->chosen, position);
  self->syncing = FALSE;
}

static char *
describe_gateway (SbSidebar *self)
{
  SbGateway *gateway = sb_tools_model_get_gateway (sb_selection_get_tools (self->selection));
  guint n_ready;
  guint n_enabled;

  sb_gateway_count (gateway, &n_ready, &n_enabled);
  if (n_ready == n_enabled)
    return g_strdup (sb_gateway_get_mode (gateway) == SB_GATEWAY_BUILT_IN ? _("gateway built-in")
                                                                          : _("another gateway"));

  return g_strdup_printf (ngettext ("%u of %u server", "%u of %u servers", n_enabled), n_ready, n_enabled);
}

static char *
describe_sandboxes (SbSandboxManager *manager)
{
  guint n = sb_sandbox_manager_get_n_live (manager);

  return n == 0 ? g_strdup (_("no sandbox")) : g_strdup_printf (ngettext ("%u sandbox", "%u sandboxes", n), n);
}

static void
update_engine (SbSidebar *self)
{
  SbWorkspace *workspace = sb_selection_get_workspace (self->selection);
  SbSandboxManager *manager = sb_workspace_get_sandboxes (workspace);
  const char *label = sb_sandbox_manager_get_backend_label (manager);
  g_autofree char *sandboxes = describe_sandboxes (manager);
  g_autofree char *gateway = describe_gateway (self);
  g_autofree char *status = NULL;
  g_autofree char *caption = NULL;

  g_object_get (manager, "status", &status, NULL);
  if (label != NULL)
    caption = g_strjoin (" · ", sandboxes, gateway, NULL);
  else
    caption = g_strdup (status != NULL ? status : "");

  gtk_label_set_text (self->engine, label != NULL ? label : _("Sandboxes"));
  gtk_label_set_text (self->engine_caption, caption);
  gtk_image_set_from_icon_name (self->engine_icon,
                                label != NULL ? "sb-container-symbolic" : "dialog-warning-symbolic");
  gtk_widget_set_tooltip_text (gtk_widget_get_parent (GTK_WIDGET (self->engine_icon)), status);
}

/* Asked once for all rows, not by each of them. */
static GHashTable *
find_said (SbSidebar  *self,
           const char *text)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  SbStore *store = sb_workspace_get_store (sb_selection_get_workspace (self->selection));
  g_autoptr(GListModel) found = sb_store_search (store, text);
  guint n_items = g_list_model_get_n_items (found);

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(SbConversation) conversation = g_list_model_get_item (found, i);

      g_hash_table_add (ids, g_strdup (sb_conversation_get_id (conversation)));
    }

  return ids;
}

static void
filtered_changed_cb (SbSidebar *self)
{
  update_state (self);
  if (self->selection != NULL)
    show_chosen (self);
}

static void
chosen_cb (SbSidebar *self)
{
  SbConversation *conversation = gtk_single_selection_get_selected_item (self->chosen);

  if (!self->syncing && conversation != NULL && self->selection != NULL)
    sb_selection_set_conversation (self->selection, conversation);
}

/* The entry waits until the typing pauses. */
static void
search_changed_cb (SbSidebar *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  g_autofree char *needle = *text != '\0' ? g_utf8_casefold (text, -1) : NULL;

  if (g_strcmp0 (needle, self->needle) == 0)
    return;

  g_free (self->needle);
  self->needle = g_steal_pointer (&needle);
  g_clear_pointer (&self->found, g_hash_table_unref);
  if (self->needle != NULL && self->selection != NULL)
    self->found = find_said (self, text);
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update_state (self);
}

/* Enter comes before the pause: it is meant for what stands in the entry by now. */
static void
search_activated_cb (SbSidebar *self)
{
  search_changed_cb (self);
  sb_sidebar_select_nth (self, 0);
}

/* Escape closes the search, too. Whose cursor was in it goes on in the composer, not nowhere. */
static void
search_mode_cb (SbSidebar *self)
{
  GtkStateFlags flags = gtk_widget_get_state_flags (GTK_WIDGET (self->search_entry));

  if (!gtk_search_bar_get_search_mode (self->search_bar) && (flags & GTK_STATE_FLAG_FOCUS_WITHIN) != 0)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.focus-composer", NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SEARCHING]);
}

static void
secondary_pressed_cb (GtkWidget       *row,
                      int              n_press,
                      double           x,
                      double           y,
                      GtkGestureClick *gesture)
{
  SbSidebar *self = SB_SIDEBAR (gtk_widget_get_ancestor (row, SB_TYPE_SIDEBAR));
  SbConversation *conversation = sb_conversation_row_get_conversation (SB_CONVERSATION_ROW (row));
  graphene_point_t point;

  if (self == NULL || conversation == NULL)
    return;

  sb_selection_set_conversation (self->selection, conversation);
  if (!gtk_widget_compute_point (row, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (x, y), &point))
    return;

  gtk_popover_set_pointing_to (self->menu, &(GdkRectangle) { point.x, point.y, 1, 1 });
  gtk_popover_popup (self->menu);
}

static void
row_setup_cb (SbSidebar   *self,
              GtkListItem *item)
{
  GtkWidget *row = sb_conversation_row_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (secondary_pressed_cb), row);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_list_item_set_child (item, row);
}

static void
row_bind_cb (SbSidebar   *self,
             GtkListItem *item)
{
  sb_conversation_row_set_conversation (SB_CONVERSATION_ROW (gtk_list_item_get_child (item)),
                                        gtk_list_item_get_item (item));
}

static void
row_unbind_cb (SbSidebar   *self,
               GtkListItem *item)
{
  sb_conversation_row_set_conversation (SB_CONVERSATION_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
sb_sidebar_size_allocate (GtkWidget *widget,
                          int        width,
                          int        height,
                          int        baseline)
{
  GTK_WIDGET_CLASS (sb_sidebar_parent_class)->size_allocate (widget, width, height, baseline);
  gtk_popover_present (SB_SIDEBAR (widget)->menu);
}

static void
sb_sidebar_dispose (GObject *object)
{
  SbSidebar *self = SB_SIDEBAR (object);

  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_object (&self->selection);
  if (self->filtered != NULL)
    g_signal_handlers_disconnect_by_data (self->filtered, self);
  if (self->chosen != NULL)
    g_signal_handlers_disconnect_by_data (self->chosen, self);
  g_clear_pointer ((GtkWidget **) &self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->chosen);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_pointer (&self->needle, g_free);
  g_clear_pointer (&self->found, g_hash_table_unref);

  G_OBJECT_CLASS (sb_sidebar_parent_class)->dispose (object);
}

static void
sb_sidebar_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SEARCHING:
      g_value_set_boolean (value, gtk_search_bar_get_search_mode (SB_SIDEBAR (object)->search_bar));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_sidebar_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SEARCHING:
      sb_sidebar_set_searching (SB_SIDEBAR (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_sidebar_class_init (SbSidebarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_sidebar_dispose;
  object_class->get_property = sb_sidebar_get_property;
  object_class->set_property = sb_sidebar_set_property;
  widget_class->size_allocate = sb_sidebar_size_allocate;

  properties[PROP_SEARCHING] =
    g_param_spec_boolean ("searching", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, box);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, engine);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, engine_caption);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, engine_icon);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, list);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, menu);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, search_bar);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, search_entry);
  gtk_widget_class_bind_template_child (widget_class, SbSidebar, states);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_mode_cb);
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Delete, 0, "win.delete-conversation",
                                       NULL);
}

/* What is typed while the search bar still slides in would be lost. */
static void
show_search_at_once (SbSidebar *self)
{
  GtkWidget *revealer = gtk_widget_get_first_child (GTK_WIDGET (self->search_bar));

  if (GTK_IS_REVEALER (revealer))
    gtk_revealer_set_transition_duration (GTK_REVEALER (revealer), 0);
}

static void
sb_sidebar_init (SbSidebar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->menu), GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  show_search_at_once (self);

  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->filtered = gtk_filter_list_model_new (NULL, GTK_FILTER (g_object_ref (self->filter)));
  self->chosen = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->filtered)));
  gtk_single_selection_set_autoselect (self->chosen, FALSE);
  gtk_single_selection_set_can_unselect (self->chosen, TRUE);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->chosen));

  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (filtered_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->chosen, "notify::selected-item", G_CALLBACK (chosen_cb), self,
                           G_CONNECT_SWAPPED);
  update_state (self);
}

void
sb_sidebar_set_selection (SbSidebar   *self,
                          SbSelection *selection)
{
  SbWorkspace *workspace;
  SbSandboxManager *manager;
  SbGateway *gateway;

  g_return_if_fail (SB_IS_SIDEBAR (self));
  g_return_if_fail (self->selection == NULL);

  self->selection = g_object_ref (selection);
  workspace = sb_selection_get_workspace (selection);
  manager = sb_workspace_get_sandboxes (workspace);
  gateway = sb_tools_model_get_gateway (sb_selection_get_tools (selection));

  gtk_filter_list_model_set_model (self->filtered, sb_workspace_get_conversations (workspace));
  g_signal_connect_object (selection, "notify::conversation", G_CALLBACK (show_chosen), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify", G_CALLBACK (update_engine), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "items-changed", G_CALLBACK (update_engine), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gateway, "items-changed", G_CALLBACK (update_engine), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gateway, "tools-changed", G_CALLBACK (update_engine), self, G_CONNECT_SWAPPED);
  show_chosen (self);
  update_engine (self);
}

void
sb_sidebar_set_searching (SbSidebar *self,
                          gboolean   searching)
{
  g_return_if_fail (SB_IS_SIDEBAR (self));

  gtk_search_bar_set_search_mode (self->search_bar, searching);
  if (searching)
    gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

void
sb_sidebar_select_nth (SbSidebar *self,
                       guint      n)
{
  g_return_if_fail (SB_IS_SIDEBAR (self));

  if (n < g_list_model_get_n_items (G_LIST_MODEL (self->filtered)))
    gtk_single_selection_set_selected (self->chosen, n);
}
