/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-summary.h"

static SbMessage *
create_call (const char *name,
             const char *arguments)
{
  SbMessage *message = sb_message_new (SB_MESSAGE_ROLE_TOOL, "turn");

  sb_message_set_tool_call (message, "call", name, arguments);

  return message;
}

static void
test_summary (void)
{
  static const char * const cases[][3] = {
    { "exec", "{\"command\":[\"node\",\"hello.js\"]}", "node hello.js" },
    { "exec", "{\"command\":[\"sh\",\"-c\",\"ls | wc -l\"]}", "ls | wc -l" },
    { "exec", "{\"command\":[\"/bin/bash\",\"-lc\",\"a\\nb\"]}", "a b" },
    { "exec", "{\"command\":[\"echo\",\"two words\",\"\"]}", "echo 'two words' ''" },
    { "exec", "{\"command\":\"ls -l\"}", "ls -l" },
    { "exec", "{\"command\":[1,null,\"x\"]}", "x" },
    { "exec", "{\"command\":[]}", "" },
    { "exec", "not json", "" },
    { "exec", "", "" },
    { "writeFile", "{\"filename\":\"/w/a\",\"contents\":\"1\\n2\\n3\"}", "/w/a  +3 lines" },
    { "writeFile", "{\"contents\":\"1\"}", "" },
    { "readFile", "{\"path\":\"/w/a\"}", "/w/a" },
    { "moveFile", "{\"from\":\"/w/a\",\"to\":\"/w/b\"}", "/w/a → /w/b" },
    { "moveFile", "{\"from\":\"/w/a\"}", "" },
    { "killProcess", "{\"processId\":7}", "#7" },
    { "killProcess", "{\"pid\":12,\"signal\":\"KILL\"}", "pid 12" },
    { "writeProcessInput", "{\"processId\":7,\"text\":\"secret\"}", "#7" },
    { "installPackages", "{\"packages\":[\"express\",\"@types/node\"]}", "express @types/node" },
    { "initSandbox", "{}", "" },
    { "odd", "{\"query\":\"a\\u001b[31mb\"}", "ab" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbMessage) message = create_call (cases[i][0], cases[i][1]);
      g_autofree char *summary = sb_tool_dup_summary (message);

      g_assert_cmpstr (summary, ==, cases[i][2]);
    }
}

static void
test_sandbox (void)
{
  g_autoptr(SbMessage) message = create_call ("initSandbox", "{}");
  g_autofree char *summary = NULL;

  sb_message_set_result (message, "started",
                         "{\"sandboxName\":\"otter\",\"backend\":\"Docker\",\"network\":\"none\"}", FALSE);
  summary = sb_tool_dup_summary (message);
  g_assert_cmpstr (summary, ==, "otter · Docker · no network");
}

static void
test_outcome (void)
{
  static const struct { SbMessageState state; gboolean error; const char *badge; SbOutcome outcome; } cases[] = {
    { SB_MESSAGE_STATE_PENDING, FALSE, NULL, SB_OUTCOME_PENDING },
    { SB_MESSAGE_STATE_STREAMING, FALSE, NULL, SB_OUTCOME_RUNNING },
    { SB_MESSAGE_STATE_DONE, FALSE, "exit 0", SB_OUTCOME_GOOD },
    { SB_MESSAGE_STATE_DONE, FALSE, "exit 1", SB_OUTCOME_BAD },
    { SB_MESSAGE_STATE_DONE, FALSE, "signal 9", SB_OUTCOME_BAD },
    { SB_MESSAGE_STATE_DONE, FALSE, "too much output", SB_OUTCOME_BAD },
    { SB_MESSAGE_STATE_DONE, FALSE, "timed out", SB_OUTCOME_BAD },
    { SB_MESSAGE_STATE_DONE, FALSE, "no network", SB_OUTCOME_BLOCKED },
    { SB_MESSAGE_STATE_DONE, FALSE, "written", SB_OUTCOME_GOOD },
    { SB_MESSAGE_STATE_FAILED, TRUE, "failed", SB_OUTCOME_BAD },
    { SB_MESSAGE_STATE_STOPPED, TRUE, NULL, SB_OUTCOME_NEUTRAL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbMessage) message = create_call ("exec", "{}");

      sb_message_set_result (message, "result", NULL, cases[i].error);
      sb_message_set_badge (message, cases[i].badge);
      sb_message_set_state (message, cases[i].state);
      g_assert_cmpint (sb_tool_get_outcome (message), ==, cases[i].outcome);
    }
}

static void
test_output (void)
{
  g_autoptr(SbMessage) message = create_call ("exec", "{}");
  g_autofree char *none = sb_tool_dup_output (message);
  g_autofree char *structured = NULL;
  g_autofree char *live = NULL;

  g_assert_null (none);
  sb_message_set_result (message, "stdout: a", "{\"stdout\":\"a\\n\",\"stderr\":\"b\\n\"}", FALSE);
  structured = sb_tool_dup_output (message);
  g_assert_cmpstr (structured, ==, "a\nb\n");
  sb_message_append_text (message, "live", -1);
  live = sb_tool_dup_output (message);
  g_assert_cmpstr (live, ==, "live");
}

static void
test_pretty (void)
{
  g_autofree char *json = sb_tool_dup_pretty ("{\"a\":[1]}");
  g_autofree char *text = sb_tool_dup_pretty ("no\033[1m json");
  g_autofree char *nothing = sb_tool_dup_pretty (NULL);

  g_assert_nonnull (strstr (json, "\n"));
  g_assert_cmpstr (text, ==, "no json");
  g_assert_cmpstr (nothing, ==, "");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/chat/tool/summary", test_summary);
  g_test_add_func ("/chat/tool/sandbox", test_sandbox);
  g_test_add_func ("/chat/tool/outcome", test_outcome);
  g_test_add_func ("/chat/tool/output", test_output);
  g_test_add_func ("/chat/tool/pretty", test_pretty);

  return g_test_run ();
}
