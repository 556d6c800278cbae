/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-removal.h"

#define MAX_BYTES (16 * 1024 * 1024)
#define MAX_ENTRIES 500

typedef struct
{
  char       *path;
  SbFileType  type;
  guint32     mode;
  guint64     size;
  GBytes     *content; /* nullable: a directory, or not read yet */
} Kept;

struct _SbFileRemoval
{
  GObject parent_instance;

  /* owned */
  SbChannel *channel;
  char      *path;
  GPtrArray *kept; /* of Kept, each directory before what it holds */

  guint   next;  /* the one that is read, or brought back */
  guint64 bytes;
};

G_DEFINE_FINAL_TYPE (SbFileRemoval, sb_file_removal, G_TYPE_OBJECT)

static void prepare_next (GTask *task);
static void restore_next (GTask *task);

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_free (kept->path);
  g_clear_pointer (&kept->content, g_bytes_unref);
  g_free (kept);
}

/* FALSE: it cannot be kept. */
static gboolean
keep (SbFileRemoval    *self,
      char             *path, /* (transfer full) */
      const SbFileInfo *info)
{
  Kept *kept = g_new0 (Kept, 1);

  kept->path = path;
  kept->type = info->type;
  kept->mode = info->mode & 07777;
  kept->size = info->size;
  g_ptr_array_add (self->kept, kept);
  if (info->type == SB_FILE_TYPE_REGULAR)
    self->bytes += info->size;

  return (info->type == SB_FILE_TYPE_REGULAR || info->type == SB_FILE_TYPE_DIRECTORY)
         && self->bytes <= MAX_BYTES && self->kept->len <= MAX_ENTRIES;
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbFileRemoval *self = g_task_get_source_object (task);
  Kept *kept = g_ptr_array_index (self->kept, self->next);
  guint64 total = 0;
  GError *error = NULL;

  kept->content = sb_channel_read_file_finish (SB_CHANNEL (source), result, &total, &error);
  if (kept->content == NULL)
    {
      g_task_return_error (task, error);
    }
  else if (total != g_bytes_get_size (kept->content))
    {
      g_task_return_boolean (task, FALSE);
    }
  else
    {
      self->next++;
      prepare_next (g_steal_pointer (&task));
    }
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbFileRemoval *self = g_task_get_source_object (task);
  const Kept *directory = g_ptr_array_index (self->kept, self->next);
  gboolean truncated = FALSE;
  GError *error = NULL;
  g_autoptr(GPtrArray) infos = sb_channel_list_finish (SB_CHANNEL (source), result, &truncated, &error);

  if (infos == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  for (guint i = 0; i < infos->len; i++)
    {
      const SbFileInfo *info = g_ptr_array_index (infos, i);

      if (truncated || !keep (self, g_strconcat (directory->path, "/", info->name, NULL), info))
        {
          g_task_return_boolean (task, FALSE);
          return;
        }
    }

  self->next++;
  prepare_next (g_steal_pointer (&task));
}

/* task: (transfer full) */
static void
prepare_next (GTask *task)
{
  SbFileRemoval *self = g_task_get_source_object (task);
  const Kept *kept = self->next < self->kept->len ? g_ptr_array_index (self->kept, self->next) : NULL;

  if (kept == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
  else if (kept->type == SB_FILE_TYPE_DIRECTORY)
    {
      sb_channel_list_async (self->channel, kept->path, MAX_ENTRIES, NULL, listed_cb, task);
    }
  else
    {
      sb_channel_read_file_async (self->channel, kept->path, 0, MAX_BYTES, NULL, read_cb, task);
    }
}

static void
stated_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbFileRemoval *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr(SbFileInfo) info = sb_channel_stat_finish (SB_CHANNEL (source), result, &error);

  if (info == NULL)
    g_task_return_error (task, error);
  else if (!keep (self, g_strdup (self->path), info))
    g_task_return_boolean (task, FALSE);
  else
    prepare_next (g_steal_pointer (&task));
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_channel_change_finish (SB_CHANNEL (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbFileRemoval *self = g_task_get_source_object (task);
  const Kept *kept = g_ptr_array_index (self->kept, self->next);
  GError *error = NULL;
  gboolean ok;

  if (kept->type == SB_FILE_TYPE_DIRECTORY)
    ok = sb_channel_change_finish (SB_CHANNEL (source), result, &error);
  else
    ok = sb_channel_write_file_finish (SB_CHANNEL (source), result, &error);
  if (!ok)
    {
      g_task_return_error (task, error);
      return;
    }

  self->next++;
  restore_next (g_steal_pointer (&task));
}

/* task: (transfer full) */
static void
restore_next (GTask *task)
{
  SbFileRemoval *self = g_task_get_source_object (task);
  const Kept *kept = self->next < self->kept->len ? g_ptr_array_index (self->kept, self->next) : NULL;

  if (kept == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
  else if (kept->type == SB_FILE_TYPE_DIRECTORY)
    {
      sb_channel_make_dir_async (self->channel, kept->path, NULL, restored_cb, task);
    }
  else
    {
      sb_channel_write_file_async (self->channel, kept->path, kept->content, kept->mode, FALSE, NULL, restored_cb,
                                   task);
    }
}

static void
sb_file_removal_finalize (GObject *object)
{
  SbFileRemoval *self = SB_FILE_REMOVAL (object);

  g_clear_object (&self->channel);
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  g_free (self->path);

  G_OBJECT_CLASS (sb_file_removal_parent_class)->finalize (object);
}

static void
sb_file_removal_class_init (SbFileRemovalClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_file_removal_finalize;
}

static void
sb_file_removal_init (SbFileRemoval *self)
{
  self->kept = g_ptr_array_new_with_free_func (kept_free);
}

SbFileRemoval *
sb_file_removal_new (SbChannel  *channel,
                     const char *path)
{
  SbFileRemoval *self = g_object_new (SB_TYPE_FILE_REMOVAL, NULL);

  self->channel = g_object_ref (channel);
  self->path = g_strdup (path);

  return self;
}

void
sb_file_removal_prepare_async (SbFileRemoval       *self,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sb_file_removal_prepare_async);
  sb_channel_stat_async (self->channel, self->path, NULL, stated_cb, task);
}

gboolean
sb_file_removal_prepare_finish (SbFileRemoval  *self,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_file_removal_run_async (SbFileRemoval       *self,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sb_file_removal_run_async);
  sb_channel_remove_file_async (self->channel, self->path, TRUE, NULL, removed_cb, task);
}

gboolean
sb_file_removal_run_finish (SbFileRemoval  *self,
                            GAsyncResult   *result,
                            GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_file_removal_restore_async (SbFileRemoval       *self,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sb_file_removal_restore_async);
  self->next = 0;
  restore_next (task);
}

gboolean
sb_file_removal_restore_finish (SbFileRemoval  *self,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
