/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Rules for the addresses that servers name; no I/O. */
gboolean sb_oauth_uri_is_loopback            (GUri         *uri);
gboolean sb_oauth_uri_is_same_origin         (GUri         *a,
                                              GUri         *b);
GUri    *sb_oauth_uri_parse                  (const char   *text,
                                              gboolean      loopback,
                                              GError      **error);
char    *sb_oauth_uri_dup_origin             (GUri         *uri);
gboolean sb_oauth_uri_covers                 (const char   *resource,
                                              GUri         *server);
GStrv    sb_oauth_uri_list_resource_metadata (GUri         *server);
GStrv    sb_oauth_uri_list_issuer_metadata   (GUri         *issuer);
void     sb_oauth_uri_append_field           (GString      *form,
                                              const char   *name,
                                              const char   *value);
gboolean sb_oauth_address_is_public          (GInetAddress *address);

G_END_DECLS
