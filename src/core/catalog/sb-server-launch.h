/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog-server.h"
#include "sb-server-mount.h"

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): the secret; NULL when it is not stored */
typedef char *(*SbSecretFunc) (const char *name,
                               gpointer    user_data);

/* What the user decided; everything is borrowed during the call and may be NULL. */
typedef struct
{
  JsonObject         *config;    /* values of this server, by the names of its "config" */
  const char * const *readable;  /* folders that this server may read */
  const char * const *writable;  /* … and write */
  SbSecretFunc        secret;
  gpointer            user_data;
} SbLaunchInput;

/* A variable or a header as the server gets it. */
typedef struct
{
  char     *name;
  char     *value;
  gboolean  secret; /* came from a secret: not for logs */
} SbLaunchPair;

/* How to run one server: plain data, everything expanded, nothing done yet. Owned by whoever resolved it. */
typedef struct
{
  char            *name;
  SbServerKind     kind;      /* image, remote or local */
  char            *prefix;    /* nullable: of its tools */

  /* image */
  char            *image;
  GStrv            arguments; /* behind the image's entry point; local: the command with its arguments */
  GPtrArray       *mounts;    /* of SbServerMount: none that is never allowed, but those that must be asked for */
  char            *user;      /* nullable */
  GStrv            extra_hosts;
  SbServerNetwork  network;
  SbServerPull     pull;
  GStrv            allow_hosts;
  double           cpus;
  gint64           memory;    /* bytes */
  gint64           pids;
  gboolean         long_lived;

  /* image and local */
  GPtrArray       *env;       /* of SbLaunchPair */
  char            *directory; /* nullable; local only */

  /* remote */
  char            *url;
  gboolean         sse;       /* else streamable HTTP */
  GPtrArray       *headers;   /* of SbLaunchPair */
  char            *client_id; /* nullable, as the next two: of OAuth */
  char            *client_secret;
  char            *client_issuer;
} SbServerLaunch;

SbServerLaunch *sb_server_launch_resolve (SbCatalogServer      *server,
                                          const SbLaunchInput  *input,
                                          GError              **error);
void            sb_server_launch_free    (SbServerLaunch       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbServerLaunch, sb_server_launch_free)

G_END_DECLS
