/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-gateway.h"

G_BEGIN_DECLS

/* A gateway in a folder of its own, with a user who answers when the test does. Servers are started again at once. */
typedef struct
{
  SbGateway        *gateway;
  SbGatewayContext  parts;
  GHashTable       *secrets;      /* name → value; owned strings */
  gboolean          keep_waiting; /* for secrets, until it is no longer set and others are asked for */
  SbSecretRequest  *held;         /* nullable */
  char             *folder;
  SbOAuthOpenFunc   browse;       /* nullable: the user's browser */
  gpointer          browse_data;
} SbTestGateway;

SbTestGateway   *sb_test_gateway_new         (guint             start_timeout_ms,
                                              SbSandboxManager *sandboxes);
/* Stops it and waits for that. */
void             sb_test_gateway_free        (SbTestGateway    *self);
/* "SERVER" and "FOLDER" in yaml are replaced; all its servers are switched on. */
void             sb_test_gateway_set_catalog (SbTestGateway    *self,
                                              const char       *yaml);
SbCatalog       *sb_test_gateway_new_catalog (SbTestGateway    *self,
                                              const char       *yaml);
/* Until the server is in this state. (transfer none) */
SbGatewayServer *sb_test_gateway_wait        (SbTestGateway    *self,
                                              const char       *name,
                                              SbGatewayServerState state);
void             sb_test_gateway_stop        (SbTestGateway    *self);
/* The whole result of a call, or the message of its error. */
char            *sb_test_gateway_call        (SbTestGateway    *self,
                                              const char       *exposed_name,
                                              const char       *arguments);
/* Names of the tools, as models see them. */
char            *sb_test_gateway_list        (SbTestGateway    *self);
/* How many processes have written themselves down in the file; pid (optional): the last one. */
guint            sb_test_gateway_count       (SbTestGateway    *self,
                                              const char       *file,
                                              pid_t            *pid);
gboolean         sb_test_process_is_gone     (pid_t             pid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTestGateway, sb_test_gateway_free)

G_END_DECLS
