/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-http-server.h"
#include "sb-mcp-server.h"
#include "sb-offer-detail.h"
#include "sb-offers-page.h"
#include "sb-shell.h"
#include "sb-test.h"
#include "sb-tools-fixture.h"

#define URI "note://one"
#define HOSTILE "<b>bold</b> \\u001b[31mred"

static void
accept_cb (SbMcpTransport *transport,
           gpointer        server)
{
  sb_mcp_server_accept (server, transport);
}

static JsonObject *
parse (const char *text)
{
  JsonObject *object = sb_json_parse_object (text, -1, NULL);

  g_assert_nonnull (object);

  return object;
}

static void
get_cb (SbMcpExchange *exchange,
        gpointer       user_data)
{
  g_autofree char *params = sb_json_object_to_string (sb_mcp_exchange_get_params (exchange));
  const gboolean named = strstr (params, "\"who\":\"Ada\"") != NULL;
  JsonObject *result = parse (named ? "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\","
                                      "\"text\":\"Greet Ada " HOSTILE "\"}}]}"
                                    : "{\"messages\":[]}");

  sb_mcp_exchange_respond (exchange, result);
}

/* Says which address was asked for. */
static void
read_cb (SbMcpExchange *exchange,
         gpointer       user_data)
{
  const char *uri = sb_json_get_string (sb_mcp_exchange_get_params (exchange), "uri");
  g_autofree char *text = g_strdup_printf ("{\"contents\":[{\"uri\":\"%s\",\"text\":\"read %s\"}]}", uri, uri);
  JsonObject *result = parse (text);

  sb_mcp_exchange_respond (exchange, result);
}

static SbMcpServer *
new_server (void)
{
  SbMcpServer *server = sb_mcp_server_new ("notes", "1", NULL);
  g_autoptr(JsonObject) prompt = parse ("{\"name\":\"greet\",\"title\":\"Greeting " HOSTILE "\",\"arguments\":["
                                        "{\"name\":\"who\",\"required\":true}]}");
  g_autoptr(JsonObject) resource = parse ("{\"uri\":\"" URI "\",\"name\":\"One note\",\"size\":7}");
  g_autoptr(JsonObject) uri_template = parse ("{\"uriTemplate\":\"note://{name}\",\"name\":\"Any note\"}");

  sb_mcp_server_set_prompt (server, prompt, get_cb, NULL);
  sb_mcp_server_set_resource (server, resource, read_cb, NULL);
  sb_mcp_server_set_resource (server, uri_template, read_cb, NULL);

  return server;
}

static GtkSingleSelection *
get_offers (SbToolsFixture *fixture)
{
  GtkWidget *list = sb_tools_fixture_find (fixture->page, GTK_TYPE_LIST_VIEW);

  return GTK_SINGLE_SELECTION (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
}

/* Texts of answers are in text views. */
static gboolean
shows_answer (GtkWidget  *widget,
              const char *text)
{
  gboolean found = FALSE;

  if (GTK_IS_TEXT_VIEW (widget))
    {
      g_autofree char *shown = NULL;

      g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget)), "text", &shown, NULL);
      found = strstr (shown, text) != NULL;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); !found && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = shows_answer (child, text);

  return found;
}

static GtkWidget *
select_offer (SbToolsFixture *fixture,
              guint           position)
{
  gtk_single_selection_set_selected (get_offers (fixture), position);

  return sb_tools_fixture_find (fixture->page, SB_TYPE_OFFER_DETAIL);
}

static void
test_offers (SbToolsFixture *fixture,
             gconstpointer   data)
{
  const SbMcpHttpServerOptions options = { .kind = SB_MCP_HTTP_SERVE_STREAMABLE };
  g_autoptr(SbMcpServer) server = new_server ();
  g_autoptr(SbMcpHttpServer) http = sb_mcp_http_server_new (&options, accept_cb, server, NULL);
  GtkWidget *detail;

  g_assert_true (sb_tools_fixture_shows (fixture->page, "Choose a Server"));
  g_assert_true (sb_gateway_use_external (fixture->gateway, sb_mcp_http_server_get_url (http), NULL, NULL));
  sb_tools_model_set_server (fixture->model,
                             sb_tools_fixture_wait (fixture, "gateway", SB_GATEWAY_SERVER_READY));
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (get_offers (fixture))) == 3);
  g_assert_true (sb_tools_fixture_shows (fixture->page, "Greeting <b>bold</b>"));

  /* A prompt wants its argument, and what comes is text. */
  detail = select_offer (fixture, 0);
  gtk_widget_activate_action (detail, "offer.run", NULL);
  sb_test_wait_until (sb_tools_fixture_shows (detail, "missing"));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (sb_tools_fixture_find (detail,
                                                                                            GTK_TYPE_TEXT_VIEW))),
                            "Ada", -1);
  gtk_widget_activate_action (detail, "offer.run", NULL);
  sb_test_wait_until (shows_answer (detail, "Greet Ada <b>bold</b>"));
  g_assert_true (sb_tools_fixture_shows (detail, "User"));
  g_assert_false (shows_answer (detail, "\x1b"));

  /* A resource that is watched says when it changed, until it is read again. */
  detail = select_offer (fixture, 1);
  gtk_widget_activate_action (detail, "offer.run", NULL);
  sb_test_wait_until (shows_answer (detail, "read " URI));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (sb_tools_fixture_find (detail, GTK_TYPE_TOGGLE_BUTTON)), TRUE);
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "watched"));
  sb_test_wait_until (g_hash_table_size (sb_mcp_server_collect_subscriptions (server)) > 0);
  sb_mcp_server_tell_resource_updated (server, URI);
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "changed"));
  gtk_widget_activate_action (detail, "offer.run", NULL);
  sb_test_wait_until (!sb_tools_fixture_shows (fixture->page, "changed"));

  /* A template is filled in. */
  detail = select_offer (fixture, 2);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (sb_tools_fixture_find (detail,
                                                                                            GTK_TYPE_TEXT_VIEW))),
                            "a b", -1);
  gtk_widget_activate_action (detail, "offer.run", NULL);
  sb_test_wait_until (shows_answer (detail, "read note://a%20b"));

  /* With the server goes what it offered. */
  sb_gateway_use_built_in (fixture->gateway);
  sb_tools_model_set_server (fixture->model, NULL);
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "Choose a Server"));
  sb_mcp_http_server_stop (http);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (server) == 0);
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_OFFERS_PAGE);

  g_test_add ("/offers-page/offers", SbToolsFixture, type, sb_tools_fixture_set_up, test_offers,
              sb_tools_fixture_tear_down);

  return g_test_run ();
}
