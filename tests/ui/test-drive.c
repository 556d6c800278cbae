/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <gdk/x11/gdkx.h>

#include "sb-application.h"
#include "sb-bwrap-backend.h"
#include "sb-chat-view.h"
#include "sb-composer.h"
#include "sb-file-row.h"
#include "sb-orphans.h"
#include "sb-shell.h"
#include "sb-sidebar.h"
#include "sb-test.h"
#include "sb-tool-card.h"
#include "sb-trace-row.h"
#include "sb-window.h"


/* The whole program, with nothing but a keyboard in front of it and a screen reader's view of it: keys come by way of
 * the display server, and what is checked is what would be spoken. */
typedef struct
{
  /* owned */
  SbApplication *application;

  /* borrowed */
  SbWindow *window;

  gboolean driven;
} Drive;

static void
run_xdotool (const char * const *argv)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, &error);
  g_autoptr(GAsyncResult) result = NULL;

  g_assert_no_error (error);
  g_subprocess_wait_check_async (process, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_subprocess_wait_check_finish (process, result, &error);
  g_assert_no_error (error);
}

static void
press (const char *keys)
{
  const char * const argv[] = { "xdotool", "key", "--delay", "1", keys, NULL };

  run_xdotool (argv);
}

static void
type (const char *text)
{
  const char * const argv[] = { "xdotool", "type", "--delay", "1", text, NULL };

  run_xdotool (argv);
}

static GtkWidget *
find_type (GtkWidget *widget,
           GType      type)
{
  GtkWidget *child;

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;

  for (child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_type (child, type);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static gboolean
speaks (GtkWidget          *widget,
        const char * const *words)
{
  /* Tells what the label is, if it is not that. */
  g_autofree char *label = gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget),
                                                               GTK_ACCESSIBLE_PROPERTY_LABEL, "");

  for (guint i = 0; words[i] != NULL; i++)
    if (label == NULL || strstr (label, words[i]) == NULL)
      return FALSE;

  return TRUE;
}

/* In a widget of the type that is on show, or below it: a spoken label with all the words in it. */
static gboolean
find_spoken (GtkWidget          *widget,
             GType               type,
             const char * const *words)
{
  GtkWidget *child;

  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    type = GTK_TYPE_WIDGET;
  if (type == GTK_TYPE_WIDGET && speaks (widget, words))
    return TRUE;

  for (child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (find_spoken (child, type, words))
      return TRUE;

  return FALSE;
}

#define wait_spoken(drive, type, ...) \
  sb_test_wait_until (find_spoken (GTK_WIDGET ((drive)->window), type, \
                                   (const char * const []) { __VA_ARGS__, NULL }))

static SbConversation *
get_conversation (Drive *drive)
{
  return sb_selection_get_conversation (sb_window_get_selection (drive->window));
}

static gboolean
is_running (Drive *drive)
{
  return sb_conversation_get_running (get_conversation (drive));
}

static gboolean
is_in (Drive *drive,
       GType  widget_type)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (drive->window));

  return focus != NULL && gtk_widget_get_ancestor (focus, widget_type) != NULL;
}

static gboolean
is_in_composer (Drive *drive)
{
  return is_in (drive, SB_TYPE_COMPOSER);
}

static gboolean
is_typed (Drive      *drive,
          const char *sentence)
{
  GtkWidget *composer = find_type (GTK_WIDGET (drive->window), SB_TYPE_COMPOSER);
  g_autofree char *text = sb_composer_dup_text (SB_COMPOSER (composer));

  return g_str_equal (text, sentence);
}

static void
say (Drive      *drive,
     const char *sentence)
{
  g_assert_true (is_in_composer (drive));
  type (sentence);
  sb_test_wait_until (is_typed (drive, sentence));
  press ("Return");
  sb_test_wait_until (is_typed (drive, "") && is_running (drive));
}

static void
start (Drive *drive)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (drive->application));
  g_autoptr(GAsyncResult) configured = NULL;
  g_autofree char *xid = NULL;
  SbWorkspace *workspace;

  drive->window = SB_WINDOW (window);
  workspace = sb_window_get_workspace (drive->window);
  sb_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (window)));

  /* No window manager is there to do it. */
  xid = g_strdup_printf ("%lu", gdk_x11_surface_get_xid (gtk_native_get_surface (GTK_NATIVE (window))));
  run_xdotool ((const char * const []) { "xdotool", "windowsize", xid, "1580", "980", NULL });
  run_xdotool ((const char * const []) { "xdotool", "windowfocus", xid, NULL });
  sb_test_wait_until (gtk_window_is_active (window) && gtk_widget_get_width (GTK_WIDGET (window)) > 1500);

  sb_workspace_configure_provider_async (workspace, NULL, "rehearsal", NULL, NULL, NULL, NULL, sb_test_keep_result,
                                         &configured);
  sb_test_wait_until (configured != NULL);
  g_assert_true (sb_workspace_configure_provider_finish (workspace, configured, NULL));
}

static void
drive_primes (Drive *drive)
{
  say (drive, "initialize a sandbox, write hello.js that prints the first 20 primes, and run it");
  sb_test_wait_until (!is_running (drive));

  wait_spoken (drive, SB_TYPE_TOOL_CARD, "initSandbox", "ready");
  wait_spoken (drive, SB_TYPE_TOOL_CARD, "writeFile", "hello.js", "written");
  wait_spoken (drive, SB_TYPE_TOOL_CARD, "exec", "node hello.js", "exit 0");
  wait_spoken (drive, SB_TYPE_TOOL_CARD, "71");
  wait_spoken (drive, SB_TYPE_TRACE_ROW, "initSandbox");
  wait_spoken (drive, SB_TYPE_TRACE_ROW, "writeFile");
  wait_spoken (drive, SB_TYPE_TRACE_ROW, "node hello.js", "exit 0");

  press ("ctrl+shift+s");
  wait_spoken (drive, SB_TYPE_FILE_ROW, "hello.js", "Added");
}

static void
drive_fetch (Drive *drive)
{
  say (drive, "fetch https://example.com");
  sb_test_wait_until (!is_running (drive));
  wait_spoken (drive, SB_TYPE_TOOL_CARD, "exec", "no network");
}

static void
drive_stop (Drive *drive)
{
  say (drive, "run `sleep 300`");
  wait_spoken (drive, SB_TYPE_TOOL_CARD, "exec", "sleep 300");
  g_assert_true (is_running (drive));

  press ("Escape");
  sb_test_wait_until (!is_running (drive));
  wait_spoken (drive, SB_TYPE_TOOL_CARD, "exec", "sleep 300", "stopped");
}

/* Wherever the focus is. */
static void
drive_stop_from_the_search (Drive *drive)
{
  say (drive, "run `sleep 301`");
  wait_spoken (drive, SB_TYPE_TOOL_CARD, "exec", "sleep 301");
  press ("ctrl+k");
  sb_test_wait_until (is_in (drive, GTK_TYPE_SEARCH_ENTRY));
  g_assert_true (is_running (drive));

  press ("ctrl+period");
  sb_test_wait_until (!is_running (drive));
  wait_spoken (drive, SB_TYPE_TOOL_CARD, "exec", "sleep 301", "stopped");
  press ("Escape");
  sb_test_wait_until (is_in_composer (drive));
}

static void
drive_conversations (Drive *drive)
{
  SbConversation *first = get_conversation (drive);
  SbConversation *second;

  press ("ctrl+n");
  sb_test_wait_until (get_conversation (drive) != first);
  second = get_conversation (drive);
  g_assert_true (is_in_composer (drive));
  press ("ctrl+2");
  sb_test_wait_until (get_conversation (drive) == first);
  press ("ctrl+1");
  sb_test_wait_until (get_conversation (drive) == second);
}

/* For what was said, and the title does not tell; Escape leads back to the composer. */
static void
drive_search (Drive *drive)
{
  SbConversation *blank = get_conversation (drive);
  GtkWidget *sidebar = find_type (GTK_WIDGET (drive->window), SB_TYPE_SIDEBAR);
  GtkWidget *entry = find_type (sidebar, GTK_TYPE_SEARCH_ENTRY);
  gboolean searching = TRUE;
  int height = 0;

  press ("ctrl+k");
  sb_test_wait_until (is_in (drive, GTK_TYPE_SEARCH_ENTRY));
  type ("sleep 300");
  sb_test_wait_until (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (entry)), "sleep 300"));
  press ("Return");
  sb_test_wait_until (get_conversation (drive) != blank);
  g_assert_null (strstr (sb_conversation_get_title (get_conversation (drive)), "sleep"));

  press ("Escape");
  sb_test_wait_until (is_in_composer (drive));
  g_object_get (sidebar, "searching", &searching, NULL);
  g_assert_false (searching);
  gtk_widget_measure (find_type (sidebar, GTK_TYPE_SEARCH_BAR), GTK_ORIENTATION_VERTICAL, -1,
                      NULL, &height, NULL, NULL);
  g_assert_cmpint (height, <=, 1); /* it leaves no gap above the list */
}

static gboolean
drive_cb (gpointer user_data)
{
  Drive *drive = user_data;

  start (drive);
  drive_primes (drive);
  drive_fetch (drive);
  drive_stop (drive);
  drive_stop_from_the_search (drive);
  drive_conversations (drive);
  drive_search (drive);

  g_assert_cmpuint (sb_orphans_count (), >, 0);
  press ("ctrl+w");
  drive->driven = TRUE;

  return G_SOURCE_REMOVE;
}

static void
activate_cb (GApplication *application,
             Drive        *drive)
{
  g_idle_add (drive_cb, drive);
}

/* FALSE: the test is skipped. */
static gboolean
can_drive (void)
{
  g_autoptr(SbSandboxBackend) backend = sb_bwrap_backend_new (NULL);
  g_autofree char *xdotool = g_find_program_in_path ("xdotool");
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_sandbox_backend_probe_async (backend, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  if (!sb_sandbox_backend_probe_finish (backend, result, &error))
    g_test_skip (error->message);
  else if (xdotool == NULL)
    g_test_skip ("xdotool, which presses the keys, is not installed");

  return error == NULL && xdotool != NULL;
}

static void
test_drive (void)
{
  char program[] = "sandbar";
  char *argv[] = { program, NULL };
  Drive drive = { 0 };

  if (!can_drive ())
    return;

  drive.application = sb_application_new ();
  g_signal_connect_after (drive.application, "activate", G_CALLBACK (activate_cb), &drive);
  g_assert_cmpint (g_application_run (G_APPLICATION (drive.application), 1, argv), ==, 0);
  g_assert_true (drive.driven);
  g_clear_object (&drive.application);
  sb_test_wait_until (sb_orphans_count () == 0);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *dir = sb_test_make_dir ();

  /* The toolkit's schemas must be found: not all directories can be others. */
  g_setenv ("XDG_CONFIG_HOME", dir, TRUE);
  g_setenv ("XDG_CACHE_HOME", dir, TRUE);
  g_setenv ("SANDBAR_DATA_DIR", dir, TRUE);
  /* Whoever names an engine gets no other one: what is left is bubblewrap. */
  g_setenv ("DOCKER_HOST", "unix:///nonexistent/docker.sock", TRUE);
  /* A bus that is started for us would be a process that stays. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "disabled:", TRUE);

  gtk_disable_setlocale ();
  g_test_init (&argc, &argv, NULL);
  sb_orphans_adopt ();
  sb_shell_register_resources ();

  g_test_add_func ("/drive/by-keyboard", test_drive);

  return g_test_run ();
}
