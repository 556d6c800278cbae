/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-channel-private.h"

#define MAX_NAME 255

static gboolean handle_change (SbChannel         *self,
                               SbRequest         *request,
                               const SbWireFrame *frame);

/* A directory that somebody watches. Several may: it is watched until the last of them is done with it. */
typedef struct
{
  guint   holders;
  guint32 id;      /* of the request; 0: it could not be watched */
} Watch;

/* Watched directories, both ways round; the path is relative to the workspace, without slashes at its ends. */
struct _SbWatches
{
  GHashTable *watches; /* path -> Watch */
  GHashTable *paths;   /* request id -> path (owned) */
};

SbWatches *
sb_watches_new (void)
{
  SbWatches *self = g_new0 (SbWatches, 1);

  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->paths = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  return self;
}

void
sb_watches_free (SbWatches *self)
{
  g_hash_table_unref (self->watches);
  g_hash_table_unref (self->paths);
  g_free (self);
}

static char *
normalize (const char *path)
{
  g_autoptr(GString) normal = g_string_new (NULL);
  g_auto(GStrv) parts = NULL;

  if (g_str_has_prefix (path, "/workspace") && (path[10] == '/' || path[10] == '\0'))
    path += 10;
  parts = g_strsplit (path, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] != '\0' && strcmp (parts[i], ".") != 0)
      g_string_append_printf (normal, "%s%s", normal->len > 0 ? "/" : "", parts[i]);

  return g_string_free (g_steal_pointer (&normal), FALSE);
}

static Watch *
find (SbChannel *self,
      guint32    id)
{
  SbWatches *watches = sb_channel_get_watches (self);
  const char *path = g_hash_table_lookup (watches->paths, GUINT_TO_POINTER (id));

  return path != NULL ? g_hash_table_lookup (watches->watches, path) : NULL;
}

static void
arm (SbChannel  *self,
     const char *path,
     Watch      *watch)
{
  guint8 payload[SB_WIRE_MAX_PATH + 64];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  SbRequest *request = NULL;

  sb_wire_put_string (&packer, path);
  if (!sb_channel_is_open (self) || packer.overflow)
    return;

  request = sb_channel_add_request (self, NULL, path, handle_change);
  watch->id = request->id;
  sb_channel_send (self, SB_WIRE_WATCH, 0, request->id, payload, packer.length);
  g_hash_table_insert (sb_channel_get_watches (self)->paths, GUINT_TO_POINTER (request->id), g_strdup (path));
}

static void
drop (SbChannel *self,
      guint32    id)
{
  g_hash_table_remove (sb_channel_get_watches (self)->paths, GUINT_TO_POINTER (id));
  sb_channel_drop_request (self, id);
}

/* It cannot be watched: whoever shows it lists it and sees why. */
static gboolean
handle_refused (SbChannel  *self,
                SbRequest  *request,
                const char *directory)
{
  g_autofree char *path = g_strdup (directory);

  find (self, request->id)->id = 0;
  drop (self, request->id);
  sb_channel_emit_changed (self, path, SB_FILE_CHANGE_RESCAN);

  return TRUE;
}

/* The directory may have gone and another may be in its place, which the old watch does not see. The new watch comes
 * before the old one ends, so that nothing is missed when it is the same directory, and before anybody lists it. */
static gboolean
handle_rescan (SbChannel  *self,
               SbRequest  *request,
               const char *directory)
{
  g_autofree char *path = g_strdup (directory);
  guint32 id = request->id;

  arm (self, path, find (self, id));
  sb_channel_send (self, SB_WIRE_UNWATCH, 0, id, NULL, 0);
  drop (self, id);
  sb_channel_emit_changed (self, path, SB_FILE_CHANGE_RESCAN);

  return TRUE;
}

/* A directory that was gone when it was to be watched may be there again: between two renames that put another one in
 * its place there is a moment without it. */
static void
watch_again (SbChannel  *self,
             const char *path)
{
  Watch *watch = g_hash_table_lookup (sb_channel_get_watches (self)->watches, path);

  if (watch == NULL || watch->id != 0)
    return;

  arm (self, path, watch);
  sb_channel_emit_changed (self, path, SB_FILE_CHANGE_RESCAN);
}

static gboolean
handle_change (SbChannel         *self,
               SbRequest         *request,
               const SbWireFrame *frame)
{
  const char *directory = g_hash_table_lookup (sb_channel_get_watches (self)->paths, GUINT_TO_POINTER (request->id));
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  g_autofree char *path = NULL;
  guint8 change = 0;
  const char *name = NULL;

  if (frame->type == SB_WIRE_OK)
    return TRUE;
  if (frame->type == SB_WIRE_ERROR)
    return handle_refused (self, request, directory);

  change = sb_wire_get_u8 (&unpacker);
  name = sb_wire_get_string (&unpacker);
  if (frame->type != SB_WIRE_CHANGED || !sb_wire_get_end (&unpacker) || change > SB_WIRE_CHANGE_RESCAN
      || strlen (name) > MAX_NAME || strchr (name, '/') != NULL
      || (name[0] == '\0') != (change == SB_WIRE_CHANGE_RESCAN))
    return FALSE;

  if (change == SB_WIRE_CHANGE_RESCAN)
    return handle_rescan (self, request, directory);

  path = directory[0] != '\0' ? g_strconcat (directory, "/", name, NULL) : g_strdup (name);
  sb_channel_emit_changed (self, path, (SbFileChange) change);
  if (change != SB_WIRE_CHANGE_DELETED)
    watch_again (self, path);

  return TRUE;
}

/**
 * sb_channel_watch:
 * @self: an open channel
 * @path: a directory in the workspace; "": the workspace itself
 *
 * From now on "file-changed" tells, about 10 ms after a change, what happened to the entries of the directory; the
 * path is relative to the workspace. SB_FILE_CHANGE_RESCAN names the directory: too much happened, or it went away, or
 * it is back, which is only seen while the directory that it is in is watched, too.
 * Each watch is to be ended by one sb_channel_unwatch(); the directory is watched while there are any.
 */
void
sb_channel_watch (SbChannel  *self,
                  const char *path)
{
  SbWatches *watches = NULL;
  g_autofree char *normal = NULL;
  Watch *watch = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (path != NULL);

  watches = sb_channel_get_watches (self);
  normal = normalize (path);
  watch = g_hash_table_lookup (watches->watches, normal);
  if (watch == NULL)
    {
      watch = g_new0 (Watch, 1);
      g_hash_table_insert (watches->watches, g_strdup (normal), watch);
    }
  watch->holders++;
  if (watch->id == 0)
    arm (self, normal, watch);
}

/**
 * sb_channel_unwatch:
 * @self: a channel
 * @path: a directory that is watched by the caller
 */
void
sb_channel_unwatch (SbChannel  *self,
                    const char *path)
{
  SbWatches *watches = NULL;
  g_autofree char *normal = NULL;
  Watch *watch = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (path != NULL);

  watches = sb_channel_get_watches (self);
  normal = normalize (path);
  watch = g_hash_table_lookup (watches->watches, normal);
  if (watch == NULL || --watch->holders > 0)
    return;

  if (watch->id != 0)
    {
      g_hash_table_remove (watches->paths, GUINT_TO_POINTER (watch->id));
      sb_channel_send (self, SB_WIRE_UNWATCH, 0, watch->id, NULL, 0);
      sb_channel_drop_request (self, watch->id);
    }
  g_hash_table_remove (watches->watches, normal);
}
