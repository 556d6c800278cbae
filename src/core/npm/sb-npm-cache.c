/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-npm-cache.h"

#include <glib/gstdio.h>

#include "sb-npm-integrity.h"

struct _SbNpmCache
{
  char *path;
};

/* A digest of the key is a file name that nobody outside can choose. */
static char *
get_file (SbNpmCache *self,
          const char *folder,
          const char *key)
{
  g_autofree char *name = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);

  return g_build_filename (self->path, folder, name, NULL);
}

static gboolean
save (const char  *path,
      GBytes      *bytes,
      GError     **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);

  return g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                   G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static GBytes *
load (const char *path)
{
  char *data;
  gsize length;

  return g_file_get_contents (path, &data, &length, NULL) ? g_bytes_new_take (data, length) : NULL;
}

static void
cache_clear (gpointer data)
{
  g_free (((SbNpmCache *) data)->path);
}

/**
 * sb_npm_cache_new:
 * @path: made with the first thing saved
 *
 * Returns: (transfer full): safe to be used from several threads
 */
SbNpmCache *
sb_npm_cache_new (const char *path)
{
  SbNpmCache *self = g_atomic_rc_box_new0 (SbNpmCache);

  self->path = g_strdup (path);

  return self;
}

SbNpmCache *
sb_npm_cache_ref (SbNpmCache *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
sb_npm_cache_unref (SbNpmCache *self)
{
  g_atomic_rc_box_release_full (self, cache_clear);
}

/**
 * sb_npm_cache_load_document:
 * @fetched: (out): seconds since 1970
 *
 * Returns: (transfer full) (nullable)
 */
GBytes *
sb_npm_cache_load_document (SbNpmCache *self,
                            const char *package,
                            gint64     *fetched)
{
  g_autofree char *path = get_file (self, "documents", package);
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return NULL;
  *fetched = info.st_mtime;

  return load (path);
}

gboolean
sb_npm_cache_save_document (SbNpmCache  *self,
                            const char  *package,
                            GBytes      *document,
                            GError     **error)
{
  g_autofree char *path = get_file (self, "documents", package);

  return save (path, document, error);
}

/**
 * sb_npm_cache_load_tarball:
 *
 * Returns: (transfer full) (nullable): only what has that digest; a file that was damaged is removed
 */
GBytes *
sb_npm_cache_load_tarball (SbNpmCache *self,
                           const char *integrity)
{
  g_autofree char *path = get_file (self, "tarballs", integrity);
  g_autoptr(GBytes) bytes = load (path);

  if (bytes == NULL)
    return NULL;
  if (!sb_npm_integrity_check (integrity, bytes))
    {
      g_unlink (path);
      return NULL;
    }

  return g_steal_pointer (&bytes);
}

gboolean
sb_npm_cache_save_tarball (SbNpmCache  *self,
                           const char  *integrity,
                           GBytes      *tarball,
                           GError     **error)
{
  g_autofree char *path = get_file (self, "tarballs", integrity);

  return save (path, tarball, error);
}
