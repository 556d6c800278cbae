/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-process.h"

#include <string.h>

#include "sb-helper-path.h"
#include "sb-mcp-child-transport.h"
#include "sb-server-container.h"

/* What a program has for its own end after its input was closed, before all that it started is killed. */
#define GRACE "--grace=2500"

static GStrv
dup_environment (GPtrArray *env)
{
  g_autoptr(GPtrArray) entries = g_ptr_array_new ();

  for (guint i = 0; i < env->len; i++)
    {
      SbLaunchPair *pair = g_ptr_array_index (env, i);

      g_ptr_array_add (entries, g_strdup_printf ("%s=%s", pair->name, pair->value));
    }
  g_ptr_array_add (entries, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&entries), FALSE);
}

/* Below a guard nothing that the program starts outlives it, or us. */
static GStrv
dup_guarded (const char         *program,
             const char * const *arguments)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *helper = sb_helper_path_find ();

  if (helper != NULL)
    {
      g_strv_builder_add (builder, helper);
      g_strv_builder_add (builder, "--guard");
      g_strv_builder_add (builder, GRACE);
    }
  g_strv_builder_add (builder, program);
  g_strv_builder_addv (builder, (const char **) arguments + 1);

  return g_strv_builder_end (builder);
}

/* Below the folder that it is to run in, when it is a path. */
static char *
find_program (const SbServerLaunch *launch)
{
  const char *name = launch->arguments[0];
  g_autofree char *path = NULL;

  if (launch->directory == NULL || g_path_is_absolute (name) || strchr (name, '/') == NULL)
    return g_find_program_in_path (name);

  path = g_build_filename (launch->directory, name, NULL);

  return g_find_program_in_path (path);
}

static SbMcpTransport *
start_program (const SbServerLaunch  *launch,
               GError               **error)
{
  g_auto(GStrv) env = dup_environment (launch->env);
  g_auto(GStrv) argv = NULL;
  g_autofree char *program = find_program (launch);
  SbMcpTransport *transport;

  if (program == NULL)
    {
      g_set_error (error, SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_SETUP, "there is no program “%s” on this machine.",
                   launch->arguments[0]);
      return NULL;
    }

  argv = dup_guarded (program, (const char * const *) launch->arguments);
  transport = sb_mcp_child_transport_new ((const char * const *) argv, (const char * const *) env, launch->directory,
                                          error);
  if (transport != NULL)
    sb_mcp_child_transport_set_name (transport, launch->arguments[0]);

  return transport;
}

static void
stderr_cb (const guint8 *data,
           gsize         length,
           gpointer      user_data)
{
  sb_server_log_feed (SB_SERVER_LOG (user_data), data, length);
}

SbMcpTransport *
sb_server_process_new (const SbServerLaunch  *launch,
                       SbServerLog           *log,
                       GError               **error)
{
  g_autoptr(GError) cause = NULL;
  SbMcpTransport *transport = start_program (launch, &cause);

  if (transport == NULL)
    {
      g_set_error (error, SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_SETUP,
                   "The program of the server %s could not be started: %s", launch->name, cause->message);
      return NULL;
    }

  g_object_set_data_full (G_OBJECT (transport), "sandbar-server-log", g_object_ref (log), g_object_unref);
  sb_mcp_child_transport_set_stderr_func (transport, stderr_cb, log);

  return transport;
}
