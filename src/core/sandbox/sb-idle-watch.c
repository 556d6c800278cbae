/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-idle-watch.h"

#include "sb-id.h"
#include "sb-sandbox-private.h"

struct _SbIdleWatch
{
  GHashTable *calls;   /* owned: those that are under way */
  SbSandbox  *sandbox; /* borrowed: it owns this */

  gint64 limit;    /* µs */
  gint64 last_use; /* monotonic µs, of what the channel does not know */
  guint  timeout_id;
};

static void arm (SbIdleWatch *self,
                 gint64       delay);

static gint64
get_idle_time (SbIdleWatch *self)
{
  SbChannel *channel = sb_sandbox_get_channel (self->sandbox);
  gint64 last_use = self->last_use;

  if (channel != NULL)
    last_use = MAX (last_use, sb_channel_get_last_use (channel));

  return g_get_monotonic_time () - last_use;
}

static gboolean
timeout_cb (gpointer user_data)
{
  SbIdleWatch *self = user_data;
  gint64 idle = get_idle_time (self);
  g_autofree char *time = NULL;
  g_autofree char *reason = NULL;

  self->timeout_id = 0;
  if (sb_sandbox_get_state (self->sandbox) == SB_SANDBOX_STATE_STARTING || g_hash_table_size (self->calls) > 0
      || sb_sandbox_is_paused (self->sandbox))
    {
      arm (self, self->limit);
      return G_SOURCE_REMOVE;
    }
  if (idle < self->limit)
    {
      arm (self, self->limit - idle);
      return G_SOURCE_REMOVE;
    }

  time = sb_format_duration (self->limit);
  reason = g_strdup_printf ("Nobody used it for %s, which is as long as it may idle.", time);
  sb_sandbox_stop_for (self->sandbox, reason);

  return G_SOURCE_REMOVE;
}

static void
arm (SbIdleWatch *self,
     gint64       delay)
{
  self->timeout_id = g_timeout_add ((guint) MIN (delay / 1000 + 1, G_MAXUINT), timeout_cb, self);
}

/* One that is held still is not idle: somebody wants it so. */
SbIdleWatch *
sb_idle_watch_new (SbSandbox *sandbox,
                   guint      seconds)
{
  SbIdleWatch *self = g_new0 (SbIdleWatch, 1);

  self->sandbox = sandbox;
  self->calls = g_hash_table_new (NULL, NULL);
  self->limit = (gint64) seconds * G_USEC_PER_SEC;
  self->last_use = g_get_monotonic_time ();
  arm (self, self->limit);

  return self;
}

void
sb_idle_watch_free (SbIdleWatch *self)
{
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_hash_table_unref (self->calls);
  g_free (self);
}

void
sb_idle_watch_begin_call (SbIdleWatch   *self,
                          gconstpointer  call)
{
  g_hash_table_add (self->calls, (gpointer) call);
}

void
sb_idle_watch_end_call (SbIdleWatch   *self,
                        gconstpointer  call)
{
  g_hash_table_remove (self->calls, call);
  self->last_use = g_get_monotonic_time ();
}
