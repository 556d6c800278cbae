/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-agent.h"
#include "sb-router.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* The YAML reader, the catalog on top of it, and the router with whatever names came through. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbAgentCatalog) agents = sb_agent_catalog_new_from_data ((const char *) data, size, &error);
  g_auto(SbRoute) route = { NULL };

  g_assert_true ((agents == NULL) == (error != NULL));
  if (agents != NULL)
    sb_router_decide (agents, text, NULL, NULL, &route);

  return 0;
}
