/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a protected resource says of itself (RFC 9728). */
typedef struct
{
  char  *resource; /* its identifier, to be sent as it is */
  GStrv  issuers;  /* not empty */
  char  *scope;    /* nullable: all that it knows, with spaces between */
} SbOAuthResource;

SbOAuthResource *sb_oauth_resource_parse (const char       *text,
                                          gsize             length,
                                          GUri             *server,
                                          GError          **error);
void             sb_oauth_resource_free  (SbOAuthResource  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOAuthResource, sb_oauth_resource_free)

G_END_DECLS
