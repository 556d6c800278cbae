/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-mount.h"

#include "sb-catalog-server.h"
#include "sb-text.h"

#include <stdlib.h>
#include <string.h>

/* The paths and names that Docker's gateway refuses since v0.43.1 (pkg/gateway/docker_binds.go), in lower case. */
static const char * const system_paths[] = {
  "/dev", "/etc", "/library", "/private/etc", "/private/var/run", "/proc", "/root", "/run", "/sys", "/system",
  "/var/lib/containerd", "/var/lib/docker", "/var/root", "/var/run", "c:/windows", NULL
};
static const char * const secret_names[] = {
  ".aws", ".azure", ".config", ".docker", ".gnupg", ".kube", ".ssh", ".netrc", ".npmrc",
  "id_dsa", "id_ecdsa", "id_ed25519", "id_rsa", NULL
};
static const char * const temporary_paths[] = { "/tmp", "/var/tmp", "/private/tmp", NULL };

static gboolean
is_drive (const char *text)
{
  return g_ascii_isalpha (text[0]) && text[1] == ':' && (text[2] == '\\' || text[2] == '/');
}

/* The colon of C:\ parts nothing. */
static GStrv
split (const char *text)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  const char *start = text;

  for (const char *p = text; ; p++)
    {
      gboolean drive = *p == ':' && p == start + 1 && is_drive (start);
      g_autofree char *part = NULL;

      if (*p != '\0' && (*p != ':' || drive))
        continue;
      part = g_strstrip (g_strndup (start, p - start));
      g_strv_builder_add (builder, part);
      if (*p == '\0')
        break;
      start = p + 1;
    }

  return g_strv_builder_end (builder);
}

static gboolean
is_volume_name (const char *source)
{
  if (!g_ascii_isalnum (source[0]))
    return FALSE;
  for (const char *p = source; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("_.-", *p) == NULL)
      return FALSE;

  return TRUE;
}

static gboolean
is_read_only (const char *mode)
{
  g_auto(GStrv) options = g_strsplit (mode, ",", -1);
  gboolean read_only = FALSE;

  for (guint i = 0; options[i] != NULL; i++)
    {
      const char *option = g_strstrip (options[i]);

      if (g_ascii_strcasecmp (option, "rw") == 0)
        return FALSE;
      if (g_ascii_strcasecmp (option, "ro") == 0 || g_ascii_strcasecmp (option, "readonly") == 0)
        read_only = TRUE;
    }

  return read_only;
}

/* Absolute, without "." and "..", "~" taken for @home. NULL for a path below no root. */
static char *
clean_path (const char *source,
            const char *home)
{
  g_autofree char *slashes = g_strdelimit (g_strdup (source), "\\", '/');

  if (is_drive (slashes))
    {
      g_autofree char *rest = g_canonicalize_filename (slashes + 2, "/");

      return g_strdup_printf ("%c:%s", g_ascii_tolower (slashes[0]), rest);
    }
  if (strcmp (slashes, "~") == 0 || g_str_has_prefix (slashes, "~/"))
    return g_canonicalize_filename (slashes[1] != '\0' ? slashes + 2 : ".", home);
  if (slashes[0] != '/')
    return NULL;

  return g_canonicalize_filename (slashes, "/");
}

/* Where the links in a path lead; the part that does not exist is kept. */
static char *
resolve_links (const char *path)
{
  g_autofree char *existing = g_strdup (path);
  g_autofree char *missing = g_strdup ("");

  while (existing[0] == '/' && existing[1] != '\0')
    {
      char *resolved = realpath (existing, NULL);
      g_autofree char *copy = g_strdup (resolved);
      g_autofree char *name = NULL;
      char *longer, *parent;

      free (resolved);
      if (copy != NULL)
        return g_strconcat (copy, missing, NULL);
      name = g_path_get_basename (existing);
      longer = g_strconcat ("/", name, missing, NULL);
      parent = g_path_get_dirname (existing);
      g_free (missing);
      g_free (existing);
      missing = longer;
      existing = parent;
    }

  return g_strdup (path);
}

static gboolean
is_below (const char *path,
          const char *folder)
{
  gsize length = strlen (folder);

  while (length > 1 && folder[length - 1] == '/')
    length--;

  return strncmp (path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/' || length == 1);
}

static gboolean
is_below_any (const char         *path,
              const char * const *folders)
{
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    if (is_below (path, folders[i]))
      return TRUE;

  return FALSE;
}

/* Whether nobody may allow it. The file system's root has all the others in it. */
static const char *
refusal (const char *path)
{
  g_autofree char *lower = g_utf8_strdown (path, -1);
  g_auto(GStrv) names = g_strsplit (lower, "/", -1);

  if (strcmp (lower, "/") == 0 || strcmp (lower, "/var") == 0 || strcmp (lower, "c:/") == 0)
    return "holds the whole system";
  if (is_below_any (lower, system_paths))
    return strstr (lower, "docker.sock") != NULL || strstr (lower, "podman.sock") != NULL ?
           "is the container engine, and with it the whole machine" : "belongs to the system";
  for (guint i = 0; names[i] != NULL; i++)
    if (g_strv_contains (secret_names, names[i]) || g_str_has_suffix (names[i], "docker.sock"))
      return "holds keys or settings of yours";

  return NULL;
}

static void
decide (SbServerMount      *self,
        const char         *resolved,
        const char * const *readable,
        const char * const *writable)
{
  const char *why = refusal (self->source);

  if (why == NULL)
    why = refusal (resolved);
  if (why != NULL)
    {
      self->answer = SB_BIND_NEVER;
      self->reason = g_strdup_printf ("“%s” %s; no server gets it.", self->source, why);
    }
  else if (is_below_any (resolved, writable) ||
           (self->read_only && (is_below_any (resolved, readable) || is_below_any (resolved, temporary_paths))))
    {
      self->answer = SB_BIND_ALLOWED;
    }
  else
    {
      self->answer = SB_BIND_ASK;
      self->reason = g_strdup_printf ("The server asks to %s “%s”.", self->read_only ? "read" : "read and change",
                                      self->source);
    }
}

static gboolean
read_parts (SbServerMount  *self,
            GStrv           parts,
            const char     *home,
            GError        **error)
{
  guint n = g_strv_length (parts);

  if (n > 3 || parts[0][0] == '\0' || (n > 1 && parts[1][0] == '\0'))
    return FALSE;
  if (n == 1)
    {
      self->target = g_strdup (parts[0]);
      return TRUE;
    }

  self->target = g_strdup (parts[1]);
  self->read_only = n == 3 && is_read_only (parts[2]);
  self->is_path = !is_volume_name (parts[0]);
  self->source = self->is_path ? clean_path (parts[0], home) : g_strdup (parts[0]);
  if (self->is_path && n < 3)
    self->read_only = TRUE;

  return self->source != NULL;
}

/**
 * sb_server_mount_parse:
 * @text: source:target[:mode], without templates
 * @home: what "~" stands for
 * @readable: (nullable): folders the user gave the server to read
 * @writable: (nullable): … and to write
 *
 * Reads one item of "volumes" and decides about it as Docker's gateway does, whose deny-list nothing overrules; but
 * where that one needs environment variables, the answer is to ask. A path without a mode is read-only. Links of
 * this machine's file system are followed, so this blocks for a few local look-ups.
 *
 * Returns: (transfer full) (nullable): NULL with SB_CATALOG_ERROR_SERVER
 */
SbServerMount *
sb_server_mount_parse (const char          *text,
                       const char          *home,
                       const char * const  *readable,
                       const char * const  *writable,
                       GError             **error)
{
  g_autoptr(SbServerMount) self = g_new0 (SbServerMount, 1);
  g_auto(GStrv) parts = NULL;
  g_autofree char *resolved = NULL;

  g_return_val_if_fail (text != NULL && home != NULL, NULL);

  parts = split (text);
  if (!read_parts (self, parts, home, error))
    {
      g_autofree char *shown = sb_text_short (text, 200);

      g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER,
                   "“%s” is no volume; write it as source:target or source:target:ro.", shown);
      return NULL;
    }

  if (self->is_path)
    {
      resolved = resolve_links (self->source);
      decide (self, resolved, readable, writable);
    }

  return g_steal_pointer (&self);
}

SbServerMount *
sb_server_mount_copy (const SbServerMount *self)
{
  SbServerMount *copy = g_new0 (SbServerMount, 1);

  *copy = *self;
  copy->source = g_strdup (self->source);
  copy->target = g_strdup (self->target);
  copy->reason = g_strdup (self->reason);

  return copy;
}

void
sb_server_mount_free (SbServerMount *self)
{
  g_free (self->source);
  g_free (self->target);
  g_free (self->reason);
  g_free (self);
}

/**
 * sb_server_mount_to_bind:
 *
 * Returns: (transfer full) (nullable): as HostConfig.Binds takes it; NULL for a volume without a name
 */
char *
sb_server_mount_to_bind (const SbServerMount *self)
{
  if (self->source == NULL)
    return NULL;

  return g_strconcat (self->source, ":", self->target, self->read_only ? ":ro" : ":rw", NULL);
}
