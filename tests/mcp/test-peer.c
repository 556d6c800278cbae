/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-peer.h"
#include "sb-test-mcp.h"
#include "sb-test.h"

static void
answer_later (SbMcpRequest *request,
              gpointer      user_data)
{
  GPtrArray *kept = user_data;

  g_ptr_array_add (kept, g_object_ref (request));
}

static void
answer_now (SbMcpRequest *request,
            gpointer      user_data)
{
  sb_mcp_request_respond (request, json_object_new ());
}

static void
drop (SbMcpRequest *request,
      gpointer      user_data)
{
}

static void
ignore_note (JsonObject *params,
             gpointer    user_data)
{
}

static void
ignore_progress (double      progress,
                 double      total,
                 const char *text,
                 gpointer    user_data)
{
}

static const SbMcpMethod methods[] = {
  { .method = "now", .request = answer_now },
  { .method = "later", .request = answer_later },
  { .method = "drop", .request = drop },
  { .method = "note", .notification = ignore_note },
};

static SbMcpPeer *
new_peer (SbTestFarEnd *far,
          SbMcpRole     role,
          GPtrArray    *kept)
{
  SbMcpPeer *peer = sb_mcp_peer_new (far->ours, role, methods, G_N_ELEMENTS (methods), kept);

  sb_mcp_peer_start (peer);

  return peer;
}

/* What a far end may say while our one call (id 1) waits, and how the call ends. */
static const struct
{
  const char *said;
  int         code;   /* of SB_MCP_ERROR; -1: the call succeeds; -2: it goes on waiting */
  const char *reason; /* a part of it */
} answers[] = {
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", -1, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{}}", -1, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1.0,\"result\":{}}", -1, NULL },
  { "{\"id\":1,\"result\":{\"x\":[]}}", -1, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{\"code\":1,\"message\":\"m\"}}",
    SB_MCP_ERROR_PROTOCOL, "at once" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1}", SB_MCP_ERROR_PROTOCOL, "neither" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":7}", SB_MCP_ERROR_PROTOCOL, "neither" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}", SB_MCP_ERROR_PROTOCOL, "neither" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,\"message\":\"no luck\"}}",
    SB_MCP_ERROR_REMOTE, "no luck (-32000)" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":\"E1\",\"message\":\"no luck\"}}",
    SB_MCP_ERROR_REMOTE, "no luck" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":0.5}}", SB_MCP_ERROR_REMOTE, "no reason" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"no luck\"}", SB_MCP_ERROR_REMOTE, "no reason" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"message\":\"a\\u001b[31mb\"}}", SB_MCP_ERROR_REMOTE, "ab" },
  { "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"bad\"}}",
    SB_MCP_ERROR_REMOTE, "bad" },
  { "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"bad\"}}", SB_MCP_ERROR_REMOTE, "bad" },
  { "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}]", SB_MCP_ERROR_PROTOCOL, "batch" },
  { "[]", -2, NULL },
  { "42", -2, NULL },
  { "null", -2, NULL },
  { "\"text\"", -2, NULL },
  { "{}", -2, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}", -2, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":-1,\"result\":{}}", -2, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"result\":{}}", -2, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":\"1x\",\"result\":{}}", -2, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":{}}", -2, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":{}}", -2, NULL },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":99}}", -2, NULL },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unheard-of\",\"params\":[1]}", -2, NULL },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}", -2, NULL },
};

static void
check_answer (gsize i)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_CLIENT, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) pong = NULL;
  g_autoptr(JsonNode) answer = NULL;
  g_autoptr(GError) error = NULL;

  g_test_message ("%s", answers[i].said);
  sb_mcp_peer_call_async (peer, "ask", NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_far_end_wait (far, 0);
  sb_test_far_end_say (far, answers[i].said);
  if (answers[i].code == -2)
    {
      /* The connection still works: a ping of theirs is answered, and then our call. */
      sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}");
      sb_test_far_end_wait (far, 1);
      g_assert_null (result);
      sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    }
  sb_test_wait_until (result != NULL);
  answer = sb_mcp_peer_call_finish (peer, result, &error);
  if (answers[i].code < 0)
    {
      g_assert_no_error (error);
      g_assert_nonnull (answer);
    }
  else
    {
      g_assert_error (error, SB_MCP_ERROR, answers[i].code);
      g_assert_nonnull (strstr (error->message, answers[i].reason));
    }
  sb_mcp_peer_close (peer);
}

static void
test_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    check_answer (i);
}

/* What a far end may ask of our server, and what it hears. */
static const struct
{
  const char *said;
  const char *heard; /* a part of it; NULL: nothing */
  gboolean    has_id;
} requests[] = {
  { "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"now\"}", "\"id\":5,\"result\":{}", TRUE },
  { "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"now\",\"params\":null}", "\"id\":\"a\",\"result\":{}", TRUE },
  { "{\"jsonrpc\":\"2.0\",\"id\":-7,\"method\":\"ping\",\"params\":{}}", "\"id\":-7,\"result\":{}", TRUE },
  { "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"server/discover\"}", "-32601", TRUE },
  { "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"note\"}", "-32601", TRUE },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"drop\"}", "-32603", TRUE },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"now\",\"params\":[1]}", "-32602", TRUE },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"now\",\"params\":\"x\"}", "-32602", TRUE },
  { "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"now\"}", "-32600", FALSE },
  { "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"now\"}", "-32600", FALSE },
  { "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"now\"}", "-32600", FALSE },
  { "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"now\"}", "-32600", FALSE },
  { "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"now\"}", "-32600", TRUE },
  { "{\"id\":1,\"method\":\"now\"}", "-32600", TRUE },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", "-32600", TRUE },
  { "{\"jsonrpc\":\"2.0\",\"id\":1}", "-32600", FALSE },
  { "{}", "-32600", FALSE },
  { "[]", "-32600", FALSE },
  { "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"now\"}]", "-32600", FALSE },
  { "42", "-32600", FALSE },
  { "null", "-32600", FALSE },
  { "\"x\"", "-32600", FALSE },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"note\"}", NULL, FALSE },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"now\"}", NULL, FALSE },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"note\",\"params\":[]}", NULL, FALSE },
  { "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}", NULL, FALSE },
  { "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{}}", NULL, FALSE },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":{}}}", NULL, FALSE },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}", NULL, FALSE },
};

static void
test_requests (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_SERVER, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      const char *heard = NULL;

      g_test_message ("%s", requests[i].said);
      g_ptr_array_set_size (far->heard, 0);
      sb_test_far_end_say (far, requests[i].said);
      sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":\"end\",\"method\":\"ping\"}");
      heard = sb_test_far_end_wait (far, requests[i].heard != NULL ? 1 : 0);
      g_assert_nonnull (strstr (heard, "\"end\""));
      g_assert_cmpuint (far->heard->len, ==, requests[i].heard != NULL ? 2 : 1);
      if (requests[i].heard == NULL)
        continue;
      heard = g_ptr_array_index (far->heard, 0);
      g_assert_nonnull (strstr (heard, requests[i].heard));
      g_assert_true ((strstr (heard, "\"id\"") != NULL) == requests[i].has_id);
    }
  sb_mcp_peer_close (peer);
}

static void
test_noise_server (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_SERVER, NULL);
  const char *heard = NULL;

  g_signal_emit_by_name (far->ours, "noise", "{\"jsonrpc\"");
  heard = sb_test_far_end_wait (far, 0);
  g_assert_nonnull (strstr (heard, "-32700"));
  g_assert_null (strstr (heard, "\"id\""));
  sb_mcp_peer_close (peer);
}

static void
test_noise_client (void)
{
  static const struct
  {
    const char *line;
    gboolean    fails;
  } lines[] = {
    { "Server listening on stdio", FALSE },
    { "{", FALSE },
    { "{ debug: 1 }", FALSE },
    { "  \"jsonrpc\": \"2.0\",", TRUE },
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
      g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_CLIENT, NULL);
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GError) error = NULL;
      g_autoptr(JsonNode) answer = NULL;

      g_test_message ("%s", lines[i].line);
      sb_mcp_peer_call_async (peer, "ask", NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
      sb_test_far_end_wait (far, 0);
      g_signal_emit_by_name (far->ours, "noise", lines[i].line);
      if (!lines[i].fails)
        sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
      sb_test_wait_until (result != NULL);
      answer = sb_mcp_peer_call_finish (peer, result, &error);
      g_assert_true ((answer == NULL) == lines[i].fails);
      g_assert_cmpuint (far->heard->len, ==, 1);
      g_assert_cmpuint (sb_mcp_peer_get_ignored (peer), ==, 1);
      sb_mcp_peer_close (peer);
    }
}

static void
test_error_without_id_among_many (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_CLIENT, NULL);
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  g_autoptr(JsonNode) first_answer = NULL;
  g_autoptr(JsonNode) second_answer = NULL;

  sb_mcp_peer_call_async (peer, "a", NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &first);
  sb_mcp_peer_call_async (peer, "b", NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &second);
  sb_test_far_end_wait (far, 1);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,\"message\":\"x\"}}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
  sb_test_wait_until (first != NULL && second != NULL);
  first_answer = sb_mcp_peer_call_finish (peer, first, NULL);
  second_answer = sb_mcp_peer_call_finish (peer, second, NULL);
  g_assert_nonnull (first_answer);
  g_assert_nonnull (second_answer);
  g_assert_cmpuint (sb_mcp_peer_get_ignored (peer), ==, 2);
  sb_mcp_peer_close (peer);
}

static void
test_duplicate_and_cancelled (void)
{
  g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_SERVER, kept);
  SbMcpRequest *request = NULL;

  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"later\"}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"later\"}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"method\":\"later\"}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 0), "-32600"));
  sb_test_wait_until (kept->len == 2);

  request = g_ptr_array_index (kept, 0);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                            "\"params\":{\"requestId\":7}}");
  sb_test_wait_until (g_cancellable_is_cancelled (sb_mcp_request_get_cancellable (request)));
  sb_mcp_request_respond (request, json_object_new ());
  sb_mcp_request_progress (request, 1, -1, "late");
  request = g_ptr_array_index (kept, 1);
  g_assert_false (g_cancellable_is_cancelled (sb_mcp_request_get_cancellable (request)));
  sb_mcp_request_respond (request, json_object_new ());
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 1), "\"id\":\"7\",\"result\""));

  /* The id is free again; and a request that is still open when the far end leaves is cancelled. */
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"later\"}");
  sb_test_wait_until (kept->len == 3);
  sb_mcp_transport_close (far->far);
  request = g_ptr_array_index (kept, 2);
  sb_test_wait_until (g_cancellable_is_cancelled (sb_mcp_request_get_cancellable (request)));
  g_assert_cmpuint (far->heard->len, ==, 2);
}

static void
test_too_many_requests (void)
{
  g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_SERVER, kept);

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"later\"}", i);

      sb_test_far_end_say (far, text);
    }
  sb_test_wait_until (far->heard->len == 44);
  g_assert_cmpuint (kept->len, ==, 256);
  g_assert_nonnull (strstr (g_ptr_array_index (far->heard, 43), "\"id\":299"));
  sb_mcp_peer_close (peer);
}

static void
test_progress_only_with_token (void)
{
  g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_SERVER, kept);
  SbMcpRequest *request = NULL;

  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"later\"}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"later\","
                            "\"params\":{\"_meta\":{\"progressToken\":\"t\"}}}");
  sb_test_wait_until (kept->len == 2);
  sb_mcp_request_progress (g_ptr_array_index (kept, 0), 1, -1, "a");
  request = g_ptr_array_index (kept, 1);
  sb_mcp_request_progress (request, 5, 10, "b");
  sb_mcp_request_progress (request, 5, -1, NULL);
  sb_mcp_request_respond (request, json_object_new ());
  sb_mcp_request_progress (request, 9, -1, "late");
  sb_test_far_end_wait (far, 2);
  g_assert_nonnull (strstr (g_ptr_array_index (far->heard, 0), "\"progressToken\":\"t\",\"progress\":5"));
  g_assert_nonnull (strstr (g_ptr_array_index (far->heard, 0), "\"message\":\"b\""));
  g_assert_nonnull (strstr (g_ptr_array_index (far->heard, 1), "\"progress\":6"));
  g_assert_nonnull (strstr (g_ptr_array_index (far->heard, 2), "\"result\""));
  sb_mcp_peer_close (peer);
  g_assert_cmpuint (far->heard->len, ==, 3);
}

static void
test_timeout (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_CLIENT, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_peer_call_async (peer, "ask", NULL, 20, ignore_progress, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_peer_call_finish (peer, result, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 0), "\"progressToken\":1"));
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 1), "\"requestId\":1"));
  sb_mcp_peer_close (peer);
}

/* The user's time to answer the server is not the server's time to answer us. */
static void
test_timeout_pauses (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_CLIENT, kept);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) before = NULL;
  g_autoptr(GAsyncResult) during = NULL;
  g_autoptr(GAsyncResult) cancelled = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) cancel_error = NULL;

  sb_mcp_peer_call_async (peer, "before", NULL, 40, ignore_progress, NULL, NULL, sb_test_keep_result, &before);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"later\"}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"later\"}");
  sb_test_wait_until (kept->len == 2 || before != NULL);
  sb_mcp_peer_call_async (peer, "during", NULL, 40, NULL, NULL, NULL, sb_test_keep_result, &during);
  sb_mcp_peer_call_async (peer, "other", NULL, 40, NULL, NULL, cancellable, sb_test_keep_result, &cancelled);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":"
                            "{\"progressToken\":1,\"progress\":1}}");
  sb_mcp_request_respond (g_ptr_array_index (kept, 0), json_object_new ());
  sb_test_spin (120);
  g_assert_null (before);
  g_assert_null (during);

  g_cancellable_cancel (cancellable);
  sb_test_wait_until (cancelled != NULL);
  g_assert_null (sb_mcp_peer_call_finish (peer, cancelled, &cancel_error));
  g_assert_error (cancel_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* It no longer wants to know: from here it is its own time again. */
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":"
                            "{\"requestId\":\"b\"}}");
  sb_test_wait_until (before != NULL && during != NULL);
  g_assert_null (sb_mcp_peer_call_finish (peer, before, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_TIMEOUT);
  sb_mcp_peer_close (peer);
}

static void
test_cancel (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_CLIENT, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) never_sent = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_peer_call_async (peer, "ask", NULL, 0, NULL, NULL, cancellable, sb_test_keep_result, &result);
  sb_test_far_end_wait (far, 0);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_peer_call_finish (peer, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 1), "notifications/cancelled"));

  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
  sb_mcp_peer_call_async (peer, "ask", NULL, 0, NULL, NULL, cancellable, sb_test_keep_result, &never_sent);
  sb_test_wait_until (never_sent != NULL && sb_mcp_peer_get_ignored (peer) == 1);
  g_assert_cmpuint (far->heard->len, ==, 2);
  sb_mcp_peer_close (peer);
}

static void
test_closed (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_CLIENT, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) late = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) late_error = NULL;

  sb_mcp_peer_call_async (peer, "ask", NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_mcp_transport_close (far->far);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_peer_call_finish (peer, result, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED);

  sb_mcp_peer_call_async (peer, "ask", json_object_new (), 0, NULL, NULL, NULL, sb_test_keep_result, &late);
  sb_test_wait_until (late != NULL);
  g_assert_null (sb_mcp_peer_call_finish (peer, late, &late_error));
  g_assert_error (late_error, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED);
}

/* What a transport could not deliver fails its own call and no other; the connection goes on. */
static void
test_failed (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_CLIENT, NULL);
  g_autoptr(GError) lost = g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_SESSION_LOST, "Forgotten.");
  g_autoptr(JsonNode) second = sb_json_parse ("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"b\"}", -1, NULL);
  g_autoptr(JsonNode) note = sb_json_parse ("{\"jsonrpc\":\"2.0\",\"method\":\"n\"}", -1, NULL);
  g_autoptr(GAsyncResult) first_result = NULL;
  g_autoptr(GAsyncResult) second_result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) answer = NULL;

  sb_mcp_peer_call_async (peer, "a", NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &first_result);
  sb_mcp_peer_call_async (peer, "b", NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &second_result);
  sb_test_far_end_wait (far, 1);
  g_signal_emit_by_name (far->ours, "failed", note, lost);
  g_signal_emit_by_name (far->ours, "failed", second, lost);
  sb_test_wait_until (second_result != NULL);
  g_assert_null (sb_mcp_peer_call_finish (peer, second_result, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_SESSION_LOST);

  g_assert_null (first_result);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
  sb_test_wait_until (first_result != NULL);
  answer = sb_mcp_peer_call_finish (peer, first_result, NULL);
  g_assert_nonnull (answer);
  sb_mcp_peer_close (peer);
}

static void
test_batches (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpPeer) peer = new_peer (far, SB_MCP_ROLE_SERVER, NULL);

  sb_mcp_peer_set_revision (peer, "2025-03-26");
  sb_test_far_end_say (far, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"now\"},7,"
                            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}]");
  sb_test_far_end_say (far, "[]");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 0), "\"id\":1,\"result\""));
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 1), "-32600"));
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 2), "\"id\":2,\"result\""));
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 3), "-32600"));
  sb_mcp_peer_close (peer);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/mcp/peer/answers", test_answers);
  g_test_add_func ("/mcp/peer/requests", test_requests);
  g_test_add_func ("/mcp/peer/noise-server", test_noise_server);
  g_test_add_func ("/mcp/peer/noise-client", test_noise_client);
  g_test_add_func ("/mcp/peer/error-without-id-among-many", test_error_without_id_among_many);
  g_test_add_func ("/mcp/peer/duplicate-and-cancelled", test_duplicate_and_cancelled);
  g_test_add_func ("/mcp/peer/too-many-requests", test_too_many_requests);
  g_test_add_func ("/mcp/peer/progress-only-with-token", test_progress_only_with_token);
  g_test_add_func ("/mcp/peer/timeout", test_timeout);
  g_test_add_func ("/mcp/peer/timeout-pauses", test_timeout_pauses);
  g_test_add_func ("/mcp/peer/cancel", test_cancel);
  g_test_add_func ("/mcp/peer/closed", test_closed);
  g_test_add_func ("/mcp/peer/failed", test_failed);
  g_test_add_func ("/mcp/peer/batches", test_batches);

  return g_test_run ();
}
