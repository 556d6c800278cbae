/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* sandbar-init --guard [--user=ID] [--hold] [--grace=MS] PROGRAM ARGUMENTS: outside of the sandbox, the parent of the
 * program that makes it.
 *
 * Such a program may be killed at a moment when what it has forked waits for it for ever and nothing ties the one to
 * the other yet. The guard adopts all that. It ends when the program does, on SIGTERM, or when the owner is gone: the
 * other end of fd 0 is closed then, which no change of user and no unlucky moment can prevent. Before it ends, nothing
 * below it is left. A program that shares fd 0 and ends by itself when that closes has MS for it. With --hold the
 * program starts when one byte came on fd 0: the owner may put the guard into a control group before. */

#define AGAIN_MS 1

static bool
drop_root (uid_t user)
{
  return setgroups (0, NULL) == 0 && setresgid (user, user, user) == 0 && setresuid (user, user, user) == 0;
}

static pid_t
read_parent (const char *name)
{
  char path[64];
  char stat[512];
  const char *rest;
  ssize_t got;
  int parent;
  int fd;

  snprintf (path, sizeof path, "/proc/%.20s/stat", name);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  got = read (fd, stat, sizeof stat - 1);
  close (fd);
  if (got <= 0)
    return -1;

  /* The name of the program may hold anything; what follows its last parenthesis does not. */
  stat[got] = '\0';
  rest = strrchr (stat, ')');

  return rest != NULL && sscanf (rest, ") %*c %d", &parent) == 1 ? parent : -1;
}

/* Returns how many there were. */
static unsigned int
kill_children (void)
{
  DIR *proc = opendir ("/proc");
  const struct dirent *entry;
  unsigned int killed = 0;

  while (proc != NULL && (entry = readdir (proc)) != NULL)
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && read_parent (entry->d_name) == getpid ())
      killed += kill ((pid_t) atoi (entry->d_name), SIGKILL) == 0;
  if (proc != NULL)
    closedir (proc);

  return killed;
}

/* Whose parent dies becomes our child before we hear of the death, so that another look finds it. */
static void
kill_all (pid_t  program,
          int   *program_status)
{
  int flags = WNOHANG;

  for (;;)
    {
      int status;
      pid_t pid = waitpid (-1, &status, flags);

      if (pid < 0 && errno == ECHILD)
        return;
      if (pid == program)
        *program_status = status;
      flags = pid <= 0 && kill_children () > 0 ? 0 : WNOHANG;
      /* There is one that was not seen: it was made while we looked. */
      if (pid <= 0 && flags != 0)
        poll (NULL, 0, AGAIN_MS);
    }
}

/* The descriptors that the program was given are its own; whoever waits for their end must not wait for us. */
static void
let_go (void)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

  if (null >= 0)
    dup2 (null, STDOUT_FILENO);
  close_above (STDERR_FILENO);
}

static void
wait_for_end (const sigset_t *set,
              pid_t           program,
              int             grace_ms,
              int            *status)
{
  int signals = signalfd (-1, set, SFD_CLOEXEC);
  struct pollfd fds[] = { { .fd = STDIN_FILENO }, { .fd = signals, .events = POLLIN } };
  struct signalfd_siginfo info;
  int timeout = -1;

  for (;;)
    {
      if (poll (fds, 2, timeout) <= 0 || (fds[1].revents & ~POLLIN) != 0)
        return;
      if (fds[0].revents != 0 && grace_ms == 0)
        return;
      if (fds[0].revents != 0)
        {
          fds[0].fd = -1;
          timeout = grace_ms;
        }
      if (fds[1].revents == 0)
        continue;
      if (read (signals, &info, sizeof info) != (ssize_t) sizeof info)
        return;
      if (info.ssi_signo != SIGCHLD || waitpid (program, status, WNOHANG) == program)
        return;
    }
}

static void
block_signals (sigset_t *set,
               sigset_t *before)
{
  sigemptyset (set);
  sigaddset (set, SIGCHLD);
  sigaddset (set, SIGTERM);
  sigaddset (set, SIGINT);
  sigaddset (set, SIGHUP);
  sigprocmask (SIG_BLOCK, set, before);
}

static pid_t
start (char           **argv,
       const sigset_t  *mask)
{
  pid_t pid = fork ();

  if (pid != 0)
    return pid;

  sigprocmask (SIG_SETMASK, mask, NULL);
  execv (argv[0], argv);
  fprintf (stderr, "sandbar-init: %s: %s\n", argv[0], strerror (errno));
  _exit (127);
}

/* "--user=ID" and the like, when it is there, is taken off the arguments. */
static bool
take_option (char          ***argv,
             const char      *option,
             unsigned long   *value)
{
  const char *first = (*argv)[0];

  if (first == NULL || strncmp (first, option, strlen (option)) != 0)
    return false;

  (*argv)++;
  *value = strtoul (first + strlen (option), NULL, 10);

  return true;
}

/* FALSE: the owner is gone, or changed its mind. */
static bool
wait_for_go (void)
{
  char byte;
  ssize_t got;

  do
    got = read (STDIN_FILENO, &byte, 1);
  while (got < 0 && errno == EINTR);

  return got == 1;
}

/* Takes the arguments after --guard; returns the exit status. */
int
guard_run (char **argv)
{
  sigset_t before;
  sigset_t set;
  unsigned long user;
  unsigned long hold;
  unsigned long grace_ms = 0;
  int status = 0;
  pid_t program;

  /* What the terminal sends to its foreground is for the owner to judge. */
  setsid ();
  if (take_option (&argv, "--user=", &user) && !drop_root ((uid_t) user))
    return 126;
  if (take_option (&argv, "--hold", &hold) && !wait_for_go ())
    return 0;
  block_signals (&set, &before);
  take_option (&argv, "--grace=", &grace_ms);
  if (argv[0] == NULL || prctl (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
    return 126;
  program = start (argv, &before);
  if (program < 0)
    {
      fprintf (stderr, "sandbar-init: no process can be started: %s\n", strerror (errno));
      return 126;
    }

  let_go ();
  wait_for_end (&set, program, (int) grace_ms, &status);
  kill_all (program, &status);

  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}
