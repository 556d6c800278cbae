/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-trace-view.h"

#include "sb-outline-keys.h"
#include "sb-trace-detail.h"
#include "sb-trace-row.h"
#include "sb-trace-rows.h"
#include "sb-trace-text.h"

#define TICK_MS 66
#define END_SLACK 4

struct _SbTraceView
{
  GtkWidget parent_instance;

  /* owned */
  SbSelection        *selection;
  SbTraceRows        *rows;
  GtkSingleSelection *chosen;
  GPtrArray          *widgets; /* of SbTraceRow that exist; not owned */
  char               *layout;
  guint               tick_id;
  guint               scroll_id;

  /* template */
  GtkWidget         *box;
  SbTraceDetail     *detail;
  GtkSearchEntry    *filter;
  GtkListView       *list;
  GtkPaned          *paned;
  GtkScrolledWindow *scroller;
  GtkStack          *states;

  gboolean follow;
  gboolean placed;  /* the list and the detail have their first shares */
  gboolean syncing; /* the list follows the selection, not the user */
};

enum
{
  PROP_0,
  PROP_SELECTION,
  PROP_LAYOUT,
  PROP_FOLLOW,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbTraceView, sb_trace_view, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static SbAgentCatalog *
get_agents (SbTraceView *self)
{
  SbWorkspace *workspace = self->selection != NULL ? sb_selection_get_workspace (self->selection) : NULL;

  return workspace != NULL ? sb_workspace_get_agents (workspace) : NULL;
}

static gboolean
is_waterfall (SbTraceView *self)
{
  return g_strcmp0 (self->layout, "waterfall") == 0;
}

static gboolean
tick_cb (gpointer user_data)
{
  SbTraceView *self = user_data;

  for (guint i = 0; i < self->widgets->len; i++)
    gtk_widget_queue_draw (g_ptr_array_index (self->widgets, i));

  return G_SOURCE_CONTINUE;
}

/* Time only passes on screen while something runs and somebody looks. */
static void
update_tick (SbTraceView *self)
{
  gboolean wanted = sb_trace_rows_get_running (self->rows) && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (wanted && self->tick_id == 0)
    self->tick_id = g_timeout_add (TICK_MS, tick_cb, self);
  else if (!wanted)
    g_clear_handle_id (&self->tick_id, g_source_remove);

  if (!wanted)
    tick_cb (self);
}

static void
update_state (SbTraceView *self)
{
  GListModel *outline = G_LIST_MODEL (sb_trace_rows_get_outline (self->rows));
  gboolean filtering = *gtk_editable_get_text (GTK_EDITABLE (self->filter)) != '\0';

  /* There from the first event on, so that selecting one moves nothing. */
  gtk_widget_set_visible (GTK_WIDGET (self->detail), g_list_model_get_n_items (outline) > 0 || filtering);
  if (g_list_model_get_n_items (outline) > 0)
    gtk_stack_set_visible_child_name (self->states, "rows");
  else
    gtk_stack_set_visible_child_name (self->states, filtering ? "nothing" : "empty");
}

static void
show_detail (SbTraceView *self)
{
  SbOutlineNode *node = gtk_single_selection_get_selected_item (self->chosen);
  SbTraceEvent *event = node != NULL ? sb_outline_node_get_item (node) : NULL;

  sb_trace_detail_set_event (self->detail, event);
}

static void
chosen_cb (SbTraceView *self)
{
  SbOutlineNode *node = gtk_single_selection_get_selected_item (self->chosen);

  show_detail (self);
  if (self->syncing || self->selection == NULL || node == NULL)
    return;

  self->syncing = TRUE;
  sb_selection_set_trace_id (self->selection, sb_trace_event_get_id (sb_outline_node_get_item (node)));
  self->syncing = FALSE;
}

static void
trace_id_changed_cb (SbTraceView *self)
{
  const char *id = sb_selection_get_trace_id (self->selection);
  SbOutlineNode *node = sb_trace_rows_lookup (self->rows, id);
  guint position = GTK_INVALID_LIST_POSITION;

  if (self->syncing)
    return;

  self->syncing = TRUE;
  if (node != NULL)
    {
      sb_outline_reveal (sb_trace_rows_get_outline (self->rows), node);
      position = sb_outline_get_position (sb_trace_rows_get_outline (self->rows), node);
    }
  if (position != GTK_INVALID_LIST_POSITION)
    sb_outline_keys_select (self->list, self->chosen, position);
  else
    gtk_single_selection_set_selected (self->chosen, GTK_INVALID_LIST_POSITION);
  self->syncing = FALSE;
}

static void
conversation_changed_cb (SbTraceView *self)
{
  SbConversation *conversation = sb_selection_get_conversation (self->selection);

  sb_trace_rows_set_trace (self->rows,
                           conversation != NULL ? sb_conversation_get_trace (conversation) : NULL);
  show_detail (self);
  update_state (self);
}

static gboolean
scroll_to_end_cb (gpointer user_data)
{
  SbTraceView *self = user_data;
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->chosen));

  self->scroll_id = 0;
  if (self->follow && n_items > 0)
    gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", n_items - 1);

  return G_SOURCE_REMOVE;
}

/* In the middle of an allocation the list view would not hear of it. */
static void
scroll_to_end (SbTraceView *self)
{
  if (self->follow && self->scroll_id == 0)
    self->scroll_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE + 5, scroll_to_end_cb, self, NULL);
}

static void
rows_changed_cb (SbTraceView *self)
{
  update_state (self);
  scroll_to_end (self);
  /* The event may have been selected in the chat before its row came. */
  if (self->selection != NULL && sb_selection_get_trace_id (self->selection) != NULL
      && gtk_single_selection_get_selected_item (self->chosen) == NULL)
    trace_id_changed_cb (self);
}

static void
set_follow (SbTraceView *self,
            gboolean     follow)
{
  if (self->follow == follow)
    return;

  self->follow = follow;
  if (follow)
    scroll_to_end (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLLOW]);
}

/* Who scrolls away from the end wants to read; who scrolls back to it wants to follow. */
static gboolean
scrolled_cb (SbTraceView        *self,
             double              dx,
             double              dy,
             GtkEventController *controller)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  double end = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  if (dy < 0 && end > END_SLACK)
    set_follow (self, FALSE);
  else if (dy > 0 && gtk_adjustment_get_value (adjustment) >= end - END_SLACK)
    set_follow (self, TRUE);

  return GDK_EVENT_PROPAGATE;
}

static void
filter_changed_cb (SbTraceView *self)
{
  sb_trace_rows_set_filter (self->rows, gtk_editable_get_text (GTK_EDITABLE (self->filter)));
  update_state (self);
}

static void
filter_stopped_cb (SbTraceView *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->filter), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

/* Not the list item's teardown: by then it may have let go of the row. */
static void
row_gone_cb (gpointer  user_data,
             GObject  *row)
{
  g_autoptr(GPtrArray) widgets = user_data;

  g_ptr_array_remove_fast (widgets, row);
}

static void
row_setup_cb (SbTraceView *self,
              GtkListItem *item)
{
  GtkWidget *row = sb_trace_row_new (self->rows, get_agents (self));

  sb_trace_row_set_waterfall (SB_TRACE_ROW (row), is_waterfall (self));
  gtk_list_item_set_child (item, row);
  g_ptr_array_add (self->widgets, row);
  g_object_weak_ref (G_OBJECT (row), row_gone_cb, g_ptr_array_ref (self->widgets));
}

static void
row_bind_cb (SbTraceView *self,
             GtkListItem *item)
{
  sb_trace_row_set_node (SB_TRACE_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
row_unbind_cb (SbTraceView *self,
               GtkListItem *item)
{
  sb_trace_row_set_node (SB_TRACE_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
row_activated_cb (SbTraceView *self,
                  guint        position)
{
  SbOutline *outline = sb_trace_rows_get_outline (self->rows);
  g_autoptr(SbOutlineNode) node = g_list_model_get_item (G_LIST_MODEL (outline), position);
  g_autofree char *path = node != NULL ? sb_trace_text_file (sb_outline_node_get_item (node)) : NULL;

  if (path != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-file", "s", path);
  else
    sb_outline_toggle (outline, position);
}

static void
set_expanded_below (SbOutline     *outline,
                    SbOutlineNode *node,
                    gboolean       expanded)
{
  for (guint i = 0; i < sb_outline_node_get_n_children (node); i++)
    {
      SbOutlineNode *child = sb_outline_node_get_child (node, i);

      set_expanded_below (outline, child, expanded);
      if (sb_outline_node_get_expandable (child))
        sb_outline_set_expanded (outline, child, expanded);
    }
}

static void
expand_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  SbOutline *outline = sb_trace_rows_get_outline (SB_TRACE_VIEW (widget)->rows);

  set_expanded_below (outline, sb_outline_get_root (outline), g_str_equal (action_name, "trace.expand-all"));
}

static void
filter_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  gtk_widget_grab_focus (GTK_WIDGET (SB_TRACE_VIEW (widget)->filter));
}

static void
set_layout (SbTraceView *self,
            const char  *layout)
{
  if (g_strcmp0 (self->layout, layout) == 0 || layout == NULL)
    return;

  g_free (self->layout);
  self->layout = g_strdup (layout);
  for (guint i = 0; i < self->widgets->len; i++)
    sb_trace_row_set_waterfall (g_ptr_array_index (self->widgets, i), is_waterfall (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAYOUT]);
}

static void
sb_trace_view_size_allocate (GtkWidget *widget,
                             int        width,
                             int        height,
                             int        baseline)
{
  SbTraceView *self = SB_TRACE_VIEW (widget);

  /* Until the user moves it, the list has the larger share. */
  if (!self->placed && height > 0)
    {
      self->placed = TRUE;
      gtk_paned_set_position (self->paned, height * 60 / 100);
    }

  gtk_widget_allocate (self->box, width, height, baseline, NULL);
}

static void
sb_trace_view_measure (GtkWidget      *widget,
                       GtkOrientation  orientation,
                       int             for_size,
                       int            *minimum,
                       int            *natural,
                       int            *minimum_baseline,
                       int            *natural_baseline)
{
  gtk_widget_measure (SB_TRACE_VIEW (widget)->box, orientation, for_size, minimum, natural, NULL, NULL);
}

static void
sb_trace_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_trace_view_parent_class)->map (widget);
  update_tick (SB_TRACE_VIEW (widget));
}

static void
sb_trace_view_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_trace_view_parent_class)->unmap (widget);
  update_tick (SB_TRACE_VIEW (widget));
}

static void
sb_trace_view_dispose (GObject *object)
{
  SbTraceView *self = SB_TRACE_VIEW (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_handle_id (&self->scroll_id, g_source_remove);
  if (self->rows != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->rows, self);
      g_signal_handlers_disconnect_by_data (sb_trace_rows_get_outline (self->rows), self);
    }
  if (self->chosen != NULL)
    g_signal_handlers_disconnect_by_data (self->chosen, self);
  sb_trace_view_set_selection (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->chosen);
  g_clear_object (&self->rows);

  G_OBJECT_CLASS (sb_trace_view_parent_class)->dispose (object);
}

static void
sb_trace_view_finalize (GObject *object)
{
  SbTraceView *self = SB_TRACE_VIEW (object);

  g_clear_pointer (&self->widgets, g_ptr_array_unref);
  g_clear_pointer (&self->layout, g_free);

  G_OBJECT_CLASS (sb_trace_view_parent_class)->finalize (object);
}

static void
sb_trace_view_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  SbTraceView *self = SB_TRACE_VIEW (object);

  switch (prop_id)
    {
    case PROP_SELECTION:
      g_value_set_object (value, self->selection);
      break;
    case PROP_LAYOUT:
      g_value_set_string (value, self->layout);
      break;
    case PROP_FOLLOW:
      g_value_set_boolean (value, self->follow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_trace_view_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  SbTraceView *self = SB_TRACE_VIEW (object);

  switch (prop_id)
    {
    case PROP_SELECTION:
      sb_trace_view_set_selection (self, g_value_get_object (value));
      break;
    case PROP_LAYOUT:
      set_layout (self, g_value_get_string (value));
      break;
    case PROP_FOLLOW:
      set_follow (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  properties[PROP_SELECTION] =
    g_param_spec_object ("selection", NULL, NULL, SB_TYPE_SELECTION,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_LAYOUT] =
    g_param_spec_string ("layout", NULL, NULL, "waterfall",
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_FOLLOW] =
    g_param_spec_boolean ("follow", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_trace_view_class_init (SbTraceViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_trace_view_dispose;
  object_class->finalize = sb_trace_view_finalize;
  object_class->get_property = sb_trace_view_get_property;
  object_class->set_property = sb_trace_view_set_property;
  widget_class->measure = sb_trace_view_measure;
  widget_class->size_allocate = sb_trace_view_size_allocate;
  widget_class->map = sb_trace_view_map;
  widget_class->unmap = sb_trace_view_unmap;
  install_properties (object_class);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-trace-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbTraceView, box);
  gtk_widget_class_bind_template_child (widget_class, SbTraceView, detail);
  gtk_widget_class_bind_template_child (widget_class, SbTraceView, filter);
  gtk_widget_class_bind_template_child (widget_class, SbTraceView, list);
  gtk_widget_class_bind_template_child (widget_class, SbTraceView, paned);
  gtk_widget_class_bind_template_child (widget_class, SbTraceView, scroller);
  gtk_widget_class_bind_template_child (widget_class, SbTraceView, states);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, scrolled_cb);

  gtk_widget_class_install_property_action (widget_class, "trace.layout", "layout");
  gtk_widget_class_install_property_action (widget_class, "trace.follow", "follow");
  gtk_widget_class_install_action (widget_class, "trace.filter", NULL, filter_cb);
  gtk_widget_class_install_action (widget_class, "trace.expand-all", NULL, expand_cb);
  gtk_widget_class_install_action (widget_class, "trace.collapse-all", NULL, expand_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "trace.filter", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_plus, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "trace.expand-all", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_minus, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "trace.collapse-all", NULL);

  g_type_ensure (SB_TYPE_TRACE_DETAIL);
}

static void
sb_trace_view_init (SbTraceView *self)
{
  SbOutline *outline;

  self->rows = sb_trace_rows_new ();
  self->widgets = g_ptr_array_new ();
  self->layout = g_strdup ("waterfall");
  self->follow = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));

  outline = sb_trace_rows_get_outline (self->rows);
  self->chosen = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (outline)));
  gtk_single_selection_set_autoselect (self->chosen, FALSE);
  gtk_single_selection_set_can_unselect (self->chosen, TRUE);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->chosen));
  sb_outline_keys_attach (self->list, self->chosen, outline);

  g_signal_connect_object (self->chosen, "notify::selected-item", G_CALLBACK (chosen_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (outline, "items-changed", G_CALLBACK (rows_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->rows, "notify::running", G_CALLBACK (update_tick), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroller), "changed",
                           G_CALLBACK (scroll_to_end), self, G_CONNECT_SWAPPED);
  show_detail (self);
  update_state (self);
}

void
sb_trace_view_set_selection (SbTraceView *self,
                             SbSelection *selection)
{
  g_return_if_fail (SB_IS_TRACE_VIEW (self));

  if (self->selection == selection)
    return;

  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_set_object (&self->selection, selection);
  if (selection == NULL)
    return;

  for (guint i = 0; i < self->widgets->len; i++)
    sb_trace_row_set_agents (g_ptr_array_index (self->widgets, i), get_agents (self));
  g_signal_connect_object (selection, "notify::conversation", G_CALLBACK (conversation_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (selection, "notify::trace-id", G_CALLBACK (trace_id_changed_cb), self,
                           G_CONNECT_SWAPPED);
  conversation_changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTION]);
}
