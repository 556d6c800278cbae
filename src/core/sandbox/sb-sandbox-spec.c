/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-spec.h"

#define DEFAULT_MEMORY (G_GUINT64_CONSTANT (1024) * 1024 * 1024)
#define DEFAULT_DISK (G_GUINT64_CONSTANT (512) * 1024 * 1024)
/* A test runner with its workers needs about two hundred. */
#define DEFAULT_PIDS 512
#define DEFAULT_CPUS 2.0

/* Returns: (transfer full): the limits of a sandbox of which nothing special is asked; without an end of
 * its own */
SbSandboxSpec *
sb_sandbox_spec_new_default (void)
{
  SbSandboxSpec *spec = g_new0 (SbSandboxSpec, 1);

  spec->memory_bytes = DEFAULT_MEMORY;
  spec->disk_bytes = DEFAULT_DISK;
  spec->pids = DEFAULT_PIDS;
  spec->cpus = DEFAULT_CPUS;

  return spec;
}

/* spec: (nullable): the defaults. A limit of 0 is replaced by its default: no sandbox is without limits. */
SbSandboxSpec *
sb_sandbox_spec_copy (const SbSandboxSpec *spec)
{
  SbSandboxSpec *copy = sb_sandbox_spec_new_default ();

  if (spec == NULL)
    return copy;

  copy->id = g_strdup (spec->id);
  copy->image = g_strdup (spec->image);
  copy->engine = g_strdup (spec->engine);
  copy->env = (const char * const *) g_strdupv ((char **) spec->env);
  copy->hosts = (const char * const *) g_strdupv ((char **) spec->hosts);
  copy->ttl_seconds = spec->ttl_seconds;
  copy->idle_seconds = spec->idle_seconds;
  copy->allows_weak = spec->allows_weak;
  if (spec->memory_bytes > 0)
    copy->memory_bytes = spec->memory_bytes;
  if (spec->disk_bytes > 0)
    copy->disk_bytes = spec->disk_bytes;
  if (spec->pids > 0)
    copy->pids = spec->pids;
  if (spec->cpus > 0)
    copy->cpus = spec->cpus;

  return copy;
}

void
sb_sandbox_spec_free (SbSandboxSpec *spec)
{
  g_free (spec->id);
  g_free (spec->image);
  g_free (spec->engine);
  g_strfreev ((char **) spec->env);
  g_strfreev ((char **) spec->hosts);
  g_free (spec);
}

/* TRUE when what was started for the one will do for the other; an environment can still be given to it. */
gboolean
sb_sandbox_spec_fits (const SbSandboxSpec *spec,
                      const SbSandboxSpec *other)
{
  return g_strcmp0 (spec->image, other->image) == 0 && g_strcmp0 (spec->engine, other->engine) == 0
         && spec->allows_weak == other->allows_weak && spec->ttl_seconds == other->ttl_seconds
         && spec->memory_bytes == other->memory_bytes && spec->disk_bytes == other->disk_bytes
         && spec->pids == other->pids && spec->cpus == other->cpus && spec->hosts == NULL && other->hosts == NULL;
}
