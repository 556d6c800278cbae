/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-settings.h"

#include <string.h>

#include "sb-engine-discovery.h"

SbEngineChoice *
sb_engine_choice_new (const char *name,
                      const char *address,
                      gboolean    is_on)
{
  SbEngineChoice *choice = g_new0 (SbEngineChoice, 1);

  choice->name = g_strstrip (g_strdup (name));
  choice->address = g_strstrip (g_strdup (address));
  choice->is_on = is_on;

  return choice;
}

void
sb_engine_choice_free (SbEngineChoice *choice)
{
  if (choice == NULL)
    return;

  g_free (choice->name);
  g_free (choice->address);
  g_free (choice);
}

/* (transfer full) (nullable): NULL: it names none */
static SbEngineChoice *
read_line (const char *line)
{
  gboolean is_on = *line != '#';
  const char *start = is_on ? line : line + 1;
  const char *equals = strchr (start, '=');
  g_autofree char *name = equals != NULL ? g_strndup (start, equals - start) : NULL;

  return equals != NULL ? sb_engine_choice_new (name, equals + 1, is_on) : NULL;
}

static gboolean
check (GPtrArray  *engines,
       guint       index,
       GError    **error)
{
  const SbEngineChoice *choice = g_ptr_array_index (engines, index);
  g_autofree char *line = g_strdup_printf ("%s=%s", choice->name, choice->address);

  /* What ends a name or a line in the setting. */
  if (strpbrk (line, "#,\n\r") != NULL || strchr (choice->name, '=') != NULL)
    {
      g_set_error_literal (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                           "Names and addresses of engines are without “#”, “=” and commas.");
      return FALSE;
    }
  for (guint i = 0; i < index; i++)
    {
      const SbEngineChoice *other = g_ptr_array_index (engines, i);

      if (!g_str_equal (other->name, choice->name))
        continue;
      g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                   "There is an engine “%s” already. Choose another name.", choice->name);
      return FALSE;
    }

  /* A certificate that is not there just now must not lock up the list. */
  return !choice->is_on || sb_engine_discovery_check (line, error);
}

GPtrArray *
sb_sandbox_settings_dup_engines (SbWorkspace *workspace)
{
  g_autofree char *setting = sb_store_get_setting (sb_workspace_get_store (workspace), SB_ENGINES_SETTING);
  g_auto(GStrv) lines = g_strsplit_set (setting != NULL ? setting : "", "\n,", -1);
  GPtrArray *engines = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_engine_choice_free);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      SbEngineChoice *choice = read_line (g_strstrip (lines[i]));

      if (choice != NULL)
        g_ptr_array_add (engines, choice);
    }

  return engines;
}

/**
 * sb_sandbox_settings_set_engines:
 * @engines: (element-type SbEngineChoice): empty: engines are found by themselves
 *
 * Sandboxes of an engine that goes live on. Engines that come are asked at once whether they can be used.
 */
gboolean
sb_sandbox_settings_set_engines (SbWorkspace  *workspace,
                                 GPtrArray    *engines,
                                 GError      **error)
{
  SbSandboxManager *manager = sb_workspace_get_sandboxes (workspace);
  g_autoptr(GString) setting = g_string_new (NULL);

  for (guint i = 0; i < engines->len; i++)
    {
      const SbEngineChoice *choice = g_ptr_array_index (engines, i);

      if (!check (engines, i, error))
        return FALSE;
      g_string_append_printf (setting, "%s%s=%s\n", choice->is_on ? "" : "#", choice->name, choice->address);
    }

  sb_store_set_setting (sb_workspace_get_store (workspace), SB_ENGINES_SETTING, setting->str);
  sb_engine_discovery_update (sb_sandbox_manager_get_engines (manager), setting->str, NULL);
  sb_sandbox_manager_probe_async (manager, NULL, NULL, NULL);

  return TRUE;
}

gboolean
sb_sandbox_settings_engines_are_given (void)
{
  const char *variable = g_getenv (SB_ENGINES_VARIABLE);

  return variable != NULL && *variable != '\0';
}

/* They are read back before they are used: what is accepted here is accepted at the next start. */
gboolean
sb_sandbox_settings_set_profiles (SbWorkspace  *workspace,
                                  GPtrArray    *profiles,
                                  GError      **error)
{
  g_autofree char *json = sb_sandbox_profiles_to_json (profiles);
  GPtrArray *parsed = sb_sandbox_profiles_parse (json, error);

  if (parsed == NULL)
    return FALSE;

  sb_store_set_setting (sb_workspace_get_store (workspace), SB_SANDBOX_PROFILES_SETTING, json);
  sb_sandbox_manager_set_profiles (sb_workspace_get_sandboxes (workspace), parsed);

  return TRUE;
}
