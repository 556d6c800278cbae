/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-form-field.h"
#include "sb-form.h"
#include "sb-json.h"
#include "sb-shell.h"
#include "sb-test.h"
#include "sb-tool-detail.h"
#include "sb-tool-row.h"
#include "sb-tools-fixture.h"
#include "sb-tools-page.h"

static GtkSingleSelection *
get_tools (SbToolsFixture *fixture)
{
  GtkWidget *list = sb_tools_fixture_find (fixture->page, GTK_TYPE_LIST_VIEW);

  return GTK_SINGLE_SELECTION (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
}

static void
start_own (SbToolsFixture *fixture)
{
  g_assert_true (sb_tools_fixture_shows (fixture->page, "No Tools"));
  sb_tools_model_switch_server (fixture->model, "own", TRUE);
  sb_tools_fixture_wait (fixture, "own", SB_GATEWAY_SERVER_READY);
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (get_tools (fixture))) > 5);
}

static guint
find (SbToolsFixture *fixture,
      const char     *name)
{
  GListModel *tools = G_LIST_MODEL (get_tools (fixture));

  for (guint i = 0; i < g_list_model_get_n_items (tools); i++)
    {
      g_autoptr(SbGatewayTool) tool = g_list_model_get_item (tools, i);

      if (g_str_equal (sb_gateway_tool_get_name (tool), name))
        return i;
    }

  return GTK_INVALID_LIST_POSITION;
}

/* Tools come with their server, are found by name, and are switched one by one. */
static void
test_list (SbToolsFixture *fixture,
           gconstpointer   data)
{
  GtkWidget *search = sb_tools_fixture_find (fixture->page, GTK_TYPE_SEARCH_ENTRY);
  GtkWidget *row;

  start_own (fixture);
  gtk_editable_set_text (GTK_EDITABLE (search), "LISTsand");
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (get_tools (fixture))) == 1);
  row = sb_tools_fixture_find (fixture->page, SB_TYPE_TOOL_ROW);
  sb_test_wait_until (sb_tools_fixture_shows (row, "listSandboxes"));
  g_assert_true (sb_tools_fixture_shows (row, "tokens"));
  gtk_widget_activate (sb_tools_fixture_find (row, GTK_TYPE_SWITCH));
  sb_test_wait_until (!sb_catalog_state_get_tool_enabled (fixture->parts.state, "own", "listSandboxes"));
  gtk_editable_set_text (GTK_EDITABLE (search), "nothing is called so");
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "No Tool Matches"));
}

static void
test_one_server (SbToolsFixture *fixture,
                 gconstpointer   data)
{
  start_own (fixture);
  sb_tools_model_set_server (fixture->model, sb_gateway_lookup (fixture->gateway, "weather"));
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "No Tools"));
  sb_tools_model_set_server (fixture->model, sb_gateway_lookup (fixture->gateway, "own"));
  sb_test_wait_until (find (fixture, "exec") != GTK_INVALID_LIST_POSITION);
}

/* By hand: what is missing is said, what is answered is shown. */
static void
test_run (SbToolsFixture *fixture,
          gconstpointer   data)
{
  GtkWidget *detail = sb_tools_fixture_find (fixture->page, SB_TYPE_TOOL_DETAIL);

  start_own (fixture);
  gtk_single_selection_set_selected (get_tools (fixture), find (fixture, "listSandboxes"));
  sb_test_wait_until (gtk_widget_get_mapped (detail));
  g_assert_true (sb_tools_fixture_shows (detail, "It was not called yet."));
  gtk_widget_activate_action (detail, "tool.run", NULL);
  sb_test_wait_until (sb_tools_fixture_shows (detail, "Done, after"));

  gtk_single_selection_set_selected (get_tools (fixture), find (fixture, "readFile"));
  g_assert_false (sb_tools_fixture_shows (detail, "Done, after"));
  gtk_widget_activate_action (detail, "tool.run", NULL);
  sb_test_wait_until (sb_tools_fixture_shows (detail, "is missing or not valid"));
}

/* However many there are, and whatever they say of themselves. */
static void
test_many (SbToolsFixture *fixture,
           gconstpointer   data)
{
  SbGatewayServer *server = sb_gateway_lookup (fixture->gateway, "weather");
  GListStore *store = G_LIST_STORE (sb_gateway_server_get_tools (server));
  g_autofree char *long_text = g_strnfill (100 * 1024, 'x');
  g_autoptr(GPtrArray) tools = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < 10000; i++)
    {
      SbMcpTool *tool = g_new0 (SbMcpTool, 1);

      tool->name = g_strdup_printf ("<b>tool</b>\xe2\x80\xae%u", i);
      tool->description = i < 3 ? g_strdup (long_text) : g_strdup ("<i>says</i>\n\nmuch");
      tool->input_schema = json_object_new ();
      tool->entry = json_object_ref (tool->input_schema);
      g_ptr_array_add (tools, sb_gateway_tool_new ("weather", tool));
    }
  g_list_store_splice (store, 0, 0, tools->pdata, tools->len);
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (get_tools (fixture))) == 10000);
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "<b>tool</b>"));
  gtk_single_selection_set_selected (get_tools (fixture), 1);
  sb_test_spin (50);
  g_list_store_remove_all (store);
}

/* What a person calls is in the trace, under the name that agents use. */
static void
test_traced (SbToolsFixture *fixture,
             gconstpointer   data)
{
  g_autoptr(SbTrace) trace = sb_trace_new (fixture->parts.redactor);
  g_autoptr(SbTraceEvent) turn = NULL;
  g_autoptr(SbTraceEvent) call = NULL;
  GtkWidget *detail = sb_tools_fixture_find (fixture->page, SB_TYPE_TOOL_DETAIL);

  sb_tools_model_set_trace (fixture->model, trace);
  start_own (fixture);
  gtk_single_selection_set_selected (get_tools (fixture), find (fixture, "listSandboxes"));
  gtk_widget_activate_action (detail, "tool.run", NULL);
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (trace)) == 2);
  turn = g_list_model_get_item (G_LIST_MODEL (trace), 0);
  call = g_list_model_get_item (G_LIST_MODEL (trace), 1);
  g_assert_cmpstr (sb_trace_event_get_title (turn), ==, "By hand: listSandboxes");
  g_assert_cmpint (sb_trace_event_get_kind (call), ==, SB_TRACE_KIND_TOOL_CALL);
  g_assert_cmpstr (sb_trace_event_get_title (call), ==, "listSandboxes");
  sb_test_wait_until (sb_trace_event_get_state (call) == SB_TRACE_STATE_OK
                      && sb_trace_event_get_state (turn) == SB_TRACE_STATE_OK);
  g_assert_nonnull (sb_trace_event_get_response (call));
}

static void
test_form (SbToolsFixture *fixture,
           gconstpointer   data)
{
  static const char schema[] =
    "{\"type\": \"object\", \"required\": [\"n\"], \"properties\": {"
    "\"n\": {\"type\": \"integer\", \"default\": 7, \"minimum\": 1},"
    "\"on\": {\"type\": \"boolean\", \"default\": true},"
    "\"maybe\": {\"type\": \"boolean\"},"
    "\"color\": {\"type\": \"string\", \"enum\": [\"red\", \"green\"], \"default\": \"green\"},"
    "\"list\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}},"
    "\"text\": {\"type\": \"string\"}}}";
  g_autoptr(JsonObject) object = sb_json_parse_object (schema, -1, NULL);
  g_autoptr(GtkWidget) form = g_object_ref_sink (sb_form_new_for_schema (object));
  g_autoptr(JsonObject) content = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  GtkWidget *entry = sb_tools_fixture_find (form, GTK_TYPE_ENTRY);
  GtkWidget *lines = sb_tools_fixture_find (form, GTK_TYPE_TEXT_VIEW);
  GtkWidget *on = sb_tools_fixture_find (form, GTK_TYPE_SWITCH);
  GtkWidget *maybe = NULL;
  g_autoptr(JsonObject) moved = NULL;

  g_assert_cmpuint (sb_form_get_n_fields (SB_FORM (form)), ==, 6);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (lines)), "[\"a\", \"b\"]", -1);
  content = sb_form_dup_content (SB_FORM (form), &error);
  g_assert_no_error (error);
  text = sb_json_object_to_string (content);
  g_assert_cmpstr (text, ==, "{\"n\":7,\"on\":true,\"color\":\"green\",\"list\":[\"a\",\"b\"]}");

  /* A switch that was moved says so, even when it is back where it was. */
  maybe = sb_tools_fixture_find (gtk_widget_get_next_sibling (gtk_widget_get_ancestor (on, SB_TYPE_FORM_FIELD)),
                                 GTK_TYPE_SWITCH);
  gtk_switch_set_active (GTK_SWITCH (maybe), TRUE);
  gtk_switch_set_active (GTK_SWITCH (maybe), FALSE);
  moved = sb_form_dup_content (SB_FORM (form), &error);
  g_assert_true (json_object_has_member (moved, "maybe"));

  gtk_editable_set_text (GTK_EDITABLE (entry), "seven");
  g_assert_null (sb_form_dup_content (SB_FORM (form), &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  gtk_editable_set_text (GTK_EDITABLE (entry), "0");
  g_assert_null (sb_form_dup_content (SB_FORM (form), &error));
  g_assert_nonnull (error);
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_TOOLS_PAGE);

#define ADD(name, func) \
  g_test_add ("/tools-page/" name, SbToolsFixture, type, sb_tools_fixture_set_up, func, sb_tools_fixture_tear_down)
  ADD ("list", test_list);
  ADD ("one-server", test_one_server);
  ADD ("run", test_run);
  ADD ("many", test_many);
  ADD ("traced", test_traced);
  ADD ("form", test_form);

  return g_test_run ();
}
