/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-gateway.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "sb-json.h"
#include "sb-test.h"

static void
secrets_cb (SbSecretRequest *request,
            gpointer         user_data)
{
  SbTestGateway *self = user_data;

  if (self->keep_waiting)
    self->held = request;
  else
    sb_secret_request_answer (request, self->secrets);
}

static void
open_cb (const char *uri,
         gpointer    user_data)
{
  SbTestGateway *self = user_data;

  if (self->browse != NULL)
    self->browse (uri, self->browse_data);
}

SbTestGateway *
sb_test_gateway_new (guint             start_timeout_ms,
                     SbSandboxManager *sandboxes)
{
  SbTestGateway *self = g_new0 (SbTestGateway, 1);
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;

  self->folder = sb_test_make_dir ();
  path = g_build_filename (self->folder, "state.json", NULL);
  self->parts.state = sb_catalog_state_new (path, &error);
  g_assert_no_error (error);
  self->parts.redactor = sb_redactor_new ();
  self->parts.approvals = sb_approvals_new ();
  sb_approvals_set_attended (self->parts.approvals, TRUE);
  self->parts.host = sb_mcp_host_new ();
  self->parts.sandboxes = sandboxes;
  self->parts.secrets = secrets_cb;
  self->parts.secrets_data = self;
  self->parts.open_browser = open_cb;
  self->parts.open_data = self;
  self->parts.start_timeout_ms = start_timeout_ms;
  self->parts.first_delay_ms = 1;
  self->parts.ping_ms = 10;
  self->parts.ping_timeout_ms = 2000;
  self->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->gateway = sb_gateway_new (&self->parts);

  return self;
}

void
sb_test_gateway_stop (SbTestGateway *self)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_gateway_stop_async (self->gateway, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_gateway_stop_finish (self->gateway, result, &error));
  g_assert_no_error (error);
}

void
sb_test_gateway_free (SbTestGateway *self)
{
  sb_test_gateway_stop (self);
  /* Servers that left earlier hold on to it until they are gone. */
  sb_test_wait_until (G_OBJECT (self->gateway)->ref_count == 1);
  g_assert_finalize_object (self->gateway);
  if (self->held != NULL)
    sb_secret_request_answer (self->held, self->secrets);
  g_clear_object (&self->parts.state);
  g_clear_object (&self->parts.redactor);
  g_clear_object (&self->parts.approvals);
  g_clear_object (&self->parts.host);
  g_hash_table_unref (self->secrets);
  g_free (self->folder);
  g_free (self);
}

SbCatalog *
sb_test_gateway_new_catalog (SbTestGateway *self,
                             const char    *yaml)
{
  g_autofree char *server = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "tests", "gateway", "sb-test-server",
                                              NULL);
  g_autoptr(GString) text = g_string_new (yaml);
  g_autoptr(GError) error = NULL;
  SbCatalog *catalog;

  g_string_replace (text, "SERVER", server, 0);
  g_string_replace (text, "FOLDER", self->folder, 0);
  catalog = sb_catalog_new_from_data (text->str, -1, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) entry = g_list_model_get_item (G_LIST_MODEL (catalog), i);

      sb_catalog_state_set_enabled (self->parts.state, sb_catalog_server_get_name (entry), TRUE);
    }

  return catalog;
}

void
sb_test_gateway_set_catalog (SbTestGateway *self,
                             const char    *yaml)
{
  g_autoptr(GPtrArray) catalogs = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (catalogs, sb_test_gateway_new_catalog (self, yaml));
  sb_gateway_set_catalogs (self->gateway, catalogs);
}

SbGatewayServer *
sb_test_gateway_wait (SbTestGateway        *self,
                      const char           *name,
                      SbGatewayServerState  state)
{
  SbGatewayServer *server = sb_gateway_lookup (self->gateway, name);

  g_assert_nonnull (server);
  sb_test_wait_until (sb_gateway_server_get_state (server) == state);

  return server;
}

char *
sb_test_gateway_call (SbTestGateway *self,
                      const char    *exposed_name,
                      const char    *arguments)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) answer = NULL;
  g_autoptr(SbMcpClient) client = NULL;
  SbGatewayTool *tool = sb_gateway_find_tool (self->gateway, exposed_name, &client);
  JsonObject *object = sb_json_parse_object (arguments, -1, NULL);

  g_assert_nonnull (tool);
  g_object_ref (client);
  sb_mcp_client_call_tool_async (client, sb_gateway_tool_get_name (tool), object, NULL, 0, NULL, NULL, NULL,
                                 sb_test_keep_result, &result);
  json_object_unref (object);
  sb_test_wait_until (result != NULL);
  answer = sb_mcp_client_call_tool_finish (client, result, &error);

  return answer != NULL ? sb_json_to_string (answer->result, FALSE) : g_strdup (error->message);
}

char *
sb_test_gateway_list (SbTestGateway *self)
{
  g_autoptr(GPtrArray) tools = sb_gateway_list_tools (self->gateway);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < tools->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            sb_gateway_tool_get_exposed_name (g_ptr_array_index (tools, i)));

  return g_string_free (names, FALSE);
}

guint
sb_test_gateway_count (SbTestGateway *self,
                       const char    *file,
                       pid_t         *pid)
{
  g_autofree char *path = g_build_filename (self->folder, file, NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  guint n;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;

  lines = g_strsplit (g_strchomp (text), "\n", -1);
  n = g_strv_length (lines);
  if (pid != NULL && n > 0)
    *pid = atoi (lines[n - 1]);

  return n;
}

gboolean
sb_test_process_is_gone (pid_t pid)
{
  return kill (pid, 0) < 0 && errno == ESRCH;
}
