/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-profile.h"

#include <string.h>

#include "sb-json.h"
#include "sb-text.h"

#define MIB (G_GINT64_CONSTANT (1024) * 1024)
#define MAX_PROFILES 32
#define MAX_ENV 64
#define MAX_TEXT 512
#define MAX_SECONDS (7 * 24 * 60 * 60)

/* A number of a profile, with what is sensible. */
typedef struct
{
  const char *key;
  gint64      least; /* besides 0 or nothing: the default */
  gint64      most;
} Range;

static const Range memory_range = { "memoryMb", 64, 1024 * 1024 };
static const Range disk_range = { "diskMb", 16, 1024 * 1024 };
static const Range pids_range = { "pids", 16, 32768 };
static const Range ttl_range = { "ttlSeconds", 10, MAX_SECONDS };
static const Range idle_range = { "idleTtlSeconds", 10, MAX_SECONDS };

static const char * const known_keys[] = {
  "name", "image", "engine", "memoryMb", "diskMb", "pids", "cpus", "ttlSeconds", "idleTtlSeconds", "env", "shared",
  "allowWeak", "default", NULL,
};

static gboolean
fail (GError     **error,
      const char  *name,
      const char  *what)
{
  g_autofree char *shown = sb_text_short (name, 60);

  g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE, "The sandbox profile “%s” cannot be used: %s.",
               shown, what);

  return FALSE;
}

static gboolean
is_name (const char *name)
{
  return name != NULL && *name != '\0' && strlen (name) <= 40
         && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen (name);
}

/* Without blanks and control characters, and no option of anything. */
static gboolean
is_reference (const char *text)
{
  if (*text == '-' || strlen (text) > MAX_TEXT)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;

  return TRUE;
}

static gboolean
read_number (JsonObject   *object,
             const Range  *range,
             const char   *name,
             gint64       *value,
             GError      **error)
{
  g_autofree char *what = NULL;

  *value = sb_json_get_int (object, range->key, 0);
  if (*value == 0 && (!json_object_has_member (object, range->key) || sb_json_get_int (object, range->key, 1) == 0))
    return TRUE;
  if (*value >= range->least && *value <= range->most)
    return TRUE;

  what = g_strdup_printf ("%s must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, range->key, range->least,
                          range->most);

  return fail (error, name, what);
}

static gboolean
read_text (JsonObject  *object,
           const char  *key,
           const char  *name,
           char       **value,
           GError     **error)
{
  const char *text = sb_json_get_string (object, key);

  if (text == NULL && json_object_has_member (object, key))
    return fail (error, name, "image and engine are texts");
  if (text == NULL || *text == '\0')
    return TRUE;
  if (!is_reference (text))
    return fail (error, name, "its image or engine is no name of one");

  *value = g_strdup (text);

  return TRUE;
}

static gboolean
read_env (JsonObject     *object,
          const char     *name,
          SbSandboxSpec  *spec,
          GError        **error)
{
  JsonArray *array = sb_json_get_array (object, "env");
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  if (array == NULL)
    return !json_object_has_member (object, "env") || fail (error, name, "env is a list of NAME=value");
  if (json_array_get_length (array) > MAX_ENV)
    return fail (error, name, "its environment is too long");

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *entry = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";

      if (strchr (entry, '=') == NULL || *entry == '=' || strlen (entry) > 8 * MAX_TEXT)
        return fail (error, name, "env is a list of NAME=value");
      g_strv_builder_add (builder, entry);
    }
  spec->env = (const char * const *) g_strv_builder_end (builder);

  return TRUE;
}

static gboolean
check_keys (JsonObject  *object,
            const char  *name,
            GError     **error)
{
  g_autoptr(GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next)
    {
      g_autofree char *key = sb_text_short (l->data, 40);
      g_autofree char *what = NULL;

      if (g_strv_contains (known_keys, l->data))
        continue;
      what = g_strdup_printf ("there is no setting “%s”", key);
      return fail (error, name, what);
    }

  return TRUE;
}

static gboolean
read_limits (JsonObject        *object,
             SbSandboxProfile  *profile,
             GError           **error)
{
  SbSandboxSpec *spec = profile->spec;
  gint64 memory = 0, disk = 0, pids = 0, ttl = 0, idle = 0;
  double cpus = sb_json_get_double (object, "cpus", 0);

  if (!read_number (object, &memory_range, profile->name, &memory, error)
      || !read_number (object, &disk_range, profile->name, &disk, error)
      || !read_number (object, &pids_range, profile->name, &pids, error)
      || !read_number (object, &ttl_range, profile->name, &ttl, error)
      || !read_number (object, &idle_range, profile->name, &idle, error))
    return FALSE;
  if (cpus != 0 && !(cpus >= 0.05 && cpus <= 256))
    return fail (error, profile->name, "cpus must be from 0.05 to 256");

  if (memory > 0)
    spec->memory_bytes = (guint64) (memory * MIB);
  if (disk > 0)
    spec->disk_bytes = (guint64) (disk * MIB);
  if (pids > 0)
    spec->pids = (guint) pids;
  if (cpus > 0)
    spec->cpus = cpus;
  spec->ttl_seconds = (guint) ttl;
  profile->idle_ttl_seconds = (guint) idle;

  return TRUE;
}

static SbSandboxProfile *
read_profile (JsonObject  *object,
              GError     **error)
{
  g_autoptr(SbSandboxProfile) profile = sb_sandbox_profile_new_default ();
  const char *name = sb_json_get_string (object, "name");

  if (!is_name (name))
    {
      fail (error, name, "its name has up to 40 of the characters a-z 0-9 - _ and dot");
      return NULL;
    }

  g_free (profile->name);
  profile->name = g_strdup (name);
  profile->is_shared = sb_json_get_boolean (object, "shared", FALSE);
  profile->is_default = sb_json_get_boolean (object, "default", FALSE);
  profile->spec->allows_weak = sb_json_get_boolean (object, "allowWeak", FALSE);
  if (!check_keys (object, name, error) || !read_limits (object, profile, error)
      || !read_text (object, "image", name, &profile->spec->image, error)
      || !read_text (object, "engine", name, &profile->spec->engine, error)
      || !read_env (object, name, profile->spec, error))
    return NULL;

  return g_steal_pointer (&profile);
}

static JsonObject *
write_profile (const SbSandboxProfile *profile)
{
  JsonObject *object = json_object_new ();
  const SbSandboxSpec *spec = profile->spec;
  JsonArray *env = json_array_new ();

  for (guint i = 0; spec->env != NULL && spec->env[i] != NULL; i++)
    json_array_add_string_element (env, spec->env[i]);
  json_object_set_string_member (object, "name", profile->name);
  if (spec->image != NULL)
    json_object_set_string_member (object, "image", spec->image);
  if (spec->engine != NULL)
    json_object_set_string_member (object, "engine", spec->engine);
  json_object_set_int_member (object, "memoryMb", (gint64) spec->memory_bytes / MIB);
  json_object_set_int_member (object, "diskMb", (gint64) spec->disk_bytes / MIB);
  json_object_set_int_member (object, "pids", spec->pids);
  json_object_set_double_member (object, "cpus", spec->cpus);
  json_object_set_int_member (object, "ttlSeconds", spec->ttl_seconds);
  json_object_set_int_member (object, "idleTtlSeconds", profile->idle_ttl_seconds);
  json_object_set_array_member (object, "env", env);
  json_object_set_boolean_member (object, "shared", profile->is_shared);
  json_object_set_boolean_member (object, "allowWeak", spec->allows_weak);
  json_object_set_boolean_member (object, "default", profile->is_default);

  return object;
}

/* Later names win where commands are started, so the particular environment comes last. */
static const char * const *
join_env (const char * const *first,
          const char * const *second)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  if (first == NULL && second == NULL)
    return NULL;
  if (first != NULL)
    g_strv_builder_addv (builder, (const char **) first);
  if (second != NULL)
    g_strv_builder_addv (builder, (const char **) second);

  return (const char * const *) g_strv_builder_end (builder);
}

/* Returns: (transfer full): "node", with the backend's own image */
SbSandboxProfile *
sb_sandbox_profile_new_default (void)
{
  SbSandboxProfile *profile = g_new0 (SbSandboxProfile, 1);

  profile->name = g_strdup (SB_SANDBOX_PROFILE_DEFAULT);
  profile->spec = sb_sandbox_spec_new_default ();

  return profile;
}

void
sb_sandbox_profile_free (SbSandboxProfile *profile)
{
  if (profile == NULL)
    return;

  g_free (profile->name);
  sb_sandbox_spec_free (profile->spec);
  g_free (profile);
}

/**
 * sb_sandbox_profiles_parse:
 * @json: (nullable): [{"name", "image", "engine", "memoryMb", "diskMb", "pids", "cpus", "ttlSeconds",
 * "idleTtlSeconds", "env", "shared", "allowWeak"}]; what is left out has its default
 * @error: set to %SB_SANDBOX_ERROR_UNSAFE with the profile and what is wrong with it
 *
 * Does no I/O. A profile that is wrong makes the whole list wrong: a limit that was meant must not be missing.
 *
 * Returns: (transfer full) (nullable) (element-type SbSandboxProfile): the default one is always among them
 */
GPtrArray *
sb_sandbox_profiles_parse (const char  *json,
                           GError     **error)
{
  g_autoptr(GPtrArray) profiles = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_sandbox_profile_free);
  g_autoptr(JsonNode) node = NULL;
  JsonArray *array = NULL;

  if (json != NULL)
    node = sb_json_parse (json, strlen (json), NULL);
  if (json != NULL && (node == NULL || !JSON_NODE_HOLDS_ARRAY (node)))
    {
      fail (error, "*", "the profiles are not a list");
      return NULL;
    }
  array = node != NULL ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < MIN (json_array_get_length (array), MAX_PROFILES); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      SbSandboxProfile *profile = NULL;

      if (!JSON_NODE_HOLDS_OBJECT (element))
        {
          fail (error, NULL, "it is not an object");
          return NULL;
        }
      profile = read_profile (json_node_get_object (element), error);
      if (profile == NULL)
        return NULL;
      g_ptr_array_add (profiles, profile);
      if (sb_sandbox_profiles_find (profiles, profile->name) != profile)
        {
          fail (error, profile->name, "there are two of this name");
          return NULL;
        }
      if (profile->is_default && sb_sandbox_profiles_find (profiles, NULL) != profile)
        {
          fail (error, profile->name, "another one is the default already");
          return NULL;
        }
    }
  if (sb_sandbox_profiles_find (profiles, NULL) == NULL)
    g_ptr_array_insert (profiles, 0, sb_sandbox_profile_new_default ());

  return g_steal_pointer (&profiles);
}

char *
sb_sandbox_profiles_to_json (GPtrArray *profiles)
{
  g_autoptr(JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < profiles->len; i++)
    json_array_add_object_element (array, write_profile (g_ptr_array_index (profiles, i)));
  json_node_take_array (node, array);

  return json_to_string (node, FALSE);
}

static SbSandboxProfile *
find_default (GPtrArray *profiles)
{
  for (guint i = 0; i < profiles->len; i++)
    if (((SbSandboxProfile *) g_ptr_array_index (profiles, i))->is_default)
      return g_ptr_array_index (profiles, i);

  return NULL;
}

SbSandboxProfile *
sb_sandbox_profiles_find (GPtrArray  *profiles,
                          const char *name)
{
  SbSandboxProfile *chosen = name == NULL ? find_default (profiles) : NULL;

  if (chosen != NULL)
    return chosen;

  for (guint i = 0; i < profiles->len; i++)
    {
      SbSandboxProfile *profile = g_ptr_array_index (profiles, i);

      if (g_str_equal (profile->name, name != NULL ? name : SB_SANDBOX_PROFILE_DEFAULT))
        return profile;
    }

  return NULL;
}

SbSandboxProfile *
sb_sandbox_profile_copy (const SbSandboxProfile *profile,
                         const char             *name)
{
  SbSandboxProfile *copy = g_new0 (SbSandboxProfile, 1);

  copy->name = g_strdup (name);
  copy->spec = sb_sandbox_spec_copy (profile->spec);
  copy->idle_ttl_seconds = profile->idle_ttl_seconds;
  copy->is_shared = profile->is_shared;

  return copy;
}

/**
 * sb_sandbox_profile_merge:
 * @profile: the kind
 * @spec: (nullable): limits of 0 and texts of %NULL mean those of the profile
 *
 * Returns: (transfer full): complete
 */
SbSandboxSpec *
sb_sandbox_profile_merge (const SbSandboxProfile *profile,
                          const SbSandboxSpec    *spec)
{
  SbSandboxSpec merged = *profile->spec;
  SbSandboxSpec *copy = NULL;

  merged.idle_seconds = profile->idle_ttl_seconds;
  if (spec == NULL)
    return sb_sandbox_spec_copy (&merged);

  if (spec->image != NULL)
    merged.image = spec->image;
  if (spec->engine != NULL)
    merged.engine = spec->engine;
  if (spec->memory_bytes > 0)
    merged.memory_bytes = spec->memory_bytes;
  if (spec->disk_bytes > 0)
    merged.disk_bytes = spec->disk_bytes;
  if (spec->pids > 0)
    merged.pids = spec->pids;
  if (spec->cpus > 0)
    merged.cpus = spec->cpus;
  if (spec->ttl_seconds > 0)
    merged.ttl_seconds = spec->ttl_seconds;
  if (spec->idle_seconds > 0)
    merged.idle_seconds = spec->idle_seconds;
  merged.env = NULL;
  copy = sb_sandbox_spec_copy (&merged);
  copy->env = join_env (profile->spec->env, spec->env);

  return copy;
}
