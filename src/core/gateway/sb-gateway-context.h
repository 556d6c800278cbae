/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-approvals.h"
#include "sb-catalog-state.h"
#include "sb-docker-client.h"
#include "sb-mcp-host.h"
#include "sb-oauth-options.h"
#include "sb-redactor.h"
#include "sb-official-plan.h"
#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* Gets the secrets that are stored, and calls sb_secret_request_answer() with them, now or later. */
typedef struct _SbSecretRequest SbSecretRequest;
typedef void (*SbSecretsFunc) (SbSecretRequest *request,
                               gpointer         user_data);

SbSecretRequest    *sb_secret_request_new       (const char * const   *names,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
const char * const *sb_secret_request_get_names (SbSecretRequest      *self);
/* values: name → secret; (transfer none). Frees the request. */
void                sb_secret_request_answer    (SbSecretRequest      *self,
                                                 GHashTable           *values);
GHashTable         *sb_secret_request_finish    (GAsyncResult         *result,
                                                 GError              **error);

/* What the servers of a gateway share. Parts that are not there leave out what needs them. */
typedef struct
{
  /* owned */
  SbCatalogState   *state;
  SbRedactor       *redactor;
  SbApprovals      *approvals;
  SbMcpHost        *host;
  SbSandboxManager *sandboxes;  /* nullable: no sandbox server of our own */
  SbDockerClient   *docker;     /* nullable: no containers */
  SbOAuthStore     *tokens;     /* nullable: sign-ins are kept as long as the gateway lives */
  GHashTable       *undertakers; /* of its own: address of an engine → GSubprocess */
  SbOfficialPlan   *official;    /* of its own, nullable: its servers are that gateway */
  GHashTable       *own_secrets; /* of its own: name → secret, for entries that we made ourselves */

  /* borrowed, must outlive the gateway */
  SbSecretsFunc     secrets;    /* nullable: none are stored */
  gpointer          secrets_data;
  SbOAuthOpenFunc   open_browser; /* nullable: nobody can sign in to remote servers */
  gpointer          open_data;
  gboolean          open_unasked; /* there is no button: the browser opens when a server wants it */

  guint             start_timeout_ms; /* 0: a minute */
  guint             first_delay_ms;   /* before a server is started again; 0: a second */
  guint             ping_ms;          /* between looks at what is elsewhere; 0: a quarter of a minute */
  guint             ping_timeout_ms;  /* 0: ten seconds; two in a row are a loss */
} SbGatewayContext;

/* A copy with references of its own; counted. */
SbGatewayContext *sb_gateway_context_new   (const SbGatewayContext *parts);
SbGatewayContext *sb_gateway_context_ref   (SbGatewayContext       *self);
void              sb_gateway_context_unref (SbGatewayContext       *self);
/* Before containers of ours are made in the engine: when we are killed, somebody removes them. */
gboolean          sb_gateway_context_watch_engine (SbGatewayContext  *self,
                                                   GError           **error);

G_END_DECLS
