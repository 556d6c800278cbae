/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-orphans.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  int  pid;
  int  parent;
  char state;
} Process;

void
sb_orphans_adopt (void)
{
  g_assert_cmpint (prctl (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), ==, 0);
}

/* The name of the program may hold anything; what follows its last parenthesis does not. */
static gboolean
read_process (const char *name,
              Process    *process)
{
  g_autofree char *path = g_build_filename ("/proc", name, "stat", NULL);
  g_autofree char *stat = NULL;
  const char *rest = NULL;

  if (!g_ascii_isdigit (name[0]) || !g_file_get_contents (path, &stat, NULL, NULL))
    return FALSE;

  process->pid = atoi (name);
  rest = strrchr (stat, ')');

  return rest != NULL && sscanf (rest, ") %c %d", &process->state, &process->parent) == 2;
}

static GArray *
list_processes (void)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Process));
  g_autoptr(GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (proc)) != NULL)
    {
      Process process = { 0 };

      if (read_process (name, &process))
        g_array_append_val (all, process);
    }

  return all;
}

/* Adds what is below the parent, and below that. */
static void
collect (GArray *all,
         int     parent,
         GArray *found)
{
  for (guint i = 0; i < all->len; i++)
    {
      const Process *process = &g_array_index (all, Process, i);

      if (process->parent != parent)
        continue;
      if (process->state == 'Z' && parent == getpid ())
        waitpid (process->pid, NULL, WNOHANG);
      else if (process->state != 'Z')
        g_array_append_val (found, process->pid);
      collect (all, process->pid, found);
    }
}

static GArray *
list_orphans (void)
{
  g_autoptr(GArray) all = list_processes ();
  GArray *found = g_array_new (FALSE, FALSE, sizeof (int));

  collect (all, getpid (), found);

  return found;
}

guint
sb_orphans_count (void)
{
  g_autoptr(GArray) found = list_orphans ();

  return found->len;
}

void
sb_orphans_signal (int signal_number)
{
  g_autoptr(GArray) found = list_orphans ();

  for (guint i = 0; i < found->len; i++)
    kill (g_array_index (found, int, i), signal_number);
}

char *
sb_orphans_describe (void)
{
  g_autoptr(GArray) found = list_orphans ();
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("/proc/%d/cmdline", g_array_index (found, int, i));
      g_autofree char *line = NULL;

      if (g_file_get_contents (path, &line, NULL, NULL))
        g_string_append_printf (text, "%d %s\n", g_array_index (found, int, i), line);
    }

  return g_string_free (text, FALSE);
}
