/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sb-test-helper.h"
#include "sb-wire-codec.h"

/* A far end that says what the test wants. */
typedef struct
{
  SbChannel     *channel;
  int            fd;
  SbWireDecoder *decoder;
  guint8         nonce[SB_WIRE_NONCE];
  guint          closed;
  char          *reason;
} Far;

static void
closed_cb (SbChannel    *channel,
           const GError *error,
           gpointer      user_data)
{
  Far *far = user_data;

  far->closed++;
  g_free (far->reason);
  far->reason = g_strdup (error != NULL ? error->message : NULL);
}

static void
far_start (Far *far)
{
  g_autoptr(GInputStream) input = NULL;
  g_autoptr(GOutputStream) output = NULL;
  g_autoptr(SbDuplex) duplex = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  far->fd = fds[1];
  far->decoder = g_new0 (SbWireDecoder, 1);
  input = g_unix_input_stream_new (fds[0], TRUE);
  output = g_unix_output_stream_new (dup (fds[0]), TRUE);
  duplex = sb_duplex_new (input, output, NULL);
  far->channel = sb_channel_new (duplex);
  g_signal_connect (far->channel, "closed", G_CALLBACK (closed_cb), far);
}

static void
far_end (Far *far)
{
  sb_channel_close (far->channel);
  g_assert_cmpuint (far->closed, ==, 1);
  if (far->fd >= 0)
    close (far->fd);
  g_assert_finalize_object (g_steal_pointer (&far->channel));
  g_clear_pointer (&far->decoder, g_free);
  g_clear_pointer (&far->reason, g_free);
}

static void
far_send (Far          *far,
          guint8        type,
          guint8        flags,
          guint32       id,
          const void   *payload,
          gsize         length)
{
  guint8 header[SB_WIRE_HEADER];

  sb_wire_write_header (header, type, flags, id, (guint32) length);
  g_assert_cmpint (write (far->fd, header, sizeof header), ==, sizeof header);
  if (length > 0)
    g_assert_cmpint (write (far->fd, payload, length), ==, (gssize) length);
}

/* The next frame from the channel. */
static SbWireFrame
far_receive (Far *far)
{
  SbWireFrame frame = { 0 };
  SbWireDecode decode = SB_WIRE_DECODE_MORE;

  while (decode == SB_WIRE_DECODE_MORE)
    {
      guint8 byte = 0;
      const guint8 *data = &byte;
      gsize length = 0;
      gssize got = recv (far->fd, &byte, 1, MSG_DONTWAIT);

      if (got == 1)
        length = 1;
      else
        sb_test_iterate ();
      decode = sb_wire_decoder_feed (far->decoder, &data, &length, &frame);
    }
  g_assert_cmpint (decode, ==, SB_WIRE_DECODE_FRAME);

  return frame;
}

static void
far_greet (Far     *far,
           guint8   nonce_change,
           guint32  version)
{
  guint8 payload[256];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  SbWireFrame hello = far_receive (far);

  g_assert_cmpuint (hello.type, ==, SB_WIRE_HELLO);
  memcpy (far->nonce, hello.payload + 4, SB_WIRE_NONCE);
  far->nonce[3] ^= nonce_change;
  sb_wire_put_u32 (&packer, version);
  sb_wire_put_bytes (&packer, far->nonce, SB_WIRE_NONCE);
  for (guint i = 0; i < 3; i++)
    sb_wire_put_u32 (&packer, 1);
  for (guint i = 0; i < 2; i++)
    sb_wire_put_u64 (&packer, 0);
  for (guint i = 0; i < 5; i++)
    sb_wire_put_u8 (&packer, 1);
  for (guint i = 0; i < 5; i++)
    sb_wire_put_u64 (&packer, 0);
  sb_wire_put_u32 (&packer, 0);
  far_send (far, SB_WIRE_GREETING, 0, hello.id, payload, packer.length);
}

static void
far_open (Far *far)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  far_start (far);
  sb_channel_open_async (far->channel, 0, NULL, sb_test_keep_result, &result);
  far_greet (far, 0, SB_WIRE_VERSION);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_channel_open_finish (far->channel, result, &error));
  g_assert_no_error (error);
  g_assert_true (sb_channel_is_open (far->channel));
}

static void
assert_open_fails (Far    *far,
                   GQuark  domain,
                   int     code,
                   void  (*answer) (Far *far))
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  far_start (far);
  sb_channel_open_async (far->channel, 100, NULL, sb_test_keep_result, &result);
  answer (far);
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_channel_open_finish (far->channel, result, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpuint (far->closed, ==, 1);
  g_clear_object (&result);
  far_end (far);
}

static void
answer_nothing (Far *far)
{
}

static void
answer_end (Far *far)
{
  close (far->fd);
  far->fd = -1;
}

static void
answer_text (Far *far)
{
  g_assert_cmpint (write (far->fd, "bash: sandbar-init: not found\n", 30), ==, 30);
}

static void
answer_wrong_nonce (Far *far)
{
  far_greet (far, 1, SB_WIRE_VERSION);
}

static void
answer_wrong_version (Far *far)
{
  far_greet (far, 0, SB_WIRE_VERSION + 1);
}

static void
test_open_fails (void)
{
  static const struct
  {
    void (*answer) (Far *far);
    int code; /* -1: a timeout */
  } cases[] = {
    { answer_nothing, -1 },
    { answer_end, SB_CHANNEL_ERROR_CLOSED },
    { answer_text, SB_CHANNEL_ERROR_PROTOCOL },
    { answer_wrong_nonce, SB_CHANNEL_ERROR_PROTOCOL },
    { answer_wrong_version, SB_CHANNEL_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Far far = { 0 };

      assert_open_fails (&far, cases[i].code < 0 ? G_IO_ERROR : SB_CHANNEL_ERROR,
                         cases[i].code < 0 ? G_IO_ERROR_TIMED_OUT : cases[i].code, cases[i].answer);
    }
}

static GAsyncResult *
begin_exec (Far           *far,
            GAsyncResult **result,
            guint32       *id)
{
  const char *argv[] = { "true", NULL };
  const SbExecSpec spec = { .argv = argv };
  SbWireFrame frame;

  sb_channel_exec_async (far->channel, &spec, NULL, NULL, NULL, sb_test_keep_result, result);
  frame = far_receive (far);
  g_assert_cmpuint (frame.type, ==, SB_WIRE_EXEC);
  *id = frame.id;

  return *result;
}

static void
send_exited (Far     *far,
             guint32  id,
             guint8   outcome,
             guint64  stdout_total)
{
  guint8 payload[32];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  sb_wire_put_u8 (&packer, outcome);
  sb_wire_put_u32 (&packer, 0);
  sb_wire_put_u64 (&packer, 5);
  sb_wire_put_u64 (&packer, stdout_total);
  sb_wire_put_u64 (&packer, 0);
  far_send (far, SB_WIRE_EXITED, 0, id, payload, packer.length);
}

/* Each of these ends the channel, and the call with it. */
static void
send_broken (Far     *far,
             guint    which,
             guint32  id)
{
  static guint8 zeros[SB_WIRE_MAX_PAYLOAD];

  switch (which)
    {
    case 0: /* a request from the wrong side */
      far_send (far, SB_WIRE_EXEC, 0, id, zeros, 4);
      break;
    case 1: /* an answer to what was never asked */
      far_send (far, SB_WIRE_OK, 0, id + 1, NULL, 0);
      break;
    case 2: /* the wrong kind of answer */
      far_send (far, SB_WIRE_FILE_DATA, 0, id, zeros, 20);
      break;
    case 3: /* a third stream */
      far_send (far, SB_WIRE_OUTPUT, 3, id, zeros, 4);
      break;
    case 4: /* totals that do not add up */
      send_exited (far, id, SB_WIRE_OUTCOME_EXITED, 1);
      break;
    case 5: /* no such outcome */
      send_exited (far, id, 9, 0);
      break;
    case 6: /* too short */
      far_send (far, SB_WIRE_EXITED, 0, id, zeros, 3);
      break;
    case 7: /* not a frame */
      g_assert_cmpint (write (far->fd, zeros, 100), ==, 100);
      break;
    case 8: /* credit for what was never sent */
      far_send (far, SB_WIRE_CREDIT, 0, id, "\1\0\0\0", 4);
      break;
    case 9: /* an error without a reason */
      far_send (far, SB_WIRE_ERROR, 0, id, zeros, 7);
      break;
    case 10: /* an unknown type */
      far_send (far, 200, 0, id, NULL, 0);
      break;
    case 11: /* a pong with something in it */
      far_send (far, SB_WIRE_PONG, 0, 0, zeros, 1);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
test_broken (void)
{
  for (guint which = 0; which <= 11; which++)
    {
      Far far = { 0 };
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GError) error = NULL;
      guint32 id = 0;

      far_open (&far);
      begin_exec (&far, &result, &id);
      send_broken (&far, which, id);
      sb_test_wait_until (result != NULL);
      g_assert_null (sb_channel_exec_finish (far.channel, result, &error));
      g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED);
      g_assert_false (sb_channel_is_open (far.channel));
      g_assert_nonnull (far.reason);
      g_clear_object (&result);
      far_end (&far);
    }
}

/* A far end that ignores flow control is cut off when the window is used up. */
static void
test_window (void)
{
  Far far = { 0 };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree guint8 *payload = g_malloc0 (SB_WIRE_MAX_PAYLOAD);
  const char *argv[] = { "cat", NULL };
  g_autoptr(GBytes) bytes = g_bytes_new (payload, 10);
  const SbExecSpec spec = { .argv = argv, .stdin_bytes = bytes };
  guint32 id = 0;

  far_open (&far);
  sb_channel_exec_async (far.channel, &spec, NULL, NULL, NULL, sb_test_keep_result, &result);
  id = far_receive (&far).id;
  g_assert_cmpuint (far_receive (&far).type, ==, SB_WIRE_DATA_IN);
  /* 10 bytes of stdin went out, 11 come back as credit. */
  far_send (&far, SB_WIRE_CREDIT, 0, id, "\13\0\0\0", 4);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_channel_exec_finish (far.channel, result, &error));
  g_assert_cmpuint (far.closed, ==, 1);
  g_clear_object (&result);
  far_end (&far);
}

/* Late answers to a cancelled question are nothing special. */
static void
test_cancelled (void)
{
  Far far = { 0 };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) exec = NULL;
  g_autoptr(SbExecResult) ended = NULL;
  g_autoptr(GError) error = NULL;
  guint32 id = 0;
  guint32 exec_id = 0;

  far_open (&far);
  sb_channel_read_file_async (far.channel, "x", 0, 10, cancellable, sb_test_keep_result, &result);
  id = far_receive (&far).id;
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_channel_read_file_finish (far.channel, result, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  far_send (&far, SB_WIRE_FILE_DATA, 0, id, "\0\0\0\0\0\0\0\0", 8);

  begin_exec (&far, &exec, &exec_id);
  send_exited (&far, exec_id, SB_WIRE_OUTCOME_EXITED, 0);
  sb_test_wait_until (exec != NULL);
  ended = sb_channel_exec_finish (far.channel, exec, NULL);
  g_assert_cmpint (ended->exit_code, ==, 0);
  g_clear_object (&result);
  g_clear_object (&exec);
  far_end (&far);
}

static void
test_closed (void)
{
  Far far = { 0 };
  g_autoptr(GAsyncResult) waiting = NULL;
  g_autoptr(GAsyncResult) late = NULL;
  g_autoptr(GError) waiting_error = NULL;
  g_autoptr(GError) late_error = NULL;
  guint32 id = 0;

  far_open (&far);
  begin_exec (&far, &waiting, &id);
  close (far.fd);
  far.fd = -1;
  sb_test_wait_until (waiting != NULL);
  g_assert_null (sb_channel_exec_finish (far.channel, waiting, &waiting_error));
  g_assert_error (waiting_error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED);

  sb_channel_list_async (far.channel, "", 10, NULL, sb_test_keep_result, &late);
  sb_test_wait_until (late != NULL);
  g_assert_null (sb_channel_list_finish (far.channel, late, NULL, &late_error));
  g_assert_error (late_error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED);
  sb_channel_watch (far.channel, "");
  sb_channel_kill (far.channel, 1, 9);
  g_clear_object (&waiting);
  g_clear_object (&late);
  far_end (&far);
}

static void
test_unref_open (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GAsyncResult) result = NULL;

  sb_test_helper_start (&helper, NULL);
  g_assert_finalize_object (g_steal_pointer (&helper.channel));
  g_subprocess_wait_async (helper.process, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_clear_object (&helper.process);
  sb_test_remove_dir (helper.workspace);
  g_free (helper.workspace);
}

/* With nobody to hear from, it goes by itself; so it does when its time is over. */
static void
test_lease_and_ttl (void)
{
  static const char *const arguments[] = { "--ttl=1", "--lease=1" };

  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++)
    {
      SbTestHelper helper = { 0 };

      sb_test_helper_start (&helper, arguments[i]);
      sb_test_wait_until (!sb_channel_is_open (helper.channel));
      sb_test_helper_end (&helper);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox/channel/open-fails", test_open_fails);
  g_test_add_func ("/sandbox/channel/broken", test_broken);
  g_test_add_func ("/sandbox/channel/window", test_window);
  g_test_add_func ("/sandbox/channel/cancelled", test_cancelled);
  g_test_add_func ("/sandbox/channel/closed", test_closed);
  g_test_add_func ("/sandbox/channel/unref-open", test_unref_open);
  g_test_add_func ("/sandbox/channel/lease-and-ttl", test_lease_and_ttl);

  return g_test_run ();
}
