/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-channel-private.h"

/* Space for any request that is numbers and one or two paths. */
#define REQUEST_SIZE (2 * SB_WIRE_MAX_PATH + 64)

typedef struct
{
  char       *path;
  guint64     offset;
  gsize       wanted;
  GByteArray *bytes;
  guint64     total;
} Reading;

typedef struct
{
  SbUpload upload;
} Writing;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->path);
  g_clear_pointer (&reading->bytes, g_byte_array_unref);
  g_free (reading);
}

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  sb_upload_clear (&writing->upload);
  g_free (writing);
}

/* FALSE: the task got its error. */
static gboolean
check_path (GTask      *task,
            const char *path)
{
  if (path != NULL && strlen (path) < SB_WIRE_MAX_PATH)
    return TRUE;

  g_task_return_new_error (task, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT, "The path is too long.");

  return FALSE;
}

static void
send_read (SbChannel *self,
           guint32    id,
           Reading   *reading)
{
  guint8 payload[REQUEST_SIZE];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  gsize left = reading->wanted - reading->bytes->len;

  sb_wire_put_u64 (&packer, reading->offset + reading->bytes->len);
  sb_wire_put_u32 (&packer, (guint32) MIN (left, SB_WIRE_CHUNK));
  sb_wire_put_string (&packer, reading->path);
  sb_channel_send (self, SB_WIRE_READ, 0, id, payload, packer.length);
}

static gboolean
handle_read (SbChannel         *self,
             SbRequest         *request,
             const SbWireFrame *frame)
{
  Reading *reading = g_task_get_task_data (request->task);
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  g_autoptr(GTask) task = NULL;

  reading->total = sb_wire_get_u64 (&unpacker);
  if (frame->type != SB_WIRE_FILE_DATA || unpacker.bad || unpacker.left > reading->wanted - reading->bytes->len)
    return FALSE;

  g_byte_array_append (reading->bytes, unpacker.data, (guint) unpacker.left);
  if (unpacker.left > 0 && reading->bytes->len < reading->wanted
      && reading->offset + reading->bytes->len < reading->total)
    {
      send_read (self, request->id, reading);
      return TRUE;
    }

  task = sb_channel_take_task (self, request);
  g_task_return_boolean (task, TRUE);

  return TRUE;
}

/**
 * sb_channel_read_file_async:
 * @self: an open channel
 * @path: a regular file in the workspace
 * @offset: where to begin, in bytes
 * @max_bytes: how much to read at most
 *
 * Reads a part of a file, in pieces. A file that changes meanwhile gives a mixture.
 */
void
sb_channel_read_file_async (SbChannel           *self,
                            const char          *path,
                            guint64              offset,
                            gsize                max_bytes,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Reading *reading = NULL;
  SbRequest *request = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_read_file_async);
  if (!sb_channel_check_open (self, task) || !check_path (task, path))
    return;

  reading = g_new0 (Reading, 1);
  reading->path = g_strdup (path);
  reading->offset = MIN (offset, G_MAXINT64);
  reading->wanted = MIN (max_bytes, G_MAXINT32);
  reading->bytes = g_byte_array_new ();
  g_task_set_task_data (task, reading, reading_free);
  request = sb_channel_add_request (self, task, path, handle_read);
  send_read (self, request->id, reading);
}

/**
 * sb_channel_read_file_finish:
 * @total_size: (out) (optional): the size of the file when the last piece was read
 *
 * Returns: (transfer full): the bytes, hostile
 */
GBytes *
sb_channel_read_file_finish (SbChannel     *self,
                             GAsyncResult  *result,
                             guint64       *total_size,
                             GError       **error)
{
  Reading *reading = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;

  reading = g_task_get_task_data (G_TASK (result));
  if (total_size != NULL)
    *total_size = reading->total;

  return g_byte_array_free_to_bytes (g_steal_pointer (&reading->bytes));
}

static gboolean
handle_ok (SbChannel         *self,
           SbRequest         *request,
           const SbWireFrame *frame)
{
  g_autoptr(GTask) task = NULL;

  if (frame->type != SB_WIRE_OK || frame->length != 0)
    return FALSE;

  task = sb_channel_take_task (self, request);
  g_task_return_boolean (task, TRUE);

  return TRUE;
}

static gboolean
handle_write (SbChannel         *self,
              SbRequest         *request,
              const SbWireFrame *frame)
{
  Writing *writing = g_task_get_task_data (request->task);

  if (frame->type == SB_WIRE_CREDIT)
    return sb_upload_credit (&writing->upload, self, frame);

  return handle_ok (self, request, frame);
}

static void
begin_write (SbChannel  *self,
             GTask      *task,
             const char *path,
             GBytes     *contents,
             guint32     mode,
             guint8      flags,
             guint64     hash)
{
  Writing *writing = NULL;
  SbRequest *request = NULL;
  guint8 payload[REQUEST_SIZE];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  if (!sb_channel_check_open (self, task) || !check_path (task, path))
    return;

  writing = g_new0 (Writing, 1);
  sb_upload_init (&writing->upload, contents);
  g_task_set_task_data (task, writing, writing_free);
  request = sb_channel_add_request (self, task, path, handle_write);
  sb_wire_put_u32 (&packer, mode);
  sb_wire_put_string (&packer, path);
  if (flags & SB_WIRE_FLAG_IF_MATCH)
    sb_wire_put_u64 (&packer, hash);
  sb_channel_send (self, SB_WIRE_WRITE, flags, request->id, payload, packer.length);
  sb_upload_push (&writing->upload, self, request->id);
}

/**
 * sb_channel_write_file_async:
 * @self: an open channel
 * @path: where, in the workspace; missing parents are made
 * @contents: the bytes
 * @mode: permission bits; 0: 0644, or those of the file that is replaced
 * @append: add to the file instead of replacing it
 *
 * Nobody sees half a file: it gets its name when all of it was written. A symbolic link is not followed but refused.
 */
void
sb_channel_write_file_async (SbChannel           *self,
                             const char          *path,
                             GBytes              *contents,
                             guint32              mode,
                             gboolean             append,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (contents != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_write_file_async);
  begin_write (self, task, path, contents, mode, append ? SB_WIRE_FLAG_APPEND : 0, 0);
}

/* What a file's contents are known by; NULL: 0, which nothing else has. Made for noticing changes, not for secrets. */
guint64
sb_channel_hash (GBytes *contents)
{
  if (contents == NULL)
    return 0;

  return sb_wire_hash (SB_WIRE_HASH_BEGIN, g_bytes_get_data (contents, NULL), g_bytes_get_size (contents));
}

/**
 * sb_channel_write_file_if_async:
 * @self: an open channel
 * @path: where, in the workspace
 * @contents: the bytes
 * @mode: permission bits; 0: 0644, or those of the file that is replaced
 * @expected: sb_channel_hash() of what the file has to hold; 0: there must be nothing by that name
 *
 * As sb_channel_replace_file_async(), for who does not have the contents any more.
 */
void
sb_channel_write_file_if_async (SbChannel           *self,
                                const char          *path,
                                GBytes              *contents,
                                guint32              mode,
                                guint64              expected,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (contents != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_write_file_if_async);
  begin_write (self, task, path, contents, mode, SB_WIRE_FLAG_IF_MATCH, expected);
}

/**
 * sb_channel_replace_file_async:
 * @self: an open channel
 * @path: where, in the workspace
 * @contents: the bytes
 * @expected: (nullable): what the file has to hold; %NULL: there must be nothing by that name
 *
 * Writes a file unless somebody else has changed it: then it fails with %SB_CHANNEL_ERROR_CHANGED, and theirs stays.
 * Looked at and replaced in one: there is no moment between. sb_channel_write_file_finish() ends it.
 */
void
sb_channel_replace_file_async (SbChannel           *self,
                               const char          *path,
                               GBytes              *contents,
                               GBytes              *expected,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  sb_channel_write_file_if_async (self, path, contents, 0, sb_channel_hash (expected), cancellable, callback,
                                  user_data);
}

gboolean
sb_channel_write_file_finish (SbChannel     *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
change (SbChannel           *self,
        SbWireType           type,
        guint8               flags,
        const char          *path,
        const char          *second_path,
        GCancellable        *cancellable,
        GAsyncReadyCallback  callback,
        gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  SbRequest *request = NULL;
  guint8 payload[REQUEST_SIZE];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  g_task_set_source_tag (task, change);
  if (!sb_channel_check_open (self, task) || !check_path (task, path)
      || (second_path != NULL && !check_path (task, second_path)))
    return;

  request = sb_channel_add_request (self, task, path, handle_ok);
  sb_wire_put_string (&packer, path);
  if (second_path != NULL)
    sb_wire_put_string (&packer, second_path);
  sb_channel_send (self, type, flags, request->id, payload, packer.length);
}

/**
 * sb_channel_remove_file_async:
 * @path: a file, link or directory in the workspace; a link goes, not what it points to
 * @recursive: with all that a directory holds; otherwise it must be empty
 */
void
sb_channel_remove_file_async (SbChannel           *self,
                              const char          *path,
                              gboolean             recursive,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_return_if_fail (SB_IS_CHANNEL (self));

  change (self, SB_WIRE_REMOVE, recursive ? SB_WIRE_FLAG_RECURSIVE : 0, path, NULL, cancellable, callback, user_data);
}

/**
 * sb_channel_remove_file_if_async:
 * @expected: sb_channel_hash() of what the file has to hold; otherwise it stays, with %SB_CHANNEL_ERROR_CHANGED
 *
 * sb_channel_change_finish() ends it.
 */
void
sb_channel_remove_file_if_async (SbChannel           *self,
                                 const char          *path,
                                 guint64              expected,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  SbRequest *request = NULL;
  guint8 payload[REQUEST_SIZE];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  g_task_set_source_tag (task, sb_channel_remove_file_if_async);
  if (!sb_channel_check_open (self, task) || !check_path (task, path))
    return;

  request = sb_channel_add_request (self, task, path, handle_ok);
  sb_wire_put_string (&packer, path);
  sb_wire_put_u64 (&packer, expected);
  sb_channel_send (self, SB_WIRE_REMOVE, SB_WIRE_FLAG_IF_MATCH, request->id, payload, packer.length);
}

/**
 * sb_channel_rename_file_async:
 * @replace: what is there by the name @to goes; otherwise it fails with %SB_CHANNEL_ERROR_CHANGED
 */
void
sb_channel_rename_file_async (SbChannel           *self,
                              const char          *from,
                              const char          *to,
                              gboolean             replace,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_return_if_fail (SB_IS_CHANNEL (self));

  change (self, SB_WIRE_RENAME, replace ? 0 : SB_WIRE_FLAG_NO_REPLACE, from, to, cancellable, callback, user_data);
}

void
sb_channel_make_dir_async (SbChannel           *self,
                           const char          *path,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_return_if_fail (SB_IS_CHANNEL (self));

  change (self, SB_WIRE_MKDIR, 0, path, NULL, cancellable, callback, user_data);
}

gboolean
sb_channel_change_finish (SbChannel     *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
