/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-channel-private.h"
#include "sb-entries.h"

typedef struct
{
  GPtrArray *infos;
  guint      max_entries;
  gboolean   truncated;
} Listing;

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_clear_pointer (&listing->infos, g_ptr_array_unref);
  g_free (listing);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  const SbFileInfo *first = *(const SbFileInfo *const *) a;
  const SbFileInfo *second = *(const SbFileInfo *const *) b;

  return strcmp (first->name, second->name);
}

static gboolean
handle_entries (SbChannel         *self,
                SbRequest         *request,
                const SbWireFrame *frame)
{
  Listing *listing = g_task_get_task_data (request->task);
  g_autoptr(GTask) task = NULL;

  if (frame->type != SB_WIRE_ENTRIES
      || !sb_entries_parse (frame->payload, frame->length, listing->max_entries, listing->infos))
    return FALSE;
  if (!(frame->flags & SB_WIRE_FLAG_END))
    return frame->length > 0;

  listing->truncated = (frame->flags & SB_WIRE_FLAG_TRUNCATED) != 0;
  g_ptr_array_sort (listing->infos, compare_names);
  task = sb_channel_take_task (self, request);
  g_task_return_boolean (task, TRUE);

  return TRUE;
}

static void
ask (SbChannel  *self,
     GTask      *task,
     SbWireType  type,
     const char *path,
     guint       max_entries)
{
  Listing *listing = NULL;
  SbRequest *request = NULL;
  guint8 payload[SB_WIRE_MAX_PATH + 64];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  if (!sb_channel_check_open (self, task))
    return;

  if (type == SB_WIRE_LIST)
    sb_wire_put_u32 (&packer, max_entries);
  sb_wire_put_string (&packer, path);
  if (packer.overflow)
    {
      g_task_return_new_error (task, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT, "The path is too long.");
      return;
    }

  listing = g_new0 (Listing, 1);
  listing->infos = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_file_info_free);
  listing->max_entries = max_entries;
  g_task_set_task_data (task, listing, listing_free);
  request = sb_channel_add_request (self, task, path, handle_entries);
  sb_channel_send (self, type, 0, request->id, payload, packer.length);
}

/**
 * sb_channel_list_async:
 * @self: an open channel
 * @path: a directory in the workspace; "": the workspace
 * @max_entries: where to stop; at most 20000 are given
 */
void
sb_channel_list_async (SbChannel           *self,
                       const char          *path,
                       guint                max_entries,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (path != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_list_async);
  ask (self, task, SB_WIRE_LIST, path, MIN (max_entries, SB_WIRE_MAX_LIST));
}

/**
 * sb_channel_list_finish:
 * @truncated: (out) (optional): there was more
 *
 * Returns: (transfer full) (element-type SbFileInfo): what the directory holds, sorted by name, byte by byte
 */
GPtrArray *
sb_channel_list_finish (SbChannel     *self,
                        GAsyncResult  *result,
                        gboolean      *truncated,
                        GError       **error)
{
  Listing *listing = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;

  listing = g_task_get_task_data (G_TASK (result));
  if (truncated != NULL)
    *truncated = listing->truncated;

  return g_steal_pointer (&listing->infos);
}

/**
 * sb_channel_stat_async:
 * @self: an open channel
 * @path: anything in the workspace; a link is described, not followed
 */
void
sb_channel_stat_async (SbChannel           *self,
                       const char          *path,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (path != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_stat_async);
  ask (self, task, SB_WIRE_STAT, path, 1);
}

/**
 * sb_channel_stat_finish:
 *
 * Returns: (transfer full): what it is; its name is the last component, "." for the workspace
 */
SbFileInfo *
sb_channel_stat_finish (SbChannel     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  Listing *listing = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;

  listing = g_task_get_task_data (G_TASK (result));
  if (listing->infos->len == 1)
    return g_ptr_array_steal_index (listing->infos, 0);

  g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_PROTOCOL, "The sandbox gave no answer.");

  return NULL;
}
