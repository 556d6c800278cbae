/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"

G_BEGIN_DECLS

/* What there is when nobody says otherwise. */
#define SB_COMPOSE_MODEL "ai/qwen3:latest"
#define SB_COMPOSE_CONTEXT_SIZE 16384
#define SB_COMPOSE_PORT 8811

/* What a docker-compose.yml is made from; all borrowed during the call. */
typedef struct
{
  const char         *gateway_image;
  const char         *catalog_file;  /* on the host, relative to the docker-compose.yml */
  const char * const *servers;       /* the enabled ones */
  const char         *model;         /* nullable: of Docker Model Runner */
  guint               context_size;  /* tokens; 0 for the model's own */
  guint               port;          /* on the loopback address */
} SbComposeInput;

char *sb_compose_export     (const SbComposeInput *input);
char *sb_compose_export_env (const SbComposeInput *input,
                             SbCatalog            *catalog,
                             GHashTable           *secrets,
                             const char           *token);

G_END_DECLS
