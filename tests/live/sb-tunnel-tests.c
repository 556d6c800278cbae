/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tunnel-tests.h"

#include <string.h>

#include "sb-backend-tests.h"
#include "sb-test-sockets.h"
#include "sb-tunnel-listener.h"

#define MIB (1024ull * 1024)
#define ECHO \
  "require('net').createServer(s => s.end('six')).on('error', () => {}).listen(3006, '::1');" \
  "require('net').createServer({ allowHalfOpen: true }, s => s.pipe(s)).listen(3000, '127.0.0.1');"
#define CLIENT \
  "require('net').connect(4873, '127.0.0.1', function () { this.end('question'); })" \
  "  .on('data', d => process.stdout.write(d));"

static gboolean
start (SbTestSandbox *sandbox,
       gconstpointer  data)
{
  SbSandboxBackend *backend = sb_backend_tests_get (data);
  SbSandboxSpec spec = { .memory_bytes = 512 * MIB, .disk_bytes = 64 * MIB, .pids = 64, .cpus = 1, .ttl_seconds = 600 };

  return backend != NULL && sb_test_sandbox_start (sandbox, backend, &spec);
}

static guint32
spawn_node (SbTestSandbox *sandbox,
            const char    *script)
{
  const char *argv[] = { "node", "-e", script, NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  guint32 process = 0;

  sb_channel_spawn_async (sandbox->channel, &spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  process = sb_channel_spawn_finish (sandbox->channel, result, &error);
  g_assert_no_error (error);

  return process;
}

static char *
dup_owner (SbTestSandbox *sandbox,
           guint16        number)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) ports = NULL;

  sb_channel_list_ports_async (sandbox->channel, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  ports = sb_channel_list_ports_finish (sandbox->channel, result, NULL);
  g_assert_nonnull (ports);
  for (guint i = 0; i < ports->len; i++)
    {
      const SbListeningPort *port = g_ptr_array_index (ports, i);

      if (port->port == number)
        return g_strdup (port->command);
    }

  return NULL;
}

static void
await_port (SbTestSandbox *sandbox,
            guint16        number)
{
  g_autofree char *owner = NULL;

  while (owner == NULL)
    {
      g_free (sb_test_shell_text (sandbox->channel, "true"));
      owner = dup_owner (sandbox, number);
    }
  g_assert_true (g_str_has_prefix (owner, "node -e require"));
}

static SbDuplex *
connect_to (SbTestSandbox *sandbox,
            guint16        port)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GIOStream) stream = NULL;
  g_autoptr(GError) error = NULL;

  sb_channel_connect_async (sandbox->channel, port, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  stream = sb_channel_connect_finish (sandbox->channel, result, &error);
  g_assert_no_error (error);

  return sb_duplex_new_for_stream (stream);
}

static void
test_in (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  g_autoptr(SbDuplex) echo = NULL;
  g_autoptr(SbDuplex) six = NULL;
  g_autoptr(GBytes) noise = sb_test_make_noise (MIB);
  g_autofree char *owner = NULL;
  SbTestEnd echo_end = { 0 };
  SbTestEnd six_end = { 0 };

  if (!start (&sandbox, data))
    return;

  spawn_node (&sandbox, ECHO);
  await_port (&sandbox, 3000);
  echo = connect_to (&sandbox, 3000);
  sb_test_end_start (&echo_end, echo);
  sb_duplex_write (echo, noise);
  sb_duplex_shutdown_write (echo);
  sb_test_wait_until (echo_end.closed);
  g_assert_no_error (echo_end.error);
  g_assert_cmpmem (echo_end.bytes->data, echo_end.bytes->len, g_bytes_get_data (noise, NULL), MIB);

  /* Not every engine gives a sandbox ::1. */
  owner = dup_owner (&sandbox, 3006);
  if (owner != NULL)
    {
      six = connect_to (&sandbox, 3006);
      sb_test_end_start (&six_end, six);
      sb_test_wait_until (six_end.closed);
      g_assert_cmpmem (six_end.bytes->data, six_end.bytes->len, "six", 3);
    }

  sb_test_end_clear (&echo_end);
  sb_test_end_clear (&six_end);
  g_clear_object (&echo);
  g_clear_object (&six);
  sb_test_sandbox_remove (&sandbox);
}

typedef struct
{
  SbDuplex  *duplex;
  SbTestEnd  end;
} Incoming;

static void
incoming_cb (SbTunnelListener *listener,
             GIOStream        *stream,
             gpointer          user_data)
{
  Incoming *incoming = user_data;

  g_assert_null (incoming->duplex);
  incoming->duplex = sb_duplex_new_for_stream (stream);
  sb_test_send (incoming->duplex, "answer");
  sb_duplex_shutdown_write (incoming->duplex);
  sb_test_end_start (&incoming->end, incoming->duplex);
}

static void
test_out (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  const char *argv[] = { "node", "-e", CLIENT, NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbTunnelListener) listener = NULL;
  g_autoptr(SbExecResult) exec = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  Incoming incoming = { 0 };

  if (!start (&sandbox, data))
    return;

  sb_channel_listen_async (sandbox.channel, 4873, incoming_cb, &incoming, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  listener = sb_channel_listen_finish (sandbox.channel, result, &error);
  g_assert_no_error (error);

  exec = sb_test_exec (sandbox.channel, &spec, &error);
  g_assert_no_error (error);
  text = sb_test_text (exec->stdout_head_tail);
  g_assert_cmpstr (text, ==, "answer");
  g_assert_cmpint (exec->exit_code, ==, 0);
  sb_test_wait_until (incoming.end.closed);
  g_assert_cmpmem (incoming.end.bytes->data, incoming.end.bytes->len, "question", 8);

  sb_test_end_clear (&incoming.end);
  g_clear_object (&incoming.duplex);
  g_clear_object (&listener);
  g_clear_object (&result);
  sb_test_sandbox_remove (&sandbox);
}

void
sb_tunnel_tests_add (const char *name)
{
  sb_backend_tests_add_one (name, "tunnel-in", test_in);
  sb_backend_tests_add_one (name, "tunnel-out", test_out);
}
