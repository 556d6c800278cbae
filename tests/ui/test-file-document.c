/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-file-document.h"
#include "sb-test-helper.h"

typedef struct
{
  SbTestHelper helper;

  /* owned */
  SbFileDocument *document;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  sb_test_helper_start (&fixture->helper, NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sb_test_spin (10);
  g_assert_finalize_object (fixture->document);
  sb_test_helper_end (&fixture->helper);
}

static void
open_file (Fixture    *fixture,
           const char *path)
{
  fixture->document = sb_file_document_new (fixture->helper.channel, path);
  sb_test_wait_until (sb_file_document_get_state (fixture->document) != SB_FILE_DOCUMENT_LOADING);
}

static gboolean
save (Fixture     *fixture,
      const char  *text,
      GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_file_document_save_async (fixture->document, text, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_file_document_save_finish (fixture->document, result, error);
}

static gboolean
holds (Fixture    *fixture,
       const char *path,
       const char *expected)
{
  g_autofree char *text = sb_test_read (fixture->helper.channel, path, NULL);

  return g_strcmp0 (text, expected) == 0;
}

static void
test_save (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (sb_test_write (fixture->helper.channel, "a.js", "one\r\n", NULL));
  open_file (fixture, "a.js");
  g_assert_cmpint (sb_file_document_get_state (fixture->document), ==, SB_FILE_DOCUMENT_PART);
  g_clear_object (&fixture->document);

  g_assert_true (sb_test_write (fixture->helper.channel, "a.js", "one\n", NULL));
  open_file (fixture, "a.js");
  g_assert_cmpint (sb_file_document_get_state (fixture->document), ==, SB_FILE_DOCUMENT_TEXT);
  g_assert_cmpstr (sb_file_document_get_text (fixture->document), ==, "one\n");
  sb_file_document_set_edited (fixture->document, TRUE);
  g_assert_true (save (fixture, "two\n", &error));
  g_assert_no_error (error);
  g_assert_true (holds (fixture, "a.js", "two\n"));

  /* Saved again, and nobody else was there: no conflict. */
  g_assert_true (save (fixture, "three\n", &error));
  g_assert_false (sb_file_document_get_conflict (fixture->document));
}

/* Neither overwrites the other unasked. */
static void
test_conflict (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *theirs = NULL;

  g_assert_true (sb_test_write (fixture->helper.channel, "a.js", "one\n", NULL));
  open_file (fixture, "a.js");
  sb_file_document_set_edited (fixture->document, TRUE);
  g_assert_true (sb_test_write (fixture->helper.channel, "a.js", "theirs\n", NULL));

  /* Nobody told the document: it looks for itself. */
  g_assert_false (save (fixture, "mine\n", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG);
  g_assert_true (sb_file_document_get_conflict (fixture->document));
  theirs = sb_test_text (sb_file_document_get_theirs (fixture->document));
  g_assert_cmpstr (theirs, ==, "theirs\n");
  g_assert_true (holds (fixture, "a.js", "theirs\n"));

  sb_file_document_keep_mine (fixture->document);
  g_clear_error (&error);
  g_assert_true (save (fixture, "mine\n", &error));
  g_assert_true (holds (fixture, "a.js", "mine\n"));
}

static void
test_load_theirs (Fixture       *fixture,
                  gconstpointer  data)
{
  g_assert_true (sb_test_write (fixture->helper.channel, "a.js", "one\n", NULL));
  open_file (fixture, "a.js");
  sb_file_document_set_edited (fixture->document, TRUE);
  g_assert_true (sb_test_write (fixture->helper.channel, "a.js", "theirs\n", NULL));
  sb_file_document_refresh (fixture->document);
  sb_test_wait_until (sb_file_document_get_conflict (fixture->document));
  g_assert_cmpstr (sb_file_document_get_text (fixture->document), ==, "one\n");

  sb_file_document_load_theirs (fixture->document);
  sb_test_wait_until (g_str_equal (sb_file_document_get_text (fixture->document), "theirs\n"));
  g_assert_false (sb_file_document_get_conflict (fixture->document));
}

/* What was deleted below the editor is written anew. */
static void
test_gone (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_true (sb_test_write (fixture->helper.channel, "a.js", "one\n", NULL));
  open_file (fixture, "a.js");
  sb_exec_result_free (sb_test_shell (fixture->helper.channel, "rm a.js"));
  sb_file_document_refresh (fixture->document);
  sb_test_wait_until (sb_file_document_get_gone (fixture->document));
  g_assert_cmpstr (sb_file_document_get_text (fixture->document), ==, "one\n");
  g_assert_true (save (fixture, "one\n", NULL));
  g_assert_false (sb_file_document_get_gone (fixture->document));
  g_assert_true (holds (fixture, "a.js", "one\n"));
}

/* A gigabyte, of which only what is looked at is read. */
static void
test_pages (Fixture       *fixture,
            gconstpointer  data)
{
  sb_exec_result_free (sb_test_shell (fixture->helper.channel,
                                      "printf '\\001\\002' > big; truncate -s 1G big; printf end >> big"));
  open_file (fixture, "big");
  g_assert_cmpint (sb_file_document_get_state (fixture->document), ==, SB_FILE_DOCUMENT_BYTES);
  g_assert_cmpuint (sb_file_document_get_size (fixture->document), ==, (1ULL << 30) + 3);
  g_assert_true (g_str_has_prefix (sb_file_document_get_text (fixture->document), "00000000  01 02 00"));

  sb_file_document_go (fixture->document, 1);
  sb_test_wait_until (g_str_has_prefix (sb_file_document_get_text (fixture->document), "00004000 "));
  sb_file_document_go (fixture->document, G_MAXINT);
  sb_test_wait_until (strstr (sb_file_document_get_text (fixture->document), "40000000  65 6e 64") != NULL);
  g_assert_cmpuint (sb_file_document_get_offset (fixture->document), ==, 1ULL << 30);
  g_assert_cmpuint (sb_file_document_get_length (fixture->document), ==, 3);
  sb_file_document_go (fixture->document, -3);
  sb_test_wait_until (g_str_has_prefix (sb_file_document_get_text (fixture->document), "3fff4000 "));
}

/* A page of text that begins and ends in the middle of characters; and one that shrinks below the reader. */
static void
test_text_pages (Fixture       *fixture,
                 gconstpointer  data)
{
  sb_exec_result_free (sb_test_shell (fixture->helper.channel,
                                      "i=0; printf 'a€€€€€€€\\n' > l; while [ $i -lt 17 ]; do cat l l > m; mv m l; "
                                      "i=$((i+1)); done"));
  open_file (fixture, "l");
  g_assert_cmpint (sb_file_document_get_state (fixture->document), ==, SB_FILE_DOCUMENT_PART);
  sb_file_document_go (fixture->document, 1);
  sb_test_wait_until (sb_file_document_get_offset (fixture->document) > 0);
  sb_file_document_refresh (fixture->document);
  sb_test_spin (20);
  g_assert_null (strstr (sb_file_document_get_text (fixture->document), "\357\277\275"));

  g_assert_true (sb_test_write (fixture->helper.channel, "l", "short\n", NULL));
  sb_file_document_refresh (fixture->document);
  sb_test_wait_until (g_str_equal (sb_file_document_get_text (fixture->document), "short\n"));
  g_assert_cmpint (sb_file_document_get_state (fixture->document), ==, SB_FILE_DOCUMENT_TEXT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/file-document/save", Fixture, NULL, set_up, test_save, tear_down);
  g_test_add ("/file-document/conflict", Fixture, NULL, set_up, test_conflict, tear_down);
  g_test_add ("/file-document/load-theirs", Fixture, NULL, set_up, test_load_theirs, tear_down);
  g_test_add ("/file-document/gone", Fixture, NULL, set_up, test_gone, tear_down);
  g_test_add ("/file-document/pages", Fixture, NULL, set_up, test_pages, tear_down);
  g_test_add ("/file-document/text-pages", Fixture, NULL, set_up, test_text_pages, tear_down);

  return g_test_run ();
}
