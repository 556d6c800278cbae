/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-change-recorder.h"

/* Reads under way; the channel has other work. */
#define MAX_READS 4
#define MAX_WAITING 2000

/* A file that is to be read. */
typedef struct
{
  /* owned */
  SbChangeRecorder *recorder; /* nullable: not being read yet */
  char             *path;
  char             *trace_id; /* nullable: the newest call that changed it */

  gboolean again; /* it changed while it was read */
  gboolean gone;  /* it was deleted while it was read */
} Reading;

struct _SbChangeRecorder
{
  GObject parent_instance;

  /* owned */
  GHashTable   *readings; /* path → Reading: waiting, or under way */
  GQueue        waiting;  /* of Reading, borrowed from the table */
  GCancellable *cancellable;

  /* borrowed */
  SbSandbox *sandbox; /* weak */

  guint n_reads;
};

G_DEFINE_FINAL_TYPE (SbChangeRecorder, sb_change_recorder, G_TYPE_OBJECT)

static void read_next (SbChangeRecorder *self);

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->path);
  g_free (reading->trace_id);
  g_free (reading);
}

static void
enter (SbChangeRecorder *self,
       const Reading    *reading,
       GBytes           *bytes,
       guint64           size)
{
  const SbFileVersion version = { TRUE, size <= SB_CHANGE_LOG_MAX_FILE ? bytes : NULL, size };

  if (self->sandbox != NULL && !reading->gone)
    sb_change_log_add (sb_sandbox_get_change_log (self->sandbox), reading->path, reading->trace_id, &version);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Reading *reading = user_data;
  g_autoptr(SbChangeRecorder) self = g_steal_pointer (&reading->recorder);
  guint64 size = 0;
  g_autoptr(GBytes) bytes = sb_channel_read_file_finish (SB_CHANNEL (source), result, &size, NULL);

  self->n_reads--;
  if (reading->again && !g_cancellable_is_cancelled (self->cancellable))
    {
      reading->again = FALSE;
      reading->gone = FALSE;
      g_queue_push_tail (&self->waiting, reading);
    }
  else
    {
      /* What cannot be read is a directory, a device, or gone again. */
      if (bytes != NULL)
        enter (self, reading, bytes, size);
      g_hash_table_remove (self->readings, reading->path);
    }
  read_next (self);
}

static void
read_next (SbChangeRecorder *self)
{
  SbChannel *channel = self->sandbox != NULL ? sb_sandbox_get_channel (self->sandbox) : NULL;

  while (channel != NULL && self->n_reads < MAX_READS && !g_queue_is_empty (&self->waiting))
    {
      Reading *reading = g_queue_pop_head (&self->waiting);

      reading->recorder = g_object_ref (self);
      self->n_reads++;
      sb_channel_read_file_async (channel, reading->path, 0, SB_CHANGE_LOG_MAX_FILE + 1, self->cancellable, read_cb,
                                  reading);
    }
}

static void
enter_deleted (SbChangeRecorder *self,
               const char       *path,
               const char       *trace_id)
{
  Reading *reading = g_hash_table_lookup (self->readings, path);

  if (reading != NULL)
    {
      reading->gone = TRUE;
      reading->again = FALSE;
    }
  sb_change_log_delete (sb_sandbox_get_change_log (self->sandbox), path, trace_id);
}

static void
sb_change_recorder_dispose (GObject *object)
{
  SbChangeRecorder *self = SB_CHANGE_RECORDER (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_weak_pointer (&self->sandbox);

  G_OBJECT_CLASS (sb_change_recorder_parent_class)->dispose (object);
}

static void
sb_change_recorder_finalize (GObject *object)
{
  SbChangeRecorder *self = SB_CHANGE_RECORDER (object);

  g_queue_clear (&self->waiting);
  g_hash_table_unref (self->readings);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (sb_change_recorder_parent_class)->finalize (object);
}

static void
sb_change_recorder_class_init (SbChangeRecorderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_change_recorder_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_change_recorder_finalize;
}

static void
sb_change_recorder_init (SbChangeRecorder *self)
{
  self->readings = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, reading_free);
  g_queue_init (&self->waiting);
  self->cancellable = g_cancellable_new ();
}

/* Returns: (transfer full): it holds no reference to the sandbox */
SbChangeRecorder *
sb_change_recorder_new (SbSandbox *sandbox)
{
  SbChangeRecorder *self = g_object_new (SB_TYPE_CHANGE_RECORDER, NULL);

  g_set_weak_pointer (&self->sandbox, sandbox);

  return self;
}

/**
 * sb_change_recorder_note:
 * @path: relative to the workspace
 * @trace_id: (nullable): the tool call that did it
 *
 * The file is read soon; when it changes often, not every time. What was deleted is entered at once.
 */
void
sb_change_recorder_note (SbChangeRecorder *self,
                         const char       *path,
                         SbFileChange      change,
                         const char       *trace_id)
{
  static const SbFileVersion unknown = { TRUE, NULL, 0 };
  SbChangeLog *log = self->sandbox != NULL ? sb_sandbox_get_change_log (self->sandbox) : NULL;
  Reading *reading = g_hash_table_lookup (self->readings, path);

  if (log == NULL)
    return;
  if (change == SB_FILE_CHANGE_RESCAN)
    {
      sb_change_log_set_incomplete (log);
      return;
    }
  if (change == SB_FILE_CHANGE_DELETED)
    {
      enter_deleted (self, path, trace_id);
      return;
    }

  /* It was there before anybody looked, with contents nobody has seen. */
  if (change == SB_FILE_CHANGE_MODIFIED && reading == NULL && sb_change_log_get_newest (log, path) == NULL)
    sb_change_log_set_baseline (log, path, &unknown);

  if (reading == NULL && g_hash_table_size (self->readings) >= MAX_WAITING)
    {
      sb_change_log_set_incomplete (log);
      return;
    }
  if (reading == NULL)
    {
      reading = g_new0 (Reading, 1);
      reading->path = g_strdup (path);
      g_hash_table_insert (self->readings, reading->path, reading);
      g_queue_push_tail (&self->waiting, reading);
    }
  reading->again = reading->recorder != NULL;
  reading->gone = reading->gone && reading->recorder != NULL;
  g_free (reading->trace_id);
  reading->trace_id = g_strdup (trace_id);
  read_next (self);
}
