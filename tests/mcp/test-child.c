/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "sb-json.h"
#include "sb-mcp-child-transport.h"
#include "sb-mcp-client.h"
#include "sb-test.h"

typedef struct
{
  GPtrArray *messages;
  GError    *error;
  gboolean   closed;
} Heard;

static void
message_cb (SbMcpTransport *transport,
            JsonNode       *message,
            gpointer        user_data)
{
  Heard *heard = user_data;

  g_ptr_array_add (heard->messages, sb_json_to_string (message, FALSE));
}

static void
closed_cb (SbMcpTransport *transport,
           const GError   *error,
           gpointer        user_data)
{
  Heard *heard = user_data;

  heard->closed = TRUE;
  heard->error = error != NULL ? g_error_copy (error) : NULL;
}

static SbMcpTransport *
start (Heard      *heard,
       const char *script)
{
  const char * const argv[] = { "sh", "-c", script, NULL };
  const char * const env[] = { "GIVEN=yes", NULL };
  g_autoptr(GError) error = NULL;
  SbMcpTransport *transport = sb_mcp_child_transport_new (argv, env, "/", &error);

  g_assert_no_error (error);
  heard->messages = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (transport, "message", G_CALLBACK (message_cb), heard);
  g_signal_connect (transport, "closed", G_CALLBACK (closed_cb), heard);
  sb_mcp_transport_start (transport);

  return transport;
}

static void
finish (Heard          *heard,
        SbMcpTransport *transport)
{
  sb_mcp_transport_close (transport);
  sb_test_wait_until (heard->closed);
  g_assert_finalize_object (transport);
  g_clear_error (&heard->error);
  g_ptr_array_unref (heard->messages);
}

static pid_t
get_pid (Heard *heard,
         guint  n)
{
  sb_test_wait_until (heard->messages->len > n);

  return atoi (g_ptr_array_index (heard->messages, n));
}

static gboolean
is_gone (pid_t pid)
{
  return kill (pid, 0) < 0 && errno == ESRCH;
}

static void
test_talk (void)
{
  Heard heard = { NULL };
  SbMcpTransport *transport = NULL;
  g_autoptr(JsonNode) node = sb_json_parse ("{\"hello\":1}", -1, NULL);

  g_setenv ("SB_TEST_API_KEY", "secret", TRUE);
  transport = start (&heard, "echo \"[\\\"$GIVEN\\\",\\\"$PWD\\\",\\\"$SB_TEST_API_KEY\\\"]\"; exec cat");
  sb_mcp_transport_send (transport, node);
  sb_test_wait_until (heard.messages->len == 2);
  g_assert_cmpstr (g_ptr_array_index (heard.messages, 0), ==, "[\"yes\",\"/\",\"\"]");
  g_assert_cmpstr (g_ptr_array_index (heard.messages, 1), ==, "{\"hello\":1}");
  finish (&heard, transport);
}

static void
test_dies (void)
{
  Heard heard = { NULL };
  SbMcpTransport *transport = start (&heard, "echo '{\"last\":1}'; echo cannot find my config >&2; exit 3");

  sb_test_wait_until (heard.closed);
  g_assert_cmpuint (heard.messages->len, ==, 1);
  g_assert_error (heard.error, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED);
  g_assert_nonnull (strstr (heard.error->message, "ended with status 3"));
  g_assert_nonnull (strstr (heard.error->message, "cannot find my config"));
  finish (&heard, transport);
}

static void
stderr_cb (SbMcpTransport *transport,
           const char     *text,
           gpointer        user_data)
{
  g_string_append (user_data, text);
}

static void
test_stderr (void)
{
  Heard heard = { NULL };
  g_autoptr(GString) told = g_string_new (NULL);
  g_autofree char *kept = NULL;
  const char *script = "printf 'gr\\303' >&2; printf '\\274\\303\\237e \\033[31mred\\n' >&2; exec cat";
  SbMcpTransport *transport = start (&heard, script);

  g_signal_connect (transport, "stderr", G_CALLBACK (stderr_cb), told);
  sb_test_wait_until (strchr (told->str, '\n') != NULL);
  g_assert_cmpstr (told->str, ==, "grüße red\n");
  kept = sb_mcp_child_transport_dup_stderr (transport);
  g_assert_cmpstr (kept, ==, "grüße red\n");
  finish (&heard, transport);
}

static void
test_floods_stderr (void)
{
  Heard heard = { NULL };
  SbMcpTransport *transport = start (&heard, "head -c 3000000 /dev/zero | tr '\\0' e >&2; echo the end >&2; echo 1");

  sb_test_wait_until (heard.closed);
  g_assert_cmpuint (heard.messages->len, ==, 1);
  g_assert_true (g_str_has_suffix (heard.error->message, "the end"));
  g_assert_cmpuint (strlen (heard.error->message), <, 1000);
  finish (&heard, transport);
}

/* Deaf to the end of its stdin and to TERM, with a child of its own: the whole group goes in the end. */
static void
test_stubborn (void)
{
  Heard heard = { NULL };
  SbMcpTransport *transport = start (&heard, "trap '' TERM; sleep 1000 & echo $!; echo $$; while :; do sleep 1; done");
  pid_t child = get_pid (&heard, 0);
  pid_t leader = get_pid (&heard, 1);

  g_assert_false (is_gone (leader));
  finish (&heard, transport);
  g_assert_true (is_gone (leader));
  sb_test_wait_until (is_gone (child));
}

/* It ends in order, but leaves a child behind that holds its stdout: no reason to wait. */
static void
test_leaves_child (void)
{
  Heard heard = { NULL };
  SbMcpTransport *transport = start (&heard, "sleep 1000 & echo $!; exit 0");
  pid_t child = get_pid (&heard, 0);

  sb_test_wait_until (heard.closed);
  sb_test_wait_until (is_gone (child));
  finish (&heard, transport);
}

static void
test_never_started (void)
{
  const char * const argv[] = { "sleep", "1000", NULL };
  const char * const nonsense[] = { "no-such-program-anywhere", NULL };
  g_autoptr(GError) error = NULL;
  SbMcpTransport *transport = sb_mcp_child_transport_new (argv, NULL, NULL, NULL);

  g_assert_nonnull (transport);
  g_assert_finalize_object (transport);
  g_assert_null (sb_mcp_child_transport_new (nonsense, NULL, NULL, &error));
  g_assert_nonnull (error);
}

/* A client's call on a server that exits: it ends with the server's last words. */
static void
test_client (void)
{
  const char * const argv[] = { "sh", "-c", "read line; echo no licence >&2; exit 1", NULL };
  g_autoptr(SbMcpTransport) transport = sb_mcp_child_transport_new (argv, NULL, NULL, NULL);
  g_autoptr(SbMcpClient) client = sb_mcp_client_new (transport);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_mcp_client_initialize_finish (client, result, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "no licence"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/mcp/child/talk", test_talk);
  g_test_add_func ("/mcp/child/dies", test_dies);
  g_test_add_func ("/mcp/child/stderr", test_stderr);
  g_test_add_func ("/mcp/child/floods-stderr", test_floods_stderr);
  g_test_add_func ("/mcp/child/stubborn", test_stubborn);
  g_test_add_func ("/mcp/child/leaves-child", test_leaves_child);
  g_test_add_func ("/mcp/child/never-started", test_never_started);
  g_test_add_func ("/mcp/child/client", test_client);

  return g_test_run ();
}
