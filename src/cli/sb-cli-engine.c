/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-engine.h"

#include <stdio.h>

static void
keep_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static gboolean
answers (SbDockerClient  *client,
         GError         **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_docker_client_ping_async (client, NULL, keep_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return sb_docker_client_ping_finish (client, result, error);
}

/* host: nullable: the first one that answers, in the order of the Docker CLI */
SbDockerClient *
sb_cli_engine_connect (const char *host)
{
  g_autoptr(GPtrArray) endpoints = sb_docker_endpoint_discover ();
  g_autoptr(SbDockerEndpoint) wanted = host != NULL ? sb_docker_endpoint_new (host, NULL) : NULL;
  g_autoptr(GError) first = NULL;

  for (guint i = 0; i < (wanted != NULL ? 1 : endpoints->len); i++)
    {
      g_autoptr(GError) error = NULL;
      SbDockerEndpoint *endpoint = wanted != NULL ? wanted : g_ptr_array_index (endpoints, i);
      g_autoptr(SbDockerClient) client = sb_docker_client_new_for_endpoint (endpoint, &error);

      if (client != NULL && answers (client, &error))
        return g_steal_pointer (&client);
      if (first == NULL)
        first = g_steal_pointer (&error);
    }

  fprintf (stderr, "%s\n", first != NULL ? first->message : "No container engine was found.");

  return NULL;
}

static JsonNode *
call (SbDockerClient  *client,
      const char      *method,
      const char      *path,
      JsonObject      *body,
      GError         **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_docker_client_call_async (client, method, path, body, NULL, keep_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return sb_docker_client_call_finish (client, result, error);
}

JsonNode *
sb_cli_engine_call (SbDockerClient  *client,
                    const char      *method,
                    const char      *path,
                    GError         **error)
{
  return call (client, method, path, NULL, error);
}

JsonNode *
sb_cli_engine_post (SbDockerClient  *client,
                    const char      *path,
                    JsonObject      *body,
                    GError         **error)
{
  return call (client, "POST", path, body, error);
}
