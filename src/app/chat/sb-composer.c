/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-composer.h"

#include <glib/gi18n.h>

struct _SbComposer
{
  GtkWidget       parent_instance;

  /* owned */
  SbAgentCatalog *agents; /* nullable */
  gboolean        running;

  /* template */
  GtkWidget      *template_root;
  GtkTextBuffer  *buffer;
  GtkWidget      *agent;
  GtkWidget      *placeholder;
  GtkWidget      *send;
  GtkWidget      *status;
  GtkWidget      *view;
};

enum
{
  PROP_0,
  PROP_TEXT,
  N_PROPS,
};

G_DEFINE_FINAL_TYPE (SbComposer, sb_composer, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
buffer_changed_cb (SbComposer *self)
{
  gtk_widget_set_visible (self->placeholder, gtk_text_buffer_get_char_count (self->buffer) == 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

/* Enter sends unless an input method wants it; with Shift it is a newline. */
static gboolean
key_pressed_cb (SbComposer            *self,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GtkEventControllerKey *controller)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));
  gboolean enter = keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter || keyval == GDK_KEY_ISO_Enter;

  if (keyval == GDK_KEY_Escape && self->running)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "chat.stop", NULL);
      return GDK_EVENT_STOP;
    }

  if (!enter || (state & GDK_SHIFT_MASK) != 0)
    return GDK_EVENT_PROPAGATE;

  if (gtk_text_view_im_context_filter_keypress (GTK_TEXT_VIEW (self->view), event))
    return GDK_EVENT_STOP;

  gtk_widget_activate_action (GTK_WIDGET (self), "chat.send", NULL);

  return GDK_EVENT_STOP;
}

static void
clicked_outside_cb (SbComposer *self)
{
  gtk_widget_grab_focus (self->view);
}

static gboolean
sb_composer_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (SB_COMPOSER (widget)->view);
}

static void
sb_composer_dispose (GObject *object)
{
  SbComposer *self = SB_COMPOSER (object);

  g_clear_object (&self->agents);
  g_clear_pointer (&self->template_root, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_composer_parent_class)->dispose (object);
}

static void
sb_composer_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_TEXT:
      g_value_take_string (value, sb_composer_dup_text (SB_COMPOSER (object)));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_composer_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_TEXT:
      sb_composer_set_text (SB_COMPOSER (object), g_value_get_string (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_composer_class_init (SbComposerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_composer_dispose;
  object_class->get_property = sb_composer_get_property;
  object_class->set_property = sb_composer_set_property;
  widget_class->grab_focus = sb_composer_grab_focus;

  properties[PROP_TEXT] =
    g_param_spec_string ("text", NULL, NULL, "",
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "composer");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, SbComposer, agent);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, buffer);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, placeholder);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, send);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, status);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, template_root);
  gtk_widget_class_bind_template_child (widget_class, SbComposer, view);
  gtk_widget_class_bind_template_callback (widget_class, buffer_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, clicked_outside_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
}

static void
sb_composer_init (SbComposer *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_composer_set_running (self, FALSE);
}

void
sb_composer_set_agents (SbComposer     *self,
                        SbAgentCatalog *agents)
{
  g_autoptr(GtkStringList) names = gtk_string_list_new (NULL);
  SbAgent *root = agents != NULL ? sb_agent_catalog_get_root (agents) : NULL;
  guint n_agents = agents != NULL ? g_list_model_get_n_items (G_LIST_MODEL (agents)) : 0;

  g_return_if_fail (SB_IS_COMPOSER (self));

  g_set_object (&self->agents, agents);

  /* Translators: the agent that takes a request when the user chooses none */
  gtk_string_list_take (names, root != NULL ? g_strdup_printf (_("Auto (%s)"), sb_agent_get_label (root))
                                            : g_strdup (_("Auto")));
  for (guint i = 0; i < n_agents; i++)
    {
      g_autoptr(SbAgent) agent = g_list_model_get_item (G_LIST_MODEL (agents), i);

      gtk_string_list_append (names, sb_agent_get_label (agent));
    }

  gtk_drop_down_set_model (GTK_DROP_DOWN (self->agent), G_LIST_MODEL (names));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->agent), 0);
}

const char *
sb_composer_get_agent_id (SbComposer *self)
{
  guint selected;
  g_autoptr(SbAgent) agent = NULL;

  g_return_val_if_fail (SB_IS_COMPOSER (self), NULL);

  selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->agent));
  if (self->agents == NULL || selected == 0 || selected == GTK_INVALID_LIST_POSITION)
    return NULL;

  agent = g_list_model_get_item (G_LIST_MODEL (self->agents), selected - 1);

  /* The catalog keeps it. */
  return agent != NULL ? sb_agent_get_id (agent) : NULL;
}

char *
sb_composer_dup_text (SbComposer *self)
{
  GtkTextIter start;
  GtkTextIter end;

  g_return_val_if_fail (SB_IS_COMPOSER (self), NULL);

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);

  return gtk_text_buffer_get_text (self->buffer, &start, &end, FALSE);
}

void
sb_composer_set_text (SbComposer *self,
                      const char *text)
{
  GtkTextIter end;

  g_return_if_fail (SB_IS_COMPOSER (self));

  gtk_text_buffer_set_text (self->buffer, text != NULL ? text : "", -1);
  gtk_text_buffer_get_end_iter (self->buffer, &end);
  gtk_text_buffer_place_cursor (self->buffer, &end);
}

gboolean
sb_composer_is_blank (SbComposer *self)
{
  g_autofree char *text = sb_composer_dup_text (self);

  return *g_strstrip (text) == '\0';
}

void
sb_composer_set_running (SbComposer *self,
                         gboolean    running)
{
  const char *label = running ? _("Stop") : _("Send");

  g_return_if_fail (SB_IS_COMPOSER (self));

  self->running = running;
  gtk_button_set_icon_name (GTK_BUTTON (self->send), running ? "media-playback-stop-symbolic" : "go-up-symbolic");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->send), running ? "chat.stop" : "chat.send");
  gtk_widget_set_tooltip_text (self->send, running ? _("Stop (Escape)") : _("Send (Enter)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->send), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
sb_composer_set_status (SbComposer *self,
                        const char *status)
{
  g_return_if_fail (SB_IS_COMPOSER (self));

  gtk_label_set_text (GTK_LABEL (self->status), status != NULL ? status : "");
}

gboolean
sb_composer_has_selection (SbComposer *self)
{
  g_return_val_if_fail (SB_IS_COMPOSER (self), FALSE);

  return gtk_text_buffer_get_has_selection (self->buffer);
}
