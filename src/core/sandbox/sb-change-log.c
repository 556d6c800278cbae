/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-change-log.h"

#include <string.h>

#define MAX_BYTES (16 * 1024 * 1024)
#define MAX_PATHS 5000
#define MAX_VERSIONS 64
#define MAX_CALLS 1000

/* Moments are counted, not measured: calls and changes follow one another. */
typedef struct
{
  /* owned */
  char         *trace_id; /* nullable */
  SbFileVersion file;
  GList         link;     /* in the queue of those whose contents are kept; data: itself, NULL when it is not in it */

  /* borrowed */
  const char *path; /* the key of the table */

  guint64 moment; /* 0: the baseline */
} Version;

typedef struct
{
  char   *trace_id; /* owned */
  guint64 moment;
} Call;

struct _SbChangeLog
{
  GObject parent_instance;

  /* owned */
  GHashTable *paths; /* path → GPtrArray of Version, the oldest first */
  GArray     *calls; /* of Call, the oldest first */
  GQueue      kept;  /* of Version, the oldest first */

  gsize    bytes;
  guint64  moment;
  gboolean complete;
};

enum
{
  PROP_0,
  PROP_COMPLETE,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbChangeLog, sb_change_log, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
drop_content (SbChangeLog *self,
              Version     *version)
{
  if (version->link.data == NULL)
    return;

  g_queue_unlink (&self->kept, &version->link);
  version->link.data = NULL;
  self->bytes -= g_bytes_get_size (version->file.content);
  g_clear_pointer (&version->file.content, g_bytes_unref);
}

static void
drop_version (SbChangeLog *self,
              GPtrArray   *versions,
              guint        index)
{
  drop_content (self, g_ptr_array_index (versions, index));
  g_ptr_array_remove_index (versions, index);
}

static void
version_free (gpointer data)
{
  Version *version = data;

  g_clear_pointer (&version->file.content, g_bytes_unref);
  g_free (version->trace_id);
  g_free (version);
}

static void
call_clear (gpointer data)
{
  Call *call = data;

  g_free (call->trace_id);
}

static void
append_version (SbChangeLog         *self,
                GPtrArray           *versions,
                const char          *path,
                const char          *trace_id,
                const SbFileVersion *file,
                guint64              moment)
{
  Version *version = g_new0 (Version, 1);

  version->path = path;
  version->trace_id = g_strdup (trace_id);
  version->moment = moment;
  version->file = *file;
  if (file->content != NULL && g_bytes_get_size (file->content) <= SB_CHANGE_LOG_MAX_FILE)
    {
      g_bytes_ref (file->content);
      version->link.data = version;
      g_queue_push_tail_link (&self->kept, &version->link);
      self->bytes += g_bytes_get_size (file->content);
    }
  else
    version->file.content = NULL;

  /* What it was at first and what it is now are what people ask for. */
  if (versions->len == MAX_VERSIONS)
    drop_version (self, versions, 1);
  g_ptr_array_add (versions, version);
}

/* Those who show a change hold on to its contents until they are told that there is another one. */
static void
drop_oldest (SbChangeLog *self)
{
  while (self->bytes > MAX_BYTES)
    {
      Version *oldest = g_queue_peek_head (&self->kept);

      drop_content (self, oldest);
      g_signal_emit (self, signals[CHANGED], 0, oldest->path);
    }
}

/* (nullable): NULL when there are too many */
static GPtrArray *
ensure_versions (SbChangeLog         *self,
                 const char          *path,
                 const SbFileVersion *baseline)
{
  GPtrArray *versions = g_hash_table_lookup (self->paths, path);
  char *key = NULL;

  if (versions != NULL)
    return versions;
  if (g_hash_table_size (self->paths) >= MAX_PATHS)
    {
      sb_change_log_set_incomplete (self);
      return NULL;
    }

  versions = g_ptr_array_new_with_free_func (version_free);
  key = g_strdup (path);
  g_hash_table_insert (self->paths, key, versions);
  append_version (self, versions, key, NULL, baseline, 0);

  return versions;
}

/* Contents that are not kept may be anything. */
static gboolean
is_same (const SbFileVersion *a,
         const SbFileVersion *b)
{
  if (!a->exists || !b->exists)
    return a->exists == b->exists;

  return a->content != NULL && b->content != NULL && g_bytes_equal (a->content, b->content);
}

static const Call *
find_call (SbChangeLog *self,
           const char  *trace_id)
{
  for (guint i = 0; i < self->calls->len; i++)
    if (g_strcmp0 (g_array_index (self->calls, Call, i).trace_id, trace_id) == 0)
      return &g_array_index (self->calls, Call, i);

  return NULL;
}

/* (transfer full): the paths that are known below a directory */
static GPtrArray *
list_below (SbChangeLog *self,
            const char  *directory)
{
  g_autofree char *prefix = g_strconcat (directory, "/", NULL);
  gsize length = strlen (prefix);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, self->paths);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (strncmp (path, prefix, length) == 0)
      g_ptr_array_add (list, g_strdup (path));

  return list;
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
sb_change_log_get_property (GObject    *object,
                            guint       property_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  SbChangeLog *self = SB_CHANGE_LOG (object);

  switch (property_id)
    {
    case PROP_COMPLETE:
      g_value_set_boolean (value, self->complete);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_change_log_finalize (GObject *object)
{
  SbChangeLog *self = SB_CHANGE_LOG (object);

  g_hash_table_unref (self->paths);
  g_array_unref (self->calls);

  G_OBJECT_CLASS (sb_change_log_parent_class)->finalize (object);
}

static void
sb_change_log_class_init (SbChangeLogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_change_log_get_property;
  object_class->finalize = sb_change_log_finalize;

  properties[PROP_COMPLETE] = g_param_spec_boolean ("complete", NULL, NULL, TRUE,
                                                    G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY
                                                      | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_CHANGE_LOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_change_log_init (SbChangeLog *self)
{
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->calls = g_array_new (FALSE, FALSE, sizeof (Call));
  g_array_set_clear_func (self->calls, call_clear);
  g_queue_init (&self->kept);
  self->complete = TRUE;
}

/* Returns: (transfer full): a log of nothing yet. It does no I/O: somebody tells it of changes. */
SbChangeLog *
sb_change_log_new (void)
{
  return g_object_new (SB_TYPE_CHANGE_LOG, NULL);
}

/**
 * sb_change_log_begin_call:
 * @trace_id: (nullable): what names the call in the trace
 *
 * A tool call begins; what changes from now on has changed since this call. Of the oldest of many calls the moment is
 * forgotten.
 */
void
sb_change_log_begin_call (SbChangeLog *self,
                          const char  *trace_id)
{
  const Call call = { g_strdup (trace_id), self->moment };

  if (trace_id == NULL)
    return;

  if (self->calls->len == MAX_CALLS)
    g_array_remove_index (self->calls, 0);
  g_array_append_val (self->calls, call);
}

/**
 * sb_change_log_set_baseline:
 * @path: relative to the workspace
 * @version: (transfer none): how it was at the start
 *
 * Without this a path that is told of was not there at the start. No effect for one that is known.
 */
void
sb_change_log_set_baseline (SbChangeLog         *self,
                            const char          *path,
                            const SbFileVersion *version)
{
  g_return_if_fail (SB_IS_CHANGE_LOG (self));

  ensure_versions (self, path, version);
  drop_oldest (self);
}

/**
 * sb_change_log_forget_baseline:
 * @path: of which sb_change_log_set_baseline() was told
 *
 * It was not so. What has happened to the file since stays; from what state, nobody knows.
 */
void
sb_change_log_forget_baseline (SbChangeLog *self,
                               const char  *path)
{
  GPtrArray *versions = NULL;

  g_return_if_fail (SB_IS_CHANGE_LOG (self));

  versions = g_hash_table_lookup (self->paths, path);
  if (versions == NULL)
    return;

  drop_content (self, g_ptr_array_index (versions, 0));
  if (versions->len == 1)
    g_hash_table_remove (self->paths, path);
  else
    g_signal_emit (self, signals[CHANGED], 0, path);
}

/**
 * sb_change_log_add:
 * @path: relative to the workspace
 * @trace_id: (nullable): the tool call that changed it
 * @version: (transfer none): what it is now; contents above 256 KiB are not kept
 *
 * Something that did not change anything is passed over.
 */
void
sb_change_log_add (SbChangeLog         *self,
                   const char          *path,
                   const char          *trace_id,
                   const SbFileVersion *version)
{
  static const SbFileVersion nothing = { FALSE, NULL, 0 };
  GPtrArray *versions = NULL;
  const Version *newest = NULL;

  g_return_if_fail (SB_IS_CHANGE_LOG (self));

  versions = ensure_versions (self, path, &nothing);
  if (versions == NULL)
    return;
  newest = g_ptr_array_index (versions, versions->len - 1);
  if (is_same (&newest->file, version))
    return;

  append_version (self, versions, newest->path, trace_id, version, ++self->moment);
  g_signal_emit (self, signals[CHANGED], 0, path);
  drop_oldest (self);
}

/* Changes were missed; this stays. */
void
sb_change_log_set_incomplete (SbChangeLog *self)
{
  g_return_if_fail (SB_IS_CHANGE_LOG (self));

  if (!self->complete)
    return;

  self->complete = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMPLETE]);
}

gboolean
sb_change_log_is_complete (SbChangeLog *self)
{
  g_return_val_if_fail (SB_IS_CHANGE_LOG (self), FALSE);

  return self->complete;
}

/* The moment a call began; 0, the start, for NULL and for one that is not known. */
guint64
sb_change_log_find_call (SbChangeLog *self,
                         const char  *trace_id)
{
  const Call *call = NULL;

  g_return_val_if_fail (SB_IS_CHANGE_LOG (self), 0);

  call = find_call (self, trace_id);

  return call != NULL ? call->moment : 0;
}

gboolean
sb_change_log_knows_call (SbChangeLog *self,
                          const char  *trace_id)
{
  g_return_val_if_fail (SB_IS_CHANGE_LOG (self), FALSE);

  return find_call (self, trace_id) != NULL;
}

/**
 * sb_change_log_delete:
 * @path: relative to the workspace
 * @trace_id: (nullable): the tool call that did it
 *
 * A file is gone, or a directory with all that was below it.
 */
void
sb_change_log_delete (SbChangeLog *self,
                      const char  *path,
                      const char  *trace_id)
{
  static const SbFileVersion nothing = { FALSE, NULL, 0 };
  const SbFileVersion *newest = NULL;
  g_autoptr(GPtrArray) below = NULL;

  g_return_if_fail (SB_IS_CHANGE_LOG (self));

  newest = sb_change_log_get_newest (self, path);
  if (newest != NULL && newest->exists)
    {
      sb_change_log_add (self, path, trace_id, &nothing);
      return;
    }

  below = list_below (self, path);
  for (guint i = 0; i < below->len; i++)
    sb_change_log_add (self, g_ptr_array_index (below, i), trace_id, &nothing);
}

/* Returns: (transfer full) (element-type filename): all paths that are known, sorted, byte by byte */
GPtrArray *
sb_change_log_list (SbChangeLog *self)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer path;

  g_return_val_if_fail (SB_IS_CHANGE_LOG (self), NULL);

  g_hash_table_iter_init (&iter, self->paths);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    g_ptr_array_add (list, g_strdup (path));
  g_ptr_array_sort (list, compare_paths);

  return g_steal_pointer (&list);
}

/**
 * sb_change_log_compare:
 * @since: a moment; 0: the start
 * @change: (out caller-allocates): what it was then and is now; borrowed, until the log changes
 *
 * Returns: %FALSE when the path is as it was
 */
gboolean
sb_change_log_compare (SbChangeLog    *self,
                       const char     *path,
                       guint64         since,
                       SbLoggedChange *change)
{
  GPtrArray *versions = NULL;
  const Version *before = NULL;
  const Version *after = NULL;

  g_return_val_if_fail (SB_IS_CHANGE_LOG (self), FALSE);

  versions = g_hash_table_lookup (self->paths, path);
  if (versions == NULL)
    return FALSE;

  after = g_ptr_array_index (versions, versions->len - 1);
  if (after->moment <= since)
    return FALSE;
  for (guint i = 0; i < versions->len; i++)
    {
      const Version *version = g_ptr_array_index (versions, i);

      if (version->moment <= since)
        before = version;
    }

  *change = (SbLoggedChange) { before->file, after->file, after->trace_id };

  return !is_same (&before->file, &after->file);
}

/* (transfer none) (nullable): what it was when last heard of; NULL when it is not known */
const SbFileVersion *
sb_change_log_get_newest (SbChangeLog *self,
                          const char  *path)
{
  GPtrArray *versions = NULL;

  g_return_val_if_fail (SB_IS_CHANGE_LOG (self), NULL);

  versions = g_hash_table_lookup (self->paths, path);

  return versions != NULL ? &((Version *) g_ptr_array_index (versions, versions->len - 1))->file : NULL;
}
