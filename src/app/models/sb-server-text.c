/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-text.h"

#include <glib/gi18n.h>

#include "sb-text.h"

#define SHORT_ID 12

const char *
sb_server_text_state (SbGatewayServer *server)
{
  switch (sb_gateway_server_get_state (server))
    {
    case SB_GATEWAY_SERVER_STARTING:
      return _("starting");
    case SB_GATEWAY_SERVER_READY:
      return _("ready");
    case SB_GATEWAY_SERVER_WAITING:
      return _("waiting");
    case SB_GATEWAY_SERVER_BLOCKED:
      return _("blocked");
    case SB_GATEWAY_SERVER_STOPPING:
      return _("stopping");
    case SB_GATEWAY_SERVER_OFF:
    default:
      return _("off");
    }
}

char *
sb_server_text_dup_progress (SbGatewayServer *server)
{
  const char *message = sb_gateway_server_get_message (server);

  if (sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_STARTING && message != NULL)
    return sb_text_clean (message, -1, NULL);

  return g_strdup (sb_server_text_state (server));
}

const char *
sb_server_text_style (SbGatewayServer *server)
{
  switch (sb_gateway_server_get_state (server))
    {
    case SB_GATEWAY_SERVER_READY:
      return "success";
    case SB_GATEWAY_SERVER_WAITING:
      return "warning";
    case SB_GATEWAY_SERVER_BLOCKED:
      return "error";
    case SB_GATEWAY_SERVER_OFF:
    case SB_GATEWAY_SERVER_STARTING:
    case SB_GATEWAY_SERVER_STOPPING:
    default:
      return NULL;
    }
}

static const char *
describe_kind (SbGatewayServer *server)
{
  if (sb_gateway_server_is_own (server))
    return _("Built in");

  switch (sb_catalog_server_get_kind (sb_gateway_server_get_entry (server)))
    {
    case SB_SERVER_KIND_IMAGE:
    case SB_SERVER_KIND_TOOLS:
      return _("Container");
    case SB_SERVER_KIND_REMOTE:
      return _("Remote");
    case SB_SERVER_KIND_LOCAL:
      return _("Process of this machine, without a sandbox");
    case SB_SERVER_KIND_NONE:
    default:
      return _("Nothing to start");
    }
}

static char *
describe_uptime (gint64 started)
{
  guint seconds = MAX (g_get_real_time () - started, 0) / G_USEC_PER_SEC;

  if (seconds < 60)
    return g_strdup (_("just started"));
  if (seconds < 3600)
    return g_strdup_printf (_("%u min"), seconds / 60);

  return g_strdup_printf (_("%u h"), seconds / 3600);
}

char *
sb_server_text_subtitle (SbGatewayServer *server)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  const char *id = sb_gateway_server_get_container_id (server);
  gint64 started = sb_gateway_server_get_started (server);
  guint n_tools = g_list_model_get_n_items (sb_gateway_server_get_tools (server));
  guint n = sb_gateway_server_get_n_restarts (server);

  g_ptr_array_add (parts, g_strdup (describe_kind (server)));
  if (id != NULL)
    g_ptr_array_add (parts, g_strndup (id, SHORT_ID));
  if (started != 0)
    g_ptr_array_add (parts, describe_uptime (started));
  if (n_tools > 0)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("%u tool", "%u tools", n_tools), n_tools));
  if (n > 0)
    g_ptr_array_add (parts, g_strdup_printf (ngettext ("%u restart", "%u restarts", n), n));
  g_ptr_array_add (parts, NULL);

  return g_strjoinv (" · ", (char **) parts->pdata);
}
