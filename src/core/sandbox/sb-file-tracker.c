/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-tracker.h"

#include <string.h>

#include "sb-change-recorder.h"
#include "sb-text.h"

/* Limits of what is told and watched: an "npm install" changes fifty thousand files in five thousand
 * directories. */
#define MAX_TOLD_PER_CALL 50
#define MAX_WATCHES 256
#define MAX_DEPTH 16
#define MAX_ENTRIES 1000
#define MAX_SHOWN_PATH 200
#define WORKSPACE "/workspace"
/* Changes arrive a moment after the command that made them has ended. */
#define GRACE_MS 300

typedef struct
{
  /* owned */
  char       *trace_id; /* nullable */
  char       *expected; /* nullable: the path it said it would write */
  GHashTable *told;     /* path → change, of those that were told */

  /* borrowed */
  SbFileTracker *tracker;
  gconstpointer  call; /* only compared; NULL once it has ended */

  guint grace_id;
} TrackedCall;

/* A path that may be a directory. */
typedef struct
{
  SbFileTracker *tracker; /* owned */
  char          *path;    /* owned */
} Look;

struct _SbFileTracker
{
  GObject parent_instance;

  /* owned */
  GPtrArray        *calls;   /* of TrackedCall, the newest last */
  GHashTable       *watched; /* of paths */
  SbChangeRecorder *recorder;
  GCancellable     *cancellable;

  /* borrowed */
  SbSandbox         *sandbox; /* weak */
  SbFileTrackerFunc  func;
  gpointer           user_data;
};

G_DEFINE_FINAL_TYPE (SbFileTracker, sb_file_tracker, G_TYPE_OBJECT)

static void look_into (SbFileTracker *self,
                       const char    *path);

static void
tracked_call_free (gpointer data)
{
  TrackedCall *call = data;

  g_clear_handle_id (&call->grace_id, g_source_remove);
  g_hash_table_unref (call->told);
  g_free (call->trace_id);
  g_free (call->expected);
  g_free (call);
}

/* A call that said it would write the file is blamed, once: when it is told of, the next may run already. Else with
 * several at once the newest; one that has just ended comes last. */
static TrackedCall *
find_current (SbFileTracker *self,
              const char    *path)
{
  for (guint i = self->calls->len; i > 0; i--)
    {
      TrackedCall *call = g_ptr_array_index (self->calls, i - 1);

      if (g_strcmp0 (call->expected, path) == 0 && !g_hash_table_contains (call->told, path))
        return call;
    }

  for (guint i = self->calls->len; i > 0; i--)
    {
      TrackedCall *call = g_ptr_array_index (self->calls, i - 1);

      if (call->call != NULL)
        return call;
    }

  return self->calls->len > 0 ? g_ptr_array_index (self->calls, self->calls->len - 1) : NULL;
}

static const char *
get_mark (SbFileChange change)
{
  switch (change)
    {
    case SB_FILE_CHANGE_ADDED:
      return "+";
    case SB_FILE_CHANGE_DELETED:
      return "−";
    case SB_FILE_CHANGE_MODIFIED:
    case SB_FILE_CHANGE_RESCAN:
    default:
      return "~";
    }
}

/* A file that is written a thousand times is told once; one that was added is not also modified. */
static gboolean
is_news (TrackedCall  *call,
         const char   *path,
         SbFileChange  change)
{
  gpointer before = NULL;

  if (!g_hash_table_lookup_extended (call->told, path, NULL, &before))
    return g_hash_table_size (call->told) < MAX_TOLD_PER_CALL;
  if (change == SB_FILE_CHANGE_MODIFIED)
    return GPOINTER_TO_UINT (before) == SB_FILE_CHANGE_DELETED;

  return GPOINTER_TO_UINT (before) != change;
}

static void
tell (SbFileTracker *self,
      const char    *path,
      SbFileChange   change)
{
  TrackedCall *call = find_current (self, path);
  g_autofree char *shown = NULL;
  g_autofree char *title = NULL;

  sb_change_recorder_note (self->recorder, path, change, call != NULL ? call->trace_id : NULL);
  if (call == NULL || !is_news (call, path, change))
    return;

  g_hash_table_insert (call->told, g_strdup (path), GUINT_TO_POINTER (change));
  shown = sb_text_clean (path, strnlen (path, MAX_SHOWN_PATH), NULL);
  if (change == SB_FILE_CHANGE_RESCAN)
    title = g_strdup ("~ many files");
  else
    title = g_strdup_printf ("%s %s", get_mark (change), shown);
  self->func (self->sandbox, call->trace_id, title, self->user_data);
}

static guint
count_depth (const char *path)
{
  guint depth = 0;

  for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    depth++;

  return depth;
}

/* By its name, whatever it is: watched already, or nobody wants to know. */
static gboolean
is_settled (SbFileTracker *self,
            const char    *path)
{
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;

  return name[0] == '.' || g_str_equal (name, "node_modules") || g_str_equal (name, "__pycache__")
         || g_hash_table_contains (self->watched, path);
}

static gboolean
has_room (SbFileTracker *self,
          const char    *path)
{
  return count_depth (path) < MAX_DEPTH && g_hash_table_size (self->watched) < MAX_WATCHES;
}

/* What happens in a directory that is not watched is missed, and the log says so. */
static void
miss (SbFileTracker *self)
{
  if (self->sandbox != NULL)
    sb_change_log_set_incomplete (sb_sandbox_get_change_log (self->sandbox));
}

static void
look_free (gpointer data)
{
  Look *look = data;

  g_object_unref (look->tracker);
  g_free (look->path);
  g_free (look);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Look *look = user_data;
  SbFileTracker *self = look->tracker;
  gboolean truncated = FALSE;
  g_autoptr(GPtrArray) entries = sb_channel_list_finish (SB_CHANNEL (source), result, &truncated, NULL);

  /* Only now it is known to be a directory; and what came between the list and the watch is in a second
   * list. */
  if (entries != NULL && !is_settled (self, look->path) && !has_room (self, look->path))
    {
      miss (self);
    }
  else if (entries != NULL && !is_settled (self, look->path))
    {
      g_hash_table_add (self->watched, g_strdup (look->path));
      sb_channel_watch (SB_CHANNEL (source), look->path);
      look_into (self, look->path);
    }
  else if (entries != NULL && g_hash_table_contains (self->watched, look->path))
    {
      for (guint i = 0; i < entries->len; i++)
        {
          SbFileInfo *info = g_ptr_array_index (entries, i);
          g_autofree char *child = g_strdup_printf ("%s/%s", look->path, info->name);

          tell (self, child, SB_FILE_CHANGE_ADDED);
          if (info->type == SB_FILE_TYPE_DIRECTORY && !is_settled (self, child))
            look_into (self, child);
        }
      if (truncated)
        miss (self);
    }
  look_free (look);
}

static void
look_into (SbFileTracker *self,
           const char    *path)
{
  SbChannel *channel = self->sandbox != NULL ? sb_sandbox_get_channel (self->sandbox) : NULL;
  Look *look = NULL;

  if (channel == NULL)
    return;

  look = g_new0 (Look, 1);
  look->tracker = g_object_ref (self);
  look->path = g_strdup (path);
  sb_channel_list_async (channel, path, MAX_ENTRIES, self->cancellable, listed_cb, look);
}

static void
file_changed_cb (SbSandbox    *sandbox,
                 const char   *path,
                 SbFileChange  change,
                 gpointer      user_data)
{
  g_autoptr(SbFileTracker) self = g_object_ref (user_data);

  tell (self, path, change);
  if (change == SB_FILE_CHANGE_DELETED && g_hash_table_remove (self->watched, path))
    sb_channel_unwatch (sb_sandbox_get_channel (sandbox), path);
  else if (change == SB_FILE_CHANGE_ADDED && !is_settled (self, path)
           && (has_room (self, path) || sb_change_log_is_complete (sb_sandbox_get_change_log (sandbox))))
    look_into (self, path);
}

static gboolean
grace_cb (gpointer user_data)
{
  TrackedCall *call = user_data;

  call->grace_id = 0;
  g_ptr_array_remove (call->tracker->calls, call);

  return G_SOURCE_REMOVE;
}

static void
unwatch_all (SbFileTracker *self)
{
  SbChannel *channel = sb_sandbox_get_channel (self->sandbox);
  GHashTableIter iter;
  gpointer path = NULL;

  if (channel == NULL)
    return;

  sb_channel_unwatch (channel, "");
  g_hash_table_iter_init (&iter, self->watched);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    sb_channel_unwatch (channel, path);
  g_hash_table_remove_all (self->watched);
}

static void
sb_file_tracker_dispose (GObject *object)
{
  SbFileTracker *self = SB_FILE_TRACKER (object);

  g_cancellable_cancel (self->cancellable);
  if (self->sandbox != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->sandbox, self);
      unwatch_all (self);
    }
  g_clear_weak_pointer (&self->sandbox);
  g_ptr_array_set_size (self->calls, 0);

  G_OBJECT_CLASS (sb_file_tracker_parent_class)->dispose (object);
}

static void
sb_file_tracker_finalize (GObject *object)
{
  SbFileTracker *self = SB_FILE_TRACKER (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->recorder);
  g_clear_pointer (&self->calls, g_ptr_array_unref);
  g_clear_pointer (&self->watched, g_hash_table_unref);

  G_OBJECT_CLASS (sb_file_tracker_parent_class)->finalize (object);
}

static void
sb_file_tracker_class_init (SbFileTrackerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_file_tracker_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_file_tracker_finalize;
}

static void
sb_file_tracker_init (SbFileTracker *self)
{
  self->calls = g_ptr_array_new_with_free_func (tracked_call_free);
  self->watched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->cancellable = g_cancellable_new ();
}

/**
 * sb_file_tracker_new:
 * @sandbox: (transfer none): ready
 * @func: called for each change while a call runs, and shortly after; at most 50 times a call
 *
 * Watches the workspace and the directories that appear in it; hidden ones and node_modules not. There is a number and
 * a depth that it does not go beyond: then the change log is not complete.
 */
SbFileTracker *
sb_file_tracker_new (SbSandbox         *sandbox,
                     SbFileTrackerFunc  func,
                     gpointer           user_data)
{
  SbFileTracker *self = g_object_new (SB_TYPE_FILE_TRACKER, NULL);

  g_set_weak_pointer (&self->sandbox, sandbox);
  self->recorder = sb_change_recorder_new (sandbox);
  self->func = func;
  self->user_data = user_data;
  g_signal_connect (sandbox, "file-changed", G_CALLBACK (file_changed_cb), self);
  sb_channel_watch (sb_sandbox_get_channel (sandbox), "");

  return self;
}

/* call: whatever names the call until its end. */
void
sb_file_tracker_begin (SbFileTracker *self,
                       gconstpointer  call,
                       const char    *trace_id)
{
  TrackedCall *tracked = g_new0 (TrackedCall, 1);

  tracked->tracker = self;
  tracked->call = call;
  tracked->trace_id = g_strdup (trace_id);
  tracked->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_add (self->calls, tracked);
  if (self->sandbox != NULL)
    sb_change_log_begin_call (sb_sandbox_get_change_log (self->sandbox), trace_id);
}

/* path: as the tool was given it, within the workspace. */
void
sb_file_tracker_expect (SbFileTracker *self,
                        gconstpointer  call,
                        const char    *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, WORKSPACE);

  for (guint i = 0; i < self->calls->len; i++)
    {
      TrackedCall *tracked = g_ptr_array_index (self->calls, i);

      if (tracked->call == call && g_str_has_prefix (absolute, WORKSPACE "/"))
        {
          g_free (tracked->expected);
          tracked->expected = g_strdup (absolute + strlen (WORKSPACE "/"));
        }
    }
}

void
sb_file_tracker_end (SbFileTracker *self,
                     gconstpointer  call)
{
  for (guint i = 0; i < self->calls->len; i++)
    {
      TrackedCall *tracked = g_ptr_array_index (self->calls, i);

      if (tracked->call == call)
        {
          tracked->call = NULL;
          tracked->grace_id = g_timeout_add (GRACE_MS, grace_cb, tracked);
        }
    }
}
