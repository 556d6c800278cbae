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
  copy->env = (const char * const *) g_strdupv ((char **) spec->env);
  copy->ttl_seconds = spec->ttl_seconds;
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
  g_strfreev ((char **) spec->env);
  g_free (spec);
}

/* TRUE when a sandbox that was started with the defaults will do; an environment can still be given to it. */
gboolean
sb_sandbox_spec_fits_spare (const SbSandboxSpec *spec)
{
  return spec->image == NULL && spec->ttl_seconds == 0 && spec->memory_bytes == DEFAULT_MEMORY
         && spec->disk_bytes == DEFAULT_DISK && spec->pids == DEFAULT_PIDS && spec->cpus == DEFAULT_CPUS;
}
