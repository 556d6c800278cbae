/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-stdio.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <unistd.h>

#include "sb-mcp-stream-transport.h"

/**
 * sb_mcp_stdio_take:
 *
 * For a program that is a stdio server. Standard input and output belong to the protocol alone from now on: children
 * and stray prints get /dev/null and standard error.
 *
 * Returns: (transfer full) (nullable): not started; %NULL when one of them is closed
 */
SbMcpTransport *
sb_mcp_stdio_take (void)
{
  int in = fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  int out = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  int null = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  g_autoptr(GInputStream) input = NULL;
  g_autoptr(GOutputStream) output = NULL;
  g_autoptr(SbDuplex) duplex = NULL;

  if (in < 0 || out < 0 || null < 0 || dup2 (null, STDIN_FILENO) < 0 || dup2 (STDERR_FILENO, STDOUT_FILENO) < 0)
    return NULL;

  close (null);
  input = g_unix_input_stream_new (in, TRUE);
  output = g_unix_output_stream_new (out, TRUE);
  duplex = sb_duplex_new (input, output, NULL);

  return sb_mcp_stream_transport_new (duplex);
}
