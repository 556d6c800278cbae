/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* sandbar-init: PID 1 of a sandbox. Frames come in on fd 0 and go out on fd 1 (sb-wire.h). When fd 0 ends, the lease
 * runs out or the time to live is over, it ends, and the PID namespace with it. With --guard and
 * --undertaker it is something else: sb-guard.c, sb-undertaker.c. */

InitConfig config = {
  .workspace = "/workspace",
  .lease_seconds = SB_WIRE_DEFAULT_LEASE,
  .max_file_bytes = 2ull * 1024 * 1024 * 1024,
};

static Source children;

static bool
read_option (const char *argument,
             const char *name,
             const char **value)
{
  size_t length = strlen (name);

  if (strncmp (argument, name, length) != 0 || argument[length] != '=')
    return false;

  *value = argument + length + 1;

  return true;
}

static bool
read_argument (const char *argument)
{
  const char *value;

  if (read_option (argument, "--workspace", &value))
    config.workspace = value;
  else if (read_option (argument, "--lease", &value))
    config.lease_seconds = (uint32_t) strtoul (value, NULL, 10);
  else if (read_option (argument, "--ttl", &value))
    config.ttl_seconds = (uint32_t) strtoul (value, NULL, 10);
  else if (read_option (argument, "--max-processes", &value))
    config.max_processes = strtoull (value, NULL, 10);
  else if (read_option (argument, "--max-memory", &value))
    config.max_memory = strtoull (value, NULL, 10);
  else if (read_option (argument, "--max-file", &value))
    config.max_file_bytes = strtoull (value, NULL, 10);
  else if (read_option (argument, "--env", &value) && strchr (value, '=') != NULL)
    config.env[config.env_count++] = (char *) value;
  else
    return false;

  return true;
}

static bool
read_arguments (int    argc,
                char **argv)
{
  config.env = calloc ((size_t) argc + 1, sizeof *config.env);
  if (config.env == NULL)
    return false;

  for (int i = 1; i < argc; i++)
    if (!read_argument (argv[i]))
      {
        fprintf (stderr, "sandbar-init: unknown argument: %s\n", argv[i]);
        return false;
      }

  return true;
}

/* Nobody else may read the memory or open the descriptors of the process that holds the channel. */
static void
harden (void)
{
  struct rlimit none = { 0, 0 };

  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  setrlimit (RLIMIT_CORE, &none);
  umask (022);
  signal (SIGPIPE, SIG_IGN);
  config.filter = seccomp_install ();
}

static void
children_cb (Source  *source,
             uint32_t events)
{
  struct signalfd_siginfo info;
  int status;
  pid_t pid;

  while (read (source->fd, &info, sizeof info) == (ssize_t) sizeof info)
    continue;

  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    exec_reaped (pid, status);
}

static void
watch_children (void)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGCHLD);
  sigprocmask (SIG_BLOCK, &set, NULL);

  source_open (&children, signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), children_cb, NULL);
  source_arm (&children, EPOLLIN);
}

static int64_t
sooner (int64_t a,
        int64_t b)
{
  if (a == 0 || b == 0)
    return a != 0 ? a : b;

  return a < b ? a : b;
}

static void
run (void)
{
  int64_t end = config.ttl_seconds > 0 ? now_us () + (int64_t) config.ttl_seconds * 1000000 : 0;

  for (;;)
    {
      int64_t deadline = sooner (end, frames_deadline ());
      int64_t now;

      deadline = sooner (deadline, sooner (exec_deadline (), tunnel_deadline ()));
      deadline = sooner (deadline, sooner (watch_deadline (), watchdog_deadline ()));
      deadline = sooner (deadline, sooner (search_deadline (), snapshot_deadline ()));
      deadline = sooner (deadline, sooner (removal_deadline (), restore_deadline ()));
      loop_wait (deadline);

      now = now_us ();
      if ((end != 0 && now >= end) || (frames_deadline () != 0 && now >= frames_deadline ()))
        die (0);
      exec_tick (now);
      tunnel_tick (now);
      watch_tick (now);
      watchdog_tick (now);
      search_tick (now);
      snapshot_tick (now);
      removal_tick (now);
      restore_tick (now);
      /* In this order: room is known only after the flush, and nothing else would wake us to look again. */
      frames_flush ();
      exec_rearm ();
      tunnel_rearm ();
      listen_rearm ();
    }
}

int
main (int    argc,
      char **argv)
{
  if (argc > 1 && strcmp (argv[1], "--guard") == 0)
    return guard_run (argv + 2);
  if (argc > 1 && strcmp (argv[1], "--undertaker") == 0)
    return undertaker_run (argv + 2);

  config.is_pid_1 = getpid () == 1;
  if (!read_arguments (argc, argv))
    return 2;

  close_above (STDERR_FILENO);
  harden ();
  config.workspace_fd = open (config.workspace, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (config.workspace_fd < 0)
    {
      fprintf (stderr, "sandbar-init: %s: %s\n", config.workspace, strerror (errno));
      return 2;
    }
  config.has_openat2 = path_resolves_with_openat2 ();

  loop_init ();
  watch_children ();
  watch_init ();
  frames_init ();
  run ();
}
