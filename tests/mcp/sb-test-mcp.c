/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-mcp.h"

#include "sb-json.h"
#include "sb-mcp-memory-transport.h"
#include "sb-test.h"

static void
heard_cb (SbMcpTransport *transport,
          JsonNode       *message,
          gpointer        user_data)
{
  SbTestFarEnd *self = user_data;

  g_ptr_array_add (self->heard, sb_json_to_string (message, FALSE));
}

static void
closed_cb (SbMcpTransport *transport,
           const GError   *error,
           gpointer        user_data)
{
  SbTestFarEnd *self = user_data;

  self->closed = TRUE;
}

SbTestFarEnd *
sb_test_far_end_new (void)
{
  SbTestFarEnd *self = g_new0 (SbTestFarEnd, 1);

  self->heard = g_ptr_array_new_with_free_func (g_free);
  sb_mcp_memory_transport_new_pair (&self->ours, &self->far);
  g_signal_connect (self->far, "message", G_CALLBACK (heard_cb), self);
  g_signal_connect (self->far, "closed", G_CALLBACK (closed_cb), self);
  sb_mcp_transport_start (self->far);

  return self;
}

void
sb_test_far_end_free (SbTestFarEnd *self)
{
  g_signal_handlers_disconnect_by_data (self->far, self);
  g_clear_object (&self->far);
  g_clear_object (&self->ours);
  g_ptr_array_unref (self->heard);
  g_free (self);
}

void
sb_test_far_end_say (SbTestFarEnd *self,
                     const char   *json)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_json_parse (json, -1, &error);

  g_assert_no_error (error);
  sb_mcp_transport_send (self->far, node);
}

const char *
sb_test_far_end_wait (SbTestFarEnd *self,
                      guint         n)
{
  sb_test_wait_until (self->heard->len > n);

  return g_ptr_array_index (self->heard, n);
}
