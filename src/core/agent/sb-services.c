/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-services.h"

static void
services_clear (gpointer data)
{
  SbServices *self = data;

  g_clear_object (&self->agents);
  g_clear_object (&self->providers);
  g_clear_object (&self->store);
  g_clear_object (&self->sandboxes);
  g_clear_object (&self->approvals);
  g_clear_object (&self->gateway);
}

/**
 * sb_services_new:
 * @parts: borrowed for the call; each part is set but the gateway
 *
 * Returns: (transfer full): with a reference to each part
 */
SbServices *
sb_services_new (const SbServices *parts)
{
  SbServices *self = g_rc_box_new0 (SbServices);

  self->agents = g_object_ref (parts->agents);
  self->providers = g_object_ref (parts->providers);
  self->store = g_object_ref (parts->store);
  self->sandboxes = g_object_ref (parts->sandboxes);
  self->approvals = g_object_ref (parts->approvals);

  return self;
}

SbServices *
sb_services_ref (SbServices *self)
{
  return g_rc_box_acquire (self);
}

void
sb_services_unref (SbServices *self)
{
  g_rc_box_release_full (self, services_clear);
}

void
sb_services_set_gateway (SbServices *self,
                         SbGateway  *gateway)
{
  g_set_object (&self->gateway, gateway);
}
