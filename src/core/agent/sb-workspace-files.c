/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-workspace-private.h"

#include "sb-agent-resources.h"

#include <errno.h>
#include <glib/gstdio.h>

#define AGENTS_RESOURCE "/io/github/sandbar/Sandbar/agents.yaml"

/* What the workspace reads from the disk before it connects to anything. */

static char *
make_data_dir (const char  *wanted,
               GError     **error)
{
  g_autofree char *dir = wanted != NULL ? g_strdup (wanted)
                                        : g_build_filename (g_get_user_data_dir (), "sandbar", NULL);

  if (g_mkdir_with_parents (dir, 0700) == 0)
    return g_steal_pointer (&dir);

  g_set_error (error, SB_STORE_ERROR, SB_STORE_ERROR_OPEN,
               "The folder %s cannot be made (%s). Check the permissions of the one above.", dir,
               g_strerror (errno));

  return NULL;
}

static SbStore *
open_file (SbWorkspace  *self,
           const char   *data_dir,
           GError      **error)
{
  g_autofree char *dir = make_data_dir (data_dir, error);
  g_autofree char *path = dir != NULL ? g_build_filename (dir, "history.db", NULL) : NULL;

  return path != NULL ? sb_store_new (path, self->redactor, error) : NULL;
}

static SbAgentCatalog *
load_shipped_agents (GError **error)
{
  g_autoptr(GBytes) data = g_resource_lookup_data (sb_agent_get_resource (), AGENTS_RESOURCE,
                                                   G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (data == NULL)
    return NULL;

  return sb_agent_catalog_new_from_data (g_bytes_get_data (data, NULL), g_bytes_get_size (data), error);
}

void
sb_workspace_add_problem (SbWorkspace *self,
                          const char  *title,
                          const char  *hint)
{
  const char *pair[] = { title, hint, NULL };

  g_ptr_array_add (self->problems, g_strdupv ((char **) pair));
}

/* A history that cannot be opened keeps nobody from working: this session is then not kept, as is said. */
gboolean
sb_workspace_open_store (SbWorkspace               *self,
                         const SbWorkspaceOptions  *options,
                         GError                   **error)
{
  g_autoptr(GError) local = NULL;

  if (!options->ephemeral)
    self->store = open_file (self, options->data_dir, &local);
  if (local != NULL)
    {
      g_autofree char *hint = g_strconcat (local->message, " What is said now is lost when Sandbar ends.", NULL);

      sb_workspace_add_problem (self, "The history is not kept", hint);
    }
  if (self->store == NULL)
    self->store = sb_store_new (":memory:", self->redactor, error);

  return self->store != NULL;
}

/* A mistake in the user's own agents.yaml is told, and the agents that ship stand in; a file that was asked for by
 * name has to be right. */
gboolean
sb_workspace_load_agents (SbWorkspace  *self,
                          const char   *wanted,
                          GError      **error)
{
  g_autofree char *own = g_build_filename (g_get_user_config_dir (), "sandbar", "agents.yaml", NULL);
  g_autoptr(GError) local = NULL;

  if (wanted != NULL)
    {
      self->agents = sb_agent_catalog_new_from_file (wanted, error);
      return self->agents != NULL;
    }

  if (g_file_test (own, G_FILE_TEST_EXISTS))
    self->agents = sb_agent_catalog_new_from_file (own, &local);
  if (local != NULL)
    {
      g_autofree char *hint = g_strconcat (local->message, ". The agents that come with Sandbar are used.", NULL);

      sb_workspace_add_problem (self, "Your agents are not used", hint);
    }
  if (self->agents == NULL)
    self->agents = load_shipped_agents (error);

  return self->agents != NULL;
}

/* Profiles that are wrong are not used at all: a limit that was meant must not be missing. */
void
sb_workspace_load_profiles (SbWorkspace *self)
{
  g_autofree char *json = sb_store_get_setting (self->store, SB_SANDBOX_PROFILES_SETTING);
  g_autoptr(GError) error = NULL;
  GPtrArray *profiles = sb_sandbox_profiles_parse (json, &error);

  if (profiles != NULL)
    sb_sandbox_manager_set_profiles (self->sandboxes, profiles);
  else
    sb_workspace_add_problem (self, "Your sandbox profiles are not used", error->message);
}
