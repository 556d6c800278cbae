/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli.h"

#include "sb-docker-client.h"
#include "sb-docker-endpoint.h"
#include "sb-docker-request.h"
#include "sb-json.h"
#include "sb-text.h"

#include <stdio.h>

typedef struct
{
  /* owned */
  GPtrArray      *endpoints; /* of SbDockerEndpoint */
  SbDockerClient *client;    /* of the endpoint that is asked */

  /* borrowed */
  GMainLoop      *loop;

  guint           next;
  gboolean        answered;
} List;

static void listed_cb (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);

static void
print_cell (const char *text,
            int         width)
{
  g_autofree char *clean = sb_text_clean (text != NULL ? text : "?", -1, NULL);

  printf ("%-*s  ", width, clean);
}

static void
print_container (JsonObject *container)
{
  JsonObject *labels = sb_json_get_object (container, "Labels");

  print_cell (labels != NULL ? sb_json_get_string (labels, SB_DOCKER_LABEL_ID) : NULL, 24);
  print_cell (sb_json_get_string (container, "Image"), 32);
  print_cell (sb_json_get_string (container, "Status"), 20);
  putchar ('\n');
}

static void
print_all (JsonNode *answer)
{
  JsonArray *containers = answer != NULL && JSON_NODE_HOLDS_ARRAY (answer) ? json_node_get_array (answer) : NULL;

  for (guint i = 0; containers != NULL && i < json_array_get_length (containers); i++)
    {
      JsonNode *node = json_array_get_element (containers, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        print_container (json_node_get_object (node));
    }
}

/* The first engine that answers is the one sandboxes are made on. */
static void
ask_next (List *list)
{
  g_autofree char *filter = sb_docker_request_dup_filter ();
  g_autofree char *path = g_strconcat ("/containers/json?all=1&", filter, NULL);

  while (list->next < list->endpoints->len)
    {
      SbDockerEndpoint *endpoint = g_ptr_array_index (list->endpoints, list->next++);

      g_clear_object (&list->client);
      list->client = sb_docker_client_new_for_endpoint (endpoint, NULL);
      if (list->client == NULL)
        continue;
      sb_docker_client_call_async (list->client, "GET", path, NULL, NULL, listed_cb, list);
      return;
    }

  g_main_loop_quit (list->loop);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  List *list = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) answer = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);

  if (error != NULL)
    {
      ask_next (list);
      return;
    }

  list->answered = TRUE;
  print_all (answer);
  g_main_loop_quit (list->loop);
}

/* Those of every program of this user on the engine. Sandboxes of bubblewrap belong to the program that made
 * them and are not seen from outside. */
int
sb_cli_sandbox_list (void)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GPtrArray) endpoints = sb_docker_endpoint_discover ();
  List list = { endpoints, NULL, loop, 0, FALSE };

  if (endpoints->len > 0)
    {
      ask_next (&list);
      if (list.client != NULL)
        g_main_loop_run (loop);
    }
  g_clear_object (&list.client);
  if (list.answered)
    return 0;

  fputs ("No container engine answers. Sandboxes of bubblewrap are seen only in the program that made them.\n",
         stderr);

  return SB_CLI_EXIT_FAILED;
}
