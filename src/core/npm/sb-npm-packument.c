/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-npm-packument.h"

#include "sb-json.h"
#include "sb-npm-integrity.h"
#include "sb-npm-path.h"

#include <string.h>

G_DEFINE_QUARK (sb-npm-error-quark, sb_npm_error)

/* What an installation reads of a version; scripts, readme and people stay behind.
 * https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
static const char * const kept_members[] = {
  "name", "version", "deprecated", "dependencies", "optionalDependencies", "devDependencies", "bundleDependencies",
  "peerDependencies", "peerDependenciesMeta", "bin", "directories", "engines", "cpu", "os", "libc", "hasInstallScript",
  "funding", "_hasShrinkwrap", NULL,
};

static const char * const dependency_members[] = {
  "dependencies", "optionalDependencies", "peerDependencies",
};

/* While a document is worked through */
typedef struct
{
  /* owned */
  SbNpmPackument *packument;
  JsonObject     *versions;    /* as they go out */
  char           *latest;      /* the newest ordinary version that is left, nullable */
  gint64          latest_time;

  /* borrowed */
  const char     *name;
  const char     *base_url;
  JsonObject     *times;       /* nullable */
  gint64          newest;
} Filter;

static void
tarball_free (gpointer data)
{
  SbNpmTarball *tarball = data;

  g_free (tarball->version);
  g_free (tarball->url);
  g_free (tarball->integrity);
  g_free (tarball);
}

static void
packument_clear (gpointer data)
{
  SbNpmPackument *self = data;

  g_clear_pointer (&self->json, g_bytes_unref);
  g_clear_pointer (&self->tarballs, g_hash_table_unref);
  g_clear_pointer (&self->dependencies, g_hash_table_unref);
}

/* Returns: seconds since 1970, or -1 */
static gint64
get_time (JsonObject *times,
          const char *version)
{
  const char *text = times != NULL ? sb_json_get_string (times, version) : NULL;
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  return time != NULL ? g_date_time_to_unix (time) : -1;
}

/* A version whose age nobody tells is as good as new. */
static gboolean
is_old_enough (Filter     *filter,
               const char *version)
{
  gint64 time = get_time (filter->times, version);

  return filter->newest == 0 || (time >= 0 && time <= filter->newest);
}

static char *
dup_integrity (JsonObject *dist)
{
  const char *integrity = sb_json_get_string (dist, "integrity");
  const char *shasum = sb_json_get_string (dist, "shasum");
  guint8 digest[20];
  g_autofree char *base64 = NULL;

  if (sb_npm_integrity_is_known (integrity))
    return g_strdup (integrity);
  if (shasum == NULL || strlen (shasum) != 2 * sizeof digest)
    return NULL;

  for (gsize i = 0; i < sizeof digest; i++)
    {
      int high = g_ascii_xdigit_value (shasum[2 * i]);
      int low = g_ascii_xdigit_value (shasum[2 * i + 1]);

      if (high < 0 || low < 0)
        return NULL;
      digest[i] = high << 4 | low;
    }
  base64 = g_base64_encode (digest, sizeof digest);

  return g_strconcat ("sha1-", base64, NULL);
}

/* The name under which the tarball is asked for at our end; it says nothing about where it lies at theirs. */
static char *
get_file_name (const char *name,
               const char *version)
{
  const char *slash = strrchr (name, '/');

  return g_strdup_printf ("%s-%s.tgz", slash != NULL ? slash + 1 : name, version);
}

static JsonObject *
take_tarball (Filter     *filter,
              const char *version,
              JsonObject *dist)
{
  const char *url = sb_json_get_string (dist, "tarball");
  g_autofree char *integrity = dup_integrity (dist);
  g_autofree char *file = get_file_name (filter->name, version);
  g_autofree char *ours = g_strdup_printf ("%s/%s/-/%s", filter->base_url, filter->name, file);
  SbNpmTarball *tarball;
  JsonObject *out;

  if (url == NULL || integrity == NULL)
    return NULL;

  tarball = g_new0 (SbNpmTarball, 1);
  tarball->version = g_strdup (version);
  tarball->url = g_strdup (url);
  tarball->integrity = g_strdup (integrity);
  g_hash_table_insert (filter->packument->tarballs, g_steal_pointer (&file), tarball);

  out = json_object_new ();
  json_object_set_string_member (out, "tarball", ours);
  json_object_set_string_member (out, "integrity", integrity);
  if (sb_json_get_string (dist, "shasum") != NULL)
    json_object_set_string_member (out, "shasum", sb_json_get_string (dist, "shasum"));

  return out;
}

static void
note_dependencies (Filter     *filter,
                   JsonObject *version)
{
  for (guint i = 0; i < G_N_ELEMENTS (dependency_members); i++)
    {
      JsonObject *wanted = sb_json_get_object (version, dependency_members[i]);
      g_autoptr(GList) names = wanted != NULL ? json_object_get_members (wanted) : NULL;

      for (GList *l = names; l != NULL; l = l->next)
        if (sb_npm_name_is_valid (l->data))
          g_hash_table_add (filter->packument->dependencies, g_strdup (l->data));
    }
}

static void
note_latest (Filter     *filter,
             const char *version)
{
  gint64 time = get_time (filter->times, version);

  if (strchr (version, '-') != NULL || (filter->latest != NULL && time < filter->latest_time))
    return;

  g_free (filter->latest);
  filter->latest = g_strdup (version);
  filter->latest_time = time;
}

static void
take_version (Filter     *filter,
              const char *version,
              JsonObject *in)
{
  JsonObject *dist = sb_json_get_object (in, "dist");
  JsonObject *dist_out;
  JsonObject *out;

  if (!is_old_enough (filter, version))
    {
      filter->packument->n_young++;
      return;
    }
  dist_out = dist != NULL ? take_tarball (filter, version, dist) : NULL;
  if (dist_out == NULL)
    return;

  out = json_object_new ();
  for (guint i = 0; kept_members[i] != NULL; i++)
    if (json_object_has_member (in, kept_members[i]))
      json_object_set_member (out, kept_members[i], json_object_dup_member (in, kept_members[i]));
  json_object_set_object_member (out, "dist", dist_out);
  json_object_set_object_member (filter->versions, version, out);
  note_dependencies (filter, in);
  note_latest (filter, version);
}

/* Tags that point to what was left out go with it; "latest" has to be there. */
static JsonObject *
take_tags (Filter     *filter,
           JsonObject *tags)
{
  JsonObject *out = json_object_new ();
  g_autoptr(GList) names = tags != NULL ? json_object_get_members (tags) : NULL;

  for (GList *l = names; l != NULL; l = l->next)
    {
      const char *version = sb_json_get_string (tags, l->data);

      if (version != NULL && json_object_has_member (filter->versions, version))
        json_object_set_string_member (out, l->data, version);
    }
  if (!json_object_has_member (out, "latest") && filter->latest != NULL)
    json_object_set_string_member (out, "latest", filter->latest);

  return out;
}

static GBytes *
write_document (Filter     *filter,
                JsonObject *tags)
{
  g_autoptr(JsonObject) out = json_object_new ();
  char *text;

  json_object_set_string_member (out, "name", filter->name);
  json_object_set_object_member (out, "dist-tags", take_tags (filter, tags));
  json_object_set_object_member (out, "versions", json_object_ref (filter->versions));
  text = sb_json_object_to_string (out);

  return g_bytes_new_take (text, strlen (text));
}

/**
 * sb_npm_packument_new:
 * @document: the registry's full document of the package; hostile
 * @name: the package that was asked for
 * @base_url: where the sandbox reaches us, without a slash at the end
 * @newest: seconds since 1970; versions published later are left out. 0: none is
 *
 * Leaves out what is too young and what has no digest, points every tarball to us, and keeps where it really is.
 * Pure: may run in a thread.
 *
 * Returns: (transfer full) (nullable)
 */
SbNpmPackument *
sb_npm_packument_new (GBytes      *document,
                      const char  *name,
                      const char  *base_url,
                      gint64       newest,
                      GError     **error)
{
  g_autoptr(JsonObject) in = NULL;
  g_autoptr(SbNpmPackument) self = NULL;
  g_autoptr(JsonObject) versions_out = json_object_new ();
  g_autoptr(GList) names = NULL;
  JsonObject *versions;
  Filter filter = { .name = name, .base_url = base_url, .newest = newest, .versions = versions_out };

  in = sb_json_parse_object (g_bytes_get_data (document, NULL), g_bytes_get_size (document), NULL);
  versions = in != NULL ? sb_json_get_object (in, "versions") : NULL;
  if (versions == NULL || g_strcmp0 (sb_json_get_string (in, "name"), name) != 0)
    {
      g_set_error (error, SB_NPM_ERROR, SB_NPM_ERROR_REGISTRY,
                   "The registry's answer for %s is not a package document.", name);
      return NULL;
    }

  self = g_rc_box_new0 (SbNpmPackument);
  self->tarballs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, tarball_free);
  self->dependencies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  filter.packument = self;
  filter.times = sb_json_get_object (in, "time");

  names = json_object_get_members (versions);
  for (GList *l = names; l != NULL; l = l->next)
    if (sb_json_get_object (versions, l->data) != NULL)
      take_version (&filter, l->data, sb_json_get_object (versions, l->data));

  self->json = write_document (&filter, sb_json_get_object (in, "dist-tags"));
  g_free (filter.latest);

  return g_steal_pointer (&self);
}

SbNpmPackument *
sb_npm_packument_ref (SbNpmPackument *self)
{
  return g_rc_box_acquire (self);
}

void
sb_npm_packument_unref (SbNpmPackument *self)
{
  g_rc_box_release_full (self, packument_clear);
}

/**
 * sb_npm_packument_lookup:
 * @file: "express-4.18.2.tgz"
 *
 * Returns: (transfer none) (nullable): what is known of a tarball that the document offers
 */
const SbNpmTarball *
sb_npm_packument_lookup (SbNpmPackument *self,
                         const char     *file)
{
  return g_hash_table_lookup (self->tarballs, file);
}

/**
 * sb_npm_packument_dup_version:
 * @version: a number or a tag
 *
 * Returns: (transfer full) (nullable): the part of the document about one version
 */
GBytes *
sb_npm_packument_dup_version (SbNpmPackument *self,
                              const char     *version)
{
  g_autoptr(JsonObject) document = sb_json_parse_object (g_bytes_get_data (self->json, NULL),
                                                         g_bytes_get_size (self->json), NULL);
  JsonObject *versions = sb_json_get_object (document, "versions");
  const char *tagged = sb_json_get_string (sb_json_get_object (document, "dist-tags"), version);
  JsonObject *found = sb_json_get_object (versions, tagged != NULL ? tagged : version);
  char *text;

  if (found == NULL)
    return NULL;
  text = sb_json_object_to_string (found);

  return g_bytes_new_take (text, strlen (text));
}
