/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-client-private.h"
#include "sb-mcp-parameters.h"
#include "sb-mcp-tool.h"

#define LIST_TIMEOUT_MS (30 * 1000)
#define MAX_PAGES 64
#define MAX_ITEMS 4096

/* What a list is of. */
typedef struct
{
  const char     *method;
  const char     *member;
  gpointer      (*parse)   (JsonNode *node);
  const char   *(*get_key) (gpointer item);
  GDestroyNotify  free;
} Kind;

/* The pages of one list. */
typedef struct
{
  const Kind *kind;
  GPtrArray  *items;
  GHashTable *keys;
  GHashTable *cursors;
  guint       n_pages;
} Listing;

static void list_next_page (GTask      *task,
                            const char *cursor);

static const char *
get_tool_key (gpointer item)
{
  return ((SbMcpTool *) item)->name;
}

static const char *
get_prompt_key (gpointer item)
{
  return ((SbMcpPrompt *) item)->name;
}

static const char *
get_resource_key (gpointer item)
{
  return ((SbMcpResource *) item)->uri;
}

static const Kind tools = {
  "tools/list", "tools", (gpointer) sb_mcp_tool_parse, get_tool_key, (GDestroyNotify) sb_mcp_tool_free,
};
static const Kind prompts = {
  "prompts/list", "prompts", (gpointer) sb_mcp_prompt_parse, get_prompt_key, (GDestroyNotify) sb_mcp_prompt_free,
};
static const Kind resources = {
  "resources/list", "resources", (gpointer) sb_mcp_resource_parse, get_resource_key,
  (GDestroyNotify) sb_mcp_resource_free,
};
static const Kind templates = {
  "resources/templates/list", "resourceTemplates", (gpointer) sb_mcp_resource_parse_template, get_resource_key,
  (GDestroyNotify) sb_mcp_resource_free,
};

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_clear_pointer (&listing->items, g_ptr_array_unref);
  g_hash_table_unref (listing->keys);
  g_hash_table_unref (listing->cursors);
  g_free (listing);
}

static void
take_items (Listing   *listing,
            JsonArray *array)
{
  guint n = array != NULL ? json_array_get_length (array) : 0;

  for (guint i = 0; i < n && listing->items->len < MAX_ITEMS; i++)
    {
      gpointer item = listing->kind->parse (json_array_get_element (array, i));

      if (item != NULL && g_hash_table_add (listing->keys, g_strdup (listing->kind->get_key (item))))
        g_ptr_array_add (listing->items, item);
      else
        g_clear_pointer (&item, listing->kind->free);
    }
}

/* Calls need the schemas of the tools, whatever becomes of the list. */
static void
remember_tools (SbMcpClient *self,
                GPtrArray   *items)
{
  g_hash_table_remove_all (self->tools);
  for (guint i = items->len; i > 0; i--)
    {
      SbMcpTool *tool = g_ptr_array_index (items, i - 1);
      g_autoptr(JsonNode) node = json_node_init_object (json_node_alloc (), tool->entry);

      /* Without a valid mark the server could not check what the headers say. */
      if (self->era == SB_MCP_ERA_MODERN && !sb_mcp_parameters_are_valid (tool->input_schema))
        g_ptr_array_remove_index (items, i - 1);
      else
        g_hash_table_insert (self->tools, g_strdup (tool->name), sb_mcp_tool_parse (node));
    }
}

static void
page_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbMcpClient *self = SB_MCP_CLIENT (source);
  Listing *listing = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_client_request_finish (self, result, &error);
  const char *cursor = NULL;

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  take_items (listing, sb_json_get_array (json_node_get_object (answer), listing->kind->member));
  cursor = sb_json_get_string (json_node_get_object (answer), "nextCursor");
  /* A server that hands out cursors for ever, or the same again, gets no further question. */
  if (cursor != NULL && cursor[0] != '\0' && ++listing->n_pages < MAX_PAGES && listing->items->len < MAX_ITEMS
      && g_hash_table_add (listing->cursors, g_strdup (cursor)))
    {
      list_next_page (g_steal_pointer (&task), cursor);
      return;
    }

  if (listing->kind == &tools)
    remember_tools (self, listing->items);
  g_task_return_pointer (task, g_steal_pointer (&listing->items), (GDestroyNotify) g_ptr_array_unref);
}

/* task: (transfer full); cursor: nullable */
static void
list_next_page (GTask      *task,
                const char *cursor)
{
  SbMcpClient *self = SB_MCP_CLIENT (g_task_get_source_object (task));
  Listing *listing = g_task_get_task_data (task);
  JsonObject *params = NULL;

  if (cursor != NULL)
    {
      params = json_object_new ();
      json_object_set_string_member (params, "cursor", cursor);
    }
  sb_mcp_client_request_async (self, listing->kind->method, params, LIST_TIMEOUT_MS, NULL, NULL,
                               g_task_get_cancellable (task), page_cb, task);
}

static void
start (SbMcpClient         *self,
       const Kind          *kind,
       gpointer             source_tag,
       GCancellable        *cancellable,
       GAsyncReadyCallback  callback,
       gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Listing *listing = g_new0 (Listing, 1);

  listing->kind = kind;
  listing->items = g_ptr_array_new_with_free_func (kind->free);
  listing->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  listing->cursors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_task_set_source_tag (task, source_tag);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, listing, listing_free);
  list_next_page (task, NULL);
}

/**
 * sb_mcp_client_list_tools_async:
 *
 * Asks for every page, up to 64 of them and 4096 tools. Tools without a name, and the second of one name,
 * are left out; in the modern era also those whose "x-mcp-header" marks are not valid. The other lists are
 * made the same way.
 */
void
sb_mcp_client_list_tools_async (SbMcpClient         *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  start (self, &tools, sb_mcp_client_list_tools_async, cancellable, callback, user_data);
}

/* Returns: (transfer full) of SbMcpTool */
GPtrArray *
sb_mcp_client_list_tools_finish (SbMcpClient   *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
sb_mcp_client_list_prompts_async (SbMcpClient         *self,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  start (self, &prompts, sb_mcp_client_list_prompts_async, cancellable, callback, user_data);
}

/* Returns: (transfer full) of SbMcpPrompt */
GPtrArray *
sb_mcp_client_list_prompts_finish (SbMcpClient   *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
sb_mcp_client_list_resources_async (SbMcpClient         *self,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  start (self, &resources, sb_mcp_client_list_resources_async, cancellable, callback, user_data);
}

/* Returns: (transfer full) of SbMcpResource */
GPtrArray *
sb_mcp_client_list_resources_finish (SbMcpClient   *self,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
sb_mcp_client_list_templates_async (SbMcpClient         *self,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  start (self, &templates, sb_mcp_client_list_templates_async, cancellable, callback, user_data);
}

/* Returns: (transfer full) of SbMcpResource, whose uri is a template */
GPtrArray *
sb_mcp_client_list_templates_finish (SbMcpClient   *self,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
