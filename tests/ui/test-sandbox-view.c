/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-changes-page.h"
#include "sb-code-view.h"
#include "sb-diff-view.h"
#include "sb-file-entry.h"
#include "sb-file-loan.h"
#include "sb-file-provider.h"
#include "sb-file-view.h"
#include "sb-files-page.h"
#include "sb-outline.h"
#include "sb-sandbox-list.h"
#include "sb-sandbox-view.h"
#include "sb-shell.h"
#include "sb-sparkline.h"
#include "sb-split.h"
#include "sb-test-backend.h"
#include "sb-test-channel.h"
#include "sb-unsaved-page.h"

/* The Sandbox tab on a sandbox that is the real helper without isolation. */
typedef struct
{
  /* owned */
  SbTestBackend    *backend;
  SbSandboxManager *manager;
  SbSelection      *selection;
  SbSandbox        *sandbox;

  /* borrowed */
  GtkWidget *window;
  GtkWidget *view;
} Fixture;

static SbSandbox *
start_sandbox (Fixture *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbSandbox *sandbox;

  sb_sandbox_manager_create_async (fixture->manager, NULL, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sandbox = sb_sandbox_manager_create_finish (fixture->manager, result, &error);
  g_assert_no_error (error);

  return sandbox;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);
  g_autoptr(GAsyncResult) result = NULL;

  fixture->backend = sb_test_backend_new ("helper");
  g_list_store_append (backends, fixture->backend);
  fixture->manager = sb_sandbox_manager_new (G_LIST_MODEL (backends));
  sb_sandbox_manager_probe_async (fixture->manager, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_sandbox_manager_probe_finish (fixture->manager, result, NULL));

  fixture->selection = sb_selection_new (NULL);
  fixture->view = g_object_new (SB_TYPE_SANDBOX_VIEW, "selection", fixture->selection, NULL);
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 600, 700);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->view);
  gtk_window_present (GTK_WINDOW (fixture->window));
  sb_test_wait_until (gtk_widget_get_mapped (fixture->view));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  g_clear_object (&fixture->sandbox);
  g_object_add_weak_pointer (G_OBJECT (fixture->view), (gpointer *) &fixture->view);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  sb_sandbox_manager_shutdown_async (fixture->manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL && fixture->view == NULL);
  g_assert_finalize_object (fixture->selection);
  g_clear_object (&fixture->manager);
  g_clear_object (&fixture->backend);
}

static void
show_sandbox (Fixture *fixture)
{
  fixture->sandbox = start_sandbox (fixture);
  sb_selection_set_sandbox (fixture->selection, fixture->sandbox);
}

static GtkWidget *
find_type (GtkWidget *widget,
           GType      type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;
  GtkWidget *child;

  for (child = gtk_widget_get_first_child (widget); found == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_type (child, type);

  return found;
}

/* Whether a text that starts like that can be seen. */
static gboolean
shows (GtkWidget  *widget,
       const char *text)
{
  GtkWidget *child;
  gboolean found = GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget)
                   && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (widget)), text);

  for (child = gtk_widget_get_first_child (widget); !found && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = shows (child, text);

  return found;
}

/* The list of a page, not that of a drop-down. */
static GtkWidget *
find_list (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_LIST_VIEW (widget) && gtk_widget_has_css_class (widget, "sb-files") ? widget : NULL;
  GtkWidget *child;

  for (child = gtk_widget_get_first_child (widget); found == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_list (child);

  return found;
}

static GtkSingleSelection *
get_files (Fixture *fixture)
{
  GtkWidget *page = find_type (fixture->view, SB_TYPE_FILES_PAGE);

  return GTK_SINGLE_SELECTION (gtk_list_view_get_model (GTK_LIST_VIEW (find_list (page))));
}

static gboolean
has_file (Fixture    *fixture,
          const char *path,
          guint      *position)
{
  GListModel *files = G_LIST_MODEL (get_files (fixture));

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr(SbOutlineNode) node = g_list_model_get_item (files, i);

      *position = i;
      if (g_str_equal (sb_file_entry_get_path (sb_outline_node_get_item (node)), path))
        return TRUE;
    }

  return FALSE;
}

static SbChangeSet *
find_changes (Fixture *fixture)
{
  SbChangeSet *changes = NULL;

  g_object_get (fixture->view, "changes", &changes, NULL);
  g_object_unref (changes);

  return changes;
}

static gboolean
code_is (Fixture    *fixture,
         const char *expected)
{
  g_autofree char *text =
    sb_code_view_dup_text (SB_CODE_VIEW (find_type (fixture->view, SB_TYPE_CODE_VIEW)));

  return g_str_has_prefix (text, expected);
}

static void
test_states (Fixture       *fixture,
             gconstpointer  data)
{
  sb_test_wait_until (shows (fixture->view, "No sandbox yet"));
  show_sandbox (fixture);
  sb_test_wait_until (shows (fixture->view, sb_sandbox_get_name (fixture->sandbox)));
  sb_test_wait_until (shows (fixture->view, "No files yet"));

  sb_test_backend_kill_all (fixture->backend);
  sb_test_wait_until (shows (fixture->view, "The sandbox was killed from outside"));
  sb_selection_set_sandbox (fixture->selection, NULL);
  sb_test_wait_until (shows (fixture->view, "No sandbox yet"));
}

static void
test_stopped (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  show_sandbox (fixture);
  sb_sandbox_manager_stop_async (fixture->manager, fixture->sandbox, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (shows (fixture->view, "The sandbox was stopped"));
  sb_test_wait_until (result != NULL);
}

/* A file is shown, follows its changes, and says when it was deleted. */
static void
test_file (Fixture       *fixture,
           gconstpointer  data)
{
  SbChannel *channel;
  guint position = 0;

  show_sandbox (fixture);
  channel = sb_sandbox_get_channel (fixture->sandbox);
  g_assert_true (sb_test_write (channel, "hello.js", "const a = 1;\n", NULL));
  sb_test_wait_until (has_file (fixture, "hello.js", &position));
  gtk_single_selection_set_selected (get_files (fixture), position);
  sb_test_wait_until (code_is (fixture, "const a = 1;"));

  g_assert_true (sb_test_write (channel, "hello.js", "const b = 22;\n", NULL));
  sb_test_wait_until (code_is (fixture, "const b = 22;"));
  sb_exec_result_free (sb_test_shell (channel, "rm hello.js"));
  sb_test_wait_until (shows (fixture->view, "This file was deleted"));
  g_assert_true (code_is (fixture, "const b = 22;"));
}

static gboolean
diff_is (GtkWidget  *page,
         const char *expected)
{
  g_autofree char *text = sb_diff_view_dup_text (SB_DIFF_VIEW (find_type (page, SB_TYPE_DIFF_VIEW)));

  return g_str_equal (text, expected);
}

static void
select_file (Fixture    *fixture,
             const char *path)
{
  guint position = 0;

  sb_test_wait_until (has_file (fixture, path, &position));
  gtk_single_selection_set_selected (get_files (fixture), position);
}

/* Bytes, a megabyte of text in one line, nothing, and what is no file at all. */
static void
test_odd_files (Fixture       *fixture,
                gconstpointer  data)
{
  SbChannel *channel;

  show_sandbox (fixture);
  channel = sb_sandbox_get_channel (fixture->sandbox);
  sb_exec_result_free (sb_test_shell (channel,
                                      "printf '\\001\\002\\000\\377' > bin; : > empty; mkfifo pipe; "
                                      "head -c 2000000 /dev/zero | tr '\\0' 'x' > long"));
  select_file (fixture, "bin");
  sb_test_wait_until (code_is (fixture, "00000000  01 02 00 ff"));
  sb_test_wait_until (shows (fixture->view, "Binary file"));
  select_file (fixture, "empty");
  sb_test_wait_until (shows (fixture->view, "The file is empty"));
  select_file (fixture, "pipe");
  sb_test_wait_until (shows (fixture->view, "Not a regular file"));
  select_file (fixture, "long");
  sb_test_wait_until (shows (fixture->view, "Too large to be edited"));
  g_assert_true (code_is (fixture, "xxxx"));
}

static void
type_text (Fixture    *fixture,
           const char *text)
{
  sb_code_view_replace_text (SB_CODE_VIEW (find_type (fixture->view, SB_TYPE_CODE_VIEW)), text);
}

static gboolean
holds (Fixture    *fixture,
       const char *path,
       const char *expected)
{
  g_autofree char *text = sb_test_read (sb_sandbox_get_channel (fixture->sandbox), path, NULL);

  return g_strcmp0 (text, expected) == 0;
}

/* What was typed is neither lost to another file on show nor to a change below, nor does it overwrite that unasked. */
static void
test_edit (Fixture       *fixture,
           gconstpointer  data)
{
  GtkWidget *view;
  SbChannel *channel;

  show_sandbox (fixture);
  view = find_type (fixture->view, SB_TYPE_FILE_VIEW);
  channel = sb_sandbox_get_channel (fixture->sandbox);
  g_assert_true (sb_test_write (channel, "a.js", "one\n", NULL));
  g_assert_true (sb_test_write (channel, "b.js", "other\n", NULL));
  select_file (fixture, "a.js");
  sb_test_wait_until (code_is (fixture, "one"));
  type_text (fixture, "mine\n");
  g_assert_true (shows (fixture->view, "●"));
  g_assert_cmpuint (sb_file_view_get_n_unsaved (SB_FILE_VIEW (view), channel), ==, 1);

  select_file (fixture, "b.js");
  sb_test_wait_until (code_is (fixture, "other"));
  g_assert_false (shows (fixture->view, "●"));
  g_assert_cmpuint (sb_file_view_get_n_unsaved (SB_FILE_VIEW (view), channel), ==, 1);
  g_assert_true (sb_test_write (channel, "a.js", "theirs\n", NULL));
  select_file (fixture, "a.js");
  g_assert_true (code_is (fixture, "mine"));
  sb_test_wait_until (shows (fixture->view, "The file changed while you edited it"));

  gtk_widget_activate_action (view, "file.compare", NULL);
  g_assert_true (diff_is (view, "@@ -1,1 +1,1 @@\n- theirs\n+ mine\n"));
  g_assert_true (gtk_widget_get_mapped (find_type (view, SB_TYPE_DIFF_VIEW)));
  gtk_widget_activate_action (view, "file.compare", NULL);
  g_assert_true (gtk_widget_get_mapped (find_type (view, SB_TYPE_CODE_VIEW)));
  gtk_widget_activate_action (view, "file.compare", NULL);
  gtk_widget_activate_action (view, "file.load-theirs", NULL);
  sb_test_wait_until (code_is (fixture, "theirs"));
  g_assert_false (shows (fixture->view, "●"));
  type_text (fixture, "mine again\n");
  gtk_widget_activate_action (view, "file.save", NULL);
  sb_test_wait_until (holds (fixture, "a.js", "mine again\n"));
  sb_test_wait_until (!shows (fixture->view, "●"));
}

static SbUnsavedPage *
get_unsaved (Fixture *fixture)
{
  return SB_UNSAVED_PAGE (find_type (fixture->view, SB_TYPE_UNSAVED_PAGE));
}

static gboolean
unsaved_is (Fixture    *fixture,
            const char *expected)
{
  GtkWidget *code = find_type (GTK_WIDGET (get_unsaved (fixture)), SB_TYPE_CODE_VIEW);
  g_autofree char *text = sb_code_view_dup_text (SB_CODE_VIEW (code));

  return gtk_widget_get_mapped (code) && g_str_equal (text, expected);
}

static void
edit_file (Fixture    *fixture,
           const char *path,
           const char *text)
{
  g_assert_true (sb_test_write (sb_sandbox_get_channel (fixture->sandbox), path, "old", NULL));
  select_file (fixture, path);
  sb_test_wait_until (code_is (fixture, "old"));
  type_text (fixture, text);
}

/* A sandbox that is killed does not take with it what somebody typed; what is saved elsewhere, or discarded, goes. */
static void
test_unsaved (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(SbSandbox) ended = NULL;
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "saved.js", NULL);
  g_autoptr(GFile) target = g_file_new_for_path (path);
  g_autofree char *saved = NULL;

  show_sandbox (fixture);
  edit_file (fixture, "a.js", "typed a");
  edit_file (fixture, "b.js", "typed b");
  sb_test_backend_kill_all (fixture->backend);
  sb_test_wait_until (shows (fixture->view, "The sandbox was killed from outside"));
  sb_test_wait_until (unsaved_is (fixture, "typed b") || unsaved_is (fixture, "typed a"));

  /* Another sandbox is there to work in; the texts are one click away. */
  ended = g_steal_pointer (&fixture->sandbox);
  show_sandbox (fixture);
  sb_test_wait_until (shows (fixture->view, "A sandbox ended with text of yours"));
  g_assert_false (gtk_widget_get_mapped (GTK_WIDGET (get_unsaved (fixture))));
  gtk_widget_activate_action (fixture->view, "sandbox.show-unsaved", NULL);
  sb_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (get_unsaved (fixture))));

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  sb_unsaved_page_save_to (get_unsaved (fixture), target);
  sb_test_wait_until (g_file_test (path, G_FILE_TEST_EXISTS));
  sb_test_wait_until (g_file_get_contents (path, &saved, NULL, NULL) && g_str_has_prefix (saved, "typed"));
  sb_test_wait_until (unsaved_is (fixture, g_str_equal (saved, "typed a") ? "typed b" : "typed a"));
  gtk_widget_activate_action (GTK_WIDGET (get_unsaved (fixture)), "unsaved.discard", NULL);
  sb_test_wait_until (!gtk_widget_get_mapped (GTK_WIDGET (get_unsaved (fixture))));
  sb_test_wait_until (!shows (fixture->view, "A sandbox ended with text of yours"));
}

/* Of a sandbox that is not on show any more, but lives: taken up again. */
static void
test_unsaved_elsewhere (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr(SbSandbox) other = start_sandbox (fixture);
  GtkWidget *page;

  show_sandbox (fixture);
  page = find_type (fixture->view, SB_TYPE_FILES_PAGE);
  edit_file (fixture, "a.js", "typed a");
  sb_selection_set_sandbox (fixture->selection, other);
  g_assert_cmpuint (sb_files_page_get_n_unsaved (SB_FILES_PAGE (page), sb_sandbox_get_channel (fixture->sandbox)), ==,
                    1);
  g_assert_cmpuint (sb_files_page_get_n_unsaved (SB_FILES_PAGE (page), sb_sandbox_get_channel (other)), ==, 0);
  sb_selection_set_sandbox (fixture->selection, fixture->sandbox);
  select_file (fixture, "a.js");
  g_assert_true (code_is (fixture, "typed a"));

  /* Somebody wants to remove it who was told, but it could not be removed. */
  sb_file_drafts_forget (sb_files_page_get_drafts (SB_FILES_PAGE (page)),
                         sb_sandbox_get_channel (fixture->sandbox));
  sb_selection_set_sandbox (fixture->selection, other);
  sb_selection_set_sandbox (fixture->selection, fixture->sandbox);
  select_file (fixture, "a.js");
  g_assert_true (code_is (fixture, "typed a"));

  /* Now it can. */
  sb_file_drafts_forget (sb_files_page_get_drafts (SB_FILES_PAGE (page)),
                         sb_sandbox_get_channel (fixture->sandbox));
  sb_test_backend_kill_all (fixture->backend);
  sb_test_wait_until (shows (fixture->view, "The sandbox was killed from outside"));
  g_assert_false (gtk_widget_get_mapped (GTK_WIDGET (get_unsaved (fixture))));
}

/* What is deleted in the list comes back; with the actions that keys and menu have, too. */
static void
test_delete (Fixture       *fixture,
             gconstpointer  data)
{
  GtkWidget *page;
  guint position = 0;

  show_sandbox (fixture);
  page = find_type (fixture->view, SB_TYPE_FILES_PAGE);
  g_assert_true (sb_test_write (sb_sandbox_get_channel (fixture->sandbox), "a.js", "kept\n", NULL));
  select_file (fixture, "a.js");
  gtk_widget_activate_action (page, "files.delete", NULL);
  sb_test_wait_until (!has_file (fixture, "a.js", &position));
  sb_test_wait_until (shows (page, "Deleted"));
  gtk_widget_activate_action (page, "files.undo", NULL);
  sb_test_wait_until (has_file (fixture, "a.js", &position));
  g_assert_true (holds (fixture, "a.js", "kept\n"));
}

/* A thousand changes above and below: what is expanded, selected and in view stays. */
static void
test_keeps_place (Fixture       *fixture,
                  gconstpointer  data)
{
  GtkWidget *page;
  GtkSingleSelection *files;
  gpointer before;
  SbChannel *channel;
  guint position = 0;

  show_sandbox (fixture);
  page = find_type (fixture->view, SB_TYPE_FILES_PAGE);
  channel = sb_sandbox_get_channel (fixture->sandbox);
  g_assert_true (sb_test_write (channel, "lib/m.js", "here\n", NULL));
  sb_files_page_show_file (SB_FILES_PAGE (page), "lib/m.js");
  sb_test_wait_until (code_is (fixture, "here"));
  files = get_files (fixture);
  before = gtk_single_selection_get_selected_item (files);

  sb_exec_result_free (sb_test_shell (channel, "cd lib; seq -f 'a%g' 500 | xargs touch; cd ..; mkdir aaa; "
                                               "seq -f 'z%g' 500 | xargs touch"));
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (files)) == 1003);
  g_assert_true (has_file (fixture, "lib/m.js", &position));
  g_assert_cmpuint (position, ==, 502);
  g_assert_true (gtk_single_selection_get_selected_item (files) == before);
  g_assert_cmpuint (gtk_single_selection_get_selected (files), ==, position);
  g_assert_true (code_is (fixture, "here"));
}

/* From elsewhere in the window, by its path alone. */
static void
test_show_file (Fixture       *fixture,
                gconstpointer  data)
{
  SbChannel *channel;

  show_sandbox (fixture);
  channel = sb_sandbox_get_channel (fixture->sandbox);
  g_assert_true (sb_test_write (channel, "lib/deep/down/x.js", "deep\n", NULL));
  gtk_widget_activate_action (fixture->view, "sandbox.page", "s", "isolation");
  sb_selection_show_file (fixture->selection, "lib/deep/down/x.js");
  sb_test_wait_until (code_is (fixture, "deep"));
}

/* Of a path with all that names must not do to a window. */
static void
test_changes (Fixture       *fixture,
              gconstpointer  data)
{
  GtkWidget *page;
  GtkListView *list;
  SbChannel *channel;

  show_sandbox (fixture);
  channel = sb_sandbox_get_channel (fixture->sandbox);
  page = find_type (fixture->view, SB_TYPE_CHANGES_PAGE);
  gtk_widget_activate_action (fixture->view, "sandbox.page", "s", "changes");
  sb_test_wait_until (shows (page, "No file has changed"));
  g_assert_true (sb_test_write (channel, "<b>a\n\342\200\256js", "one\ntwo\n", NULL));
  sb_test_wait_until (shows (page, "+2"));
  g_assert_true (shows (page, "<b>a "));

  list = GTK_LIST_VIEW (find_list (page));
  gtk_single_selection_set_selected (GTK_SINGLE_SELECTION (gtk_list_view_get_model (list)), 0);
  sb_test_wait_until (diff_is (page, "@@ -0,0 +1,2 @@\n+ one\n+ two\n"));

  /* The reader stays with the file when it changes. */
  g_assert_true (sb_test_write (channel, "<b>a\n\342\200\256js", "one\n", NULL));
  sb_test_wait_until (diff_is (page, "@@ -0,0 +1,1 @@\n+ one\n"));
  sb_exec_result_free (sb_test_shell (channel, "rm *js"));
  sb_test_wait_until (shows (page, "No file has changed"));
}

static gboolean
is_deleted (Fixture    *fixture,
            const char *path)
{
  guint position = 0;
  g_autoptr(SbOutlineNode) node = NULL;

  if (!has_file (fixture, path, &position))
    return FALSE;
  node = g_list_model_get_item (G_LIST_MODEL (get_files (fixture)), position);

  return sb_file_entry_get_mark (sb_outline_node_get_item (node)) == SB_FILE_MARK_DELETED;
}

/* A deleted file can be opened as what was deleted, and is itself again when it comes back. */
static void
test_deleted (Fixture       *fixture,
              gconstpointer  data)
{
  SbChangeLog *log;
  SbChannel *channel;
  GtkWidget *page;
  guint position = 0;

  show_sandbox (fixture);
  channel = sb_sandbox_get_channel (fixture->sandbox);
  log = sb_sandbox_get_change_log (fixture->sandbox);
  page = find_type (fixture->view, SB_TYPE_FILES_PAGE);
  g_assert_true (sb_test_write (channel, "gone.js", "one\n", NULL));
  sb_test_wait_until (sb_change_log_get_newest (log, "gone.js") != NULL && has_file (fixture, "gone.js", &position));
  sb_change_log_begin_call (log, "t1");
  sb_change_set_set_since (find_changes (fixture), "t1");
  sb_exec_result_free (sb_test_shell (channel, "rm gone.js"));
  sb_test_wait_until (is_deleted (fixture, "gone.js"));

  g_assert_true (has_file (fixture, "gone.js", &position));
  gtk_single_selection_set_selected (get_files (fixture), position);
  sb_test_wait_until (diff_is (page, "@@ -1,1 +0,0 @@\n- one\n"));
  g_assert_true (gtk_widget_get_mapped (find_type (page, SB_TYPE_DIFF_VIEW)));
  gtk_widget_activate_action (page, "files.delete", NULL);
  gtk_widget_activate_action (page, "files.open-with", NULL);
  g_assert_true (is_deleted (fixture, "gone.js"));
  gtk_widget_activate_action (page, "files.show-change", NULL);
  sb_test_wait_until (gtk_widget_get_mapped (find_type (fixture->view, SB_TYPE_CHANGES_PAGE)));
  g_assert_true (diff_is (find_type (fixture->view, SB_TYPE_CHANGES_PAGE), "@@ -1,1 +0,0 @@\n- one\n"));
  gtk_widget_activate_action (fixture->view, "sandbox.page", "s", "files");

  sb_change_log_set_incomplete (log);
  g_assert_true (shows (page, "There were too many changes at once"));

  g_assert_true (sb_test_write (channel, "gone.js", "two\n", NULL));
  sb_test_wait_until (code_is (fixture, "two"));
  g_assert_true (gtk_widget_get_mapped (find_type (page, SB_TYPE_CODE_VIEW)));
}

static void
note_failure_cb (SbFileProvider *provider,
                 GError         *error,
                 char          **message)
{
  *message = g_strdup (error->message);
}

/* (transfer full) (nullable): what a program gets that takes the file */
static char *
take_drop (SbSandbox   *sandbox,
           const char  *path,
           char       **message)
{
  g_autoptr(SbFileLoan) loan = sb_file_loan_new (sb_sandbox_get_channel (sandbox), path);
  g_autoptr(GdkContentProvider) provider = sb_file_provider_new (loan);
  g_autoptr(GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr(GdkContentFormats) formats = gdk_content_provider_ref_formats (provider);
  g_autoptr(GAsyncResult) result = NULL;
  gpointer data;

  g_assert_true (gdk_content_formats_contain_mime_type (formats, "text/uri-list"));
  g_signal_connect (provider, "failed", G_CALLBACK (note_failure_cb), message);
  gdk_content_provider_write_mime_type_async (provider, "text/uri-list", stream, G_PRIORITY_DEFAULT, NULL,
                                              sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  if (!gdk_content_provider_write_mime_type_finish (provider, result, NULL))
    return NULL;

  data = g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (stream));

  return g_strndup (data, g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (stream)));
}

/* A copy is made when it is dropped, under a name that fits; of what cannot be read the page is told. */
static void
test_drag_out (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *message = NULL;
  g_autofree char *uris = NULL;

  show_sandbox (fixture);
  g_assert_true (sb_test_write (sb_sandbox_get_channel (fixture->sandbox), "dir/a b.txt", "text", NULL));
  uris = take_drop (fixture->sandbox, "dir/a b.txt", &message);
  g_assert_true (g_str_has_prefix (uris, "file:///"));
  g_assert_nonnull (strstr (uris, "/a%20b.txt"));
  g_assert_null (message);
  g_assert_null (take_drop (fixture->sandbox, "nothing", &message));
  g_assert_nonnull (message);
}

/* (nullable): the dialog that asks which program */
static GtkWidget *
find_chooser (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr(GtkWidget) window = g_list_model_get_item (windows, i);

      if (GTK_IS_APP_CHOOSER_DIALOG (window))
        return window;
    }

  return NULL;
}

/* A script is text; what would start a program is not opened at all. */
static void
test_open_with (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *type = g_content_type_guess ("a.desktop", NULL, 0, NULL);
  SbChannel *channel;
  GtkWidget *page;

  if (!g_str_equal (type, "application/x-desktop"))
    {
      g_test_skip ("no database of file types");
      return;
    }

  show_sandbox (fixture);
  channel = sb_sandbox_get_channel (fixture->sandbox);
  page = find_type (fixture->view, SB_TYPE_FILES_PAGE);
  g_assert_true (sb_test_write (channel, "a.desktop", "[Desktop Entry]\nType=Application\nExec=true\n", NULL));
  g_assert_true (sb_test_write (channel, "b.js", "one\n", NULL));
  select_file (fixture, "a.desktop");
  gtk_widget_activate_action (page, "files.open-with", NULL);
  sb_test_wait_until (shows (fixture->view, "Not opened"));
  g_assert_null (find_chooser ());
  select_file (fixture, "b.js");
  gtk_widget_activate_action (page, "files.open-with", NULL);
  sb_test_wait_until (find_chooser () != NULL);
  gtk_dialog_response (GTK_DIALOG (find_chooser ()), GTK_RESPONSE_CANCEL);
  g_assert_null (find_chooser ());
}

/* Chosen without a pointer, and spoken. */
static void
test_list (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbSandbox) other = start_sandbox (fixture);
  GtkWidget *list = g_object_new (SB_TYPE_SANDBOX_LIST, NULL);
  GtkWidget *rows;
  GtkWidget *window = gtk_window_new ();

  show_sandbox (fixture);
  sb_sandbox_list_set_source (SB_SANDBOX_LIST (list), G_LIST_MODEL (fixture->manager), fixture->selection);
  gtk_window_set_child (GTK_WINDOW (window), list);
  gtk_window_present (GTK_WINDOW (window));
  sb_test_wait_until (shows (list, sb_sandbox_get_name (other)));
  g_assert_true (shows (list, sb_sandbox_get_name (fixture->sandbox)));

  rows = find_type (list, GTK_TYPE_LIST_VIEW);
  g_assert_true (gtk_widget_grab_focus (list));
  g_assert_true (gtk_widget_activate_action (rows, "list.activate-item", "u", 1));
  g_assert_true (sb_selection_get_sandbox (fixture->selection) == other);
  sb_test_wait_until (gtk_test_accessible_has_property (GTK_ACCESSIBLE (find_type (list, SB_TYPE_SPARKLINE)),
                                                        GTK_ACCESSIBLE_PROPERTY_LABEL));
  gtk_window_destroy (GTK_WINDOW (window));
  sb_selection_set_sandbox (fixture->selection, NULL);
}

static void
test_meters (Fixture       *fixture,
             gconstpointer  data)
{
  show_sandbox (fixture);
  sb_test_wait_until (shows (fixture->view, "Memory "));
  gtk_widget_activate_action (fixture->view, "sandbox.page", "s", "isolation");
  sb_test_wait_until (shows (fixture->view, "What keeps the code in"));
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();

  g_test_add ("/sandbox-view/states", Fixture, NULL, set_up, test_states, tear_down);
  g_test_add ("/sandbox-view/stopped", Fixture, NULL, set_up, test_stopped, tear_down);
  g_test_add ("/sandbox-view/file", Fixture, NULL, set_up, test_file, tear_down);
  g_test_add ("/sandbox-view/odd-files", Fixture, NULL, set_up, test_odd_files, tear_down);
  g_test_add ("/sandbox-view/edit", Fixture, NULL, set_up, test_edit, tear_down);
  g_test_add ("/sandbox-view/unsaved", Fixture, NULL, set_up, test_unsaved, tear_down);
  g_test_add ("/sandbox-view/unsaved-elsewhere", Fixture, NULL, set_up, test_unsaved_elsewhere, tear_down);
  g_test_add ("/sandbox-view/delete", Fixture, NULL, set_up, test_delete, tear_down);
  g_test_add ("/sandbox-view/keeps-place", Fixture, NULL, set_up, test_keeps_place, tear_down);
  g_test_add ("/sandbox-view/show-file", Fixture, NULL, set_up, test_show_file, tear_down);
  g_test_add ("/sandbox-view/changes", Fixture, NULL, set_up, test_changes, tear_down);
  g_test_add ("/sandbox-view/deleted", Fixture, NULL, set_up, test_deleted, tear_down);
  g_test_add ("/sandbox-view/drag-out", Fixture, NULL, set_up, test_drag_out, tear_down);
  g_test_add ("/sandbox-view/open-with", Fixture, NULL, set_up, test_open_with, tear_down);
  g_test_add ("/sandbox-view/list", Fixture, NULL, set_up, test_list, tear_down);
  g_test_add ("/sandbox-view/meters", Fixture, NULL, set_up, test_meters, tear_down);

  return g_test_run ();
}
