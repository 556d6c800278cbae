/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-abuse.h"
#include "sb-json.h"

/* What lies in a workspace to lead whoever handles files out of it, or to keep them busy for ever. */

static SbMcpToolResult *
call_on (SbAbuse    *self,
         const char *tool,
         const char *path)
{
  g_autoptr(JsonObject) arguments = sb_json_parse_object ("{\"contents\":\"written\",\"to\":\"moved\"}", -1, NULL);

  json_object_set_string_member (arguments, "filename", path);
  json_object_set_string_member (arguments, "path", path);
  json_object_set_string_member (arguments, "from", path);

  return sb_abuse_call_object (self, tool, arguments);
}

/* No file outside is read, and the one that could be written is not. */
static void
follow_links (SbAbuse *self)
{
  static const char * const paths[] = { "to-file", "to-root/tmp/target", "to-environ", "up", "to-fd" };
  g_autofree char *after = NULL;

  g_free (sb_abuse_shell (self, "echo secret > /tmp/target; ln -s /tmp/target to-file; ln -s / to-root; "
                          "ln -s /proc/self/environ to-environ; ln -s ../tmp/target up; ln -s /proc/self/fd/0 to-fd"));
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(SbMcpToolResult) read = call_on (self, "readFile", paths[i]);
      g_autoptr(SbMcpToolResult) written = call_on (self, "writeFile", paths[i]);

      g_assert_true (read->is_error);
      g_assert_true (written->is_error);
      g_assert_nonnull (strstr (read->text, "outside the workspace"));
    }
  after = sb_abuse_shell (self, "cat /tmp/target");
  g_assert_cmpstr (after, ==, "secret\n");
}

/* A file that is a link out of the workspace half of the time. */
static void
race_with_links (SbAbuse *self)
{
  g_autofree char *before = sb_abuse_exploit (self, "none; echo secret > /tmp/target");
  g_autofree char *after = NULL;
  gint64 end = g_get_monotonic_time () + 3 * G_USEC_PER_SEC;

  sb_abuse_expect (self, "exec", "{\"command\":[\"./sb-abuse-exploits\",\"swap\",\"x\",\"/tmp/target\",\"4000\"],"
                   "\"background\":true}", FALSE, "process id");
  while (g_get_monotonic_time () < end)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *text = sb_test_read (self->channel, "x", NULL);

      g_assert_true (text == NULL || strstr (text, "secret") == NULL);
      sb_test_write (self->channel, "x", "written", NULL);
    }
  after = sb_abuse_shell (self, "cat /tmp/target");
  g_assert_cmpstr (after, ==, "secret\n");
}

static void
read_odd_files (SbAbuse *self)
{
  static const char * const odd[] = { "fifo", "socket", "zero", "kmsg", "directory", "missing/x", "long/x" };

  g_free (sb_abuse_shell (self, "mkfifo fifo; ln -s /dev/zero zero; ln -s /proc/kmsg kmsg; mkdir directory; "
                          "truncate -s 5G large; "
                          "node -e 'require (\"net\").createServer ().listen (\"socket\", () => process.exit (0))'; "
                          "test -e socket || perl -MSocket -e 'socket S, AF_UNIX, SOCK_STREAM, 0;"
                          " bind S, pack_sockaddr_un (\"socket\")'"));
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr(SbMcpToolResult) result = call_on (self, "readFile", odd[i]);

      g_assert_true (result->is_error);
    }
  sb_abuse_expect (self, "readFile", "{\"filename\":\"large\",\"offset\":5368709000,\"maxBytes\":100}", FALSE, "");
}

/* Each is told by its name, and can be looked at and deleted by it, if it can be told in JSON at all. */
static void
use_odd_names (SbAbuse *self)
{
  static const char * const names[] = { "new\nline", "tab\tbed", "esc\033[31m", "-rf", "; rm -rf x", "<b>bold</b>",
                                        "%n%s", "dot.", "space ", " lead", "Case", "case", "\xe2\x80\xae" "fdp.exe",
                                        "$(id)", "`id`", "'\"", "\\", "*" };
  g_autoptr(SbMcpToolResult) list = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(SbMcpToolResult) written = call_on (self, "writeFile", names[i]);

      g_assert_false (written->is_error);
    }
  g_free (sb_abuse_shell (self, "node -e 'const fs = require (\"fs\");"
                          " fs.writeFileSync (Buffer.from ([0xff, 0xfe, 0x61]), \"\");"
                          " fs.writeFileSync (\"l\".repeat (255), \"\")'"));
  list = sb_abuse_call (self, "listFiles", "{}");
  g_assert_false (list->is_error);
  g_assert_null (strchr (list->text, '\033'));
  g_assert_null (strstr (list->text, "\xe2\x80\xae"));
  g_assert_null (strstr (list->text, "\nline"));
  g_assert_nonnull (strstr (list->text, "new\\nline (7 bytes)"));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(SbMcpToolResult) known = call_on (self, "statFile", names[i]);
      g_autoptr(SbMcpToolResult) deleted = call_on (self, "deleteFile", names[i]);
      g_autoptr(SbMcpToolResult) gone = call_on (self, "statFile", names[i]);

      g_assert_false (known->is_error);
      g_assert_false (deleted->is_error);
      g_assert_true (gone->is_error);
    }
}

static void
walk_deep (SbAbuse *self)
{
  g_autofree char *depth = sb_abuse_exploit (self, "dig 10000");

  g_assert_cmpint (atoi (depth), >, 1000);
  g_free (sb_abuse_shell (self, "ln -s a b; ln -s b a; echo x > one; i=0; "
                          "while [ $i -lt 500 ]; do ln one hard$i; i=$((i+1)); done"));
  sb_abuse_expect (self, "readFile", "{\"filename\":\"a\"}", TRUE, "");
  sb_abuse_expect (self, "searchFiles", "{\"text\":\"needle\"}", FALSE, "");
  sb_abuse_expect (self, "listFiles", "{}", FALSE, "hard1");
  g_free (sb_abuse_shell (self, "rm -rf d"));
}

/* Nothing of the app unpacks or decodes what it fetches: an archive or image that grows beyond measure is its bytes. */
static void
fetch_bombs (SbAbuse *self)
{
  g_free (sb_abuse_shell (self, "head -c 200000000 /dev/zero | gzip -9 > bomb.gz; "
                          "head -c 2000000 /dev/urandom > large; "
                          "node -e 'const z = require (\"zlib\"); const b = Buffer.alloc (25);"
                          " b.writeUInt32BE (13, 0); b.write (\"IHDR\", 4); b.writeUInt32BE (50000, 8);"
                          " b.writeUInt32BE (50000, 12); b[16] = 8; b[17] = 6;"
                          " require (\"fs\").writeFileSync (\"bomb.png\", Buffer.concat ("
                          "[Buffer.from ([137, 80, 78, 71, 13, 10, 26, 10]), b]));'; "
                          "echo '<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file:///etc/passwd\"/></svg>'"
                          " > x.svg"));
  sb_abuse_expect (self, "getArtifact", "{\"path\":\"large\"}", TRUE, "");
  sb_abuse_expect (self, "getArtifact", "{\"path\":\"bomb.gz\"}", FALSE, "");
  sb_abuse_expect (self, "getArtifact", "{\"path\":\"bomb.png\"}", FALSE, "");
  sb_abuse_expect (self, "getArtifact", "{\"path\":\"x.svg\"}", FALSE, "");
  sb_abuse_expect (self, "getArtifact", "{\"path\":\".\"}", TRUE, "");
}

int
main (int    argc,
      char **argv)
{
  static const SbAbuseCase cases[] = {
    { 31, "links", follow_links },
    { 31, "swap-race", race_with_links },
    { 32, "odd-files", read_odd_files },
    { 33, "names", use_odd_names },
    { 34, "deep", walk_deep },
    { 36, "bombs", fetch_bombs },
  };

  return sb_abuse_main (argc, argv, cases, G_N_ELEMENTS (cases));
}
