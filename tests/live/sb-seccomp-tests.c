/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-backend-tests.h"

/* FALSE: skipped. */
static gboolean
start (SbTestSandbox *sandbox,
       gconstpointer  data)
{
  SbSandboxBackend *backend = sb_backend_tests_get (data);
  SbSandboxSpec spec = { .memory_bytes = 512 * 1024 * 1024, .disk_bytes = 64 * 1024 * 1024, .pids = 128 };

  return backend != NULL && sb_test_sandbox_start (sandbox, backend, &spec);
}

static gboolean
is_filtered (SbTestSandbox *sandbox)
{
  for (guint i = 0; i < sandbox->facts->len; i++)
    {
      const SbSandboxFact *fact = g_ptr_array_index (sandbox->facts, i);

      if (g_str_equal (fact->id, "seccomp"))
        return fact->holds;
    }

  return FALSE;
}

static void
assert_shell (SbTestSandbox *sandbox,
              const char    *script,
              const char    *expected)
{
  g_autofree char *text = sb_test_shell_text (sandbox->channel, script);

  g_assert_cmpstr (text, ==, expected);
}

/* Calls that no namespace confines, by number where there is no tool for them. */
static void
check_calls (SbTestSandbox *sandbox)
{
  assert_shell (sandbox, "grep ^Seccomp: /proc/self/status | tr -d '\\t'", "Seccomp:2\n");
  /* 40 AF_VSOCK, 17 AF_PACKET, 38 AF_ALG; 1 AF_UNIX, 2 AF_INET */
  assert_shell (sandbox,
                "perl -e 'for (40, 17, 38, 1, 2) { print socket (S, $_, 1, 0) ? \"yes\\n\" : \"$!\\n\" }'",
                "Operation not permitted\nOperation not permitted\nOperation not permitted\nyes\nyes\n");
  /* io_uring_setup, fsopen, open_tree, clone3 with nothing */
  assert_shell (sandbox, "perl -e 'for (425, 430, 428, 435) { syscall ($_, 0, 0, 0); print \"$!\\n\" }'",
                "Operation not permitted\nOperation not permitted\nOperation not permitted\n"
                "Function not implemented\n");
  /* TIOCSTI and TIOCLINUX */
  assert_shell (sandbox,
                "perl -e '$c = \"x\"; for (0x5412, 0x541c) { ioctl (STDIN, $_, $c) || print \"$!\\n\" }' </dev/null",
                "Operation not permitted\nOperation not permitted\n");
}

static void
test_calls (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };

  if (!start (&sandbox, data))
    return;

  if (is_filtered (&sandbox))
    check_calls (&sandbox);
  else
    g_test_skip ("no filter for this processor");
  sb_test_sandbox_remove (&sandbox);
}

/* The same calls under other numbers: the program that tries them ends. */
static void
test_other_abi (gconstpointer data)
{
#ifdef __x86_64__
  /* ELF of 32 bits, one page: mov eax, 1; mov ebx, 7; int 0x80: exit (7) */
  static const char program[] =
    "printf '\\177ELF\\1\\1\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\2\\0\\3\\0\\1\\0\\0\\0\\124\\200\\4\\10\\64\\0\\0\\0"
    "\\0\\0\\0\\0\\0\\0\\0\\0\\64\\0\\40\\0\\1\\0\\0\\0\\0\\0\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0\\0\\200\\4\\10"
    "\\0\\200\\4\\10\\140\\0\\0\\0\\140\\0\\0\\0\\5\\0\\0\\0\\0\\20\\0\\0"
    "\\270\\1\\0\\0\\0\\273\\7\\0\\0\\0\\315\\200' > small; chmod +x small; ./small 2>/dev/null; echo $?";
  SbTestSandbox sandbox = { 0 };
  g_autofree char *text = NULL;

  if (!start (&sandbox, data))
    return;

  text = sb_test_shell_text (sandbox.channel, program);
  /* 128 + SIGSYS; or a kernel that runs none of these at all */
  if (!g_str_equal (text, "126\n"))
    g_assert_nonnull (strstr (text, "159\n"));
  /* getpid of the x32 kind */
  assert_shell (&sandbox, "sh -c \"perl -e 'syscall (0x40000000 + 39); print 1'\" 2>/dev/null; echo $?", "159\n");
  sb_test_sandbox_remove (&sandbox);
#else
  g_test_skip ("this processor has one kind of programs");
#endif
}

/* Whatever of it is installed: what an agent is there for. */
static void
test_everyday (gconstpointer data)
{
  static const struct
  {
    const char *program;
    const char *script;
  } jobs[] = {
    { "sh", "(echo a; echo b) | sort -r | head -n 1 | grep -q b" },
    { "node", "node -e 'const { Worker } = require (\"worker_threads\"); const fs = require (\"fs\");"
              " new Worker (\"require (\\\"fs\\\").writeFileSync (\\\"w\\\", \\\"1\\\")\", { eval: true })"
              ".on (\"exit\", () => fs.promises.readFile (\"w\", \"utf8\").then (t => process.exit (t - 1)))'" },
    { "node", "node -e 'const http = require (\"http\");"
              " http.createServer ((q, s) => s.end (\"ok\")).listen (0, \"127.0.0.1\", function () {"
              " http.get (\"http://127.0.0.1:\" + this.address ().port, r => process.exit (r.statusCode - 200)) })'" },
    { "npm", "mkdir n && cd n && npm init -y >/dev/null" },
    { "python3", "python3 -c 'import subprocess, threading, os; t = threading.Thread (target = lambda: None);"
                 " t.start (); t.join (); subprocess.run ([\"true\"], check = True); os.fork () or os._exit (0);"
                 " os.wait ()'" },
    { "git", "git init -q g && cd g && echo 1 > f && git add f"
             " && git -c user.name=a -c user.email=a@b commit -qm one && git gc -q"
             " && git log --oneline | grep -q one" },
    { "gcc", "printf 'int main (void) { return 0; }' > c.c && gcc -o c c.c && ./c" },
    { "make", "printf 'a b:\\n\\ttouch $@\\n' > Makefile && make -s -j2 a b" },
  };
  SbTestSandbox sandbox = { 0 };

  if (!start (&sandbox, data))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      g_autofree char *script =
        g_strdup_printf ("command -v %s >/dev/null || { echo missing; exit; }; export HOME=/tmp; if (%s) 2>&1;"
                         " then echo works; else echo broken; fi", jobs[i].program, jobs[i].script);
      g_autofree char *text = sb_test_shell_text (sandbox.channel, script);

      g_test_message ("%s: %s", jobs[i].program, g_strchomp (text));
      g_assert_true (g_str_equal (text, "works") || g_str_equal (text, "missing"));
    }
  sb_test_sandbox_remove (&sandbox);
}

void
sb_seccomp_tests_add (const char *name)
{
  sb_backend_tests_add_one (name, "seccomp/calls", test_calls);
  sb_backend_tests_add_one (name, "seccomp/other-abi", test_other_abi);
  sb_backend_tests_add_one (name, "seccomp/everyday", test_everyday);
}
