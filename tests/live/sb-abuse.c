/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-abuse.h"

#include <string.h>

#include "sb-bwrap-backend.h"
#include "sb-docker-backend.h"
#include "sb-json.h"
#include "sb-live-engine.h"
#include "sb-mcp-memory-transport.h"
#include "sb-orphans.h"
#include "sb-sandbox-server.h"

#define PATIENCE (90 * G_USEC_PER_SEC)
#define LIMITS "{\"memoryMb\":256,\"diskMb\":64}"
#define CANARY "nobody in a sandbox reads or writes this"
#define CANARY_NAME "canary"

static char *outside;

typedef struct
{
  const SbAbuseCase *abuse;
  const char        *backend;
} Run;

static gboolean
open_manager (SbAbuse *self)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(SbMcpTransport) a = NULL;
  g_autoptr(SbMcpTransport) b = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  backend = self->engine != NULL ? sb_docker_backend_new (self->engine, NULL, NULL) : sb_bwrap_backend_new (NULL);
  if (!sb_live_engine_probe (backend, &error))
    {
      g_test_skip (error->message);
      return FALSE;
    }

  g_list_store_append (backends, backend);
  self->manager = sb_sandbox_manager_new (G_LIST_MODEL (backends));
  self->server = sb_sandbox_server_new (self->manager, NULL, NULL);
  sb_mcp_memory_transport_new_pair (&a, &b);
  sb_mcp_server_accept (self->server, b);
  self->client = sb_mcp_client_new (a);
  sb_mcp_client_initialize_async (self->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (self->client, result, NULL));

  return TRUE;
}

static void
init_sandbox (SbAbuse    *self,
              const char *arguments)
{
  g_autoptr(SbSandbox) sandbox = NULL;

  sb_abuse_expect (self, "initSandbox", arguments != NULL ? arguments : LIMITS, FALSE, "started sandbox id: ");
  sandbox = g_list_model_get_item (G_LIST_MODEL (self->manager), 0);
  self->channel = g_object_ref (sb_sandbox_get_channel (sandbox));
}

/* TRUE: the sandbox answers as it should, or says why there is none any more. */
static void
assert_usable (SbAbuse *self)
{
  g_autoptr(SbMcpToolResult) result = sb_abuse_call (self, "exec", "{\"command\":[\"true\"],\"timeoutMs\":20000}");

  if (result->is_error)
    g_assert_nonnull (strstr (result->text, "is gone, and its files with it. "));
  else
    g_assert_cmpint (sb_abuse_get_int (result, "exitCode"), ==, 0);
}

static void
assert_removed (SbAbuse   *self,
                GPtrArray *ids)
{
  for (guint i = 0; self->engine != NULL && i < ids->len; i++)
    sb_test_wait_until (sb_live_engine_count (self->engine, ".id", g_ptr_array_index (ids, i)) == 0);
}

static void
assert_outside_unchanged (void)
{
  g_autofree char *path = g_build_filename (outside, CANARY_NAME, NULL);
  g_autofree char *text = NULL;
  g_autoptr(GDir) dir = g_dir_open (outside, 0, NULL);
  const char *name = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, CANARY);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_cmpstr (name, ==, CANARY_NAME);
}

static GPtrArray *
list_ids (SbAbuse *self)
{
  GListModel *sandboxes = G_LIST_MODEL (self->manager);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < g_list_model_get_n_items (sandboxes); i++)
    {
      g_autoptr(SbSandbox) sandbox = g_list_model_get_item (sandboxes, i);

      g_ptr_array_add (ids, g_strdup (sb_sandbox_get_id (sandbox)));
    }

  return ids;
}

static void
close_manager (SbAbuse *self)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) ids = list_ids (self);

  g_clear_object (&self->channel);
  sb_mcp_client_close (self->client);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (self->server) == 0);
  sb_sandbox_manager_shutdown_async (self->manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_sandbox_manager_shutdown_finish (self->manager, result, NULL));
  g_clear_object (&self->client);
  g_clear_object (&self->server);
  g_clear_object (&self->manager);
  assert_removed (self, ids);
}

static void
run_case (gconstpointer data)
{
  const Run *run = data;
  SbAbuse self = { NULL };

  if (g_str_equal (run->backend, "docker"))
    {
      self.engine = sb_live_engine_connect ();
      if (self.engine == NULL)
        return;
    }

  if (open_manager (&self))
    {
      init_sandbox (&self, run->abuse->arguments);
      run->abuse->func (&self);
      assert_usable (&self);
      close_manager (&self);
      assert_outside_unchanged ();
    }
  g_clear_object (&self.engine);
  sb_test_wait_until (sb_orphans_count () == 0);
}

int
sb_abuse_main (int                argc,
               char             **argv,
               const SbAbuseCase *cases,
               guint              n_cases)
{
  static const char * const backends[] = { "bwrap", "docker" };
  g_autofree char *canary = NULL;

  g_test_init (&argc, &argv, NULL);
  sb_orphans_adopt ();
  outside = sb_test_make_dir ();
  canary = g_build_filename (outside, CANARY_NAME, NULL);
  g_assert_true (g_file_set_contents (canary, CANARY, -1, NULL));
  /* What leaks from here into a sandbox is found there. */
  g_setenv ("SB_ABUSE_API_KEY", CANARY, TRUE);

  for (guint i = 0; i < n_cases; i++)
    for (guint j = 0; j < G_N_ELEMENTS (backends); j++)
      {
        g_autofree char *path = g_strdup_printf ("/abuse/%s/%02u-%s", backends[j], cases[i].number, cases[i].name);
        Run *run = g_new0 (Run, 1);

        run->abuse = &cases[i];
        run->backend = backends[j];
        g_test_add_data_func_full (path, run, run_case, g_free);
      }

  return g_test_run ();
}

void
sb_abuse_begin (SbAbuse       *self,
                const char    *tool,
                JsonObject    *arguments,
                GAsyncResult **result)
{
  sb_mcp_client_call_tool_async (self->client, tool, arguments, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, result);
}

/* An answer that is no answer, e.g. because the arguments were refused, is one that failed. */
SbMcpToolResult *
sb_abuse_end (SbAbuse       *self,
              GAsyncResult **result)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autofree char *structured = NULL;
  g_autoptr(GError) error = NULL;
  SbMcpToolResult *tool_result = NULL;

  while (*result == NULL && g_get_monotonic_time () < deadline)
    sb_test_iterate ();
  g_assert_nonnull (*result);
  tool_result = sb_mcp_client_call_tool_finish (self->client, *result, &error);
  g_assert_no_error (error);
  g_test_message ("%.300s", tool_result->text);
  g_assert_true (g_utf8_validate (tool_result->text, -1, NULL));
  if (tool_result->structured != NULL)
    {
      g_autoptr(JsonNode) again = NULL;

      structured = sb_json_to_string (tool_result->structured, FALSE);
      again = sb_json_parse (structured, -1, &error);
      g_assert_no_error (error);
    }

  return tool_result;
}

SbMcpToolResult *
sb_abuse_call_object (SbAbuse    *self,
                      const char *tool,
                      JsonObject *arguments)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_abuse_begin (self, tool, arguments, &result);

  return sb_abuse_end (self, &result);
}

SbMcpToolResult *
sb_abuse_call (SbAbuse    *self,
               const char *tool,
               const char *arguments)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);

  g_assert_nonnull (object);

  return sb_abuse_call_object (self, tool, object);
}

SbMcpToolResult *
sb_abuse_exec (SbAbuse    *self,
               const char *script,
               guint       timeout_ms)
{
  g_autoptr(JsonObject) arguments = json_object_new ();
  JsonArray *command = json_array_new ();

  json_array_add_string_element (command, "sh");
  json_array_add_string_element (command, "-c");
  json_array_add_string_element (command, script);
  json_object_set_array_member (arguments, "command", command);
  if (timeout_ms > 0)
    json_object_set_int_member (arguments, "timeoutMs", timeout_ms);

  return sb_abuse_call_object (self, "exec", arguments);
}

void
sb_abuse_expect (SbAbuse    *self,
                 const char *tool,
                 const char *arguments,
                 gboolean    is_error,
                 const char *expected)
{
  g_autoptr(SbMcpToolResult) result = sb_abuse_call (self, tool, arguments);

  g_assert_nonnull (strstr (result->text, expected));
  g_assert_cmpint (result->is_error, ==, is_error);
}

gint64
sb_abuse_get_int (SbMcpToolResult *result,
                  const char      *name)
{
  g_assert_nonnull (result->structured);

  return sb_json_get_int (json_node_get_object (result->structured), name, -1);
}

gboolean
sb_abuse_is (SbMcpToolResult *result,
             const char      *name)
{
  g_assert_nonnull (result->structured);

  return sb_json_get_boolean (json_node_get_object (result->structured), name, FALSE);
}

char *
sb_abuse_shell (SbAbuse    *self,
                const char *script)
{
  char *text = sb_test_shell_text (self->channel, script);

  g_test_message ("%.600s", text);

  return text;
}

char *
sb_abuse_exploit (SbAbuse    *self,
                  const char *arguments)
{
  const char *root = g_getenv ("SB_TEST_BUILD_ROOT");
  g_autofree char *path = g_build_filename (root, "tests", "live", "sb-abuse-exploits", NULL);
  g_autofree char *script = g_strconcat ("./sb-abuse-exploits ", arguments, NULL);
  g_autoptr(GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_nonnull (file);
  bytes = g_mapped_file_get_bytes (file);
  sb_channel_write_file_async (self->channel, "sb-abuse-exploits", bytes, 0755, FALSE, NULL, sb_test_keep_result,
                               &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_channel_write_file_finish (self->channel, result, &error));

  return sb_abuse_shell (self, script);
}

guint
sb_abuse_count (SbAbuse *self)
{
  g_autoptr(SbMcpToolResult) result = sb_abuse_call (self, "listProcesses", "{}");

  g_assert_false (result->is_error);

  return (guint) sb_abuse_get_int (result, "count");
}

gboolean
sb_abuse_is_docker (SbAbuse *self)
{
  return self->engine != NULL;
}

const char *
sb_abuse_get_outside (void)
{
  return outside;
}
