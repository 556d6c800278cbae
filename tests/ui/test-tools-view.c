/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "sb-build-dialog.h"
#include "sb-fake-engine.h"
#include "sb-gateway-dialog.h"
#include "sb-page-tabs.h"
#include "sb-sandbox-endpoint.h"
#include "sb-shell.h"
#include "sb-test.h"
#include "sb-tools-fixture.h"
#include "sb-tools-view.h"

#define ID "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define BRIDGE OK "{\"IPAM\":{\"Config\":[{\"Gateway\":\"127.0.0.1\"}]}}"
#define BUILT OK "{\"stream\":\"Step 1/1 : FROM scratch\",\"Id\":\"" ID "\"}\n"

/* The window that an action opened; NULL: none. */
static GtkWidget *
find_dialog (GType type)
{
  g_autoptr(GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (G_TYPE_CHECK_INSTANCE_TYPE (l->data, type))
      return l->data;

  return NULL;
}

static GtkWidget *
open_dialog (SbToolsFixture *fixture,
             const char     *action,
             GType           type)
{
  gtk_widget_activate_action (fixture->page, action, NULL);
  g_assert_nonnull (find_dialog (type));
  sb_test_wait_until (gtk_widget_get_mapped (find_dialog (type)));

  return find_dialog (type);
}

static GtkWidget *
find_row (GtkWidget  *widget,
          GType       type,
          const char *title)
{
  GtkWidget *found = NULL;

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type)
      && g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); found == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_row (child, type, title);

  return found;
}

static SbSandboxEndpoint *
open_endpoint (SbToolsFixture *fixture,
               SbDockerClient *docker)
{
  g_autoptr(GAsyncResult) result = NULL;
  SbSandboxEndpoint *endpoint;

  sb_sandbox_endpoint_open_async (fixture->parts.sandboxes, fixture->parts.approvals, docker, NULL,
                                  sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  endpoint = sb_sandbox_endpoint_open_finish (result, NULL);
  g_assert_nonnull (endpoint);

  return endpoint;
}

/* One at an address is used, lost and found again, all of it to be seen. */
static void
test_external (SbToolsFixture *fixture,
               gconstpointer   data)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) docker = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
  g_autoptr(SbSandboxEndpoint) endpoint = NULL;
  GtkWidget *dialog;

  sb_fake_engine_set_answer (engine, BRIDGE, -1, 0, TRUE);
  endpoint = open_endpoint (fixture, docker);
  g_assert_true (sb_tools_fixture_shows (fixture->page, "Gateway built-in"));

  dialog = open_dialog (fixture, "tools.gateway", SB_TYPE_GATEWAY_DIALOG);
  sb_gateway_dialog_set_mode (SB_GATEWAY_DIALOG (dialog), SB_GATEWAY_EXTERNAL);
  gtk_editable_set_text (GTK_EDITABLE (find_row (dialog, ADW_TYPE_ENTRY_ROW, "Address")), "nowhere");
  gtk_widget_activate_action (dialog, "dialog.use", NULL);
  sb_test_wait_until (sb_tools_fixture_shows (dialog, "no address of a gateway"));
  gtk_editable_set_text (GTK_EDITABLE (find_row (dialog, ADW_TYPE_ENTRY_ROW, "Address")),
                         sb_sandbox_endpoint_get_url (endpoint));
  gtk_editable_set_text (GTK_EDITABLE (find_row (dialog, ADW_TYPE_PASSWORD_ENTRY_ROW, "Token")),
                         sb_sandbox_endpoint_get_token (endpoint));
  gtk_widget_activate_action (dialog, "dialog.use", NULL);
  sb_test_wait_until (find_dialog (SB_TYPE_GATEWAY_DIALOG) == NULL);
  sb_tools_fixture_wait (fixture, "gateway", SB_GATEWAY_SERVER_READY);
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "Gateway elsewhere"));
  g_assert_true (sb_tools_fixture_shows (fixture->page, "ready"));

  g_clear_object (&endpoint);
  sb_tools_fixture_wait (fixture, "gateway", SB_GATEWAY_SERVER_WAITING);
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "waiting"));

  dialog = open_dialog (fixture, "tools.gateway", SB_TYPE_GATEWAY_DIALOG);
  sb_gateway_dialog_set_mode (SB_GATEWAY_DIALOG (dialog), SB_GATEWAY_BUILT_IN);
  gtk_widget_activate_action (dialog, "dialog.use", NULL);
  sb_test_wait_until (find_dialog (SB_TYPE_GATEWAY_DIALOG) == NULL);
  g_assert_nonnull (sb_gateway_lookup (fixture->gateway, "weather"));
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "Gateway built-in"));
}

/* What goes into the container is shown first; closing the window forgets it. */
static void
test_official (SbToolsFixture *fixture,
               gconstpointer   data)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) docker = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
  GtkWidget *dialog;

  dialog = open_dialog (fixture, "tools.gateway", SB_TYPE_GATEWAY_DIALOG);
  sb_gateway_dialog_set_mode (SB_GATEWAY_DIALOG (dialog), SB_GATEWAY_OFFICIAL);
  sb_test_wait_until (sb_tools_fixture_shows (dialog, "No engine answers"));
  gtk_widget_activate_action (dialog, "window.close", NULL);
  sb_test_wait_until (find_dialog (SB_TYPE_GATEWAY_DIALOG) == NULL);

  sb_fake_engine_set_answer (engine, BRIDGE, -1, 0, TRUE);
  sb_gateway_choice_set_docker (fixture->choice, docker);
  dialog = open_dialog (fixture, "tools.gateway", SB_TYPE_GATEWAY_DIALOG);
  sb_gateway_dialog_set_mode (SB_GATEWAY_DIALOG (dialog), SB_GATEWAY_OFFICIAL);
  sb_test_wait_until (sb_tools_fixture_shows (dialog, "http://127.0.0.1:"));
  g_assert_cmpint (sb_gateway_get_mode (fixture->gateway), ==, SB_GATEWAY_BUILT_IN);
  gtk_widget_activate_action (dialog, "dialog.use", NULL);
  sb_test_wait_until (find_dialog (SB_TYPE_GATEWAY_DIALOG) == NULL);
  g_assert_cmpint (sb_gateway_get_mode (fixture->gateway), ==, SB_GATEWAY_OFFICIAL);
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "Docker’s gateway"));
}

static void
test_build (SbToolsFixture *fixture,
            gconstpointer   data)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) docker = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
  g_autofree char *parent = sb_test_make_dir ();
  g_autofree char *folder = g_build_filename (parent, "My Server", NULL);
  g_autofree char *file = g_build_filename (folder, "Dockerfile", NULL);
  GtkWidget *dialog = open_dialog (fixture, "tools.build", SB_TYPE_BUILD_DIALOG);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  sb_build_dialog_set_folder (SB_BUILD_DIALOG (dialog), folder);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find_row (dialog, ADW_TYPE_ENTRY_ROW, "Name"))), ==,
                   "my-server");
  gtk_widget_activate_action (dialog, "dialog.build", NULL);
  g_assert_true (sb_tools_fixture_shows (dialog, "No engine answers"));

  sb_gateway_set_docker (fixture->gateway, docker);
  gtk_widget_activate_action (dialog, "dialog.build", NULL);
  sb_test_wait_until (sb_tools_fixture_shows (dialog, "There is no file"));

  /* Closed in the middle, it is over. */
  g_assert_true (g_file_set_contents (file, "FROM scratch\n", -1, NULL));
  sb_fake_engine_set_answer (engine, BUILT, -1, 0, FALSE);
  gtk_widget_activate_action (dialog, "dialog.build", NULL);
  sb_test_wait_until (sb_tools_fixture_shows (dialog, "Step 1/1"));
  gtk_widget_activate_action (dialog, "window.close", NULL);
  sb_test_wait_until (find_dialog (SB_TYPE_BUILD_DIALOG) == NULL);
  sb_test_wait_until (sb_fake_engine_saw_end (engine));
  g_assert_null (strstr (fixture->saved, ID));

  sb_fake_engine_set_answer (engine, BUILT, -1, 0, TRUE);
  dialog = open_dialog (fixture, "tools.build", SB_TYPE_BUILD_DIALOG);
  sb_build_dialog_set_folder (SB_BUILD_DIALOG (dialog), folder);
  gtk_widget_activate_action (dialog, "dialog.build", NULL);
  sb_test_wait_until (find_dialog (SB_TYPE_BUILD_DIALOG) == NULL);
  g_assert_nonnull (strstr (fixture->saved, "  my-server:\n    image: " ID "\n"));
  g_assert_true (sb_catalog_state_get_enabled (fixture->parts.state, "my-server"));
  g_assert_true (sb_tools_model_get_server (fixture->model) == sb_gateway_lookup (fixture->gateway, "my-server"));
}

/* Accessible names */

static gboolean
has_text (GtkWidget *widget)
{
  gboolean found = GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0';

  for (GtkWidget *child = gtk_widget_get_first_child (widget); !found && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = has_text (child);

  return found;
}

/* Named by a property or a relation, or by the text in it where the role is named by its content. */
static gboolean
has_name (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);
  GtkAccessibleRole role = gtk_accessible_get_accessible_role (accessible);

  if (gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL)
      || gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY))
    return TRUE;

  return has_text (widget) && role != GTK_ACCESSIBLE_ROLE_TEXT_BOX && role != GTK_ACCESSIBLE_ROLE_SWITCH;
}

/* Parts of the toolkit's own widgets are named by it, or by the widget they are in. */
static gboolean
is_ours (GtkWidget *widget)
{
  static const char * const foreign[] = {
    "AdwEntryRow", "AdwComboRow", "GtkEditable", "GtkMenuButton", "GtkDropDown", "GtkPopover", "GtkWindowHandle",
  };

  for (GtkWidget *above = gtk_widget_get_parent (widget); above != NULL; above = gtk_widget_get_parent (above))
    for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
      if (g_type_is_a (G_OBJECT_TYPE (above), g_type_from_name (foreign[i])) && !GTK_IS_BUTTON (widget))
        return FALSE;

  return !GTK_IS_MENU_BUTTON (gtk_widget_get_parent (widget)) && !GTK_IS_DROP_DOWN (gtk_widget_get_parent (widget));
}

/* Some hand the focus on to a part of them, and are what is named; scrolled windows only hand it on. */
static gboolean
is_control (GtkWidget *widget)
{
  if (GTK_IS_MENU_BUTTON (widget) || GTK_IS_DROP_DOWN (widget)
      || (GTK_IS_EDITABLE (widget) && !GTK_IS_TEXT (widget) && !GTK_IS_EDITABLE_LABEL (widget)))
    return TRUE;

  return gtk_widget_get_focusable (widget) && !GTK_IS_SCROLLED_WINDOW (widget);
}

static void
check_names (GtkWidget *widget,
             guint     *n_checked,
             guint     *n_bad)
{
  if (!gtk_widget_get_visible (widget))
    return;

  if (is_control (widget) && is_ours (widget))
    {
      *n_checked += 1;
      if (!has_name (widget))
        {
          *n_bad += 1;
          g_test_message ("no name: %s below %s, role %d", G_OBJECT_TYPE_NAME (widget),
                          G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)),
                          gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget)));
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_names (child, n_checked, n_bad);
}

/* Every page, with a server and a tool looked at, and every window that a verb opens. */
static void
test_names (SbToolsFixture *fixture,
            gconstpointer   data)
{
  static const struct { const char *action; GType (*type) (void); } dialogs[] = {
    { "tools.gateway", sb_gateway_dialog_get_type }, { "tools.build", sb_build_dialog_get_type },
  };
  g_autoptr(GtkStack) pages = NULL;
  g_autoptr(GtkSelectionModel) list = NULL;
  guint n_checked = 0;
  guint n_bad = 0;

  g_object_get (sb_tools_fixture_find (fixture->page, SB_TYPE_PAGE_TABS), "stack", &pages, NULL);
  list = gtk_stack_get_pages (pages);
  sb_tools_model_switch_server (fixture->model, "own", TRUE);
  sb_tools_model_set_server (fixture->model, sb_tools_fixture_wait (fixture, "own", SB_GATEWAY_SERVER_READY));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr(GObject) page = g_list_model_get_item (G_LIST_MODEL (list), i);
      GtkWidget *child = gtk_stack_page_get_child (GTK_STACK_PAGE (page));

      gtk_stack_set_visible_child (pages, child);
      sb_test_wait_until (gtk_widget_get_mapped (child));
      check_names (fixture->page, &n_checked, &n_bad);
    }
  for (guint i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      GtkWidget *dialog = open_dialog (fixture, dialogs[i].action, dialogs[i].type ());

      check_names (dialog, &n_checked, &n_bad);
      gtk_widget_activate_action (dialog, "window.close", NULL);
      sb_test_wait_until (find_dialog (dialogs[i].type ()) == NULL);
    }

  g_test_message ("%u controls", n_checked);
  g_assert_cmpuint (n_checked, >, 40);
  g_assert_cmpuint (n_bad, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", FALSE);
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_TOOLS_VIEW);

#define ADD(name, func) \
  g_test_add ("/tools-view/" name, SbToolsFixture, type, sb_tools_fixture_set_up, func, sb_tools_fixture_tear_down)
  ADD ("external", test_external);
  ADD ("official", test_official);
  ADD ("build", test_build);
  ADD ("names", test_names);

  return g_test_run ();
}
