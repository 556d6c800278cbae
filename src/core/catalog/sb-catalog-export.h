/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"

G_BEGIN_DECLS

typedef enum
{
  SB_EXPORT_MCP_SERVERS,     /* Claude Desktop and most others */
  SB_EXPORT_VS_CODE,         /* "servers", with "inputs" for secrets */
  SB_EXPORT_CONTEXT_SERVERS, /* Zed */
} SbExportForm;

char *sb_catalog_export_json (SbCatalog          *self,
                              SbExportForm        form);
char *sb_catalog_export_env  (SbCatalog          *self);

G_END_DECLS
