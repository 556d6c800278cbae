/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "sb-splice.h"
#include "sb-test.h"

#define MIB (1024 * 1024)

/* Two connections with a splice between them; here and there are its outer ends. */
typedef struct
{
  GIOStream *here;
  GIOStream *there;
  SbSplice  *splice;
  guint      over;
} Case;

static void
make_pair (GIOStream **a,
           GIOStream **b)
{
  int fds[2];
  g_autoptr(GSocket) one = NULL;
  g_autoptr(GSocket) two = NULL;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  one = g_socket_new_from_fd (fds[0], NULL);
  two = g_socket_new_from_fd (fds[1], NULL);
  *a = G_IO_STREAM (g_socket_connection_factory_create_connection (one));
  *b = G_IO_STREAM (g_socket_connection_factory_create_connection (two));
}

static void
over_cb (SbSplice *splice,
         Case     *test)
{
  test->over++;
}

static void
case_start (Case       *test,
            const char *first)
{
  g_autoptr(GIOStream) near = NULL;
  g_autoptr(GIOStream) far = NULL;
  g_autoptr(GByteArray) bytes = g_byte_array_new ();

  *test = (Case) { 0 };
  make_pair (&test->here, &near);
  make_pair (&test->there, &far);
  test->splice = sb_splice_new (near, far);
  g_signal_connect (test->splice, "over", G_CALLBACK (over_cb), test);
  g_byte_array_append (bytes, (const guint8 *) first, strlen (first));
  sb_splice_start (test->splice, bytes);
}

static void
case_end (Case *test)
{
  g_clear_object (&test->here);
  g_clear_object (&test->there);
  g_clear_object (&test->splice);
}

/* Until the end of what comes; result: set then. */
static GOutputStream *
start_reading (GIOStream     *stream,
               GAsyncResult **result)
{
  GOutputStream *memory = g_memory_output_stream_new_resizable ();

  g_output_stream_splice_async (memory, g_io_stream_get_input_stream (stream), G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, NULL, sb_test_keep_result, result);

  return memory;
}

static void
test_both_ways (void)
{
  g_autofree char *much = g_strnfill (MIB, 'x');
  g_autoptr(GAsyncResult) written = NULL;
  g_autoptr(GAsyncResult) came = NULL;
  g_autoptr(GAsyncResult) came_back = NULL;
  g_autoptr(GOutputStream) there = NULL;
  g_autoptr(GOutputStream) here = NULL;
  Case test;

  /* More than the sockets hold: it goes on only because the other end reads. */
  case_start (&test, "first ");
  g_output_stream_write_all_async (g_io_stream_get_output_stream (test.here), much, MIB, G_PRIORITY_DEFAULT, NULL,
                                   sb_test_keep_result, &written);
  there = start_reading (test.there, &came);
  sb_test_wait_until (written != NULL);
  sb_splice_end_output (test.here);
  sb_test_wait_until (came != NULL);
  g_assert_cmpuint (g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (there)), ==, MIB + 6);
  g_assert_cmpint (memcmp (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (there)), "first xx", 8), ==, 0);
  g_assert_cmpuint (sb_splice_get_sent (test.splice), ==, MIB + 6);
  g_assert_cmpuint (test.over, ==, 0);

  /* One way has ended, the other has not. */
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (test.there), "answer", 6, NULL, NULL, NULL));
  sb_splice_end_output (test.there);
  here = start_reading (test.here, &came_back);
  sb_test_wait_until (came_back != NULL && test.over == 1);
  g_assert_cmpmem (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (here)),
                   g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (here)), "answer", 6);
  g_assert_cmpuint (sb_splice_get_received (test.splice), ==, 6);
  case_end (&test);
}

static void
test_broken (void)
{
  Case test;

  /* Whoever it is for is gone: writing to them breaks it. */
  case_start (&test, "");
  g_clear_object (&test.there);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (test.here), "x", 1, NULL, NULL, NULL));
  sb_test_wait_until (test.over == 1);
  case_end (&test);

  case_start (&test, "");
  sb_splice_end (test.splice);
  sb_splice_end (test.splice);
  g_assert_cmpuint (test.over, ==, 1);
  case_end (&test);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/splice/both-ways", test_both_ways);
  g_test_add_func ("/net/splice/broken", test_broken);

  return g_test_run ();
}
