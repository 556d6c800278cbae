/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-packages.h"

#include "sb-npm-path.h"

#include <stdlib.h>

#define SETTING_ALLOWED "packages/allowed"
#define SETTING_MIN_AGE "packages/min-age"
#define SETTING_OFFLINE "packages/offline"
#define MAX_MIN_AGE 365

static gboolean
is_entry (const char *text)
{
  g_autofree char *name = g_str_has_suffix (text, "/*") ? g_strndup (text, strlen (text) - 1) : NULL;
  g_autofree char *example = name != NULL ? g_strconcat (name, "x", NULL) : g_strdup (text);

  return sb_npm_name_is_valid (example) && (name == NULL || text[0] == '@');
}

/* What is no name stays out, whoever wrote it. */
static GStrv
parse_names (const char *text)
{
  g_auto(GStrv) words = g_strsplit_set (text, " ,\t\r\n", -1);
  g_autoptr(GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    if (is_entry (words[i]))
      g_ptr_array_add (names, g_strdup (words[i]));
  g_ptr_array_add (names, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static void
apply (SbNpmProxy              *proxy,
       const SbPackageSettings *settings)
{
  SbNpmSource *source = sb_npm_proxy_get_source (proxy);

  sb_npm_proxy_set_allowed (proxy, (const char * const *) settings->allowed);
  sb_npm_source_set_min_age (source, settings->min_age);
  sb_npm_source_set_offline (source, settings->offline);
}

void
sb_package_settings_clear (SbPackageSettings *self)
{
  g_clear_pointer (&self->allowed, g_strfreev);
}

/**
 * sb_packages_new_proxy:
 *
 * Returns: (transfer full): asks before it fetches what is not on the list
 */
SbNpmProxy *
sb_packages_new_proxy (SbStore     *store,
                       SbApprovals *approvals)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "sandbar", "packages", NULL);
  g_autoptr(SbNpmCache) cache = sb_npm_cache_new (path);
  g_autoptr(SbNpmSource) source = sb_npm_source_new (sb_npm_config_new_for_user (), cache, SB_NPM_PROXY_URL);
  SbNpmProxy *proxy = sb_npm_proxy_new (source, approvals);
  g_auto(SbPackageSettings) settings = { NULL };

  sb_packages_load_settings (store, &settings);
  apply (proxy, &settings);

  return proxy;
}

/**
 * sb_packages_load_settings:
 * @settings: (out caller-allocates)
 */
void
sb_packages_load_settings (SbStore           *store,
                           SbPackageSettings *settings)
{
  g_autofree char *allowed = sb_store_get_setting (store, SETTING_ALLOWED);
  g_autofree char *min_age = sb_store_get_setting (store, SETTING_MIN_AGE);
  g_autofree char *offline = sb_store_get_setting (store, SETTING_OFFLINE);

  settings->allowed = parse_names (allowed != NULL ? allowed : "");
  settings->min_age = min_age != NULL ? CLAMP (atoi (min_age), 0, MAX_MIN_AGE) : SB_PACKAGES_DEFAULT_MIN_AGE;
  settings->offline = g_strcmp0 (offline, "1") == 0;
}

/**
 * sb_packages_save_settings:
 *
 * Stores them, and uses them from the next request on.
 */
void
sb_packages_save_settings (SbStore                 *store,
                           SbNpmProxy              *proxy,
                           const SbPackageSettings *settings)
{
  g_autofree char *typed = g_strjoinv ("\n", settings->allowed);
  g_auto(GStrv) names = parse_names (typed);
  g_autofree char *allowed = g_strjoinv ("\n", names);
  g_autofree char *min_age = g_strdup_printf ("%u", MIN (settings->min_age, MAX_MIN_AGE));
  const SbPackageSettings clean = { names, MIN (settings->min_age, MAX_MIN_AGE), settings->offline };

  sb_store_set_setting (store, SETTING_ALLOWED, allowed);
  sb_store_set_setting (store, SETTING_MIN_AGE, min_age);
  sb_store_set_setting (store, SETTING_OFFLINE, settings->offline ? "1" : "0");
  apply (proxy, &clean);
}
