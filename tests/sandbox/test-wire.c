/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-channel.h"
#include "sb-entries.h"
#include "sb-greeting.h"
#include "sb-listening.h"
#include "sb-output-keeper.h"
#include "sb-processes.h"
#include "sb-test.h"
#include "sb-wire-codec.h"

static void
append_frame (GByteArray   *stream,
              guint8        type,
              guint8        flags,
              guint32       id,
              const guint8 *payload,
              gsize         length)
{
  guint8 header[SB_WIRE_HEADER];

  sb_wire_write_header (header, type, flags, id, (guint32) length);
  g_byte_array_append (stream, header, sizeof header);
  g_byte_array_append (stream, payload, (guint) length);
}

/* Frames of every size that matters, one after the other. */
static GByteArray *
make_stream (void)
{
  static const gsize sizes[] = { 0, 1, 2, 11, 12, 13, 255, 256, 4096, SB_WIRE_MAX_PAYLOAD - 1, SB_WIRE_MAX_PAYLOAD, 0 };
  GByteArray *stream = g_byte_array_new ();
  g_autofree guint8 *payload = g_malloc (SB_WIRE_MAX_PAYLOAD);

  for (guint i = 0; i < SB_WIRE_MAX_PAYLOAD; i++)
    payload[i] = (guint8) (i * 7);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    append_frame (stream, (guint8) (i + 1), (guint8) i, 0xfffffff0u + i, payload, sizes[i]);

  return stream;
}

/* What was decoded, as a stream again. */
static GByteArray *
decode_in_pieces (GByteArray *stream,
                  gsize       max_piece)
{
  g_autofree SbWireDecoder *decoder = g_new0 (SbWireDecoder, 1);
  GByteArray *decoded = g_byte_array_new ();
  gsize offset = 0;

  while (offset < stream->len)
    {
      gsize piece = max_piece == 1 ? 1 : (gsize) g_test_rand_int_range (1, (int) max_piece + 1);
      gsize length = MIN (piece, stream->len - offset);
      const guint8 *data = stream->data + offset;
      SbWireFrame frame;

      offset += length;
      while (sb_wire_decoder_feed (decoder, &data, &length, &frame) == SB_WIRE_DECODE_FRAME)
        append_frame (decoded, frame.type, frame.flags, frame.id, frame.payload, frame.length);
      g_assert_cmpuint (length, ==, 0);
    }

  return decoded;
}

static void
test_splits (void)
{
  static const gsize pieces[] = { 1, 2, 13, 1000, 70000, 1000000 };
  g_autoptr(GByteArray) stream = make_stream ();

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr(GByteArray) decoded = decode_in_pieces (stream, pieces[i]);

      g_assert_cmpmem (decoded->data, decoded->len, stream->data, stream->len);
    }
}

static void
test_broken (void)
{
  static const guint8 headers[][SB_WIRE_HEADER] = {
    { 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0 },             /* 64 KiB and one byte */
    { 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0 }, /* 4 GiB */
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },             /* type 0 */
    { 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0 },             /* not zero */
    { 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree SbWireDecoder *decoder = g_new0 (SbWireDecoder, 1);
      static const guint8 good[SB_WIRE_HEADER] = { 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 };
      const guint8 *data = headers[i];
      gsize length = SB_WIRE_HEADER;
      SbWireFrame frame;

      g_assert_cmpint (sb_wire_decoder_feed (decoder, &data, &length, &frame), ==, SB_WIRE_DECODE_BROKEN);
      data = good;
      length = sizeof good;
      g_assert_cmpint (sb_wire_decoder_feed (decoder, &data, &length, &frame), ==, SB_WIRE_DECODE_BROKEN);
    }
}

static void
test_pack (void)
{
  guint8 buffer[64];
  SbWirePacker packer = { buffer, sizeof buffer, 0, false };
  SbWireUnpacker unpacker;

  sb_wire_put_u8 (&packer, 200);
  sb_wire_put_u32 (&packer, 0xdeadbeef);
  sb_wire_put_u64 (&packer, G_GUINT64_CONSTANT (0x0123456789abcdef));
  sb_wire_put_string (&packer, "né");
  sb_wire_put_string (&packer, "");
  g_assert_false (packer.overflow);

  unpacker = (SbWireUnpacker) { buffer, packer.length, false };
  g_assert_cmpuint (sb_wire_get_u8 (&unpacker), ==, 200);
  g_assert_cmpuint (sb_wire_get_u32 (&unpacker), ==, 0xdeadbeef);
  g_assert_cmpuint (sb_wire_get_u64 (&unpacker), ==, G_GUINT64_CONSTANT (0x0123456789abcdef));
  g_assert_cmpstr (sb_wire_get_string (&unpacker), ==, "né");
  g_assert_cmpstr (sb_wire_get_string (&unpacker), ==, "");
  g_assert_true (sb_wire_get_end (&unpacker));
  g_assert_cmpuint (sb_wire_get_u32 (&unpacker), ==, 0);
  g_assert_true (unpacker.bad);
}

static void
test_pack_overflow (void)
{
  guint8 buffer[8];
  SbWirePacker packer = { buffer, sizeof buffer, 0, false };

  sb_wire_put_string (&packer, "123");
  g_assert_false (packer.overflow);
  sb_wire_put_u8 (&packer, 1);
  g_assert_true (packer.overflow);
  g_assert_cmpuint (packer.length, ==, 8);
}

static void
test_bad_strings (void)
{
  static const struct
  {
    const char *bytes;
    gsize       length;
  } cases[] = {
    { "\3\0\0\0abcX", 8 },           /* no NUL at its end */
    { "\3\0\0\0a\0c\0", 8 },         /* one inside */
    { "\4\0\0\0abc\0", 8 },          /* longer than the frame */
    { "\377\377\377\377abc\0", 8 },  /* so long that its end wraps */
    { "\0\0\0\0", 4 },               /* NUL missing */
    { "\0\0", 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbWireUnpacker unpacker = { (const guint8 *) cases[i].bytes, cases[i].length, false };

      g_assert_cmpstr (sb_wire_get_string (&unpacker), ==, "");
      g_assert_true (unpacker.bad);
    }
}

static gsize
pack_greeting (guint8  *buffer,
               gsize    capacity,
               guint32  version,
               guint32  n_interfaces)
{
  SbWirePacker packer = { buffer, capacity, 0, false };
  guint8 nonce[SB_WIRE_NONCE] = { 1, 2, 3 };

  sb_wire_put_u32 (&packer, version);
  sb_wire_put_bytes (&packer, nonce, sizeof nonce);
  for (guint32 i = 1; i <= 3; i++)
    sb_wire_put_u32 (&packer, i);
  sb_wire_put_u64 (&packer, 4);
  sb_wire_put_u64 (&packer, 5);
  for (guint8 i = 0; i < 5; i++)
    sb_wire_put_u8 (&packer, i);
  for (guint64 i = 0; i < 5; i++)
    sb_wire_put_u64 (&packer, i << 40);
  sb_wire_put_u32 (&packer, n_interfaces);
  for (guint32 i = 0; i < n_interfaces; i++)
    sb_wire_put_string (&packer, i == 0 ? "lo" : "eth0");
  g_assert_false (packer.overflow);

  return packer.length;
}

static void
test_greeting (void)
{
  guint8 buffer[1024];
  gsize length = pack_greeting (buffer, sizeof buffer, SB_WIRE_VERSION, 1);
  g_autoptr(SbGreeting) greeting = sb_greeting_parse (buffer, length, NULL);
  g_autoptr(SbGreeting) networked = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_nonnull (greeting);
  g_assert_cmpuint (greeting->uid, ==, 2);
  g_assert_cmpuint (greeting->bounding_capabilities, ==, 5);
  g_assert_cmpuint (greeting->filter, ==, 2);
  g_assert_cmpuint (greeting->rlimit_processes, ==, 4ull << 40);
  g_assert_true (sb_greeting_has_loopback_only (greeting));

  networked = sb_greeting_parse (buffer, pack_greeting (buffer, sizeof buffer, SB_WIRE_VERSION, 2), NULL);
  g_assert_false (sb_greeting_has_loopback_only (networked));

  for (gsize i = 0; i < length; i++)
    g_assert_null (sb_greeting_parse (buffer, i, NULL));
  length = pack_greeting (buffer, sizeof buffer, SB_WIRE_VERSION, 1);
  g_assert_null (sb_greeting_parse (buffer, length + 1, NULL));
  g_assert_null (sb_greeting_parse (buffer, pack_greeting (buffer, sizeof buffer, SB_WIRE_VERSION, 17), NULL));
  g_assert_null (sb_greeting_parse (buffer, pack_greeting (buffer, sizeof buffer, SB_WIRE_VERSION + 1, 1), &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_PROTOCOL);
}

static void
put_entry (SbWirePacker *packer,
           guint8        type,
           const char   *name,
           const char   *link)
{
  sb_wire_put_u8 (packer, type);
  sb_wire_put_u32 (packer, 0100644);
  sb_wire_put_u64 (packer, 42);
  sb_wire_put_u64 (packer, 1700000000000000);
  sb_wire_put_string (packer, name);
  sb_wire_put_string (packer, link);
}

static void
test_entries (void)
{
  guint8 buffer[1024];
  SbWirePacker packer = { buffer, sizeof buffer, 0, false };
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_file_info_free);
  g_autoptr(GPtrArray) few = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_file_info_free);
  const SbFileInfo *info = NULL;

  put_entry (&packer, SB_WIRE_FILE_REGULAR, "a\nb\xff", "");
  put_entry (&packer, SB_WIRE_FILE_SYMLINK, "l", "/etc/passwd");
  g_assert_true (sb_entries_parse (buffer, packer.length, 2, infos));
  g_assert_cmpuint (infos->len, ==, 2);
  info = g_ptr_array_index (infos, 0);
  g_assert_cmpstr (info->name, ==, "a\nb\xff");
  g_assert_cmpuint (info->mode, ==, 0644);
  g_assert_cmpuint (info->size, ==, 42);
  g_assert_null (info->link_target);
  info = g_ptr_array_index (infos, 1);
  g_assert_cmpstr (info->link_target, ==, "/etc/passwd");

  g_assert_false (sb_entries_parse (buffer, packer.length, 1, few));
  g_assert_false (sb_entries_parse (buffer, packer.length - 1, 10, few));
}

static void
put_process (SbWirePacker *packer,
             guint32       pid,
             char          state,
             const char   *command)
{
  sb_wire_put_u32 (packer, pid);
  sb_wire_put_u32 (packer, 1);
  sb_wire_put_u8 (packer, (guint8) state);
  sb_wire_put_u64 (packer, 20);
  sb_wire_put_u64 (packer, 4096);
  sb_wire_put_u64 (packer, 1000000);
  sb_wire_put_u32 (packer, 7);
  sb_wire_put_string (packer, "na)me\n\xff");
  sb_wire_put_string (packer, command);
}

static void
test_processes (void)
{
  guint8 buffer[1024];
  SbWirePacker packer = { buffer, sizeof buffer, 0, false };
  g_autoptr(GPtrArray) processes = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_process_free);
  const SbProcess *second = NULL;
  gsize first_length = 0;

  put_process (&packer, 2, 'R', "");
  first_length = packer.length;
  put_process (&packer, 3, 'Z', "sh -c x");
  g_assert_true (sb_processes_parse (buffer, packer.length, 2, processes));
  g_assert_cmpuint (processes->len, ==, 2);
  second = g_ptr_array_index (processes, 1);
  g_assert_cmpuint (second->pid, ==, 3);
  g_assert_cmpuint (second->parent, ==, 1);
  g_assert_cmpint (second->state, ==, 'Z');
  g_assert_cmpuint (second->cpu_us, ==, 20);
  g_assert_cmpuint (second->memory_bytes, ==, 4096);
  g_assert_cmpuint (second->age_us, ==, 1000000);
  g_assert_cmpuint (second->request, ==, 7);
  g_assert_cmpstr (second->name, ==, "na)me\n\xff");
  g_assert_cmpstr (second->command, ==, "sh -c x");

  /* Too many, and every way to be cut short. */
  g_assert_false (sb_processes_parse (buffer, packer.length, 3, processes));
  for (gsize length = 1; length < packer.length; length++)
    {
      g_autoptr(GPtrArray) some = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_process_free);

      g_assert_cmpint (sb_processes_parse (buffer, length, 2, some), ==, length == first_length);
    }
}

static void
test_bad_processes (void)
{
  g_autofree char *long_command = g_strnfill (SB_WIRE_MAX_CMDLINE + 1, 'x');
  static const struct
  {
    guint32 pid;
    char    state;
  } bad[] = { { 0, 'R' }, { 0x80000000u, 'R' }, { 2, '\0' }, { 2, '<' }, { 2, '\n' }, { 2, 'R' } };
  guint8 buffer[1024];

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      SbWirePacker packer = { buffer, sizeof buffer, 0, false };
      g_autoptr(GPtrArray) processes = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_process_free);

      put_process (&packer, bad[i].pid, bad[i].state, i < G_N_ELEMENTS (bad) - 1 ? "good" : long_command);
      g_assert_false (packer.overflow);
      g_assert_false (sb_processes_parse (buffer, packer.length, 10, processes));
    }
}

static void
test_bad_entries (void)
{
  static const char *const names[] = { "", "..", "a/b", "/", NULL };
  g_autofree char *long_name = g_strnfill (256, 'x');
  guint8 buffer[1024];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      SbWirePacker packer = { buffer, sizeof buffer, 0, false };
      g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_file_info_free);

      put_entry (&packer, SB_WIRE_FILE_REGULAR, names[i] != NULL ? names[i] : long_name, "");
      g_assert_false (sb_entries_parse (buffer, packer.length, 10, infos));
      packer.length = 0;
      put_entry (&packer, SB_WIRE_FILE_OTHER + 1, "good", "");
      g_assert_false (sb_entries_parse (buffer, packer.length, 10, infos));
    }
}

static void
put_port (SbWirePacker *packer,
          const guint8 *address,
          guint8        address_length,
          guint32       number,
          const char   *command)
{
  sb_wire_put_u8 (packer, address_length);
  sb_wire_put_bytes (packer, address, address_length);
  sb_wire_put_u32 (packer, number);
  sb_wire_put_u32 (packer, 42);
  sb_wire_put_string (packer, command);
}

static gboolean
parse_one_port (const char *command,
                guint8      address_length,
                guint32     number)
{
  static const guint8 address[255] = { 127, 0, 0, 1 };
  guint8 buffer[1024];
  SbWirePacker packer = { buffer, sizeof buffer, 0, false };
  g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_listening_port_free);

  put_port (&packer, address, address_length, number, command);
  g_assert_false (packer.overflow);

  return sb_listening_parse (buffer, packer.length, ports);
}

static void
test_ports (void)
{
  static const guint8 v4[4] = { 127, 0, 0, 1 };
  static const guint8 v6[16] = { 0 };
  guint8 buffer[1024];
  SbWirePacker packer = { buffer, sizeof buffer, 0, false };
  g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_listening_port_free);
  const SbListeningPort *port = NULL;
  gsize first = 0;

  put_port (&packer, v4, sizeof v4, 3000, "node\xff server.js");
  first = packer.length;
  put_port (&packer, v6, sizeof v6, 65535, "");
  g_assert_true (sb_listening_parse (buffer, packer.length, ports));
  g_assert_cmpuint (ports->len, ==, 2);
  port = g_ptr_array_index (ports, 0);
  g_assert_cmpstr (port->address, ==, "127.0.0.1");
  g_assert_cmpuint (port->port, ==, 3000);
  g_assert_cmpuint (port->pid, ==, 42);
  g_assert_cmpstr (port->command, ==, "node\xff server.js");
  port = g_ptr_array_index (ports, 1);
  g_assert_cmpstr (port->address, ==, "::");
  g_assert_cmpuint (port->port, ==, 65535);

  for (gsize i = 1; i < packer.length; i++)
    {
      g_autoptr(GPtrArray) some = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_listening_port_free);
      gboolean whole = sb_listening_parse (buffer, i, some);

      g_assert_true (whole == (i == first));
    }
}

static void
test_bad_ports (void)
{
  g_autofree char *long_command = g_strnfill (SB_WIRE_MAX_COMMAND + 1, 'x');
  g_autofree guint8 *many = g_malloc0 (SB_WIRE_MAX_PAYLOAD);
  SbWirePacker packer = { many, SB_WIRE_MAX_PAYLOAD, 0, false };
  g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_listening_port_free);
  static const guint8 address[4] = { 0 };

  g_assert_true (parse_one_port ("node", 4, 1));
  g_assert_true (parse_one_port (long_command + 1, 16, 65535));
  g_assert_false (parse_one_port (long_command, 4, 1));
  g_assert_false (parse_one_port ("node", 4, 0));
  g_assert_false (parse_one_port ("node", 4, 65536));
  g_assert_false (parse_one_port ("node", 0, 1));
  g_assert_false (parse_one_port ("node", 5, 1));
  g_assert_false (parse_one_port ("node", 255, 1));

  for (guint i = 0; i <= SB_WIRE_MAX_PORTS; i++)
    put_port (&packer, address, sizeof address, 1 + i, "");
  g_assert_false (sb_listening_parse (many, packer.length, ports));
}

static void
test_keeper (void)
{
  g_autoptr(GString) all = g_string_new (NULL);

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (all, "%u ", i);

  for (guint round = 0; round < 200; round++)
    {
      gsize keep = (gsize) g_test_rand_int_range (1, 2500);
      gsize length = (gsize) g_test_rand_int_range (0, (int) all->len + 1);
      gsize kept = MIN (length, 2 * keep);
      SbOutputKeeper keeper;
      g_autoptr(GBytes) bytes = NULL;
      g_autoptr(GString) expected = g_string_new_len (all->str, (gssize) MIN (length, keep));

      sb_output_keeper_init (&keeper, keep);
      for (gsize offset = 0; offset < length;)
        {
          gsize piece = (gsize) g_test_rand_int_range (1, 5000);

          piece = MIN (piece, length - offset);
          sb_output_keeper_feed (&keeper, (const guint8 *) all->str + offset, piece);
          offset += piece;
        }
      g_string_append_len (expected, all->str + length - (kept - expected->len), (gssize) (kept - expected->len));

      bytes = sb_output_keeper_to_bytes (&keeper);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected->str, expected->len);
      g_assert_cmpuint (sb_output_keeper_get_dropped (&keeper), ==, length - kept);
      sb_output_keeper_clear (&keeper);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox/wire/splits", test_splits);
  g_test_add_func ("/sandbox/wire/broken", test_broken);
  g_test_add_func ("/sandbox/wire/pack", test_pack);
  g_test_add_func ("/sandbox/wire/pack-overflow", test_pack_overflow);
  g_test_add_func ("/sandbox/wire/bad-strings", test_bad_strings);
  g_test_add_func ("/sandbox/wire/greeting", test_greeting);
  g_test_add_func ("/sandbox/wire/entries", test_entries);
  g_test_add_func ("/sandbox/wire/bad-entries", test_bad_entries);
  g_test_add_func ("/sandbox/wire/processes", test_processes);
  g_test_add_func ("/sandbox/wire/bad-processes", test_bad_processes);
  g_test_add_func ("/sandbox/wire/ports", test_ports);
  g_test_add_func ("/sandbox/wire/bad-ports", test_bad_ports);
  g_test_add_func ("/sandbox/wire/keeper", test_keeper);

  return g_test_run ();
}
