/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-bwrap-scope.h"

#include <string.h>

#include "sb-test.h"

#define PID 4242
#define UNIT "sandbar-calm-owl-4242.scope"
#define GROUP "user.slice/app.slice/" UNIT

/* A systemd that does as the test wants, on a bus of its own. */
typedef struct
{
  GTestDBus       *daemon;
  GDBusConnection *bus;
  char            *call;   /* nullable: the last StartTransientUnit */
  const char      *result; /* of the job; NULL: it never ends; "refused": there is none */
  char            *root;
  gboolean         keeps_cpus;
} Fixture;

static void
call_cb (GDBusConnection       *bus,
         const char            *sender,
         const char            *path,
         const char            *interface,
         const char            *method,
         GVariant              *parameters,
         GDBusMethodInvocation *invocation,
         gpointer               user_data)
{
  Fixture *fixture = user_data;

  if (g_str_equal (method, "Subscribe"))
    {
      g_dbus_method_invocation_return_value (invocation, NULL);
      return;
    }

  g_free (fixture->call);
  fixture->call = g_variant_print (parameters, FALSE);
  if (g_strcmp0 (fixture->result, "refused") == 0)
    {
      g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.DBus.Error.AccessDenied", "not today");
      return;
    }
  if (fixture->result != NULL)
    g_dbus_connection_emit_signal (bus, NULL, path, interface, "JobRemoved",
                                   g_variant_new ("(uoss)", 1, "/job/1", UNIT, fixture->result), NULL);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", "/job/1"));
}

static void
write_limit (Fixture    *fixture,
             const char *name,
             const char *value)
{
  g_autofree char *path = g_build_filename (fixture->root, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, value, -1, NULL));
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  static const char xml[] =
    "<node><interface name='org.freedesktop.systemd1.Manager'><method name='Subscribe'/>"
    "<method name='StartTransientUnit'><arg direction='in' type='s'/><arg direction='in' type='s'/>"
    "<arg direction='in' type='a(sv)'/><arg direction='in' type='a(sa(sv))'/><arg direction='out' type='o'/></method>"
    "</interface></node>";
  static const GDBusInterfaceVTable vtable = { .method_call = call_cb };
  g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, NULL);
  g_autoptr(GVariant) owned = NULL;
  g_autoptr(GError) error = NULL;

  fixture->daemon = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->daemon);
  fixture->bus = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (fixture->daemon),
                                                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                         | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                         NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (fixture->bus, "/org/freedesktop/systemd1", node->interfaces[0], &vtable, fixture,
                                     NULL, &error);
  g_assert_no_error (error);
  if (data != NULL)
    owned = g_dbus_connection_call_sync (fixture->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                         "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", data, 0), NULL,
                                         G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);

  fixture->result = "done";
  fixture->root = sb_test_make_dir ();
  write_limit (fixture, "proc/4242/cgroup", "0::/" GROUP "\n");
  write_limit (fixture, "sys/fs/cgroup/" GROUP "/memory.max", "1073741824\n");
  write_limit (fixture, "sys/fs/cgroup/" GROUP "/memory.swap.max", "0\n");
  write_limit (fixture, "sys/fs/cgroup/" GROUP "/pids.max", "131\n");
  write_limit (fixture, "sys/fs/cgroup/" GROUP "/cpu.max", "150000 100000\n");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_dbus_connection_close_sync (fixture->bus, NULL, NULL);
  g_clear_object (&fixture->bus);
  g_test_dbus_down (fixture->daemon);
  g_clear_object (&fixture->daemon);
  sb_test_remove_dir (fixture->root);
  g_free (fixture->root);
  g_free (fixture->call);
}

static gboolean
start (Fixture       *fixture,
       GCancellable  *cancellable,
       GError       **error)
{
  SbSandboxSpec spec = { .id = (char *) "calm-owl", .memory_bytes = 1024 * 1024 * 1024, .pids = 128, .cpus = 1.5 };
  g_autoptr(GAsyncResult) result = NULL;

  sb_bwrap_scope_start_async (&spec, PID, fixture->root, cancellable, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_bwrap_scope_start_finish (result, &fixture->keeps_cpus, error);
}

static void
test_limits (Fixture       *fixture,
             gconstpointer  data)
{
  static const char *const parts[] = {
    "('" UNIT "', 'fail', [", "('PIDs', <[uint32 4242]>)", "('MemoryMax', <uint64 1073741824>)",
    "('MemorySwapMax', <uint64 0>)", "('TasksMax', <uint64 131>)", "('CPUQuotaPerSecUSec', <uint64 1500000>)",
  };
  g_autoptr(GError) error = NULL;

  g_assert_true (start (fixture, NULL, &error));
  g_assert_no_error (error);
  g_test_message ("%s", fixture->call);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_assert_nonnull (strstr (fixture->call, parts[i]));
}

/* Taken by the manager, not kept by the kernel. */
static void
test_not_kept (Fixture       *fixture,
               gconstpointer  data)
{
  static const struct { const char *file; const char *value; } rows[] = {
    { "sys/fs/cgroup/" GROUP "/memory.max", "max\n" },
    { "sys/fs/cgroup/" GROUP "/memory.max", "1073741825\n" },
    { "sys/fs/cgroup/" GROUP "/memory.swap.max", "max\n" },
    { "sys/fs/cgroup/" GROUP "/pids.max", "" },
    { "proc/4242/cgroup", "0::/user.slice/other.scope\n" },
    { "proc/4242/cgroup", "0::/../" UNIT "\n" },
    { "proc/4242/cgroup", "1:memory:/" GROUP "\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_build_filename (fixture->root, rows[i].file, NULL);
      g_autofree char *before = NULL;
      g_autoptr(GError) error = NULL;

      g_assert_true (g_file_get_contents (path, &before, NULL, NULL));
      write_limit (fixture, rows[i].file, rows[i].value);
      g_assert_false (start (fixture, NULL, &error));
      g_assert_cmpstr (error->message, ==, "its limits did not take");
      write_limit (fixture, rows[i].file, before);
    }
  g_assert_true (start (fixture, NULL, NULL));
}

/* A user who was not given the controller has the other limits all the same, and is not told otherwise. */
static void
test_processors (Fixture       *fixture,
                 gconstpointer  data)
{
  static const struct { const char *value; gboolean holds; } rows[] = {
    { "150000 100000\n", TRUE }, { "15000 10000\n", TRUE }, { "150002 100000\n", FALSE }, { "max 100000\n", FALSE },
    { "", FALSE }, { "150000\n", FALSE }, { "1 0\n", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      write_limit (fixture, "sys/fs/cgroup/" GROUP "/cpu.max", rows[i].value);
      g_assert_true (start (fixture, NULL, NULL));
      g_assert_cmpint (fixture->keeps_cpus, ==, rows[i].holds);
    }
}

static void
test_refused (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(GError) refused = NULL;
  g_autoptr(GError) failed = NULL;
  g_autoptr(GError) silent = NULL;

  fixture->result = "refused";
  g_assert_false (start (fixture, NULL, &refused));
  g_assert_cmpstr (refused->message, ==, "not today");
  fixture->result = "failed";
  g_assert_false (start (fixture, NULL, &failed));
  g_assert_cmpstr (failed->message, ==, "it could not start the scope");
  fixture->result = NULL;
  g_assert_false (start (fixture, NULL, &silent));
  g_assert_error (silent, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (start (fixture, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (fixture->call);
}

/* A session bus, but no systemd on it. */
static void
test_no_systemd (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (start (fixture, NULL, &error));
  g_assert_nonnull (error);
  g_assert_null (fixture->call);
}

static void
test_no_bus (void)
{
  Fixture fixture = { .root = (char *) "/" };
  g_autoptr(GError) error = NULL;

  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_assert_false (start (&fixture, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

#define ADD(name, owner, func) g_test_add ("/sandbox/scope/" name, Fixture, owner, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox/scope/no-bus", test_no_bus);
  ADD ("limits", "org.freedesktop.systemd1", test_limits);
  ADD ("not-kept", "org.freedesktop.systemd1", test_not_kept);
  ADD ("processors", "org.freedesktop.systemd1", test_processors);
  ADD ("refused", "org.freedesktop.systemd1", test_refused);
  ADD ("cancelled", "org.freedesktop.systemd1", test_cancelled);
  ADD ("no-systemd", NULL, test_no_systemd);

  return g_test_run ();
}
