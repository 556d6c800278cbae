/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* gVisor's runtime, as engines name it. */
#define SB_DOCKER_GVISOR "runsc"

/* What an engine says of itself, in so far as a sandbox depends on it. */
typedef struct
{
  char     *label;   /* "Docker Engine 20.10.24" */
  char     *runtime; /* "runc" */
  char     *arch;    /* as Go names it: "amd64" */
  char     *version; /* "20.10.24" */
  char    **runtimes; /* that it could use */
  char    **warnings; /* sentences: what it cannot guarantee */
  guint64   memory_bytes; /* of its machine */
  double    cpus;
  gboolean  limits_memory;
  gboolean  limits_swap;
  gboolean  limits_cpu;
  gboolean  limits_pids;
  gboolean  is_rootless;
  gboolean  is_podman;
  gboolean  has_gvisor; /* a sandbox can run under runsc */
} SbDockerEngine;

SbDockerEngine *sb_docker_engine_new  (JsonObject      *version,
                                       JsonObject      *info,
                                       GError         **error);
void            sb_docker_engine_free (SbDockerEngine  *engine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDockerEngine, sb_docker_engine_free)

G_END_DECLS
