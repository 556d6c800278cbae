/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog-import.h"
#include "sb-gateway-choice.h"
#include "sb-gateway.h"
#include "sb-secrets.h"
#include "sb-server-build.h"
#include "sb-store.h"

G_BEGIN_DECLS

/* (transfer full): the catalog in force. */
typedef char    *(*SbLoadCatalogFunc) (gpointer     user_data);
/* Writes the user's catalog and makes the gateway follow it. */
typedef gboolean (*SbSaveCatalogFunc) (const char  *text,
                                       gpointer     user_data,
                                       GError     **error);

/* What the Tools tab works on. */
typedef struct
{
  /* borrowed, but for the model's own references */
  SbGateway         *gateway;
  SbCatalogState    *state;
  SbSecrets         *secrets;
  SbGatewayChoice   *choice;   /* nullable: no other gateways */
  SbStore           *store;    /* nullable: no history */
  const char        *path;     /* of the user's catalog */

  /* borrowed, must outlive the model */
  SbLoadCatalogFunc  load;
  SbSaveCatalogFunc  save;
  gpointer           user_data;
} SbToolsParts;

/* What the pages of the Tools tab share, so that they never call each other: the gateway, the server that is looked at,
 * the user's catalog. Properties: server (nullable: all of them), text, unsaved. Signal "edit" (char *server): somebody
 * wants to see that entry. */
#define SB_TYPE_TOOLS_MODEL (sb_tools_model_get_type ())
G_DECLARE_FINAL_TYPE (SbToolsModel, sb_tools_model, SB, TOOLS_MODEL, GObject)

SbToolsModel    *sb_tools_model_new           (const SbToolsParts  *parts);
SbGateway       *sb_tools_model_get_gateway   (SbToolsModel        *self);
SbCatalogState  *sb_tools_model_get_state     (SbToolsModel        *self);
SbSecrets       *sb_tools_model_get_secrets   (SbToolsModel        *self);
SbGatewayChoice *sb_tools_model_get_choice    (SbToolsModel        *self);
SbStore         *sb_tools_model_get_store     (SbToolsModel        *self);
const char      *sb_tools_model_get_path      (SbToolsModel        *self);

SbGatewayServer *sb_tools_model_get_server    (SbToolsModel        *self);
void             sb_tools_model_set_server    (SbToolsModel        *self,
                                               SbGatewayServer     *server);
void             sb_tools_model_switch_server (SbToolsModel        *self,
                                               const char          *server,
                                               gboolean             enabled);
void             sb_tools_model_switch_tool   (SbToolsModel        *self,
                                               const char          *server,
                                               const char          *tool,
                                               gboolean             enabled);

const char      *sb_tools_model_get_text      (SbToolsModel        *self);
gboolean         sb_tools_model_save          (SbToolsModel        *self,
                                               const char          *text,
                                               GError             **error);
/* There is an entry of that name in the text. */
gboolean         sb_tools_model_has_entry     (SbToolsModel        *self,
                                               const char          *server);
gboolean         sb_tools_model_remove        (SbToolsModel        *self,
                                               const char          *server,
                                               GError             **error);
/* Brings back what was removed last. */
gboolean         sb_tools_model_undo          (SbToolsModel        *self,
                                               GError             **error);
/* Adds its servers, switched on, and stores the secrets it came with. */
gboolean         sb_tools_model_add           (SbToolsModel        *self,
                                               SbCatalogImport     *import,
                                               GError             **error);
/* What somebody writes in the editor and has not saved yet; other changes of the catalog would be lost with it. */
gboolean         sb_tools_model_get_unsaved   (SbToolsModel        *self);
void             sb_tools_model_set_unsaved   (SbToolsModel        *self,
                                               gboolean             unsaved);
/* Where calls made by hand are written down: of the conversation that is shown. (nullable) */
SbTrace         *sb_tools_model_get_trace     (SbToolsModel        *self);
void             sb_tools_model_set_trace     (SbToolsModel        *self,
                                               SbTrace             *trace);
/* config: nullable; a server that runs is started anew with it. */
void             sb_tools_model_set_config    (SbToolsModel        *self,
                                               const char          *server,
                                               JsonObject          *config);
/* Pins what was built, and switches it on; one that runs is started anew. */
gboolean         sb_tools_model_take_build    (SbToolsModel        *self,
                                               SbServerBuild       *build,
                                               GError             **error);
void             sb_tools_model_edit          (SbToolsModel        *self,
                                               const char          *server);

G_END_DECLS
