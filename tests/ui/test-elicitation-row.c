/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-elicitation-row.h"
#include "sb-json.h"
#include "sb-shell.h"
#include "sb-test.h"
#include "sb-tools-fixture.h"

static const char form[] =
  "{\"message\": \"<b>Who</b> are you?\", \"requestedSchema\": {\"type\": \"object\", \"required\": [\"name\"],"
  " \"properties\": {\"name\": {\"type\": \"string\", \"minLength\": 2},"
  " \"size\": {\"type\": \"string\", \"enum\": [\"s\", \"m\"], \"default\": \"m\"}}}}";

typedef struct
{
  /* owned */
  GAsyncResult *result; /* nullable */
  GtkWidget    *row;

  guint n_answered;
} Asked;

static void
answered_cb (Asked *asked)
{
  asked->n_answered++;
}

static void
ask (Asked      *asked,
     const char *json)
{
  g_autoptr(JsonObject) params = sb_json_parse_object (json, -1, NULL);
  g_autoptr(GTask) task = g_task_new (NULL, NULL, sb_test_keep_result, &asked->result);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpElicitation) elicitation = sb_mcp_elicitation_new (task, "weather", params, &error);

  g_assert_no_error (error);
  asked->row = g_object_ref_sink (sb_elicitation_row_new (elicitation));
  g_signal_connect_swapped (asked->row, "answered", G_CALLBACK (answered_cb), asked);
}

static char *
finish (Asked *asked)
{
  g_autoptr(JsonObject) answer = NULL;

  sb_test_wait_until (asked->result != NULL);
  answer = g_task_propagate_pointer (G_TASK (asked->result), NULL);
  g_assert_nonnull (answer);
  g_clear_object (&asked->result);
  g_assert_cmpuint (asked->n_answered, ==, 1);
  g_object_unref (asked->row);

  return sb_json_object_to_string (answer);
}

/* What is missing is said and can be filled in; defaults are there already. */
static void
test_accept (void)
{
  Asked asked = { NULL };
  g_autofree char *answer = NULL;
  GtkWidget *entry;

  ask (&asked, form);
  gtk_widget_activate_action (asked.row, "elicitation.accept", NULL);
  g_assert_cmpuint (asked.n_answered, ==, 0);
  entry = sb_tools_fixture_find (asked.row, GTK_TYPE_ENTRY);
  gtk_editable_set_text (GTK_EDITABLE (entry), "x");
  gtk_widget_activate_action (asked.row, "elicitation.accept", NULL);
  g_assert_cmpuint (asked.n_answered, ==, 0);
  gtk_editable_set_text (GTK_EDITABLE (entry), "Ada");
  gtk_widget_activate_action (asked.row, "elicitation.accept", NULL);
  answer = finish (&asked);
  g_assert_nonnull (strstr (answer, "\"action\":\"accept\""));
  g_assert_nonnull (strstr (answer, "\"name\":\"Ada\""));
  g_assert_nonnull (strstr (answer, "\"size\":\"m\""));
}

static void
test_refuse (void)
{
  static const char * const cases[][2] = {
    { "elicitation.decline", "{\"action\":\"decline\"}" },
    { "elicitation.cancel", "{\"action\":\"cancel\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Asked asked = { NULL };
      g_autofree char *answer = NULL;

      ask (&asked, form);
      gtk_widget_activate_action (asked.row, cases[i][0], NULL);
      answer = finish (&asked);
      g_assert_cmpstr (answer, ==, cases[i][1]);
    }
}

/* An address is shown whole, with nothing to fill in. */
static void
test_address (void)
{
  Asked asked = { NULL };
  g_autofree char *answer = NULL;

  ask (&asked, "{\"mode\": \"url\", \"elicitationId\": \"1\", \"message\": \"Sign in\","
               " \"url\": \"https://example.org/sign-in?a=b\"}");
  g_assert_null (sb_tools_fixture_find (asked.row, GTK_TYPE_ENTRY));
  gtk_widget_activate_action (asked.row, "elicitation.decline", NULL);
  answer = finish (&asked);
  g_assert_cmpstr (answer, ==, "{\"action\":\"decline\"}");
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();

  g_test_add_func ("/elicitation-row/accept", test_accept);
  g_test_add_func ("/elicitation-row/refuse", test_refuse);
  g_test_add_func ("/elicitation-row/address", test_address);

  return g_test_run ();
}
