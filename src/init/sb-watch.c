/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#define WATCH_SLOTS 1024
#define MAX_PENDING 256
#define SETTLE_US 10000
#define MASK (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF \
              | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

typedef struct
{
  bool     used;
  uint32_t id;
  int      descriptor;
  bool     rescan;
} Watch;

typedef struct
{
  int          descriptor;
  SbWireChange change;
  char         name[256];
} Pending;

static Watch watches[WATCH_SLOTS];
static Pending pending[MAX_PENDING];
static unsigned int n_pending;
static struct
{
  uint32_t cookie;
  char     name[256];
} moved_from;
static Source source;
static int64_t deadline;

/* The kernel collects while we wait: one wake-up for a burst, however long it is. */
static void
inotify_cb (Source  *inotify,
            uint32_t events)
{
  source_arm (inotify, 0);
  deadline = now_us () + SETTLE_US;
}

void
watch_init (void)
{
  source_open (&source, inotify_init1 (IN_NONBLOCK | IN_CLOEXEC), inotify_cb, NULL);
  source_arm (&source, EPOLLIN);
}

/* By directory descriptor instead of a path, so that nothing can be swapped between the check and the watch. */
static int
add_watch (const char *path)
{
  char normal[SB_WIRE_MAX_PATH];
  int descriptor;
  int fd = path_normalize (path, normal) ? path_open (normal, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0) : -1;

  if (fd < 0)
    return -1;
  if (source.fd < 0 || fchdir (fd) != 0)
    {
      close (fd);
      errno = source.fd < 0 ? ENOSYS : errno;
      return -1;
    }

  descriptor = inotify_add_watch (source.fd, ".", MASK);
  close (fd);
  if (fchdir (config.workspace_fd) != 0)
    die (3);

  return descriptor;
}

void
watch_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  const char *path = sb_wire_get_string (&unpacker);
  int descriptor;

  if (!sb_wire_get_end (&unpacker))
    die (5);

  for (unsigned int i = 0; i < WATCH_SLOTS; i++)
    {
      if (watches[i].used)
        continue;

      descriptor = add_watch (path);
      if (descriptor < 0)
        {
          send_errno (frame->id, errno);
          return;
        }
      watches[i] = (Watch) { true, frame->id, descriptor, false };
      send_ok (frame->id);
      return;
    }

  send_errno (frame->id, EMFILE);
}

static bool
is_watched (int descriptor)
{
  for (unsigned int i = 0; i < WATCH_SLOTS; i++)
    if (watches[i].used && watches[i].descriptor == descriptor)
      return true;

  return false;
}

/* Two requests for one directory share a descriptor; it goes with the last of them. */
void
unwatch_request (const SbWireFrame *frame)
{
  for (unsigned int i = 0; i < WATCH_SLOTS; i++)
    {
      if (!watches[i].used || watches[i].id != frame->id)
        continue;
      watches[i].used = false;
      if (!is_watched (watches[i].descriptor))
        inotify_rm_watch (source.fd, watches[i].descriptor);
    }
}

static void
ask_for_rescan (int descriptor)
{
  for (unsigned int i = 0; i < WATCH_SLOTS; i++)
    if (watches[i].used && (descriptor < 0 || watches[i].descriptor == descriptor))
      watches[i].rescan = true;
}

static SbWireChange
merge (SbWireChange before,
       SbWireChange now)
{
  if (before == SB_WIRE_CHANGE_DELETED && now == SB_WIRE_CHANGE_ADDED)
    return SB_WIRE_CHANGE_MODIFIED;
  if (before == SB_WIRE_CHANGE_ADDED && now == SB_WIRE_CHANGE_MODIFIED)
    return SB_WIRE_CHANGE_ADDED;

  return now;
}

static Pending *
find_pending (int         descriptor,
              const char *name)
{
  for (unsigned int i = 0; i < n_pending; i++)
    if (pending[i].descriptor == descriptor && strcmp (pending[i].name, name) == 0)
      return &pending[i];

  return NULL;
}

static void
note (int          descriptor,
      const char  *name,
      SbWireChange change)
{
  Pending *known = find_pending (descriptor, name);

  if (known != NULL)
    {
      known->change = merge (known->change, change);
      return;
    }

  if (n_pending == MAX_PENDING)
    {
      ask_for_rescan (descriptor);
      return;
    }

  pending[n_pending].descriptor = descriptor;
  pending[n_pending].change = change;
  strncpy (pending[n_pending].name, name, sizeof pending[n_pending].name - 1);
  n_pending++;
}

/* A write into a file that was there exchanges it with its temporary one: seen as the file moving in, and then as the
 * old one moving out under the same name. What left for a temporary name was only replaced. */
static void
note_temp (const struct inotify_event *event)
{
  Pending *replaced = find_pending (event->wd, moved_from.name);

  if ((event->mask & IN_MOVED_TO) && event->cookie == moved_from.cookie && replaced != NULL)
    replaced->change = SB_WIRE_CHANGE_MODIFIED;
}

static void
note_leaving (const struct inotify_event *event)
{
  note (event->wd, event->name, SB_WIRE_CHANGE_DELETED);
  moved_from.cookie = event->cookie;
  strncpy (moved_from.name, event->name, sizeof moved_from.name - 1);
}

static void
note_event (const struct inotify_event *event)
{
  if (event->mask & IN_Q_OVERFLOW)
    ask_for_rescan (-1);
  else if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED))
    ask_for_rescan (event->wd);
  else if (event->len == 0)
    return;
  else if (strncmp (event->name, WRITE_TEMP_PREFIX, strlen (WRITE_TEMP_PREFIX)) == 0)
    note_temp (event);
  else if (event->mask & (IN_CREATE | IN_MOVED_TO))
    note (event->wd, event->name, SB_WIRE_CHANGE_ADDED);
  else if (event->mask & (IN_DELETE | IN_MOVED_FROM))
    note_leaving (event);
  else
    note (event->wd, event->name, SB_WIRE_CHANGE_MODIFIED);
}

static void
read_events (void)
{
  static char buffer[64 * 1024] __attribute__ ((aligned (8)));
  ssize_t got;

  while ((got = read (source.fd, buffer, sizeof buffer)) > 0)
    for (char *next = buffer; next < buffer + got;)
      {
        const struct inotify_event *event = (const struct inotify_event *) next;

        note_event (event);
        next += sizeof *event + event->len;
      }
}

static void
send_change (uint32_t     id,
             SbWireChange change,
             const char  *name)
{
  uint8_t payload[512];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  sb_wire_put_u8 (&packer, (uint8_t) change);
  sb_wire_put_string (&packer, name);
  send_packed (SB_WIRE_CHANGED, 0, id, &packer);
}

static void
send_changes (Watch *watch)
{
  if (watch->rescan)
    send_change (watch->id, SB_WIRE_CHANGE_RESCAN, "");
  for (unsigned int i = 0; i < n_pending && !watch->rescan; i++)
    if (pending[i].descriptor == watch->descriptor)
      send_change (watch->id, pending[i].change, pending[i].name);
  watch->rescan = false;
}

int64_t
watch_deadline (void)
{
  return deadline;
}

void
watch_tick (int64_t now)
{
  if (deadline == 0 || now < deadline)
    return;

  deadline = 0;
  read_events ();
  for (unsigned int i = 0; i < WATCH_SLOTS; i++)
    if (watches[i].used)
      send_changes (&watches[i]);
  n_pending = 0;
  source_arm (&source, EPOLLIN);
}
