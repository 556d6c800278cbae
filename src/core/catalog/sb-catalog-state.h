/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What the user switched and filled in, for all catalogs: which servers run, which of their tools are off, values for
 * their configuration, the folders they were given. A small file in the user's configuration folder; secrets are
 * never in it. Emits "changed" after each change; nothing is written before sb_catalog_state_save(). */
#define SB_TYPE_CATALOG_STATE (sb_catalog_state_get_type ())
G_DECLARE_FINAL_TYPE (SbCatalogState, sb_catalog_state, SB, CATALOG_STATE, GObject)

SbCatalogState *sb_catalog_state_new              (const char      *path,
                                                   GError         **error);
char           *sb_catalog_state_default_path     (void);
gboolean        sb_catalog_state_save             (SbCatalogState  *self,
                                                   GError         **error);

gboolean        sb_catalog_state_get_enabled      (SbCatalogState  *self,
                                                   const char      *server);
void            sb_catalog_state_set_enabled      (SbCatalogState  *self,
                                                   const char      *server,
                                                   gboolean         enabled);
gboolean        sb_catalog_state_get_tool_enabled (SbCatalogState  *self,
                                                   const char      *server,
                                                   const char      *tool);
void            sb_catalog_state_set_tool_enabled (SbCatalogState  *self,
                                                   const char      *server,
                                                   const char      *tool,
                                                   gboolean         enabled);
JsonObject     *sb_catalog_state_get_config       (SbCatalogState  *self,
                                                   const char      *server);
void            sb_catalog_state_set_config       (SbCatalogState  *self,
                                                   const char      *server,
                                                   JsonObject      *config);
GStrv           sb_catalog_state_dup_folders      (SbCatalogState  *self,
                                                   const char      *server,
                                                   gboolean         writable);
void            sb_catalog_state_allow_folder     (SbCatalogState  *self,
                                                   const char      *server,
                                                   const char      *folder,
                                                   gboolean         writable);
void            sb_catalog_state_forget           (SbCatalogState  *self,
                                                   const char      *server);

G_END_DECLS
