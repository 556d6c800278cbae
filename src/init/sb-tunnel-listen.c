/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ports of the loopback inside that the host listens on. An accepted connection waits under a ticket until the host
 * takes it, so that all ids stay the host's. Only half of the tunnels may come in this way: nobody inside can use them
 * up. */

#define MAX_WAITING 16
#define MAX_INCOMING (TUNNEL_SLOTS / 2)

typedef struct
{
  bool     used;
  uint32_t id;
  uint64_t inode;
  Source   source;
} Listener;

static Listener listeners[SB_WIRE_MAX_LISTENERS];
static uint32_t last_ticket;

static bool
has_room (const Listener *listener)
{
  unsigned int waiting = 0;
  unsigned int incoming = 0;
  bool slot = false;

  for (unsigned int i = 0; i < TUNNEL_SLOTS; i++)
    {
      const Tunnel *tunnel = tunnel_slot (i);

      slot |= tunnel->state == TUNNEL_FREE;
      incoming += tunnel->incoming;
      waiting += tunnel->state == TUNNEL_WAITING && tunnel->id == listener->id;
    }

  return slot && incoming < MAX_INCOMING && waiting < MAX_WAITING;
}

static void
announce (const Listener *listener,
          uint32_t        ticket)
{
  uint8_t payload[4];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  sb_wire_put_u32 (&packer, ticket);
  send_packed (SB_WIRE_INCOMING, 0, listener->id, &packer);
}

static void
listener_cb (Source  *source,
             uint32_t events)
{
  Listener *listener = source->owner;
  Tunnel *tunnel;
  int fd;

  if (!has_room (listener))
    return;
  fd = accept4 (source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0)
    return;

  tunnel = tunnel_take_slot (fd);
  if (tunnel == NULL)
    {
      close (fd);
      return;
    }
  if (++last_ticket == 0)
    last_ticket = 1;
  tunnel->state = TUNNEL_WAITING;
  tunnel->incoming = true;
  tunnel->id = listener->id;
  tunnel->ticket = last_ticket;
  announce (listener, last_ticket);
}

Tunnel *
listen_take (uint32_t ticket)
{
  for (unsigned int i = 0; i < TUNNEL_SLOTS; i++)
    if (tunnel_slot (i)->state == TUNNEL_WAITING && tunnel_slot (i)->ticket == ticket)
      return tunnel_slot (i);

  return NULL;
}

/* 0 or an errno; the port that it became in *port. */
static int
bind_listener (Listener *listener,
               uint32_t  host,
               uint32_t *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl (host) } };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  struct stat info;

  source_open (&listener->source, fd, listener_cb, listener);
  address.sin_port = htons ((uint16_t) *port);
  if (fd < 0
      || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0
      || bind (fd, (struct sockaddr *) &address, sizeof address) != 0
      || listen (fd, MAX_WAITING) != 0
      || getsockname (fd, (struct sockaddr *) &address, &length) != 0
      || fstat (fd, &info) != 0)
    return errno;

  *port = ntohs (address.sin_port);
  listener->inode = info.st_ino;

  return 0;
}

static Listener *
find_listener (bool     used,
               uint32_t id)
{
  for (unsigned int i = 0; i < SB_WIRE_MAX_LISTENERS; i++)
    if (listeners[i].used == used && (!used || listeners[i].id == id))
      return &listeners[i];

  return NULL;
}

void
listen_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint32_t port = sb_wire_get_u32 (&unpacker);
  uint32_t host = sb_wire_get_u32 (&unpacker);
  Listener *listener = find_listener (false, 0);
  uint8_t payload[4];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  int failure;

  if (!sb_wire_get_end (&unpacker) || port > UINT16_MAX || host >> 24 != IN_LOOPBACKNET)
    die (5);

  failure = listener != NULL ? bind_listener (listener, host, &port) : EMFILE;
  if (failure != 0)
    {
      if (listener != NULL)
        source_close (&listener->source);
      send_errno (frame->id, failure);
      return;
    }

  listener->used = true;
  listener->id = frame->id;
  sb_wire_put_u32 (&packer, port);
  send_packed (SB_WIRE_OK, 0, frame->id, &packer);
}

/* Those that wait go with it; those that were taken live on. */
void
unlisten_request (const SbWireFrame *frame)
{
  Listener *listener = find_listener (true, frame->id);

  if (listener == NULL)
    return;

  source_close (&listener->source);
  memset (listener, 0, sizeof *listener);
  listener->source.fd = -1;
  for (unsigned int i = 0; i < TUNNEL_SLOTS; i++)
    if (tunnel_slot (i)->state == TUNNEL_WAITING && tunnel_slot (i)->id == frame->id)
      tunnel_reset (tunnel_slot (i));
}

bool
listen_is_ours (uint64_t inode)
{
  for (unsigned int i = 0; i < SB_WIRE_MAX_LISTENERS; i++)
    if (listeners[i].used && listeners[i].inode == inode)
      return true;

  return false;
}

void
listen_rearm (void)
{
  for (unsigned int i = 0; i < SB_WIRE_MAX_LISTENERS; i++)
    if (listeners[i].used)
      source_arm (&listeners[i].source, has_room (&listeners[i]) ? EPOLLIN : 0);
}
