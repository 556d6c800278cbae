/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-package-bridge.h"

#include "sb-tunnel-listener.h"

/* One sandbox that can reach the registry, or soon can. Counted: the channel may still be asked to listen. */
typedef struct
{
  /* owned */
  SbNpmProxy       *proxy;
  SbSandbox        *sandbox;
  SbTunnelListener *listener; /* nullable until it listens */

  gboolean          over;
} Link;

struct _SbPackageBridge
{
  GObject           parent_instance;

  /* owned */
  SbSandboxManager *sandboxes;
  SbNpmProxy       *proxy;
  GHashTable       *links;     /* SbSandbox → Link */
};

G_DEFINE_FINAL_TYPE (SbPackageBridge, sb_package_bridge, G_TYPE_OBJECT)

static void
link_clear (gpointer data)
{
  Link *link = data;

  g_clear_object (&link->listener);
  g_clear_object (&link->sandbox);
  g_clear_object (&link->proxy);
}

static void
link_unref (gpointer data)
{
  g_rc_box_release_full (data, link_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Link, link_unref)

static void
link_end (gpointer data)
{
  Link *link = data;

  link->over = TRUE;
  if (link->listener != NULL)
    sb_tunnel_listener_close (link->listener);
  link_unref (link);
}

static void
incoming_cb (SbTunnelListener *listener,
             GIOStream        *stream,
             gpointer          user_data)
{
  Link *link = user_data;

  /* One connection too many is closed, and npm tries again. */
  sb_npm_proxy_accept (link->proxy, stream, sb_sandbox_get_id (link->sandbox), NULL);
}

static void
listening_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(Link) link = user_data;
  g_autoptr(SbTunnelListener) listener = sb_channel_listen_finish (SB_CHANNEL (source), result, NULL);

  /* Without a listener a program inside has the port already: npm says that it is no registry, and all else works. */
  if (listener != NULL && link->over)
    sb_tunnel_listener_close (listener);
  else
    link->listener = g_steal_pointer (&listener);
}

static void
open_link (SbPackageBridge *self,
           SbSandbox       *sandbox)
{
  SbChannel *channel = sb_sandbox_get_channel (sandbox);
  Link *link;

  if (channel == NULL || g_hash_table_contains (self->links, sandbox))
    return;

  link = g_rc_box_new0 (Link);
  link->proxy = g_object_ref (self->proxy);
  link->sandbox = g_object_ref (sandbox);
  g_hash_table_insert (self->links, sandbox, link);
  sb_channel_listen_async (channel, SB_NPM_PROXY_PORT, incoming_cb, link, NULL, listening_cb,
                           g_rc_box_acquire (link));
}

static void
state_cb (SbSandbox  *sandbox,
          GParamSpec *pspec,
          gpointer    user_data)
{
  SbPackageBridge *self = SB_PACKAGE_BRIDGE (user_data);
  SbSandboxState state = sb_sandbox_get_state (sandbox);

  if (state == SB_SANDBOX_STATE_READY)
    open_link (self, sandbox);
  else if (state != SB_SANDBOX_STATE_STARTING)
    g_hash_table_remove (self->links, sandbox);
}

static void
sandboxes_changed_cb (SbPackageBridge *self,
                      guint            position,
                      guint            removed,
                      guint            added,
                      GListModel      *sandboxes)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr(SbSandbox) sandbox = g_list_model_get_item (sandboxes, position + i);

      g_signal_connect_object (sandbox, "notify::state", G_CALLBACK (state_cb), self, 0);
      state_cb (sandbox, NULL, self);
    }
}

static void
sb_package_bridge_dispose (GObject *object)
{
  SbPackageBridge *self = SB_PACKAGE_BRIDGE (object);

  g_hash_table_remove_all (self->links);
  g_clear_object (&self->sandboxes);
  g_clear_object (&self->proxy);

  G_OBJECT_CLASS (sb_package_bridge_parent_class)->dispose (object);
}

static void
sb_package_bridge_finalize (GObject *object)
{
  g_hash_table_unref (SB_PACKAGE_BRIDGE (object)->links);

  G_OBJECT_CLASS (sb_package_bridge_parent_class)->finalize (object);
}

static void
sb_package_bridge_class_init (SbPackageBridgeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_package_bridge_dispose;
  object_class->finalize = sb_package_bridge_finalize;
}

static void
sb_package_bridge_init (SbPackageBridge *self)
{
  self->links = g_hash_table_new_full (NULL, NULL, NULL, link_end);
}

/**
 * sb_package_bridge_new:
 *
 * Returns: (transfer full): works until it is let go of
 */
SbPackageBridge *
sb_package_bridge_new (SbSandboxManager *sandboxes,
                       SbNpmProxy       *proxy)
{
  SbPackageBridge *self = g_object_new (SB_TYPE_PACKAGE_BRIDGE, NULL);

  self->sandboxes = g_object_ref (sandboxes);
  self->proxy = g_object_ref (proxy);
  g_signal_connect_object (sandboxes, "items-changed", G_CALLBACK (sandboxes_changed_cb), self, G_CONNECT_SWAPPED);
  sandboxes_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (sandboxes)), G_LIST_MODEL (sandboxes));

  return self;
}
