/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SB_OFFICIAL_STARTING,
  SB_OFFICIAL_PULLING,
  SB_OFFICIAL_VERIFYING,
  SB_OFFICIAL_LISTING,
  SB_OFFICIAL_READY,
} SbOfficialStage;

/* How far a gateway in a container is, read from what it prints; it tells nobody otherwise. Does no I/O. */
typedef struct _SbOfficialLog SbOfficialLog;

SbOfficialLog  *sb_official_log_new          (void);
void            sb_official_log_free         (SbOfficialLog *self);
/* TRUE: something changed. Hostile bytes, in any pieces. */
gboolean        sb_official_log_feed         (SbOfficialLog *self,
                                              const guint8  *data,
                                              gsize          length);
SbOfficialStage sb_official_log_get_stage    (SbOfficialLog *self);
guint           sb_official_log_get_n_servers (SbOfficialLog *self);
guint           sb_official_log_get_n_ready  (SbOfficialLog *self);
/* A few words for people. (transfer full) */
char           *sb_official_log_describe     (SbOfficialLog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOfficialLog, sb_official_log_free)

G_END_DECLS
