/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-yaml.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define SB_CATALOG_ERROR (sb_catalog_error_quark ())

typedef enum
{
  SB_CATALOG_ERROR_SYNTAX,         /* no catalog; the message has the line */
  SB_CATALOG_ERROR_NOT_FOUND,      /* no such server */
  SB_CATALOG_ERROR_SERVER,         /* the entry cannot be run as it stands */
  SB_CATALOG_ERROR_MISSING_SECRET, /* a secret has to be stored first; the message names it */
  SB_CATALOG_ERROR_BIND,           /* a folder of this machine that no server may have */
  SB_CATALOG_ERROR_IMPORT,         /* not a configuration that can be read */
} SbCatalogError;

GQuark sb_catalog_error_quark (void);

typedef enum
{
  SB_SERVER_KIND_NONE,   /* nothing that could be started */
  SB_SERVER_KIND_IMAGE,
  SB_SERVER_KIND_REMOTE,
  SB_SERVER_KIND_LOCAL,  /* x-sandbar.command: a process of this machine, without a sandbox */
  SB_SERVER_KIND_TOOLS,  /* one container for each call; known, not run */
} SbServerKind;

typedef enum
{
  SB_SERVER_NETWORK_NONE,
  SB_SERVER_NETWORK_HOSTS, /* only those of allow_hosts */
  SB_SERVER_NETWORK_FULL,
} SbServerNetwork;

typedef enum
{
  SB_SERVER_PULL_MISSING,
  SB_SERVER_PULL_ALWAYS,
  SB_SERVER_PULL_NEVER,
} SbServerPull;

/* A variable, a header or a secret of an entry. */
typedef struct
{
  char *name;
  char *value; /* "" for nothing; of a secret: the variable it goes to */
} SbCatalogPair;

/* What an entry says. All owned by the server; texts are NULL when they are not there, lists and vectors never. */
typedef struct
{
  char      *title;
  char      *description;
  char      *type;
  char      *icon;
  char      *readme;
  char      *image;
  char      *user;
  char      *prefix;
  char      *url;        /* of remote, else sseEndpoint */
  char      *transport;  /* remote.transport_type; "sse" for sseEndpoint */
  char      *category;   /* metadata */
  char      *license;
  char      *owner;
  gboolean   long_lived;
  gboolean   disable_network;
  gboolean   uses_oauth;
  char      *client_id;     /* oauth: of a client that is registered by hand */
  char      *client_secret; /* oauth: the name of a secret, which is among secrets too */
  char      *client_issuer; /* oauth: the only one that may see them */
  GStrv      command;
  GStrv      volumes;
  GStrv      allow_hosts;
  GStrv      extra_hosts;
  GStrv      tools;      /* their names; no filter */
  GStrv      tags;
  GPtrArray *env;        /* of SbCatalogPair */
  GPtrArray *secrets;    /* of SbCatalogPair: name -> variable */
  GPtrArray *headers;    /* of SbCatalogPair */
  JsonArray *config;     /* JSON schemas of what a user may set */

  /* x-sandbar */
  GStrv      local_command;
  char      *local_directory;
  char      *network;    /* none, hosts, full */
  char      *pull;       /* missing, always, never */
  double     cpus;       /* 0: not said */
  gint64     memory;     /* bytes; 0: not said */
  gint64     pids;       /* 0: not said */
} SbCatalogFields;

#define SB_TYPE_CATALOG_SERVER (sb_catalog_server_get_type ())
G_DECLARE_FINAL_TYPE (SbCatalogServer, sb_catalog_server, SB, CATALOG_SERVER, GObject)

const char            *sb_catalog_server_get_name    (SbCatalogServer *self);
const char            *sb_catalog_server_get_title   (SbCatalogServer *self);
SbServerKind           sb_catalog_server_get_kind    (SbCatalogServer *self);
guint                  sb_catalog_server_get_line    (SbCatalogServer *self);
const char            *sb_catalog_server_get_problem (SbCatalogServer *self);
const SbCatalogFields *sb_catalog_server_get_fields  (SbCatalogServer *self);
SbYamlNode            *sb_catalog_server_get_node    (SbCatalogServer *self);

gboolean               sb_catalog_parse_size         (const char      *text,
                                                      gint64          *bytes);

G_END_DECLS
