/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* sb-forward SOCKET: what “docker system dial-stdio” does on the machine of an engine. */

/* FALSE at the end of from. */
static bool
pass_on (int from,
         int to)
{
  char buffer[16 * 1024];
  ssize_t n = read (from, buffer, sizeof buffer);

  for (ssize_t done = 0; done < n;)
    {
      ssize_t written = write (to, buffer + done, (size_t) (n - done));

      if (written <= 0)
        return false;
      done += written;
    }

  return n > 0;
}

int
main (int    argc,
      char **argv)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int engine = socket (AF_UNIX, SOCK_STREAM, 0);
  struct pollfd ends[] = { { STDIN_FILENO, POLLIN, 0 }, { engine, POLLIN, 0 } };

  if (argc != 2 || strlen (argv[1]) >= sizeof address.sun_path)
    return 2;
  strcpy (address.sun_path, argv[1]);
  if (connect (engine, (const struct sockaddr *) &address, sizeof address) != 0)
    return 1;

  while (poll (ends, 2, -1) > 0)
    {
      if (ends[1].revents != 0 && !pass_on (engine, STDOUT_FILENO))
        return 0;
      if (ends[0].revents != 0 && !pass_on (STDIN_FILENO, engine))
        {
          shutdown (engine, SHUT_WR);
          ends[0].fd = -1;
        }
    }

  return 1;
}
