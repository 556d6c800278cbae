/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"
#include "sb-docker-client.h"

G_BEGIN_DECLS

typedef enum
{
  SB_SERVER_BUILD_WAITING,
  SB_SERVER_BUILD_PACKING,   /* the folder */
  SB_SERVER_BUILD_BUILDING,  /* in the engine */
  SB_SERVER_BUILD_PINNING,   /* the digest is asked for */
  SB_SERVER_BUILD_DONE,
  SB_SERVER_BUILD_FAILED,
  SB_SERVER_BUILD_CANCELLED,
} SbServerBuildState;

#define SB_TYPE_SERVER_BUILD_STATE (sb_server_build_state_get_type ())
GType sb_server_build_state_get_type (void);

/* An own server, from its folder with a Dockerfile to an image that a catalog names by its digest. Run once.
 * Properties: state, fraction (0 to 1, negative: not known), status (a line for people). */
#define SB_TYPE_SERVER_BUILD (sb_server_build_get_type ())
G_DECLARE_FINAL_TYPE (SbServerBuild, sb_server_build, SB, SERVER_BUILD, GObject)

/* What a server of that folder would be called. */
char               *sb_server_build_suggest_name  (const char           *folder);
/* Letters, digits, "-", "_" and ".", as image names have them. */
gboolean            sb_server_build_check_name    (const char           *name,
                                                   GError              **error);

SbServerBuild      *sb_server_build_new           (SbDockerClient       *docker,
                                                   const char           *folder,
                                                   const char           *name);
/* Before it runs: what the Dockerfile runs may use the network. Only when the user said so. */
void                sb_server_build_allow_network (SbServerBuild        *self);
void                sb_server_build_run_async     (SbServerBuild        *self,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
gboolean            sb_server_build_run_finish    (SbServerBuild        *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);

SbServerBuildState  sb_server_build_get_state     (SbServerBuild        *self);
const char         *sb_server_build_get_name      (SbServerBuild        *self);
double              sb_server_build_get_fraction  (SbServerBuild        *self);
const char         *sb_server_build_get_status    (SbServerBuild        *self);
const char         *sb_server_build_get_log       (SbServerBuild        *self);
/* nullable: the image by its digest, once it is done */
const char         *sb_server_build_get_image     (SbServerBuild        *self);
/* The catalog with the server in it, pinned. (transfer full) */
char               *sb_server_build_edit          (SbServerBuild        *self,
                                                   SbCatalog            *catalog,
                                                   GError              **error);

G_END_DECLS
