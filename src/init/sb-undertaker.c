/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* sandbar-init --undertaker SOCKET FILTERS: outside of the sandbox, beside the owner of containers.
 *
 * A container that was created and not started yet has no dead man's switch, and an engine finishes what a dead owner
 * has asked for. So when the owner is gone (the other end of fd 0 is closed then), everything of it is removed that
 * the engine behind the socket has or still makes. FILTERS is the escaped value of the engine's query parameter.
 * SIGTERM dismisses the undertaker: then nothing is removed. */

#define ID_LENGTH 64
#define ANSWER_MAX (256 * 1024)
#define PATH_MAX_LENGTH 1024
#define PATIENCE_SECONDS 2
/* A network goes when the last container on it does, which may belong to somebody whom it takes longer to end. */
#define NETWORK_TRIES 40
#define NETWORK_PAUSE_MS 250

static char answer[ANSWER_MAX + 1];

static int
connect_engine (const char *socket_path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
  int fd;

  if (strlen (socket_path) >= sizeof address.sun_path)
    return -1;
  strcpy (address.sun_path, socket_path);
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;

  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect (fd, (const struct sockaddr *) &address, sizeof address) == 0)
    return fd;

  close (fd);

  return -1;
}

/* HTTP/1.0: the answer comes in one piece and ends with the connection. What is too long is cut: the next pass sees
 * the rest. FALSE: no answer. */
static bool
request (const char *socket_path,
         const char *method,
         const char *path)
{
  char head[PATH_MAX_LENGTH + 128];
  int length = snprintf (head, sizeof head, "%s %s HTTP/1.0\r\nHost: engine\r\nContent-Length: 0\r\n\r\n",
                         method, path);
  int fd = connect_engine (socket_path);
  size_t total = 0;
  ssize_t got = -1;

  if (fd >= 0 && length < (int) sizeof head && write (fd, head, (size_t) length) == length)
    while ((got = read (fd, answer + total, ANSWER_MAX - total)) > 0)
      total += (size_t) got;
  answer[total] = '\0';
  if (fd >= 0)
    close (fd);

  return total > 0;
}

/* Cuts the ids of containers out of the answer, in place: one after the other, each ended by a zero byte. */
static unsigned int
collect_ids (void)
{
  static const char key[] = "\"Id\":\"";
  char *end = answer;
  unsigned int count = 0;

  for (const char *found = strstr (answer, key); found != NULL; found = strstr (found, key))
    {
      found += strlen (key);
      if (strspn (found, "0123456789abcdef") != ID_LENGTH || found[ID_LENGTH] != '"')
        continue;
      memmove (end, found, ID_LENGTH);
      end[ID_LENGTH] = '\0';
      end += ID_LENGTH + 1;
      found += ID_LENGTH;
      count++;
    }

  return count;
}

static void
sweep (const char *socket_path,
       const char *filters)
{
  static char ids[ANSWER_MAX + 1];
  char path[PATH_MAX_LENGTH];
  unsigned int count;

  snprintf (path, sizeof path, "/containers/json?all=1&filters=%s", filters);
  if (!request (socket_path, "GET", path))
    return;

  count = collect_ids ();
  memcpy (ids, answer, sizeof ids);
  for (unsigned int i = 0; i < count; i++)
    {
      snprintf (path, sizeof path, "/containers/%s?force=1&v=1", ids + i * (ID_LENGTH + 1));
      request (socket_path, "DELETE", path);
    }
}

/* A workspace goes with its container, but for one that was made before a container that was not. */
static void
prune_volumes (const char *socket_path,
               const char *filters)
{
  char path[PATH_MAX_LENGTH];

  snprintf (path, sizeof path, "/volumes/prune?filters=%s", filters);
  request (socket_path, "POST", path);
}

static void
prune_networks (const char *socket_path,
                const char *filters)
{
  char list[PATH_MAX_LENGTH];
  char prune[PATH_MAX_LENGTH];

  snprintf (list, sizeof list, "/networks?filters=%s", filters);
  snprintf (prune, sizeof prune, "/networks/prune?filters=%s", filters);
  for (unsigned int i = 0; i < NETWORK_TRIES; i++)
    {
      if (!request (socket_path, "GET", list) || collect_ids () == 0)
        return;
      request (socket_path, "POST", prune);
      poll (NULL, 0, NETWORK_PAUSE_MS);
    }
}

static void
wait_for_owner (void)
{
  struct pollfd lifeline = { .fd = STDIN_FILENO };

  while (poll (&lifeline, 1, -1) == 0)
    continue;
}

/* Takes the arguments after --undertaker; returns the exit status. */
int
undertaker_run (char **argv)
{
  /* From one pass to the next; together less than anybody would notice. */
  static const int pauses_ms[] = { 0, 100, 200, 400 };

  if (argv[0] == NULL || argv[1] == NULL || strlen (argv[1]) > PATH_MAX_LENGTH / 2)
    return 2;

  setsid ();
  signal (SIGINT, SIG_IGN);
  signal (SIGHUP, SIG_IGN);
  signal (SIGPIPE, SIG_IGN);
  close_above (STDERR_FILENO);
  wait_for_owner ();
  for (unsigned int i = 0; i < sizeof pauses_ms / sizeof pauses_ms[0]; i++)
    {
      poll (NULL, 0, pauses_ms[i]);
      sweep (argv[0], argv[1]);
    }
  prune_volumes (argv[0], argv[1]);
  prune_networks (argv[0], argv[1]);

  return 0;
}
