/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"
#include "sb-catalog-state.h"

G_BEGIN_DECLS

#define SB_OFFICIAL_IMAGE "docker/mcp-gateway:latest"

typedef enum
{
  SB_OFFICIAL_STDIO, /* over its standard input and output: no port, no token */
  SB_OFFICIAL_SSE,
  SB_OFFICIAL_STREAMING,
} SbOfficialTransport;

/* How the user wants Docker's gateway to run. Borrowed for the call; all nullable but transport. */
typedef struct
{
  SbOfficialTransport  transport;
  const char          *image;         /* NULL: SB_OFFICIAL_IMAGE */
  const char          *sandbox_url;   /* of our own sandbox server, as a container reaches it */
  const char          *sandbox_token;
} SbOfficialOptions;

/* What is going to run: the catalogs as that gateway can read them, and the servers that are switched on. */
typedef struct
{
  /* owned */
  char      *image;
  char      *sandbox_token; /* nullable */
  GPtrArray *catalogs;      /* of char*: rewritten texts */
  GPtrArray *servers;       /* of char* */
  GPtrArray *secrets;       /* of char*: names that the servers want */
  GStrv      changes;       /* what is not as in the user's catalogs, and why: sentences */

  SbOfficialTransport transport;
} SbOfficialPlan;

SbOfficialPlan *sb_official_plan_new         (const SbOfficialOptions  *options,
                                              GPtrArray                *catalogs,
                                              SbCatalogState           *state,
                                              GError                  **error);
SbOfficialPlan *sb_official_plan_ref         (SbOfficialPlan           *self);
void            sb_official_plan_unref       (SbOfficialPlan           *self);
gboolean        sb_official_plan_equal       (SbOfficialPlan           *self,
                                              SbOfficialPlan           *other);
/* The body of POST /containers/create; token: for HTTP. */
JsonObject     *sb_official_plan_new_request (SbOfficialPlan           *self,
                                              const char               *network,
                                              const char               *engine,
                                              const char               *token);
/* For PUT /containers/{id}/archive?path=/; values: name → secret. */
GBytes         *sb_official_plan_new_upload  (SbOfficialPlan           *self,
                                              GHashTable               *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOfficialPlan, sb_official_plan_unref)

G_END_DECLS
