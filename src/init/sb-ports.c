/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Which TCP ports of the sandbox have a server, as /proc/net/tcp and tcp6 tell, and whose they are. */

#define TABLE_BYTES (256u * 1024u) /* listening sockets come first in those files */
#define MAX_LINKS 16384u           /* descriptors looked at in one go: nothing else happens meanwhile */
#define LISTENING 0x0a

typedef struct
{
  uint8_t  address[16];
  uint8_t  address_length;
  uint32_t port;
  uint64_t inode;
  pid_t    pid;
} Port;

static Port ports[SB_WIRE_MAX_PORTS];
static unsigned int n_ports;

static size_t
read_file (const char *path,
           char       *buffer,
           size_t      size)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  size_t length = 0;
  ssize_t got = 1;

  while (fd >= 0 && got > 0 && length < size - 1)
    {
      got = read (fd, buffer + length, size - 1 - length);
      length += got > 0 ? (size_t) got : 0;
    }
  if (fd >= 0)
    close (fd);
  buffer[length] = '\0';

  return length;
}

/* "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 …": the address as
 * words in the byte order of the machine. */
static bool
parse_line (const char *line,
            Port       *port)
{
  char address[33];
  unsigned int state;
  size_t length;

  if (sscanf (line, " %*u: %32[0-9A-F]:%" SCNx32 " %*[0-9A-F:] %x %*[0-9A-F:] %*[0-9A-F:] %*x %*u %*u %" SCNu64,
              address, &port->port, &state, &port->inode) != 4 || state != LISTENING)
    return false;

  length = strlen (address);
  if ((length != 8 && length != 32) || port->port > UINT16_MAX)
    return false;

  port->address_length = (uint8_t) (length / 2);
  for (size_t i = 0; i < length; i += 8)
    {
      char word[9] = { 0 };
      uint32_t value;

      memcpy (word, address + i, 8);
      value = (uint32_t) strtoul (word, NULL, 16);
      memcpy (port->address + i / 2, &value, sizeof value);
    }

  return true;
}

static void
read_table (const char *path)
{
  static char buffer[TABLE_BYTES];
  char *line = read_file (path, buffer, sizeof buffer) > 0 ? strchr (buffer, '\n') : NULL;

  while (line != NULL && n_ports < SB_WIRE_MAX_PORTS)
    {
      Port port = { 0 };

      line++;
      if (parse_line (line, &port) && !listen_is_ours (port.inode))
        ports[n_ports++] = port;
      line = strchr (line, '\n');
    }
}

static void
note_owner (uint64_t inode,
            pid_t    pid)
{
  for (unsigned int i = 0; i < n_ports; i++)
    if (ports[i].inode == inode && ports[i].pid == 0)
      ports[i].pid = pid;
}

/* Returns how many links were looked at. */
static unsigned int
look_into (pid_t        pid,
           unsigned int max)
{
  char path[64];
  DIR *dir;
  struct dirent *entry;
  unsigned int looked = 0;

  snprintf (path, sizeof path, "/proc/%d/fd", (int) pid);
  dir = opendir (path);
  if (dir == NULL)
    return 1;

  while (looked < max && (entry = readdir (dir)) != NULL)
    {
      char link[64];
      ssize_t length = readlinkat (dirfd (dir), entry->d_name, link, sizeof link - 1);
      uint64_t inode;

      looked++;
      link[length > 0 ? length : 0] = '\0';
      if (sscanf (link, "socket:[%" SCNu64 "]", &inode) == 1)
        note_owner (inode, pid);
    }
  closedir (dir);

  return looked;
}

static void
find_owners (void)
{
  DIR *dir = n_ports > 0 ? opendir ("/proc") : NULL;
  struct dirent *entry;
  unsigned int looked = 0;

  if (dir == NULL)
    return;

  while (looked < MAX_LINKS && (entry = readdir (dir)) != NULL)
    if (isdigit ((unsigned char) entry->d_name[0]) && atoi (entry->d_name) != getpid ())
      looked += look_into (atoi (entry->d_name), MAX_LINKS - looked);
  closedir (dir);
}

/* Arguments with spaces between, as far as they fit. */
static void
read_command (pid_t  pid,
              char  *command,
              size_t size)
{
  char path[64];
  size_t length;

  command[0] = '\0';
  if (pid == 0)
    return;

  snprintf (path, sizeof path, "/proc/%d/cmdline", (int) pid);
  length = read_file (path, command, size);
  while (length > 0 && command[length - 1] == '\0')
    length--;
  for (size_t i = 0; i < length; i++)
    if (command[i] == '\0')
      command[i] = ' ';
}

void
ports_request (const SbWireFrame *frame)
{
  static uint8_t payload[SB_WIRE_MAX_PAYLOAD];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  n_ports = 0;
  read_table ("/proc/net/tcp");
  read_table ("/proc/net/tcp6");
  find_owners ();

  for (unsigned int i = 0; i < n_ports; i++)
    {
      char command[SB_WIRE_MAX_COMMAND + 1];

      read_command (ports[i].pid, command, sizeof command);
      sb_wire_put_u8 (&packer, ports[i].address_length);
      sb_wire_put_bytes (&packer, ports[i].address, ports[i].address_length);
      sb_wire_put_u32 (&packer, ports[i].port);
      sb_wire_put_u32 (&packer, (uint32_t) ports[i].pid);
      sb_wire_put_string (&packer, command);
    }

  send_packed (SB_WIRE_PORTS_DATA, 0, frame->id, &packer);
}
