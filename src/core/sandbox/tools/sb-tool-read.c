/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-text.h"
#include "sb-tool-output.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

#define DEFAULT_READ (32 * 1024)
#define MAX_READ (1024 * 1024)
/* In base64 that is a third more. */
#define MAX_ENCODED (256 * 1024)
#define PIECE (256 * 1024)

/* Lines on their way: a piece after the other is looked at until the last one is found. */
typedef struct
{
  /* owned */
  SbToolRun  *run;
  GByteArray *lines;

  gint64  first; /* 1: the first */
  gint64  last;
  gint64  at;    /* the line that the next byte is in */
  guint64 offset;
  gsize   max_bytes;

  gboolean in_line; /* its end has not come */
} LineRead;

static void read_piece (LineRead *read);

static gsize
get_max_read (SbMcpToolCall *call,
              gsize          most)
{
  gint64 max_bytes = sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "maxBytes", 0);

  if (max_bytes <= 0 && sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "length", 0) > 0)
    max_bytes = sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "length", 0);

  return max_bytes > 0 ? (gsize) MIN (max_bytes, (gint64) most) : DEFAULT_READ;
}

static gint64
get_positive (SbMcpToolCall *call,
              const char    *name)
{
  return MAX (0, sb_json_get_int (sb_mcp_tool_call_get_arguments (call), name, 0));
}

static gboolean
wants_base64 (SbToolRun *run)
{
  const char *encoding = sb_tool_get_string (run, "encoding");

  return encoding != NULL && g_ascii_strcasecmp (encoding, "base64") == 0;
}

static char *
build_text (SbToolRun *run,
            GBytes    *bytes,
            guint64    total,
            gboolean   binary)
{
  guint64 end = (guint64) get_positive (run->call, "offset") + g_bytes_get_size (bytes);
  g_autofree char *shown = NULL;

  if (wants_base64 (run))
    return g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (binary)
    {
      shown = sb_tool_output_describe_binary (bytes, total);
      return g_strdup_printf ("%s\nreadFile with encoding base64 gives its bytes.", shown);
    }

  shown = sb_tool_output_for_model (bytes, 0, total, 0);
  if (end >= total)
    return g_steal_pointer (&shown);

  return g_strdup_printf ("%s\n[… the file goes on: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                          " bytes were read; read on with offset %" G_GUINT64_FORMAT " …]", shown, end, total, end);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  guint64 total = 0;
  g_autoptr(GBytes) bytes = sb_channel_read_file_finish (SB_CHANNEL (source), result, &total, &error);
  guint64 offset = (guint64) get_positive (run->call, "offset");
  gboolean binary = FALSE;
  g_autofree char *text = NULL;
  g_autofree char *size = NULL;
  JsonObject *details = NULL;

  if (bytes == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  binary = sb_text_looks_binary (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  text = build_text (run, bytes, total, binary);
  details = sb_tool_run_new_details (run);
  json_object_set_int_member (details, "size", total);
  json_object_set_boolean_member (details, "truncated", offset + g_bytes_get_size (bytes) < total);
  json_object_set_boolean_member (details, "binary", binary);
  if (wants_base64 (run))
    json_object_set_string_member (details, "encoding", "base64");
  if (offset == 0 && g_bytes_get_size (bytes) == total)
    {
      g_autofree char *hash = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", sb_channel_hash (bytes));

      json_object_set_string_member (details, "hash", hash);
    }
  size = sb_format_size (total);
  sb_tool_run_respond (run, text, details, size, TRUE);
}

static void
line_read_free (LineRead *read)
{
  g_byte_array_unref (read->lines);
  g_free (read);
}

static void
respond_lines (LineRead *read,
               guint64   total,
               gboolean  more)
{
  SbToolRun *run = read->run;
  g_autoptr(GBytes) bytes = g_bytes_new (read->lines->data, read->lines->len);
  gboolean binary = sb_text_looks_binary ((const char *) read->lines->data, read->lines->len);
  g_autofree char *shown = binary ? sb_tool_output_describe_binary (bytes, total)
                                  : sb_tool_output_for_model (bytes, 0, read->lines->len, 0);
  g_autoptr(GString) text = g_string_new (shown);
  JsonObject *details = sb_tool_run_new_details (run);

  if (more)
    g_string_append_printf (text, "\n[… the lines go on; read on with a startLine of %" G_GINT64_FORMAT
                            " or a larger maxBytes …]", read->at);
  else if (read->lines->len == 0)
    g_string_append_printf (text, "[the file has %" G_GINT64_FORMAT " lines]", read->at - 1);
  json_object_set_int_member (details, "size", total);
  json_object_set_int_member (details, "startLine", read->first);
  json_object_set_int_member (details, "nextLine", read->at);
  json_object_set_boolean_member (details, "truncated", more);
  json_object_set_boolean_member (details, "binary", binary);
  sb_tool_run_respond (run, text->str, details, NULL, TRUE);
  line_read_free (read);
}

/* Keeps what is between the first and the last line. FALSE: no more is wanted, or fits. */
static gboolean
take_lines (LineRead     *read,
            const guint8 *data,
            gsize         length)
{
  const guint8 *end = data + length;

  while (data < end && read->at <= read->last)
    {
      const guint8 *newline = memchr (data, '\n', (gsize) (end - data));
      gsize part = (gsize) ((newline != NULL ? newline + 1 : end) - data);

      if (read->at >= read->first)
        {
          gsize room = read->max_bytes - read->lines->len;

          g_byte_array_append (read->lines, data, (guint) MIN (part, room));
          if (part > room)
            return FALSE;
        }
      data += part;
      read->at += newline != NULL;
      read->in_line = newline == NULL;
    }

  return read->at <= read->last;
}

static void
piece_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  LineRead *read = user_data;
  g_autoptr(GError) error = NULL;
  guint64 total = 0;
  g_autoptr(GBytes) bytes = sb_channel_read_file_finish (SB_CHANNEL (source), result, &total, &error);
  gboolean wants_more = FALSE;

  if (bytes == NULL)
    {
      sb_tool_run_fail_error (read->run, error);
      line_read_free (read);
      return;
    }

  read->offset += g_bytes_get_size (bytes);
  wants_more = take_lines (read, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (wants_more && g_bytes_get_size (bytes) > 0 && read->offset < total)
    {
      read_piece (read);
      return;
    }
  /* A last line without an end is a line. */
  if (wants_more && read->in_line)
    read->at++;
  respond_lines (read, total, !wants_more && read->at <= read->last);
}

static void
read_piece (LineRead *read)
{
  sb_channel_read_file_async (read->run->channel, sb_tool_get_string (read->run, "filename"), read->offset, PIECE,
                              sb_mcp_tool_call_get_cancellable (read->run->call), piece_cb, read);
}

static void
read_lines (SbToolRun *run)
{
  gint64 first = MAX (1, get_positive (run->call, "startLine"));
  gint64 last = get_positive (run->call, "endLine");
  LineRead *read = NULL;

  if (last == 0)
    last = G_MAXINT64;
  if (last < first || get_positive (run->call, "offset") > 0 || wants_base64 (run))
    {
      sb_tool_run_fail (run, "Give startLine and an endLine that is not before it, without offset and encoding.", NULL,
                        "bad lines");
      return;
    }

  read = g_new0 (LineRead, 1);
  read->run = run;
  read->lines = g_byte_array_new ();
  read->first = first;
  read->last = last;
  read->at = 1;
  read->max_bytes = get_max_read (run->call, MAX_READ);
  read_piece (read);
}

/* readFile: bytes or lines of a file, as text or as base64. */
void
sb_tool_read_file (SbMcpToolCall *call,
                   gpointer       user_data)
{
  const char *filename = sb_json_get_string (sb_mcp_tool_call_get_arguments (call), "filename");
  g_autofree char *title = g_strdup_printf ("read %s", filename);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_READ, title);

  if (!sb_tool_run_find (run))
    return;

  if (get_positive (call, "startLine") > 0 || get_positive (call, "endLine") > 0)
    read_lines (run);
  else
    sb_channel_read_file_async (run->channel, filename, (guint64) get_positive (call, "offset"),
                                get_max_read (call, wants_base64 (run) ? MAX_ENCODED : MAX_READ),
                                sb_mcp_tool_call_get_cancellable (call), read_cb, run);
}
