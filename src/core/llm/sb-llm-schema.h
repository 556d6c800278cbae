/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonObject *sb_llm_schema_make_plain (JsonObject *schema);

G_END_DECLS
