/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-export.h"

#include <glib/gi18n.h>

#include "sb-id.h"

#define PIECE (1024 * 1024)

typedef struct
{
  /* owned */
  char          *path;
  GOutputStream *stream;
  GBytes        *piece;

  guint64 max_size; /* 0: any */
  guint64 offset;
  guint64 total;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  g_free (export->path);
  g_clear_object (&export->stream);
  g_clear_pointer (&export->piece, g_bytes_unref);
  g_free (export);
}

static void read_next (GTask *task);

static void
return_too_large (GTask   *task,
                  guint64  max_size)
{
  g_autofree char *size = sb_format_size (max_size);

  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                           _("The file is larger than %s. Save a copy of it instead."), size);
}

static void
closed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (g_output_stream_close_finish (G_OUTPUT_STREAM (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Export *export = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  gsize written = 0;
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &written, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  export->offset += written;
  if (written > 0 && export->offset < export->total)
    read_next (g_steal_pointer (&task));
  else
    g_output_stream_close_async (export->stream, G_PRIORITY_DEFAULT, cancellable, closed_cb,
                                 g_steal_pointer (&task));
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Export *export = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  guint64 total = 0;
  GError *error = NULL;
  GBytes *piece = sb_channel_read_file_finish (SB_CHANNEL (source), result, &total, &error);

  if (piece == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_clear_pointer (&export->piece, g_bytes_unref);
  export->piece = piece;
  /* Something inside may write to it for ever. */
  if (export->offset == 0)
    export->total = total;
  if (export->max_size > 0 && export->total > export->max_size)
    {
      return_too_large (task, export->max_size);
      return;
    }

  g_output_stream_write_all_async (export->stream, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece),
                                   G_PRIORITY_DEFAULT, cancellable, written_cb,
                                   g_steal_pointer (&task));
}

/* task: (transfer full) */
static void
read_next (GTask *task)
{
  Export *export = g_task_get_task_data (task);

  sb_channel_read_file_async (g_task_get_source_object (task), export->path, export->offset, PIECE,
                              g_task_get_cancellable (task), read_cb, task);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;

  export->stream = G_OUTPUT_STREAM (g_file_replace_finish (G_FILE (source), result, &error));
  if (export->stream != NULL)
    read_next (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

void
sb_file_export_async (SbChannel           *channel,
                      const char          *path,
                      GFile               *target,
                      guint64              max_size,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);
  Export *export = g_new0 (Export, 1);

  g_return_if_fail (SB_IS_CHANNEL (channel));
  g_return_if_fail (path != NULL && G_IS_FILE (target));

  export->path = g_strdup (path);
  export->max_size = max_size;
  g_task_set_source_tag (task, sb_file_export_async);
  g_task_set_task_data (task, export, export_free);
  g_file_replace_async (target, NULL, FALSE, G_FILE_CREATE_NONE, G_PRIORITY_DEFAULT, cancellable, opened_cb, task);
}

gboolean
sb_file_export_finish (GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (G_IS_TASK (result), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
