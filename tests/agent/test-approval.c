/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-run-fixture.h"
#include "sb-test.h"

#include <string.h>

/* Calls of a server that is not ours: "denied means never sent". */

static SbApproval *
dup_question (RunFixture *fixture)
{
  return g_list_model_get_item (G_LIST_MODEL (fixture->approvals), 0);
}

static SbApproval *
start_and_wait (RunFixture *fixture)
{
  sb_approvals_set_attended (fixture->approvals, TRUE);
  sb_fake_model_call (fixture->model, "echo {\"text\":\"pong\"}", NULL);
  sb_fake_model_say (fixture->model, "Done.");
  run_fixture_start (fixture, "@coder ping");
  sb_run_proceed (fixture->run);
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->approvals)) == 1);

  return dup_question (fixture);
}

static void
test_allowed (RunFixture    *fixture,
              gconstpointer  data)
{
  g_autoptr(SbApproval) question = start_and_wait (fixture);
  SbMessage *tool = run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 0);
  g_autofree char *trace = NULL;

  g_assert_cmpstr (sb_approval_get_key (question), ==, "tool:strange:echo");
  g_assert_cmpstr (sb_approval_get_detail (question), ==, "{\"text\":\"pong\"}");
  g_assert_cmpstr (sb_approval_get_trace_id (question), ==, sb_message_get_trace_id (tool));
  g_assert_cmpint (sb_message_get_state (tool), ==, SB_MESSAGE_STATE_PENDING);
  g_assert_cmpstr (fixture->called->str, ==, "");

  sb_approval_answer (question, SB_APPROVAL_ALLOWED_ONCE);
  sb_test_wait_until (run_fixture_is_over (fixture));
  g_assert_cmpstr (sb_message_get_result (tool), ==, "pong");
  trace = run_fixture_trace (fixture);
  g_assert_nonnull (strstr (trace, "      approval Call echo of the server strange ok\n"));
}

static void
test_denied (RunFixture    *fixture,
             gconstpointer  data)
{
  g_autoptr(SbApproval) question = start_and_wait (fixture);
  SbMessage *tool = run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 0);

  sb_approval_answer (question, SB_APPROVAL_DENIED);
  sb_test_wait_until (run_fixture_is_over (fixture));
  g_assert_cmpint (sb_run_get_state (fixture->run), ==, SB_RUN_STATE_DONE);
  g_assert_cmpstr (fixture->called->str, ==, "");
  g_assert_cmpstr (sb_message_get_badge (tool), ==, "denied");
  g_assert_nonnull (strstr (sb_message_get_result (tool), "Nothing was sent"));
}

static void
test_nobody_there (RunFixture    *fixture,
                   gconstpointer  data)
{
  sb_fake_model_call (fixture->model, "echo {\"text\":\"pong\"}", NULL);
  sb_fake_model_say (fixture->model, "Done.");
  g_assert_cmpint (run_fixture_ask (fixture, "@coder ping"), ==, SB_RUN_STATE_DONE);
  g_assert_cmpstr (fixture->called->str, ==, "");
}

static void
test_remembered (RunFixture    *fixture,
                 gconstpointer  data)
{
  g_autoptr(SbApproval) question = start_and_wait (fixture);

  sb_approval_answer (question, SB_APPROVAL_ALLOWED_ALWAYS);
  sb_test_wait_until (run_fixture_is_over (fixture));

  sb_approvals_set_attended (fixture->approvals, FALSE);
  sb_fake_model_call (fixture->model, "echo {\"text\":\"again\"}", NULL);
  sb_fake_model_say (fixture->model, "Done.");
  g_assert_cmpint (run_fixture_ask (fixture, "@coder ping"), ==, SB_RUN_STATE_DONE);
  g_assert_cmpstr (sb_message_get_result (run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 1)), ==, "again");
}

static void
test_stop_while_asking (RunFixture    *fixture,
                        gconstpointer  data)
{
  g_autoptr(SbApproval) question = start_and_wait (fixture);

  sb_run_stop (fixture->run);
  sb_test_wait_until (run_fixture_is_over (fixture));
  g_assert_cmpint (sb_run_get_state (fixture->run), ==, SB_RUN_STATE_CANCELLED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->approvals)), ==, 0);
  g_assert_cmpstr (fixture->called->str, ==, "");
}

static void
test_server_gone_meanwhile (RunFixture    *fixture,
                            gconstpointer  data)
{
  g_autoptr(SbApproval) question = start_and_wait (fixture);
  SbMessage *tool = run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 0);

  sb_tool_registry_close (fixture->tools);
  sb_approval_answer (question, SB_APPROVAL_ALLOWED_ONCE);
  sb_test_wait_until (run_fixture_is_over (fixture));
  g_assert_true (sb_message_get_is_error (tool));
}

#define ADD(name, function) \
  g_test_add ("/approval/" name, RunFixture, "strange", run_fixture_set_up, function, run_fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("allowed", test_allowed);
  ADD ("denied", test_denied);
  ADD ("nobody-there", test_nobody_there);
  ADD ("remembered", test_remembered);
  ADD ("stop-while-asking", test_stop_while_asking);
  ADD ("server-gone-meanwhile", test_server_gone_meanwhile);

  return g_test_run ();
}
