/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-approvals.h"
#include "sb-gateway.h"
#include "sb-sandbox-manager.h"
#include "sb-secrets.h"

G_BEGIN_DECLS

/* Which gateway the user wants, kept over restarts in a small file, and what it takes to use it: its token, which lies
 * with the secrets, and for one in a container an address of our own sandbox server. Signals: "changed", and
 * "problem" (char *title, char *hint) for what failed when nobody was waiting for it. */
#define SB_TYPE_GATEWAY_CHOICE (sb_gateway_choice_get_type ())
G_DECLARE_FINAL_TYPE (SbGatewayChoice, sb_gateway_choice, SB, GATEWAY_CHOICE, GObject)

SbGatewayChoice     *sb_gateway_choice_new             (SbGateway            *gateway,
                                                        SbSandboxManager     *sandboxes,
                                                        SbApprovals          *approvals,
                                                        SbSecrets            *secrets,
                                                        const char           *path);
/* Once the gateway has its catalogs: as it was left. */
void                 sb_gateway_choice_start           (SbGatewayChoice      *self);
/* The engine that has the containers; hands it on to the gateway. */
void                 sb_gateway_choice_set_docker      (SbGatewayChoice      *self,
                                                        SbDockerClient       *docker);
SbGatewayMode        sb_gateway_choice_get_mode        (SbGatewayChoice      *self);
const char          *sb_gateway_choice_get_url         (SbGatewayChoice      *self); /* nullable */
const char          *sb_gateway_choice_get_image       (SbGatewayChoice      *self);
SbOfficialTransport  sb_gateway_choice_get_transport   (SbGatewayChoice      *self);

gboolean             sb_gateway_choice_use_built_in    (SbGatewayChoice      *self,
                                                        GError              **error);
/* token: NULL: the one that is stored, "": none */
void                 sb_gateway_choice_use_external_async  (SbGatewayChoice      *self,
                                                            const char           *url,
                                                            const char           *token,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
gboolean             sb_gateway_choice_use_external_finish (SbGatewayChoice      *self,
                                                            GAsyncResult         *result,
                                                            GError              **error);
/* What would be uploaded; nothing is yet. */
void                 sb_gateway_choice_plan_async      (SbGatewayChoice      *self,
                                                        const char           *image,
                                                        SbOfficialTransport   transport,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
SbOfficialPlan      *sb_gateway_choice_plan_finish     (SbGatewayChoice      *self,
                                                        GAsyncResult         *result,
                                                        GError              **error);
/* After a plan. */
gboolean             sb_gateway_choice_use_official    (SbGatewayChoice      *self,
                                                        const char           *image,
                                                        SbOfficialTransport   transport,
                                                        GError              **error);
/* Nobody will use what was planned. */
void                 sb_gateway_choice_drop_plan       (SbGatewayChoice      *self);

G_END_DECLS
