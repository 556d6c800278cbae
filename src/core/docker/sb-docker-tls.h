/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Mutual TLS to one engine: whom we trust, who we are, and what was wrong the last time. */
typedef struct _SbDockerTls SbDockerTls;

SbDockerTls *sb_docker_tls_load            (const char     *directory,
                                            gboolean        is_verified,
                                            GError        **error);
void         sb_docker_tls_free            (SbDockerTls    *self);
/* Both take the TLS settings on; self must outlive them. */
void         sb_docker_tls_prepare_session (SbDockerTls    *self,
                                            SoupSession    *session);
void         sb_docker_tls_prepare_message (SbDockerTls    *self,
                                            SoupMessage    *message);
void         sb_docker_tls_prepare_client  (SbDockerTls    *self,
                                            GSocketClient  *client);
/* (transfer full) (nullable): NULL when it has nothing to do with TLS */
GError      *sb_docker_tls_explain         (SbDockerTls    *self,
                                            const char     *host,
                                            const GError   *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDockerTls, sb_docker_tls_free)

G_END_DECLS
