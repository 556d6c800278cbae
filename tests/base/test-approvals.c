/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-approvals.h"
#include "sb-test.h"

static SbApproval *
new_package (const char *name)
{
  g_autofree char *key = g_strconcat ("package:", name, NULL);
  g_autofree char *title = g_strdup_printf ("Fetch %s?", name);

  return sb_approval_new ("package", key, title, NULL, NULL);
}

static void
ask (SbApprovals   *approvals,
     SbApproval    *approval,
     GCancellable  *cancellable,
     GAsyncResult **result)
{
  g_autoptr(SbApproval) owned = approval;

  sb_approvals_ask_async (approvals, owned, cancellable, sb_test_keep_result, result);
}

static void
answer_first (SbApprovals     *approvals,
              SbApprovalState  state)
{
  g_autoptr(SbApproval) first = g_list_model_get_item (G_LIST_MODEL (approvals), 0);

  g_assert_nonnull (first);
  sb_approval_answer (first, state);
}

static void
assert_n_pending (SbApprovals *approvals,
                  guint        expected)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (approvals)), ==, expected);
}

static void
count_cb (SbApprovals *approvals,
          guint       *count)
{
  *count += 1;
}

static void
test_unattended (void)
{
  g_autoptr(SbApprovals) approvals = sb_approvals_new ();
  const char * const remembered[] = { "package:express", NULL };
  g_autoptr(GAsyncResult) refused = NULL;
  g_autoptr(GAsyncResult) allowed = NULL;
  g_autoptr(GError) error = NULL;

  sb_approvals_set_remembered (approvals, remembered);
  ask (approvals, new_package ("left-pad"), NULL, &refused);
  ask (approvals, new_package ("express"), NULL, &allowed);
  assert_n_pending (approvals, 0);
  sb_test_wait_until (refused != NULL && allowed != NULL);

  g_assert_false (sb_approvals_ask_finish (approvals, refused, &error));
  g_assert_error (error, SB_APPROVALS_ERROR, SB_APPROVALS_ERROR_UNATTENDED);
  g_clear_error (&error);
  g_assert_true (sb_approvals_ask_finish (approvals, allowed, &error));
  g_assert_no_error (error);
}

static void
test_answers (void)
{
  g_autoptr(SbApprovals) approvals = sb_approvals_new ();
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) keys = NULL;
  guint n_changes = 0;

  sb_approvals_set_attended (approvals, TRUE);
  g_signal_connect (approvals, "remembered-changed", G_CALLBACK (count_cb), &n_changes);
  for (int state = SB_APPROVAL_ALLOWED_ONCE; state <= SB_APPROVAL_DENIED; state++)
    {
      g_autoptr(GAsyncResult) result = NULL;

      ask (approvals, new_package ("left-pad"), NULL, &result);
      assert_n_pending (approvals, state == SB_APPROVAL_DENIED ? 0 : 1);
      if (state != SB_APPROVAL_DENIED)
        answer_first (approvals, state);
      sb_test_wait_until (result != NULL);
      g_assert_true (sb_approvals_ask_finish (approvals, result, &error));
      g_assert_no_error (error);
      assert_n_pending (approvals, 0);
    }
  keys = sb_approvals_dup_remembered (approvals);
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_cmpuint (g_strv_length (keys), ==, 1);
  g_assert_cmpstr (keys[0], ==, "package:left-pad");

  sb_approvals_forget (approvals, "package:left-pad");
  sb_approvals_forget (approvals, "package:left-pad");
  g_assert_cmpuint (n_changes, ==, 2);
  g_strfreev (keys);
  keys = sb_approvals_dup_remembered (approvals);
  g_assert_cmpuint (g_strv_length (keys), ==, 0);
}

static void
test_denied (void)
{
  g_autoptr(SbApprovals) approvals = sb_approvals_new ();
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  g_autoptr(GError) error = NULL;

  sb_approvals_set_attended (approvals, TRUE);
  ask (approvals, new_package ("left-pad"), NULL, &first);
  ask (approvals, new_package ("left-pad"), NULL, &second);
  assert_n_pending (approvals, 1);
  answer_first (approvals, SB_APPROVAL_DENIED);
  sb_test_wait_until (first != NULL && second != NULL);

  g_assert_false (sb_approvals_ask_finish (approvals, first, &error));
  g_assert_error (error, SB_APPROVALS_ERROR, SB_APPROVALS_ERROR_DENIED);
  g_clear_error (&error);
  g_assert_false (sb_approvals_ask_finish (approvals, second, &error));
  g_assert_error (error, SB_APPROVALS_ERROR, SB_APPROVALS_ERROR_DENIED);
}

static void
test_cancel (void)
{
  g_autoptr(SbApprovals) approvals = sb_approvals_new ();
  g_autoptr(GCancellable) one = g_cancellable_new ();
  g_autoptr(GCancellable) two = g_cancellable_new ();
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  g_autoptr(GError) error = NULL;

  sb_approvals_set_attended (approvals, TRUE);
  ask (approvals, new_package ("left-pad"), one, &first);
  ask (approvals, new_package ("left-pad"), two, &second);
  g_cancellable_cancel (one);
  sb_test_wait_until (first != NULL);
  g_assert_false (sb_approvals_ask_finish (approvals, first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_n_pending (approvals, 1);

  g_cancellable_cancel (two);
  sb_test_wait_until (second != NULL);
  g_assert_false (sb_approvals_ask_finish (approvals, second, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_n_pending (approvals, 0);
}

/* The answer and the cancelling in one turn of the loop: one end, and no question left. */
static void
test_cancel_and_answer (void)
{
  g_autoptr(SbApprovals) approvals = sb_approvals_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_approvals_set_attended (approvals, TRUE);
  ask (approvals, new_package ("left-pad"), cancellable, &result);
  g_cancellable_cancel (cancellable);
  answer_first (approvals, SB_APPROVAL_ALLOWED_ONCE);
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_approvals_ask_finish (approvals, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_n_pending (approvals, 0);
}

static void
test_shell_goes (void)
{
  g_autoptr(SbApprovals) approvals = sb_approvals_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_approvals_set_attended (approvals, TRUE);
  ask (approvals, new_package ("left-pad"), NULL, &result);
  sb_approvals_set_attended (approvals, FALSE);
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_approvals_ask_finish (approvals, result, &error));
  g_assert_error (error, SB_APPROVALS_ERROR, SB_APPROVALS_ERROR_DENIED);
  assert_n_pending (approvals, 0);
}

static void
test_hostile_words (void)
{
  g_autofree char *flood = g_strnfill (100000, 'x');
  g_autoptr(SbApproval) approval = sb_approval_new ("tool", NULL, "\033[2Jrm \xff", flood, NULL);

  g_assert_null (strchr (sb_approval_get_title (approval), '\033'));
  g_assert_true (g_utf8_validate (sb_approval_get_title (approval), -1, NULL));
  g_assert_cmpuint (strlen (sb_approval_get_detail (approval)), <, 5000);

  /* Without a key there is nothing to remember. */
  sb_approval_answer (approval, SB_APPROVAL_ALLOWED_ALWAYS);
  g_assert_cmpint (sb_approval_get_state (approval), ==, SB_APPROVAL_ALLOWED_ONCE);
  sb_approval_answer (approval, SB_APPROVAL_DENIED);
  g_assert_cmpint (sb_approval_get_state (approval), ==, SB_APPROVAL_ALLOWED_ONCE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/approvals/unattended", test_unattended);
  g_test_add_func ("/approvals/answers", test_answers);
  g_test_add_func ("/approvals/denied", test_denied);
  g_test_add_func ("/approvals/cancel", test_cancel);
  g_test_add_func ("/approvals/cancel-and-answer", test_cancel_and_answer);
  g_test_add_func ("/approvals/shell-goes", test_shell_goes);
  g_test_add_func ("/approvals/hostile-words", test_hostile_words);

  return g_test_run ();
}
