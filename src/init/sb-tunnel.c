/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* TCP connections on the loopback inside, carried as frames. Each has windows of its own both ways, and is read from
 * only while the host takes it: one that is stuck holds up nobody else. */

#define CONNECT_GRACE_US 10000000
#define CLOSE_GRACE_US 30000000 /* for a peer to take what the host sent before it let go */

static Tunnel slots[TUNNEL_SLOTS];

static void start_connecting (Tunnel *tunnel);

Tunnel *
tunnel_slot (unsigned int index)
{
  return &slots[index];
}

static Tunnel *
find (uint32_t id)
{
  for (unsigned int i = 0; i < TUNNEL_SLOTS; i++)
    if ((slots[i].state == TUNNEL_OPEN || slots[i].state == TUNNEL_CONNECTING) && slots[i].id == id)
      return &slots[i];

  return NULL;
}

static void
clear (Tunnel *tunnel)
{
  source_close (&tunnel->source);
  free (tunnel->input);
  memset (tunnel, 0, sizeof *tunnel);
  tunnel->source.fd = -1;
}

/* Drops what waits: the peer sees a connection that broke, not one that ended. */
void
tunnel_reset (Tunnel *tunnel)
{
  const struct linger now = { 1, 0 };

  if (tunnel->source.fd >= 0)
    setsockopt (tunnel->source.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  clear (tunnel);
}

static void
fail (Tunnel *tunnel,
      int     error_number)
{
  if (tunnel->state != TUNNEL_CLOSING)
    send_errno (tunnel->id, error_number);
  tunnel_reset (tunnel);
}

/* Over when both ways are; a way that broke is told, or the host would wait for credit that never comes. */
static void
finish_if_over (Tunnel *tunnel)
{
  if (tunnel->writing || (tunnel->reading && tunnel->state != TUNNEL_CLOSING))
    return;

  if (tunnel->write_errno != 0)
    fail (tunnel, tunnel->write_errno);
  else
    clear (tunnel);
}

static void
drop_input (Tunnel *tunnel)
{
  free (tunnel->input);
  tunnel->input = NULL;
  tunnel->input_start = tunnel->input_end = 0;
}

static void
take_written (Tunnel *tunnel,
              size_t  length)
{
  tunnel->input_start += length;
  if (length > 0 && tunnel->state == TUNNEL_OPEN)
    send_credit (tunnel->id, length);
  if (tunnel->input_start < tunnel->input_end)
    return;

  drop_input (tunnel);
  if (!tunnel->input_last)
    return;
  shutdown (tunnel->source.fd, SHUT_WR);
  tunnel->writing = false;
}

static void
write_some (Tunnel *tunnel)
{
  ssize_t written = send (tunnel->source.fd, tunnel->input + tunnel->input_start,
                          tunnel->input_end - tunnel->input_start, MSG_NOSIGNAL);

  if (written < 0 && (errno == EAGAIN || errno == EINTR))
    return;

  if (written >= 0)
    {
      take_written (tunnel, (size_t) written);
      return;
    }

  /* What the peer said before it went away still counts. */
  tunnel->write_errno = errno;
  tunnel->writing = false;
  take_written (tunnel, tunnel->input_end - tunnel->input_start);
}

static void
read_some (Tunnel *tunnel)
{
  static uint8_t buffer[SB_WIRE_CHUNK];
  size_t limit = tunnel->credit < sizeof buffer ? tunnel->credit : sizeof buffer;
  ssize_t got = recv (tunnel->source.fd, buffer, limit, 0);

  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;

  if (got < 0)
    {
      fail (tunnel, errno);
      return;
    }

  tunnel->credit -= (uint32_t) got;
  tunnel->reading = got > 0;
  send_frame (SB_WIRE_OUTPUT, got == 0 ? SB_WIRE_FLAG_END : 0, tunnel->id, buffer, (size_t) got);
}

static void
open_tunnel (Tunnel *tunnel)
{
  const int yes = 1;

  setsockopt (tunnel->source.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  tunnel->state = TUNNEL_OPEN;
  tunnel->deadline = 0;
  tunnel->reading = tunnel->writing = true;
  tunnel->credit = SB_WIRE_TUNNEL_WINDOW;
  send_ok (tunnel->id);
}

/* A server that listens on ::1 alone is found, too. */
static void
connected (Tunnel *tunnel,
           int     failure)
{
  if (failure == 0)
    {
      open_tunnel (tunnel);
      return;
    }

  if (tunnel->is_ipv6 || failure != ECONNREFUSED)
    {
      fail (tunnel, tunnel->is_ipv6 ? ECONNREFUSED : failure);
      return;
    }

  source_close (&tunnel->source);
  tunnel->is_ipv6 = true;
  start_connecting (tunnel);
}

static void
connecting_cb (Tunnel *tunnel)
{
  int failure = 0;
  socklen_t length = sizeof failure;

  if (getsockopt (tunnel->source.fd, SOL_SOCKET, SO_ERROR, &failure, &length) != 0)
    failure = errno;
  connected (tunnel, failure);
}

static void
tunnel_cb (Source  *source,
           uint32_t events)
{
  Tunnel *tunnel = source->owner;

  if (tunnel->state == TUNNEL_CONNECTING)
    {
      connecting_cb (tunnel);
      return;
    }

  if (tunnel->input != NULL && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
    write_some (tunnel);
  if (tunnel->state == TUNNEL_OPEN && tunnel->reading && tunnel->credit > 0
      && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
    read_some (tunnel);
  if (tunnel->state != TUNNEL_FREE)
    finish_if_over (tunnel);
}

static void
start_connecting (Tunnel *tunnel)
{
  struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  const struct sockaddr *address = tunnel->is_ipv6 ? (struct sockaddr *) &v6 : (struct sockaddr *) &v4;
  int fd = socket (address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  v4.sin_port = v6.sin6_port = htons ((uint16_t) tunnel->port);
  source_open (&tunnel->source, fd, tunnel_cb, tunnel);
  if (fd < 0)
    fail (tunnel, tunnel->is_ipv6 ? ECONNREFUSED : errno);
  else if (connect (fd, address, tunnel->is_ipv6 ? sizeof v6 : sizeof v4) == 0)
    connected (tunnel, 0);
  else if (errno != EINPROGRESS)
    connected (tunnel, errno);
}

/* A slot for a new socket; NULL: there are too many. */
Tunnel *
tunnel_take_slot (int fd)
{
  for (unsigned int i = 0; i < TUNNEL_SLOTS; i++)
    if (slots[i].state == TUNNEL_FREE)
      {
        source_open (&slots[i].source, fd, tunnel_cb, &slots[i]);
        return &slots[i];
      }

  return NULL;
}

void
connect_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint32_t port = sb_wire_get_u32 (&unpacker);
  uint32_t ticket = sb_wire_get_u32 (&unpacker);
  Tunnel *tunnel;

  if (!sb_wire_get_end (&unpacker) || port > UINT16_MAX || (port == 0) == (ticket == 0))
    die (5);

  tunnel = ticket != 0 ? listen_take (ticket) : tunnel_take_slot (-1);
  if (tunnel == NULL)
    {
      send_errno (frame->id, ticket != 0 ? ENOENT : EMFILE);
      return;
    }

  tunnel->id = frame->id;
  if (ticket != 0)
    {
      open_tunnel (tunnel);
      return;
    }
  tunnel->state = TUNNEL_CONNECTING;
  tunnel->port = port;
  tunnel->deadline = now_us () + CONNECT_GRACE_US;
  start_connecting (tunnel);
}

bool
tunnel_data (const SbWireFrame *frame)
{
  Tunnel *tunnel = find (frame->id);

  if (tunnel == NULL)
    return false;
  if (tunnel->state != TUNNEL_OPEN || tunnel->input_last)
    die (5);

  if (tunnel->input == NULL)
    tunnel->input = malloc (SB_WIRE_TUNNEL_WINDOW);
  if (tunnel->input == NULL)
    {
      fail (tunnel, ENOMEM);
      return true;
    }
  if (tunnel->input_end + frame->length > SB_WIRE_TUNNEL_WINDOW)
    {
      memmove (tunnel->input, tunnel->input + tunnel->input_start, tunnel->input_end - tunnel->input_start);
      tunnel->input_end -= tunnel->input_start;
      tunnel->input_start = 0;
    }
  if (tunnel->input_end + frame->length > SB_WIRE_TUNNEL_WINDOW)
    die (5);
  if (frame->length > 0)
    memcpy (tunnel->input + tunnel->input_end, frame->payload, frame->length);
  tunnel->input_end += frame->length;
  tunnel->input_last = (frame->flags & SB_WIRE_FLAG_END) != 0;

  if (tunnel->writing)
    write_some (tunnel);
  else
    take_written (tunnel, tunnel->input_end - tunnel->input_start);
  finish_if_over (tunnel);

  return true;
}

bool
tunnel_credit (uint32_t id,
               uint32_t bytes)
{
  Tunnel *tunnel = find (id);

  if (tunnel == NULL)
    return false;
  if (tunnel->state != TUNNEL_OPEN || bytes > SB_WIRE_TUNNEL_WINDOW - tunnel->credit)
    die (5);
  tunnel->credit += bytes;

  return true;
}

/* The host lets go. It hears no more of it; a connection that is still being made says that it is given up. */
bool
tunnel_kill (uint32_t id,
             bool     polite)
{
  Tunnel *tunnel = find (id);

  if (tunnel == NULL)
    return false;

  if (tunnel->state == TUNNEL_CONNECTING)
    {
      fail (tunnel, ECANCELED);
    }
  else if (polite && tunnel->input != NULL)
    {
      tunnel->state = TUNNEL_CLOSING;
      tunnel->input_last = true;
      tunnel->deadline = now_us () + CLOSE_GRACE_US;
    }
  else if (polite)
    {
      clear (tunnel);
    }
  else
    {
      tunnel_reset (tunnel);
    }

  return true;
}

void
tunnel_rearm (void)
{
  bool room = frames_have_room ();

  for (unsigned int i = 0; i < TUNNEL_SLOTS; i++)
    {
      Tunnel *tunnel = &slots[i];
      uint32_t events = 0;

      if (tunnel->state == TUNNEL_FREE)
        continue;
      if (tunnel->state == TUNNEL_CONNECTING || tunnel->input != NULL)
        events |= EPOLLOUT;
      if (tunnel->state == TUNNEL_OPEN && tunnel->reading && tunnel->credit > 0 && room)
        events |= EPOLLIN;
      source_arm (&tunnel->source, events);
    }
}

int64_t
tunnel_deadline (void)
{
  int64_t deadline = 0;

  for (unsigned int i = 0; i < TUNNEL_SLOTS; i++)
    if (slots[i].deadline != 0 && (deadline == 0 || slots[i].deadline < deadline))
      deadline = slots[i].deadline;

  return deadline;
}

void
tunnel_tick (int64_t now)
{
  for (unsigned int i = 0; i < TUNNEL_SLOTS; i++)
    if (slots[i].deadline != 0 && now >= slots[i].deadline)
      fail (&slots[i], ETIMEDOUT);
}
