/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-routes.h"

struct _SbGatewayRoutes
{
  /* owned */
  GHashTable *routes; /* kind and exposed name → SbRoute */

  /* borrowed */
  gpointer    owner;
};

static void
route_free (gpointer data)
{
  SbRoute *route = data;

  g_free (route->server_name);
  g_free (route->key);
  g_free (route->exposed);
  g_free (route);
}

/* owner: what each route is to say that it belongs to */
SbGatewayRoutes *
sb_gateway_routes_new (gpointer owner)
{
  SbGatewayRoutes *self = g_new0 (SbGatewayRoutes, 1);

  self->routes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, route_free);
  self->owner = owner;

  return self;
}

void
sb_gateway_routes_free (SbGatewayRoutes *self)
{
  g_hash_table_unref (self->routes);
  g_free (self);
}

SbRoute *
sb_gateway_routes_find (SbGatewayRoutes *self,
                        SbRouteKind      kind,
                        const char      *exposed)
{
  g_autofree char *index = g_strdup_printf ("%d%s", kind, exposed);

  return g_hash_table_lookup (self->routes, index);
}

/* Returns: (nullable): offered from now on; NULL when another server has this already */
SbRoute *
sb_gateway_routes_take (SbGatewayRoutes *self,
                        SbRouteKind      kind,
                        const char      *exposed,
                        const char      *server_name,
                        const char      *key)
{
  SbRoute *route = sb_gateway_routes_find (self, kind, exposed);

  if (route == NULL)
    {
      route = g_new0 (SbRoute, 1);
      route->owner = self->owner;
      route->kind = kind;
      route->exposed = g_strdup (exposed);
      g_hash_table_insert (self->routes, g_strdup_printf ("%d%s", kind, exposed), route);
    }
  else if (route->offered && !g_str_equal (route->server_name, server_name))
    {
      return NULL;
    }

  g_free (route->server_name);
  g_free (route->key);
  route->server_name = g_strdup (server_name);
  route->key = g_strdup (key);
  route->offered = TRUE;

  return route;
}

/* prompts: or resources and templates. Returns: (transfer container): those of the server that are no longer offered */
GPtrArray *
sb_gateway_routes_withdraw (SbGatewayRoutes *self,
                            const char      *server_name,
                            gboolean         prompts)
{
  GPtrArray *withdrawn = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->routes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SbRoute *route = value;

      if (!route->offered || (route->kind == SB_ROUTE_PROMPT) != prompts ||
          !g_str_equal (route->server_name, server_name))
        continue;
      route->offered = FALSE;
      g_ptr_array_add (withdrawn, route);
    }

  return withdrawn;
}
