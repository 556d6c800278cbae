/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-yaml-node.h"

G_BEGIN_DECLS

/* One variable of a command line; the value is NULL for "-e NAME". */
typedef void (*SbDockerRunEnvFunc) (const char *name,
                                    const char *value,
                                    gpointer    user_data);
/* A sentence about an option that has no counterpart. */
typedef void (*SbDockerRunNoteFunc) (const char *note,
                                     gpointer    user_data);

gboolean    sb_docker_run_is    (const char          *command,
                                 const char * const  *arguments);
SbYamlNode *sb_docker_run_parse (const char * const  *arguments,
                                 SbDockerRunEnvFunc   env,
                                 SbDockerRunNoteFunc  note,
                                 gpointer             user_data);

G_END_DECLS
