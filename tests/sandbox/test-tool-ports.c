/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-sandbox-server.h"
#include "sb-test-sockets.h"
#include "sb-test-tools.h"

/* The programs "inside" are sockets of this process, on the same loopback. */

static SbPort *
get_port (Fixture *fixture,
          guint16  number)
{
  g_autoptr(SbSandbox) sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);

  return sb_port_list_find (sb_sandbox_get_ports (sandbox), number);
}

static SbMcpToolResult *
call_on (Fixture     *fixture,
         SbMcpClient *client,
         const char  *tool,
         guint16      port)
{
  g_autofree char *arguments = g_strdup_printf ("{\"port\":%u}", port);

  return tools_call_on (fixture, client, tool, arguments);
}

static gboolean
list_has (Fixture    *fixture,
          guint16     port,
          const char *state)
{
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, "listPorts", "{}");
  g_autofree char *start = g_strdup_printf ("%u: ", port);
  const char *line = strstr (result->text, start);
  g_autofree char *copy = line != NULL ? g_strndup (line, strcspn (line, "\n")) : NULL;

  g_assert_false (result->is_error);

  return copy != NULL && strstr (copy, state) != NULL;
}

static void
test_offer (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(GSocketListener) server = NULL;
  g_autoptr(SbMcpToolResult) bad = NULL;
  g_autoptr(SbMcpToolResult) none = NULL;
  g_autoptr(SbMcpToolResult) offered = NULL;
  g_autoptr(SbMcpToolResult) closed = NULL;
  guint16 port = 0;

  bad = call_on (fixture, fixture->client, "exposePort", 0);
  g_assert_true (bad->is_error);
  tools_init_sandbox (fixture);
  server = sb_test_serve (&port);
  g_assert_true (list_has (fixture, port, "test-sandbox-tool-ports"));
  g_assert_true (list_has (fixture, port, "(not open for the user)"));

  offered = call_on (fixture, fixture->client, "exposePort", port);
  g_assert_false (offered->is_error);
  g_assert_false (tools_get_boolean (offered, "open"));
  g_assert_true (sb_port_get_offered (get_port (fixture, port)));
  g_assert_true (list_has (fixture, port, "(offered to the user)"));

  closed = call_on (fixture, fixture->client, "closePort", port);
  g_assert_false (closed->is_error);
  g_assert_false (sb_port_get_offered (get_port (fixture, port)));

  g_socket_listener_close (server);
  none = call_on (fixture, fixture->client, "exposePort", port);
  g_assert_true (none->is_error);
  g_assert_true (g_str_has_prefix (none->text, "Nothing listens on port "));
  g_assert_null (get_port (fixture, port));
}

static gboolean
answer_cb (gpointer user_data)
{
  g_autoptr(SbApproval) approval = g_list_model_get_item (user_data, 0);

  if (approval == NULL)
    return G_SOURCE_CONTINUE;

  g_assert_cmpstr (sb_approval_get_kind (approval), ==, "port");
  g_assert_nonnull (strstr (sb_approval_get_detail (approval), "test-sandbox-tool-ports"));
  sb_approval_answer (approval, GPOINTER_TO_INT (g_object_get_data (user_data, "answer")));

  return G_SOURCE_REMOVE;
}

static SbMcpToolResult *
expose_and_answer (Fixture         *fixture,
                   SbMcpClient     *client,
                   SbApprovals     *approvals,
                   SbApprovalState  answer,
                   guint16          port)
{
  g_object_set_data (G_OBJECT (approvals), "answer", GINT_TO_POINTER (answer));
  g_idle_add (answer_cb, approvals);

  return call_on (fixture, client, "exposePort", port);
}

/* The user says no, then yes; and the address is never told. */
static void
test_ask (Fixture       *fixture,
          gconstpointer  data)
{
  g_autoptr(SbApprovals) approvals = sb_approvals_new ();
  g_autoptr(SbMcpServer) asking = sb_sandbox_server_new (fixture->manager, "me", approvals);
  g_autoptr(SbMcpClient) client = tools_new_client (asking);
  g_autoptr(GSocketListener) server = NULL;
  g_autoptr(SbMcpToolResult) unattended = NULL;
  g_autoptr(SbMcpToolResult) denied = NULL;
  g_autoptr(SbMcpToolResult) allowed = NULL;
  g_autoptr(SbMcpToolResult) again = NULL;
  g_autoptr(SbMcpToolResult) closed = NULL;
  g_autoptr(SbPortForward) forward = NULL;
  guint16 port = 0;

  tools_init_sandbox (fixture);
  server = sb_test_serve (&port);
  unattended = call_on (fixture, client, "exposePort", port);
  g_assert_false (tools_get_boolean (unattended, "open"));

  sb_approvals_set_attended (approvals, TRUE);
  denied = expose_and_answer (fixture, client, approvals, SB_APPROVAL_DENIED, port);
  g_assert_true (denied->is_error);
  g_assert_null (sb_port_get_forward (get_port (fixture, port)));

  allowed = expose_and_answer (fixture, client, approvals, SB_APPROVAL_ALLOWED_ONCE, port);
  g_assert_false (allowed->is_error);
  g_assert_true (tools_get_boolean (allowed, "open"));
  forward = g_object_ref (sb_port_get_forward (get_port (fixture, port)));
  g_assert_true (sb_port_forward_is_open (forward));
  g_assert_null (strstr (allowed->text, "localhost"));
  g_assert_true (list_has (fixture, port, "(open for the user's browser)"));
  again = call_on (fixture, client, "exposePort", port);
  g_assert_true (tools_get_boolean (again, "open"));

  closed = call_on (fixture, client, "closePort", port);
  g_assert_false (closed->is_error);
  g_assert_false (sb_port_forward_is_open (forward));
}

/* The sandbox ends: so does what was open. */
static void
test_end (Fixture       *fixture,
          gconstpointer  data)
{
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(GSocketListener) server = NULL;
  g_autoptr(SbMcpToolResult) stopped = NULL;
  g_autoptr(SbPortForward) forward = NULL;
  SbPortList *ports = NULL;
  guint16 port = 0;

  tools_init_sandbox (fixture);
  server = sb_test_serve (&port);
  sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);
  ports = sb_sandbox_get_ports (sandbox);
  sb_port_list_watch (ports);
  sb_test_wait_until (sb_port_list_find (ports, port) != NULL);
  g_assert_true (sb_port_list_open (ports, port, NULL));
  forward = g_object_ref (sb_port_get_forward (sb_port_list_find (ports, port)));

  stopped = tools_call (fixture, "stopSandbox", "{}");
  g_assert_false (stopped->is_error);
  g_assert_false (sb_port_forward_is_open (forward));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (ports)), ==, 0);
  g_assert_false (sb_port_list_open (ports, port, NULL));
  sb_port_list_unwatch (ports);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/sandbox/tool-ports/offer", Fixture, NULL, tools_set_up, test_offer, tools_tear_down);
  g_test_add ("/sandbox/tool-ports/ask", Fixture, NULL, tools_set_up, test_ask, tools_tear_down);
  g_test_add ("/sandbox/tool-ports/end", Fixture, NULL, tools_set_up, test_end, tools_tear_down);

  return g_test_run ();
}
