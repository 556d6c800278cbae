/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-port.h"

#include <string.h>

#include "sb-text.h"

struct _SbPort
{
  GObject parent_instance;

  /* owned */
  char          *command;
  SbPortForward *forward; /* nullable */

  guint16        number;
  gboolean       listening;
  gboolean       offered;
};

enum
{
  PROP_COMMAND = 1,
  PROP_LISTENING,
  PROP_OFFERED,
  PROP_FORWARD,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SbPort, sb_port, G_TYPE_OBJECT)

static void
forward_closed_cb (SbPort *self)
{
  sb_port_set_forward (self, NULL);
}

static void
sb_port_get_property (GObject    *object,
                      guint       property_id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  SbPort *self = SB_PORT (object);

  switch (property_id)
    {
    case PROP_COMMAND:
      g_value_set_string (value, self->command);
      break;
    case PROP_LISTENING:
      g_value_set_boolean (value, self->listening);
      break;
    case PROP_OFFERED:
      g_value_set_boolean (value, self->offered);
      break;
    case PROP_FORWARD:
      g_value_set_object (value, self->forward);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_port_dispose (GObject *object)
{
  SbPort *self = SB_PORT (object);

  if (self->forward != NULL)
    g_signal_handlers_disconnect_by_data (self->forward, self);
  g_clear_object (&self->forward);

  G_OBJECT_CLASS (sb_port_parent_class)->dispose (object);
}

static void
sb_port_finalize (GObject *object)
{
  g_free (SB_PORT (object)->command);

  G_OBJECT_CLASS (sb_port_parent_class)->finalize (object);
}

static void
sb_port_class_init (SbPortClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_port_get_property;
  object_class->dispose = sb_port_dispose;
  object_class->finalize = sb_port_finalize;

  properties[PROP_COMMAND] = g_param_spec_string ("command", NULL, NULL, "", flags);
  properties[PROP_LISTENING] = g_param_spec_boolean ("listening", NULL, NULL, FALSE, flags);
  properties[PROP_OFFERED] = g_param_spec_boolean ("offered", NULL, NULL, FALSE, flags);
  properties[PROP_FORWARD] = g_param_spec_object ("forward", NULL, NULL, SB_TYPE_PORT_FORWARD, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_port_init (SbPort *self)
{
  self->command = g_strdup ("");
}

SbPort *
sb_port_new (guint16 number)
{
  SbPort *self = g_object_new (SB_TYPE_PORT, NULL);

  self->number = number;

  return self;
}

guint16
sb_port_get_number (SbPort *self)
{
  g_return_val_if_fail (SB_IS_PORT (self), 0);

  return self->number;
}

const char *
sb_port_get_command (SbPort *self)
{
  g_return_val_if_fail (SB_IS_PORT (self), NULL);

  return self->command;
}

gboolean
sb_port_get_listening (SbPort *self)
{
  g_return_val_if_fail (SB_IS_PORT (self), FALSE);

  return self->listening;
}

gboolean
sb_port_get_offered (SbPort *self)
{
  g_return_val_if_fail (SB_IS_PORT (self), FALSE);

  return self->offered;
}

SbPortForward *
sb_port_get_forward (SbPort *self)
{
  g_return_val_if_fail (SB_IS_PORT (self), NULL);

  return self->forward;
}

/* command: raw, from the sandbox; nullable: as it was */
void
sb_port_set_listening (SbPort     *self,
                       gboolean    listening,
                       const char *command)
{
  g_autofree char *clean = command != NULL ? sb_text_clean (command, strlen (command), NULL) : NULL;

  if (clean != NULL && strcmp (clean, self->command) != 0)
    {
      g_free (self->command);
      self->command = g_steal_pointer (&clean);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMMAND]);
    }
  if (self->listening != listening)
    {
      self->listening = listening;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LISTENING]);
    }
}

void
sb_port_set_offered (SbPort   *self,
                     gboolean  offered)
{
  if (self->offered == offered)
    return;

  self->offered = offered;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OFFERED]);
}

/* forward: (nullable): the one that was there is closed */
void
sb_port_set_forward (SbPort        *self,
                     SbPortForward *forward)
{
  g_autoptr(SbPortForward) old = g_steal_pointer (&self->forward);

  if (old != NULL)
    {
      g_signal_handlers_disconnect_by_data (old, self);
      sb_port_forward_close (old);
    }
  self->forward = forward != NULL ? g_object_ref (forward) : NULL;
  if (forward != NULL)
    g_signal_connect_object (forward, "notify::open", G_CALLBACK (forward_closed_cb), self, G_CONNECT_SWAPPED);
  if (old != forward)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FORWARD]);
}
