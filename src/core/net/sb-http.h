/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define SB_NET_ERROR (sb_net_error_quark ())

typedef enum
{
  SB_NET_ERROR_PROTOCOL,  /* the far end does not speak what was expected */
  SB_NET_ERROR_TOO_LARGE, /* a limit of ours was reached */
  SB_NET_ERROR_CLOSED,    /* the far end went away */
} SbNetError;

GQuark       sb_net_error_quark           (void);

/* No time limit on reads, many connections a host, no compression: the comments in the .c say why. */
SoupSession *sb_http_session_new          (void);
SoupSession *sb_http_session_new_unix     (const char           *socket_path);
SoupSession *sb_http_session_new_to       (GSocketConnectable   *connectable);

const char  *sb_http_describe_certificate (GTlsCertificateFlags  flags);

G_END_DECLS
