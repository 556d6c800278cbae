/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "sb-catalog.h"
#include "sb-egress-connection.h"
#include "sb-test-resolver.h"
#include "sb-test.h"

static SbEgressRules *
make_rules (const char  *entries,
            GError     **error)
{
  g_auto(GStrv) list = g_strsplit (entries, " ", -1);

  return sb_egress_rules_new ("one", (const char * const *) list, error);
}

static void
test_entries (void)
{
  static const struct
  {
    const char *entry;
    const char *name; /* NULL: refused */
    guint       port;
    guint32     local;
  } cases[] = {
    { "api.example.org:8443", "api.example.org", 8443, 0x7f000101 },
    { "api.example.org", "api.example.org", 443, 0x7f000101 },
    { "API.Example.org.:80/http", "api.example.org", 80, 0x7f000101 },
    { "example.org/http", "example.org", 80, 0x7f000101 },
    { "example.org:25/tcp", "example.org", 25, 0x7f000101 },
    { "bücher.example:443", "xn--bcher-kva.example", 443, 0x7f000101 },
    { "localhost:3000", "127.0.0.1", 3000, 0x7f000001 },
    { "127.9.8.7:3000", "127.9.8.7", 3000, 0x7f090807 },
    { "10.0.0.5:22", "10.0.0.5", 22, 0 },
    { "[2001:db8::1]:22", "2001:db8::1", 22, 0 },
    { "*.example.org:443", NULL, 0, 0 },
    { "*", NULL, 0, 0 },
    { "", NULL, 0, 0 },
    { ":443", NULL, 0, 0 },
    { "example.org:0", NULL, 0, 0 },
    { "example.org:65536", NULL, 0, 0 },
    { "example.org:443:1", NULL, 0, 0 },
    { "https://example.org", NULL, 0, 0 },
    { "exa mple.org", NULL, 0, 0 },
    { "a..b:1", NULL, 0, 0 },
    { "-x:1", NULL, 0, 0 },
    { "[::1:1", NULL, 0, 0 },
    { "[::1]x:1", NULL, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *list[] = { cases[i].entry, NULL };
      g_autoptr(GError) error = NULL;
      g_autoptr(SbEgressRules) rules = sb_egress_rules_new ("one", list, &error);

      g_test_message ("%s", cases[i].entry);
      if (cases[i].name == NULL)
        {
          g_assert_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpuint (sb_egress_rules_count (rules), ==, 1);
      g_assert_cmpstr (sb_egress_rules_get (rules, 0)->name, ==, cases[i].name);
      g_assert_cmpuint (sb_egress_rules_get (rules, 0)->port, ==, cases[i].port);
      g_assert_cmphex (sb_egress_rules_get (rules, 0)->local, ==, cases[i].local);
    }
}

static void
test_list (void)
{
  g_autoptr(SbEgressRules) rules = make_rules ("a.test:1 b.test:1 a.test:2 a.test:1 10.0.0.5:1", NULL);
  g_auto(GStrv) names = sb_egress_rules_dup_names (rules);
  g_autofree char *joined = g_strjoinv (" ", names);
  g_autoptr(GString) many = g_string_new ("h.test:1");
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (sb_egress_rules_count (rules), ==, 4);
  g_assert_cmpstr (joined, ==, "a.test:127.0.1.1 b.test:127.0.1.2");

  for (guint port = 2; port <= 65; port++)
    g_string_append_printf (many, " h.test:%u", port);
  g_assert_null (make_rules (many->str, &error));
  g_assert_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER);
}

static void
test_addresses (void)
{
  static const char * const closed[] = {
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "192.0.0.8", "198.18.0.1", "198.19.255.255", "203.0.113.9", "224.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1",
    "2001:db8::1", "2001::1", "2002:7f00:1::", "::127.0.0.1", "4000::1",
  };
  static const char * const open[] = {
    "1.1.1.1", "100.128.0.1", "172.32.0.1", "192.167.1.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111",
    "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2a00:1450::5",
  };
  g_autoptr(SbEgressRules) rules = make_rules ("a.test:80 10.1.2.3:81", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (closed); i++)
    {
      g_autoptr(GInetAddress) address = g_inet_address_new_from_string (closed[i]);

      g_test_message ("%s", closed[i]);
      g_assert_false (sb_egress_rules_permits (rules, address, 80));
      /* What is listed is for its port. */
      g_assert_true (sb_egress_rules_permits (rules, address, 81) == g_str_equal (closed[i], "10.1.2.3"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (open); i++)
    {
      g_autoptr(GInetAddress) address = g_inet_address_new_from_string (open[i]);

      g_test_message ("%s", open[i]);
      g_assert_true (sb_egress_rules_permits (rules, address, 80));
    }
}

/* Connections */

static gboolean
greet_cb (GSocketService    *service,
          GSocketConnection *connection)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "hello", 5, NULL, NULL, NULL);

  return FALSE;
}

/* Greets and ends. port: the one that it got */
static GSocketService *
start_host (guint16 *port)
{
  GSocketService *service = g_socket_service_new ();
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;

  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (service, "incoming", G_CALLBACK (greet_cb), NULL);

  return service;
}

static void
over_cb (SbEgressConnection *connection,
         gboolean           *over)
{
  *over = TRUE;
}

/* What a program inside that connects to the first host of the list gets to read; line: what is logged of it */
static char *
connect_first (const char  *entries,
               char       **line)
{
  g_autoptr(SbEgressRules) rules = make_rules (entries, NULL);
  g_autoptr(SbEgressConnection) connection = NULL;
  g_autoptr(GSocket) outer = NULL;
  g_autoptr(GSocket) inner = NULL;
  g_autoptr(GIOStream) inside = NULL;
  char buffer[64] = "";
  gboolean over = FALSE;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  outer = g_socket_new_from_fd (fds[0], NULL);
  inner = g_socket_new_from_fd (fds[1], NULL);
  inside = G_IO_STREAM (g_socket_connection_factory_create_connection (inner));
  g_assert_true (g_socket_shutdown (outer, FALSE, TRUE, NULL));
  connection = sb_egress_connection_new (inside, rules, 0);
  g_signal_connect (connection, "over", G_CALLBACK (over_cb), &over);
  sb_egress_connection_start (connection);
  sb_test_wait_until (over);
  g_clear_object (&inside);
  g_clear_object (&inner);
  *line = sb_egress_connection_describe (connection);
  g_assert_cmpint (g_socket_receive (outer, buffer, sizeof buffer - 1, NULL, NULL), >=, 0);

  return g_strdup (buffer);
}

static void
test_reached (void)
{
  g_autoptr(SbTestResolver) resolver = sb_test_resolver_install ();
  guint16 port;
  g_autoptr(GSocketService) host = start_host (&port);
  g_autofree char *named = g_strdup_printf ("host.test:%u 127.0.0.1:%u", port, port);
  g_autofree char *literal = g_strdup_printf ("127.0.0.1:%u", port);
  g_autofree char *line = NULL;
  g_autofree char *wanted = g_strdup_printf ("host.test:%u: ", port);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  /* One that is not listed is passed over. */
  sb_test_resolver_set (resolver, "host.test", "::1 127.0.0.1");
  first = connect_first (named, &line);
  g_assert_cmpstr (first, ==, "hello");
  g_assert_true (g_str_has_prefix (line, wanted));
  g_assert_nonnull (strstr (line, " 5 bytes received"));
  g_clear_pointer (&line, g_free);
  second = connect_first (literal, &line);
  g_assert_cmpstr (second, ==, "hello");
  g_assert_cmpuint (sb_test_resolver_get_n_lookups (resolver), ==, 1);
}

static void
test_kept_away (void)
{
  static const struct
  {
    const char *addresses; /* of host.test */
    const char *also;      /* listed besides */
    const char *line;
  } cases[] = {
    { "127.0.0.1", "", "not listed" },
    { "127.0.0.1 10.0.0.1 169.254.169.254 ::1", "", "not listed" },
    { "127.0.0.1", " 127.0.0.2:%u", "not listed" },
    { "127.0.0.1", " 127.0.0.1:1", "not listed" },
    { "", "", "was not reached" },
  };
  g_autoptr(SbTestResolver) resolver = sb_test_resolver_install ();
  guint16 port;
  g_autoptr(GSocketService) host = start_host (&port);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GString) entries = g_string_new ("host.test:%u");
      g_autofree char *number = g_strdup_printf ("%u", port);
      g_autofree char *got = NULL;
      g_autofree char *line = NULL;

      g_string_append (entries, cases[i].also);
      g_string_replace (entries, "%u", number, 0);
      sb_test_resolver_set (resolver, "host.test", cases[i].addresses);
      got = connect_first (entries->str, &line);
      g_test_message ("%s", line);
      g_assert_cmpstr (got, ==, "");
      g_assert_nonnull (strstr (line, cases[i].line));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/gateway/egress/entries", test_entries);
  g_test_add_func ("/gateway/egress/list", test_list);
  g_test_add_func ("/gateway/egress/addresses", test_addresses);
  g_test_add_func ("/gateway/egress/reached", test_reached);
  g_test_add_func ("/gateway/egress/kept-away", test_kept_away);

  return g_test_run ();
}
