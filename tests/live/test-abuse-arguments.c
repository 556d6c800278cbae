/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-abuse.h"
#include "sb-json.h"
#include "sb-live-engine.h"

#define MIB (1024 * 1024)

static void
call_with_id (SbAbuse    *self,
              const char *tool,
              const char *id)
{
  g_autoptr(JsonObject) arguments = sb_json_parse_object ("{\"command\":[\"true\"],\"path\":\"x\",\"filename\":\"x\","
                                                          "\"contents\":\"\",\"processId\":1}", -1, NULL);
  g_autoptr(SbMcpToolResult) result = NULL;

  json_object_set_string_member (arguments, "containerId", id);
  result = sb_abuse_call_object (self, tool, arguments);
  g_assert_true (result->is_error);
  g_assert_nonnull (strstr (result->text, "no sandbox of this id"));
  g_assert_cmpuint (strlen (result->text), <, 4096);
}

/* Ids that are none, and one of a container of the user's. */
static void
use_other_ids (SbAbuse *self)
{
  static const char * const tools[] = { "exec", "writeFile", "readFile", "deleteFile", "listProcesses", "stopSandbox" };
  g_autofree char *large = g_strnfill (MIB, 'x');
  const char *ids[] = { "../", "sb-", "sandbar-", "*", "%s%n", "a\nb", "-", "0", large };

  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (ids); j++)
      call_with_id (self, tools[i], ids[j]);
  g_assert_cmpuint (sb_sandbox_manager_get_n_live (self->manager), ==, 1);
}

/* Whatever is of the wrong type, too much or nonsense is answered. */
static void
send_nonsense (SbAbuse *self)
{
  static const char * const calls[][2] = {
    { "exec", "{}" }, { "exec", "{\"command\":{}}" }, { "exec", "{\"command\":[[[[1]]]]}" },
    { "exec", "{\"command\":[null,true,1.5]}" }, { "exec", "{\"command\":[\"true\"],\"timeoutMs\":\"soon\"}" },
    { "exec", "{\"command\":[\"true\"],\"timeoutMs\":-9223372036854775808}" },
    { "exec", "{\"command\":[\"true\"],\"timeoutMs\":1e308}" },
    { "exec", "{\"command\":[\"true\"],\"env\":{\"a\":1}}" },
    { "exec", "{\"command\":[\"true\"],\"env\":[\"=\",\"a\",\"\"]}" }, { "exec", "{\"command\":[\"\"]}" },
    { "exec", "{\"command\":[\"true\"],\"command\":[\"false\"]}" }, { "exec", "{\"command\":[\"a\\u0000b\"]}" },
    { "writeFile", "{\"filename\":[],\"contents\":7}" }, { "writeFile", "{\"filename\":\"\",\"contents\":\"\"}" },
    { "writeFile", "{\"filename\":\"x\",\"contents\":\"!\",\"encoding\":\"base64\"}" },
    { "writeFile", "{\"filename\":\"a\\u0000b\",\"contents\":\"\"}" },
    { "readFile", "{\"filename\":\"x\",\"offset\":-1,\"maxBytes\":-1}" },
    { "readFile", "{\"filename\":\"x\",\"offset\":9223372036854775807,\"maxBytes\":9223372036854775807}" },
    { "killProcess", "{\"processId\":1.5,\"signal\":{}}" }, { "killProcess", "{\"pid\":1e18}" },
    { "readProcessLog", "{\"processId\":\"1\",\"since\":null}" }, { "exposePort", "{\"port\":70000}" },
    { "applyPatch", "{\"patch\":\"--- \"}" }, { "searchFiles", "{\"text\":\"\",\"name\":\"\"}" },
    { "installPackages", "{\"packages\":[null,{}]}" }, { "noSuchTool", "{}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(JsonObject) arguments = sb_json_parse_object (calls[i][1], -1, NULL);
      g_autoptr(SbMcpToolResult) answer = NULL;
      g_autoptr(GError) error = NULL;

      /* What cannot be parsed reaches no tool. */
      if (arguments == NULL)
        continue;
      sb_abuse_begin (self, calls[i][0], arguments, &result);
      sb_test_wait_until (result != NULL);
      answer = sb_mcp_client_call_tool_finish (self->client, result, &error);
      g_test_message ("%s %s: %s", calls[i][0], calls[i][1], answer != NULL ? answer->text : error->message);
      g_assert_true (answer == NULL || g_utf8_validate (answer->text, -1, NULL));
    }
}

static void
send_much (SbAbuse *self)
{
  g_autoptr(JsonObject) arguments = json_object_new ();
  g_autofree char *large = g_strnfill (50 * MIB, 'x');
  g_autoptr(SbMcpToolResult) full = NULL;
  g_autoptr(SbMcpToolResult) command = NULL;

  json_object_set_string_member (arguments, "filename", "large");
  json_object_set_string_member (arguments, "contents", large);
  full = sb_abuse_call_object (self, "writeFile", arguments);
  json_object_set_string_member (arguments, "command", large);
  command = sb_abuse_call_object (self, "exec", arguments);
  g_assert_true (command->is_error);
  g_assert_nonnull (strstr (command->text, "longer than 64 KiB"));
}

int
main (int    argc,
      char **argv)
{
  static const SbAbuseCase cases[] = {
    { 43, "other-ids", use_other_ids },
    { 44, "nonsense", send_nonsense },
    { 44, "much", send_much },
  };

  return sb_abuse_main (argc, argv, cases, G_N_ELEMENTS (cases));
}
