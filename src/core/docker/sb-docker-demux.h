/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

#include "sb-duplex.h"

G_BEGIN_DECLS

typedef void (*SbDockerStderrFunc) (const guint8 *data,
                                    gsize         length,
                                    gpointer      user_data);

/* Takes apart the stream of an attached container without a terminal, sans I/O: 8 bytes of header (stream, 0, 0,
 * 0, length in network order), then the bytes. Standard output is passed on; the end of standard error is kept
 * for error messages. */
typedef struct _SbDockerDemux SbDockerDemux;

extern const SbDuplexDecoder sb_docker_demux_decoder;

SbDockerDemux *sb_docker_demux_new        (void);
void           sb_docker_demux_set_stderr_func (SbDockerDemux      *self,
                                                SbDockerStderrFunc  func,
                                                gpointer            user_data);
void           sb_docker_demux_free       (SbDockerDemux  *self);
gboolean       sb_docker_demux_feed       (SbDockerDemux  *self,
                                           const guint8   *data,
                                           gsize           length,
                                           GByteArray     *out,
                                           GError        **error);
gboolean       sb_docker_demux_finish     (SbDockerDemux  *self,
                                           GError        **error);
char          *sb_docker_demux_dup_stderr (SbDockerDemux  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDockerDemux, sb_docker_demux_free)

G_END_DECLS
