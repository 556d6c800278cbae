/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-run.h"

#include "sb-text.h"

#include <string.h>

typedef struct
{
  const char * const  *next;
  SbYamlNode          *entry;   /* owned until it is returned */
  SbYamlNode          *volumes; /* of the entry; NULL before the first */
  SbYamlNode          *hosts;
  SbYamlNode          *limits;
  SbDockerRunEnvFunc   env;
  SbDockerRunNoteFunc  note;
  gpointer             user_data;
} Run;

/* Options without a value. The others have one, behind "=" or as the next argument. */
static const char * const switches[] = {
  "--rm", "--init", "--interactive", "--tty", "--detach", "--privileged", "--read-only", "--publish-all",
  "--oom-kill-disable", "--no-healthcheck", "--quiet", "--sig-proxy", "--disable-content-trust", NULL
};
static const char short_switches[] = "itdPq";

/* Of no meaning for how a gateway runs a server. */
static const char * const meaningless[] = {
  "--rm", "--init", "--interactive", "--tty", "--quiet", "--sig-proxy", "--name", "--pull", "--label", "--restart",
  "--attach", "--hostname", "--platform", "--security-opt", "--cap-drop", "--disable-content-trust", NULL
};

static const char *
long_name (char letter)
{
  switch (letter)
    {
    case 'e': return "--env";
    case 'v': return "--volume";
    case 'u': return "--user";
    case 'm': return "--memory";
    case 'i': return "--interactive";
    case 't': return "--tty";
    case 'q': return "--quiet";
    case 'd': return "--detach";
    case 'l': return "--label";
    case 'a': return "--attach";
    case 'h': return "--hostname";
    case 'w': return "--workdir";
    case 'p': return "--publish";
    default: return "an option";
    }
}

static void
add_to_list (Run         *run,
             SbYamlNode **list,
             const char  *key,
             const char  *value)
{
  if (*list == NULL)
    *list = sb_yaml_node_add (run->entry, key, sb_yaml_node_new_sequence ());
  sb_yaml_node_append (*list, sb_yaml_node_new_text (value));
}

static void
add_limit (Run        *run,
           const char *key,
           SbYamlNode *value)
{
  if (run->limits == NULL)
    {
      SbYamlNode *own = sb_yaml_node_add (run->entry, "x-sandbar", sb_yaml_node_new_mapping ());

      run->limits = sb_yaml_node_add (own, "limits", sb_yaml_node_new_mapping ());
    }
  sb_yaml_node_add (run->limits, key, value);
}

/* type=bind,src=/a,dst=/b,readonly */
static void
add_mount (Run        *run,
           const char *text)
{
  g_auto(GStrv) fields = g_strsplit (text, ",", -1);
  const char *source = NULL, *target = NULL, *mode = ":rw";
  g_autofree char *volume = NULL;

  for (guint i = 0; fields[i] != NULL; i++)
    {
      char *value = strchr (fields[i], '=');

      if (value != NULL)
        *value++ = '\0';
      if (strcmp (fields[i], "src") == 0 || strcmp (fields[i], "source") == 0)
        source = value;
      else if (strcmp (fields[i], "dst") == 0 || strcmp (fields[i], "target") == 0 ||
               strcmp (fields[i], "destination") == 0)
        target = value;
      else if (strcmp (fields[i], "readonly") == 0 || strcmp (fields[i], "ro") == 0)
        mode = ":ro";
    }
  if (source == NULL || target == NULL)
    return;

  volume = g_strconcat (source, ":", target, mode, NULL);
  add_to_list (run, &run->volumes, "volumes", volume);
}

static void
add_variable (Run        *run,
              const char *text)
{
  g_auto(GStrv) parts = g_strsplit (text, "=", 2);

  if (parts[0] != NULL)
    run->env (parts[0], parts[1], run->user_data);
}

static void
add_network (Run        *run,
             const char *network)
{
  g_autofree char *shown = NULL;
  g_autofree char *note = NULL;

  if (strcmp (network, "none") == 0)
    {
      sb_yaml_node_add (run->entry, "disableNetwork", sb_yaml_node_new_word ("true"));
      return;
    }
  shown = sb_text_short (network, 60);
  note = g_strdup_printf ("The network “%s” was left out: servers get one of their own.", shown);
  run->note (note, run->user_data);
}

static gboolean
is_number (const char *text)
{
  char *end = NULL;

  return g_ascii_isdigit (text[0]) && g_ascii_strtod (text, &end) > 0 && *end == '\0';
}

static void
take_option (Run        *run,
             const char *name,
             const char *value)
{
  g_autofree char *note = NULL;

  if (strcmp (name, "--env") == 0)
    add_variable (run, value);
  else if (strcmp (name, "--volume") == 0)
    add_to_list (run, &run->volumes, "volumes", value);
  else if (strcmp (name, "--mount") == 0)
    add_mount (run, value);
  else if (strcmp (name, "--add-host") == 0)
    add_to_list (run, &run->hosts, "extraHosts", value);
  else if (strcmp (name, "--user") == 0 && sb_yaml_node_get (run->entry, "user") == NULL)
    sb_yaml_node_add (run->entry, "user", sb_yaml_node_new_text (value));
  else if (strcmp (name, "--network") == 0 || strcmp (name, "--net") == 0)
    add_network (run, value);
  else if (strcmp (name, "--memory") == 0)
    add_limit (run, "memory", sb_yaml_node_new_text (value));
  else if (strcmp (name, "--cpus") == 0 && is_number (value))
    add_limit (run, "cpus", sb_yaml_node_new_word (value));
  else if (strcmp (name, "--pids-limit") == 0 && is_number (value))
    add_limit (run, "pids", sb_yaml_node_new_word (value));
  else if (!g_strv_contains (meaningless, name))
    note = g_strdup_printf ("The option %.60s of docker run was left out: a catalog has nothing like it.", name);

  if (note != NULL)
    run->note (note, run->user_data);
}

/* "--name=value", "--name value" or a switch. FALSE when the value is missing. */
static gboolean
take_long (Run        *run,
           const char *argument)
{
  const char *equals = strchr (argument, '=');
  g_autofree char *name = equals != NULL ? g_strndup (argument, equals - argument) : g_strdup (argument);
  const char *value = equals != NULL ? equals + 1 : "";

  if (equals == NULL && !g_strv_contains (switches, name))
    {
      if (*run->next == NULL)
        return FALSE;
      value = *run->next++;
    }
  take_option (run, name, value);

  return TRUE;
}

/* "-it", "-e NAME", "-eNAME", "-ie NAME" */
static gboolean
take_short (Run        *run,
            const char *argument)
{
  const char *letter = argument + 1;

  for (; *letter != '\0' && strchr (short_switches, *letter) != NULL; letter++)
    take_option (run, long_name (*letter), "");
  if (*letter == '\0')
    return TRUE;
  if (letter[1] == '\0' && *run->next == NULL)
    return FALSE;
  take_option (run, long_name (*letter), letter[1] != '\0' ? letter + 1 : *run->next++);

  return TRUE;
}

/**
 * sb_docker_run_is:
 *
 * Whether a command line starts a container, so that it can be an image server instead of a local command.
 */
gboolean
sb_docker_run_is (const char         *command,
                  const char * const *arguments)
{
  g_autofree char *name = g_path_get_basename (command);

  if (strcmp (name, "docker") != 0 && strcmp (name, "podman") != 0 && strcmp (name, "docker.exe") != 0)
    return FALSE;

  return arguments[0] != NULL && strcmp (arguments[0], "run") == 0;
}

/**
 * sb_docker_run_parse:
 * @arguments: from "run" on
 *
 * Reads the command line of docker run as far as a catalog has words for it. Pure.
 *
 * Returns: (transfer full) (nullable): an entry without variables, which went to @env; NULL when there is no image
 */
SbYamlNode *
sb_docker_run_parse (const char * const  *arguments,
                     SbDockerRunEnvFunc   env,
                     SbDockerRunNoteFunc  note,
                     gpointer             user_data)
{
  g_autoptr(SbYamlNode) entry = sb_yaml_node_new_mapping ();
  Run run = { arguments + 1, entry, NULL, NULL, NULL, env, note, user_data };

  while (*run.next != NULL && (*run.next)[0] == '-' && strcmp (*run.next, "--") != 0)
    {
      const char *argument = *run.next++;

      if (g_str_has_prefix (argument, "--") ? !take_long (&run, argument) : !take_short (&run, argument))
        return NULL;
    }
  if (*run.next != NULL && strcmp (*run.next, "--") == 0)
    run.next++;
  if (*run.next == NULL || (*run.next)[0] == '\0')
    return NULL;

  sb_yaml_node_add (entry, "image", sb_yaml_node_new_text (*run.next++));
  sb_yaml_node_add (entry, "longLived", sb_yaml_node_new_word ("true"));
  if (*run.next != NULL)
    sb_yaml_node_add (entry, "command", sb_yaml_node_new_texts (run.next));

  return g_steal_pointer (&entry);
}
