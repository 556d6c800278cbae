/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-store-lock.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

struct _SbStoreLock
{
  int    fd;       /* -1: no locks here, as in memory or on a file system without them */
  gint64 instance; /* the one we hold; 0: none */
};

/* A range of 0 is everything. Open file description locks, fcntl(2): not lost when another descriptor is
 * closed. */
static gboolean
is_locked (SbStoreLock *self,
           gint64       start,
           gint64       length)
{
  struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = length };

  return self->fd >= 0 && fcntl (self->fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

/* Never fails: without a lock file every other instance counts as dead. */
SbStoreLock *
sb_store_lock_new (const char *path)
{
  SbStoreLock *self = g_new0 (SbStoreLock, 1);

  self->fd = path != NULL ? open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;

  return self;
}

void
sb_store_lock_free (SbStoreLock *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

void
sb_store_lock_hold (SbStoreLock *self,
                    gint64       instance)
{
  struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = instance, .l_len = 1 };

  self->instance = instance;
  if (self->fd >= 0)
    fcntl (self->fd, F_OFD_SETLK, &range);
}

gboolean
sb_store_lock_is_held (SbStoreLock *self,
                       gint64       instance)
{
  return instance == self->instance || is_locked (self, instance, 1);
}

/* Anyone but us. */
gboolean
sb_store_lock_is_anyone_here (SbStoreLock *self)
{
  return is_locked (self, 0, 0);
}
