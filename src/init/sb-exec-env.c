/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <stdio.h>
#include <string.h>

#define MAX_ENV 1024

static char *table[MAX_ENV + 1];
static unsigned int length;

static void
set (const char *entry)
{
  const char *equals = strchr (entry, '=');
  size_t key;

  if (equals == NULL || equals == entry)
    return;

  key = (size_t) (equals - entry) + 1;
  for (unsigned int i = 0; i < length; i++)
    if (strncmp (table[i], entry, key) == 0)
      {
        /* The first entry is the tag by which procs_kill_exec knows its own. */
        if (i > 0)
          table[i] = (char *) entry;
        return;
      }

  if (length < MAX_ENV)
    table[length++] = (char *) entry;
}

/* The environment of a command: ours, then what the sandbox was given, then what the request adds. Nothing is
 * inherited. Valid until the next call. */
char **
exec_env (const Exec        *exec,
          const char *const *extra,
          uint32_t           count)
{
  static char tag[32];
  static char home[SB_WIRE_MAX_PATH + 8];

  snprintf (tag, sizeof tag, "SANDBAR_EXEC=%u", (unsigned int) exec->id);
  snprintf (home, sizeof home, "HOME=%s", config.workspace);

  length = 0;
  set (tag);
  set ("PATH=/sbx/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  set (home);
  set ("USER=agent");
  set ("LOGNAME=agent");
  set ("SHELL=/bin/sh");
  set ("LANG=C.UTF-8");
  set ("TMPDIR=/tmp");
  set ("XDG_CACHE_HOME=/tmp/.cache");
  set ("npm_config_cache=/tmp/.npm");
  set ("npm_config_update_notifier=false");
  /* The registry that the owner may bring in; it answers no audits, and nobody asked for a package's own scripts. */
  set ("npm_config_registry=http://127.0.0.1:4873/");
  set ("npm_config_ignore_scripts=true");
  set ("npm_config_audit=false");
  set ("npm_config_fund=false");
  set (exec->terminal ? "TERM=xterm-256color" : "CI=1");
  for (int i = 0; i < config.env_count; i++)
    set (config.env[i]);
  for (uint32_t i = 0; i < count; i++)
    set (extra[i]);
  table[length] = NULL;

  return table;
}
