/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-import.h"

#include <glib/gi18n.h>

#define PIECE (256 * 1024)
#define MAX_FILES 2000
#define MAX_BYTES (256 * 1024 * 1024)
#define ATTRIBUTES G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_NAME

typedef struct
{
  GFile *file;   /* owned */
  char  *target; /* owned */
} Item;

typedef struct
{
  /* owned */
  GQueue        queue; /* of Item: what is still to be copied */
  Item         *item;  /* nullable: what is being copied */
  GInputStream *stream;

  /* borrowed */
  SbFileImportFunc func;
  gpointer         func_data;

  guint    n_files;
  guint64  bytes;
  gboolean begun; /* the item's first piece is written */
} Import;

static void next_item (GTask *task);
static void next_piece (GTask *task);

static void
item_free (gpointer data)
{
  Item *item = data;

  g_object_unref (item->file);
  g_free (item->target);
  g_free (item);
}

static void
import_free (gpointer data)
{
  Import *import = data;

  g_queue_clear_full (&import->queue, item_free);
  g_clear_pointer (&import->item, item_free);
  g_clear_object (&import->stream);
  g_free (import);
}

static void
add_item (Import     *import,
          GFile      *file, /* (transfer full) */
          const char *directory)
{
  g_autofree char *name = g_file_get_basename (file);
  Item *item = g_new0 (Item, 1);

  item->file = file;
  item->target = *directory != '\0' ? g_strconcat (directory, "/", name, NULL) : g_strdup (name);
  g_queue_push_tail (&import->queue, item);
}

/* FALSE: the task got its error. */
static gboolean
check_limits (GTask *task)
{
  Import *import = g_task_get_task_data (task);

  if (import->n_files + import->queue.length <= MAX_FILES && import->bytes <= MAX_BYTES)
    return TRUE;

  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           _("That is too much: at most 2,000 files with 256 MiB are added at a time. Some were."));

  return FALSE;
}

static void
item_done (GTask *task)
{
  Import *import = g_task_get_task_data (task);

  import->n_files++;
  if (import->func != NULL)
    import->func (import->n_files, import->bytes, import->func_data);
  next_item (task);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_channel_write_file_finish (SB_CHANNEL (source), result, &error))
    next_piece (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
piece_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Import *import = g_task_get_task_data (task);
  SbChannel *channel = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gboolean first = !import->begun;

  if (bytes == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  import->begun = TRUE;
  import->bytes += g_bytes_get_size (bytes);
  if (!check_limits (task))
    return;

  if (first)
    sb_channel_replace_file_async (channel, import->item->target, bytes, NULL, cancellable, written_cb,
                                   g_steal_pointer (&task));
  else if (g_bytes_get_size (bytes) == 0)
    item_done (g_steal_pointer (&task));
  else
    sb_channel_write_file_async (channel, import->item->target, bytes, 0, TRUE, cancellable, written_cb,
                                 g_steal_pointer (&task));
}

/* task: (transfer full) */
static void
next_piece (GTask *task)
{
  Import *import = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (import->stream, PIECE, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                                   piece_cb, task);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Import *import = g_task_get_task_data (task);
  GError *error = NULL;

  import->stream = G_INPUT_STREAM (g_file_read_finish (G_FILE (source), result, &error));
  if (import->stream != NULL)
    next_piece (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
children_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Import *import = g_task_get_task_data (task);
  GFileEnumerator *enumerator = G_FILE_ENUMERATOR (source);
  GError *error = NULL;
  GList *infos = g_file_enumerator_next_files_finish (enumerator, result, &error);

  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  for (GList *link = infos; link != NULL; link = link->next)
    add_item (import, g_file_enumerator_get_child (enumerator, link->data), import->item->target);
  g_list_free_full (infos, g_object_unref);
  if (check_limits (task))
    item_done (g_steal_pointer (&task));
}

static void
enumerated_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autoptr(GFileEnumerator) enumerator = g_file_enumerate_children_finish (G_FILE (source), result, &error);

  /* One more than may be added, so that too many are noticed. */
  if (enumerator != NULL)
    g_file_enumerator_next_files_async (enumerator, MAX_FILES + 1, G_PRIORITY_DEFAULT, cancellable, children_cb,
                                        g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
directory_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Import *import = g_task_get_task_data (task);
  GFile *file = import->item->file;
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  if (sb_channel_change_finish (SB_CHANNEL (source), result, &error))
    g_file_enumerate_children_async (file, ATTRIBUTES, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, G_PRIORITY_DEFAULT,
                                     cancellable, enumerated_cb, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
queried_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Import *import = g_task_get_task_data (task);
  SbChannel *channel = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autoptr(GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  GFileType type = info != NULL ? g_file_info_get_file_type (info) : G_FILE_TYPE_UNKNOWN;

  if (info == NULL)
    g_task_return_error (task, error);
  else if (type == G_FILE_TYPE_REGULAR)
    g_file_read_async (import->item->file, G_PRIORITY_DEFAULT, cancellable, opened_cb, g_steal_pointer (&task));
  else if (type == G_FILE_TYPE_DIRECTORY)
    sb_channel_make_dir_async (channel, import->item->target, cancellable, directory_cb, g_steal_pointer (&task));
  else
    next_item (g_steal_pointer (&task));
}

/* task: (transfer full) */
static void
next_item (GTask *task)
{
  Import *import = g_task_get_task_data (task);

  g_clear_pointer (&import->item, item_free);
  g_clear_object (&import->stream);
  import->begun = FALSE;
  import->item = g_queue_pop_head (&import->queue);
  if (import->item == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }

  g_file_query_info_async (import->item->file, ATTRIBUTES, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, G_PRIORITY_DEFAULT,
                           g_task_get_cancellable (task), queried_cb, task);
}

void
sb_file_import_async (SbChannel           *channel,
                      GListModel          *files,
                      const char          *directory,
                      SbFileImportFunc     func,
                      gpointer             func_data,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);
  Import *import = g_new0 (Import, 1);

  g_return_if_fail (SB_IS_CHANNEL (channel));

  import->func = func;
  import->func_data = func_data;
  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    add_item (import, g_list_model_get_item (files, i), directory);
  g_task_set_source_tag (task, sb_file_import_async);
  g_task_set_task_data (task, import, import_free);
  next_item (task);
}

gboolean
sb_file_import_finish (GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (G_IS_TASK (result), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
