/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "sb-abuse.h"

/* Nothing that was tried was let through. */
static void
assert_refused (SbAbuse    *self,
                const char *arguments)
{
  g_autofree char *text = sb_abuse_exploit (self, arguments);

  g_assert_nonnull (strchr (text, ':'));
  g_assert_null (strstr (text, ": DONE"));
}

static void
assert_lacks (const char *text,
              const char *secret)
{
  if (strstr (text, secret) != NULL)
    g_error ("“%s” is told: %s", secret, text);
}

static void
try_proc (SbAbuse *self)
{
  assert_refused (self, "read /proc/1/environ /proc/1/mem /proc/1/maps /proc/1/fd/0 /proc/1/cwd/x /proc/kcore "
                  "/proc/kmsg /proc/kpagecount /proc/keys /proc/timer_list /proc/sched_debug /proc/1/task/1/environ "
                  "/sys/firmware/acpi/tables/DSDT /sys/kernel/debug/x /sys/kernel/security/x /proc/scsi/scsi");
  assert_refused (self, "write /proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe "
                  "/proc/sys/vm/panic_on_oom /proc/1/oom_score_adj /proc/sys/fs/suid_dumpable /proc/bus/pci/00/00.0 "
                  "/proc/irq/default_smp_affinity /sys/power/state /sys/kernel/uevent_helper");
}

/* The environment and the tables of mounts tell nothing of the host's user, keys and sockets. */
static void
try_secrets (SbAbuse *self)
{
  g_autofree char *text = sb_abuse_shell (self, "env; cat /proc/self/environ /proc/self/mountinfo /proc/mounts; "
                                          "ls -laR /run /var/run ~ /root /home 2>&1; cat /etc/hostname; hostname");

  assert_lacks (text, "nobody in a sandbox reads");
  assert_lacks (text, "SB_ABUSE_API_KEY");
  assert_lacks (text, ".sock");
  assert_lacks (text, g_get_host_name ());
  assert_lacks (text, sb_abuse_get_outside ());
  if (strcmp (g_get_user_name (), "root") != 0)
    assert_lacks (text, g_get_user_name ());
}

static void
try_connections (SbAbuse *self)
{
  static const char script[] =
    "const net = require ('net');"
    "const hosts = ['1.1.1.1', '169.254.169.254', '172.17.0.1', '10.0.0.1', '2606:4700:4700::1111', 'fe80::1',"
    " '[::ffff:1.1.1.1]', 'host.docker.internal', 'gateway.docker.internal', 'metadata.google.internal'];"
    "for (const h of hosts) net.connect (80, h).on ('error', e => console.log (h, e.code))"
    ".on ('connect', () => console.log (h, 'CONNECTED'));"
    "require ('dns').resolve4 ('example.com', e => console.log ('name', e ? e.code : 'RESOLVED'));"
    "const u = require ('dgram').createSocket ('udp4'); u.on ('error', e => console.log ('udp', e.code));"
    "u.send ('x', 53, '8.8.8.8', e => { console.log ('udp', e ? e.code : 'SENT'); u.close (); });";
  g_autofree char *text = NULL;

  g_assert_true (sb_test_write (self->channel, "net.js", script, NULL));
  text = sb_abuse_shell (self, "node net.js");
  g_assert_nonnull (strstr (text, "1.1.1.1 ENETUNREACH"));
  g_assert_nonnull (strstr (text, "udp ENETUNREACH"));
  assert_lacks (text, "CONNECTED");
  assert_lacks (text, "RESOLVED");
  assert_lacks (text, "SENT");
}

static void
try_socket_kinds (SbAbuse *self)
{
  assert_refused (self, "sockets");
}

static void
listen_on (GSocketService *service,
           const char     *name,
           int             type)
{
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new_with_type (name, -1, (GUnixSocketAddressType) type);
  g_autoptr(GError) error = NULL;

  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                 NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Two sockets of the host that anybody may connect to. */
static void
try_unix_sockets (SbAbuse *self)
{
  g_autoptr(GSocketService) service = g_socket_service_new ();
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autofree char *abstract = g_strdup_printf ("sb-abuse-%08x", g_random_int ());
  g_autofree char *arguments = g_strdup_printf ("connect %s @%s /run/docker.sock /var/run/docker.sock "
                                                "/run/dbus/system_bus_socket /run/containerd/containerd.sock "
                                                "@/tmp/.X11-unix/X0 @/containerd-shim/x", path, abstract);

  listen_on (service, path, G_UNIX_SOCKET_ADDRESS_PATH);
  listen_on (service, abstract, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  assert_refused (self, arguments);
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
}

static void
find_sockets (SbAbuse *self)
{
  g_autofree char *text = sb_abuse_shell (self, "find / '(' -type s -o -name '*.sock' ')' -print 2> /dev/null; "
                                          "tail -n +2 /proc/net/unix");

  g_assert_cmpstr (text, ==, "");
}

static void
try_mounts (SbAbuse *self)
{
  g_autofree char *text = NULL;

  assert_refused (self, "mounts");
  text = sb_abuse_shell (self, "mount -t tmpfs x /tmp; mount -o remount,rw /; umount /proc; mount --bind / /workspace");
  g_assert_null (strstr (text, "mounted"));
  g_free (sb_abuse_shell (self, "test -d /proc/self && test -d /workspace && ! test -e /workspace/etc || exit 3"));
}

static void
try_namespaces (SbAbuse *self)
{
  g_autofree char *text = NULL;

  assert_refused (self, "namespaces");
  text = sb_abuse_shell (self, "unshare -Ur id -u; unshare -Urm true; unshare -n true; nsenter -t 1 -a id -u");
  assert_lacks (text, "\n0\n");
}

static void
try_setuid (SbAbuse *self)
{
  g_autofree char *text = NULL;

  assert_refused (self, "ids");
  text = sb_abuse_shell (self, "cp /usr/bin/id mine; chmod 6755 mine; ./mine -u; for p in su mount newgrp passwd; do "
                         "cp \"$(command -v $p)\" x 2> /dev/null && chmod 6755 x; done; "
                         "echo | timeout 5 su -c 'id -u' 2> /dev/null; sudo -n id -u 2> /dev/null; "
                         "newuidmap 1 0 0 1 2> /dev/null && echo mapped; "
                         "grep -E 'NoNewPrivs|CapEff|CapBnd|CapAmb' /proc/self/status");
  g_assert_cmpstr (text, ==, "65532\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\n"
                             "NoNewPrivs:\t1\n");
}

static void
try_ptrace (SbAbuse *self)
{
  g_autofree char *text = sb_abuse_exploit (self, "ptrace");

  g_assert_true (g_str_has_prefix (text, "child: traced\n"));
  assert_lacks (text, ": DONE");
}

static void
try_kernel (SbAbuse *self)
{
  assert_refused (self, "kernel");
}

static void
try_devices (SbAbuse *self)
{
  g_autofree char *text = NULL;

  assert_refused (self, "devices");
  text = sb_abuse_shell (self, "find /dev /workspace /tmp -type b");
  g_assert_cmpstr (text, ==, "");
}

static void
try_priority (SbAbuse *self)
{
  assert_refused (self, "priority");
}

static void
try_cgroups (SbAbuse *self)
{
  g_autofree char *text = sb_abuse_shell (self, "mkdir /sys/fs/cgroup/x /sys/fs/cgroup/*/x 2> /dev/null && echo made; "
                                          "for f in $(find /sys/fs/cgroup -name release_agent "
                                          "-o -name notify_on_release -o -name cgroup.procs -o -name memory.max "
                                          "-o -name pids.max -o -name memory.limit_in_bytes 2> /dev/null); do "
                                          "(echo 1 > $f) 2> /dev/null && echo wrote $f; done; echo end");

  g_assert_cmpstr (text, ==, "end\n");
}

static void
try_working_directories (SbAbuse *self)
{
  static const char * const paths[] = { "/proc/self/fd/7", "../..", "/", "/etc", "to-proc", "to-root/etc",
                                        "/workspace/..", "a-file", "missing", "/proc/1/root", "/workspace/../etc",
                                        "loop" };

  g_free (sb_abuse_shell (self, "ln -s /proc to-proc; ln -s / to-root; ln -s loop loop; touch a-file"));
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{\"command\":[\"pwd\"],\"cwd\":\"%s\"}", paths[i]);

      sb_abuse_expect (self, "exec", arguments, TRUE, "must be an existing directory in the workspace");
    }
  sb_abuse_expect (self, "exec", "{\"command\":[\"pwd\"],\"cwd\":\"/workspace\"}", FALSE, "stdout: /workspace\n");
}

static void
try_programs (SbAbuse *self)
{
  g_autofree char *text = NULL;
  g_autofree char *after = NULL;

  assert_refused (self, "write /sbx/sandbar-init /bin/sh /bin/cat /usr/bin/node /usr/bin/env "
                  "/lib64/ld-linux-x86-64.so.2 /etc/passwd /etc/ld.so.preload /sbx/bin/x");
  text = sb_abuse_exploit (self, "executables");
  assert_lacks (text, ": DONE");
  after = sb_abuse_shell (self, "rm -rf /sbx /bin/sh /usr/bin/node 2> /dev/null; "
                          "ln -sf /workspace/x /etc/ld.so.preload 2> /dev/null; mv /sbx /sbx2 2> /dev/null; "
                          "node -p '6 * 7'");
  g_assert_cmpstr (after, ==, "42\n");
}

static gboolean
host_reaches (guint16 port)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);

  return connection != NULL;
}

/* A port that nothing on this machine uses when it is asked. */
static guint16
find_free_port (void)
{
  guint16 port = 0;

  do
    port = (guint16) g_random_int_range (20000, 60000);
  while (host_reaches (port));

  return port;
}

static void
try_listening (SbAbuse *self)
{
  guint16 any = find_free_port ();
  guint16 loopback = find_free_port ();
  g_autofree char *script = g_strdup_printf ("const net = require ('net');"
                                             "for (const [p, h] of [[%u, '0.0.0.0'], [%u, '127.0.0.1'], [80, '::']])"
                                             " net.createServer ().on ('error', e => console.log (e.code))"
                                             ".listen (p, h, () => console.log ('listening'));", any, loopback);

  g_assert_true (sb_test_write (self->channel, "listen.js", script, NULL));
  sb_abuse_expect (self, "exec", "{\"command\":[\"node\",\"listen.js\"],\"background\":true}", FALSE, "process id");
  for (gboolean seen = FALSE; !seen;)
    {
      g_autoptr(SbMcpToolResult) result = sb_abuse_call (self, "listPorts", "{}");
      g_autofree char *number = g_strdup_printf ("%u", loopback);

      g_assert_false (result->is_error);
      seen = strstr (result->text, number) != NULL;
    }
  g_assert_false (host_reaches (any));
  g_assert_false (host_reaches (loopback));
}

int
main (int    argc,
      char **argv)
{
  static const SbAbuseCase cases[] = {
    { 13, "proc", try_proc },
    { 14, "secrets", try_secrets },
    { 15, "connections", try_connections },
    { 16, "socket-kinds", try_socket_kinds },
    { 17, "unix-sockets", try_unix_sockets },
    { 18, "engine-socket", find_sockets },
    { 19, "mounts", try_mounts },
    { 20, "namespaces", try_namespaces },
    { 21, "setuid", try_setuid },
    { 22, "ptrace", try_ptrace },
    { 23, "kernel", try_kernel },
    { 24, "devices", try_devices },
    { 25, "priority", try_priority },
    { 26, "cgroups", try_cgroups },
    { 27, "working-directories", try_working_directories },
    { 28, "programs", try_programs },
    { 29, "listening", try_listening },
  };

  return sb_abuse_main (argc, argv, cases, G_N_ELEMENTS (cases));
}
