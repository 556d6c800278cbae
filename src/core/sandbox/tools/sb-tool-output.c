/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-output.h"

#include <string.h>

#include "sb-id.h"
#include "sb-text.h"

#define SHOWN_BYTES 16

/* What programs say when there is no network: libc, curl, git, Node, Python, Go, Java. */
static const char * const network_failures[] = {
  "ENETUNREACH", "EAI_AGAIN", "ENOTFOUND", "Could not resolve host", "Network is unreachable",
  "Temporary failure in name resolution", "network is unreachable", "UnknownHostException",
  "Name or service not known",
};

/**
 * sb_tool_output_describe_binary:
 * @bytes: the beginning
 * @total: how many there are in all
 *
 * Returns: (transfer full): a line in place of bytes that say nothing to a reader
 */
char *
sb_tool_output_describe_binary (GBytes  *bytes,
                                guint64  total)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autofree char *size = sb_format_size (total);
  g_autoptr(GString) line = g_string_new (NULL);

  g_string_append_printf (line, "(binary, %s, beginning with", size);
  for (gsize i = 0; i < MIN (length, SHOWN_BYTES); i++)
    g_string_append_printf (line, " %02x", data[i]);
  g_string_append (line, "; write it to a file, or print it as text, e.g. through base64 or xxd)");

  return g_string_free (g_steal_pointer (&line), FALSE);
}

/**
 * sb_tool_output_for_model:
 * @head_tail: what was kept of a stream: hostile
 * @keep: how long the head is, where something was dropped
 * @total: bytes in the whole stream
 * @dropped: bytes missing between head and tail
 *
 * Returns: (transfer full): clean text, with a sentence where something is missing
 */
char *
sb_tool_output_for_model (GBytes  *head_tail,
                          gsize    keep,
                          guint64  total,
                          guint64  dropped)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (head_tail, &length);
  g_autofree char *head = NULL;
  g_autofree char *tail = NULL;
  g_autofree char *size = NULL;

  if (length == 0)
    return g_strdup ("");
  if (sb_text_looks_binary (data, length))
    return sb_tool_output_describe_binary (head_tail, total);
  if (dropped == 0 || keep > length)
    return sb_text_clean (data, length, NULL);

  head = sb_text_clean (data, keep, NULL);
  tail = sb_text_clean (data + keep, length - keep, NULL);
  size = sb_format_size (dropped);

  return g_strdup_printf ("%s\n[… %s left out here; write the output to a file and read the part that matters …]\n%s",
                          head, size, tail);
}

/**
 * sb_tool_output_name:
 * @name: of a file, any bytes
 *
 * Returns: (transfer full): it in one line of clean text, so that no name looks like two
 */
char *
sb_tool_output_name (const char *name)
{
  g_autofree char *clean = sb_text_clean (name, -1, NULL);
  g_autoptr(GString) line = g_string_new (clean);

  g_string_replace (line, "\n", "\\n", 0);
  g_string_replace (line, "\t", "\\t", 0);

  return g_string_free (g_steal_pointer (&line), FALSE);
}

/**
 * sb_tool_output_shows_no_network:
 * @output: a stream of a command that failed: hostile
 *
 * Guesses, for people who look on, that a command failed because the sandbox has no network. Nothing depends on it.
 */
gboolean
sb_tool_output_shows_no_network (GBytes *output)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (output, &length);

  for (gsize i = 0; length > 0 && i < G_N_ELEMENTS (network_failures); i++)
    if (memmem (data, length, network_failures[i], strlen (network_failures[i])) != NULL)
      return TRUE;

  return FALSE;
}
