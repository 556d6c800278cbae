/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-loan.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sb-file-export.h"
#include "sb-text.h"

/* Leaves room for what programs put behind a name; a file system takes 255 bytes. */
#define MAX_NAME 200

struct _SbFileLoan
{
  GObject parent_instance;

  /* owned */
  SbChannel *channel;
  char      *path;
  char      *folder; /* nullable: nobody asked yet */
  GFile     *file;   /* nullable: likewise */
  GPtrArray *tasks;  /* of GTask: who waits for the copy */

  gboolean complete;
};

G_DEFINE_FINAL_TYPE (SbFileLoan, sb_file_loan, G_TYPE_OBJECT)

static void
exported_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbFileLoan) self = user_data;
  g_autoptr(GPtrArray) tasks = g_steal_pointer (&self->tasks);
  g_autoptr(GError) error = NULL;

  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->complete = sb_file_export_finish (result, &error);
  for (guint i = 0; i < tasks->len; i++)
    {
      if (self->complete)
        g_task_return_pointer (g_ptr_array_index (tasks, i), g_object_ref (self->file), g_object_unref);
      else
        g_task_return_error (g_ptr_array_index (tasks, i), g_error_copy (error));
    }
}

static gboolean
make_place (SbFileLoan  *self,
            GError     **error)
{
  g_autofree char *name = NULL;
  g_autofree char *place = NULL;

  if (self->folder != NULL)
    return TRUE;

  /* Nobody else may look into it. */
  self->folder = g_dir_make_tmp ("sandbar-XXXXXX", error);
  if (self->folder == NULL)
    return FALSE;

  name = sb_file_loan_dup_name (self->path);
  place = g_build_filename (self->folder, name, NULL);
  self->file = g_file_new_for_path (place);

  return TRUE;
}

static void
sb_file_loan_finalize (GObject *object)
{
  SbFileLoan *self = SB_FILE_LOAN (object);

  if (self->folder != NULL)
    {
      g_unlink (g_file_peek_path (self->file));
      g_rmdir (self->folder);
    }
  g_clear_object (&self->file);
  g_clear_object (&self->channel);
  g_free (self->folder);
  g_free (self->path);
  g_ptr_array_unref (self->tasks);

  G_OBJECT_CLASS (sb_file_loan_parent_class)->finalize (object);
}

static void
sb_file_loan_class_init (SbFileLoanClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_file_loan_finalize;
}

static void
sb_file_loan_init (SbFileLoan *self)
{
  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
}

SbFileLoan *
sb_file_loan_new (SbChannel  *channel,
                  const char *path)
{
  SbFileLoan *self = g_object_new (SB_TYPE_FILE_LOAN, NULL);

  self->channel = g_object_ref (channel);
  self->path = g_strdup (path);

  return self;
}

void
sb_file_loan_fetch_async (SbFileLoan          *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_return_if_fail (SB_IS_FILE_LOAN (self));

  g_task_set_source_tag (task, sb_file_loan_fetch_async);
  if (self->complete)
    {
      g_task_return_pointer (task, g_object_ref (self->file), g_object_unref);
      return;
    }
  if (!make_place (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  g_ptr_array_add (self->tasks, g_steal_pointer (&task));
  if (self->tasks->len == 1)
    sb_file_export_async (self->channel, self->path, self->file, SB_FILE_LOAN_MAX, NULL, exported_cb,
                          g_object_ref (self));
}

GFile *
sb_file_loan_fetch_finish (SbFileLoan    *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_autoptr(GFile) file = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  file = g_task_propagate_pointer (G_TASK (result), error);

  return file != NULL ? self->file : NULL;
}

/* No controls, no line breaks, nothing that hides the file or looks like an option. */
char *
sb_file_loan_dup_name (const char *path)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *name = sb_text_clean (slash != NULL ? slash + 1 : path, -1, NULL);
  gsize length = strlen (name);

  g_strdelimit (name, "\n\r\t/\\", '_');
  if (length > MAX_NAME)
    *g_utf8_find_prev_char (name, name + MAX_NAME) = '\0';
  if (*name == '\0')
    return g_strdup ("file");
  if (*name == '.' || *name == '-')
    *name = '_';

  return g_steal_pointer (&name);
}
