/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A container as its engine lists it; never changes. All of its words come from outside and are cleaned here: one line,
 * and short. */
#define SB_TYPE_CONTAINER (sb_container_get_type ())
G_DECLARE_FINAL_TYPE (SbContainer, sb_container, SB, CONTAINER, GObject)

/* hidden_label: nullable: those that have it are left out. (transfer full) (element-type SbContainer): the newest
 * first; NULL: no list of an engine */
GPtrArray  *sb_container_parse_all   (JsonNode          *answer,
                                      const char        *hidden_label);
const char *sb_container_get_id      (SbContainer       *self);
const char *sb_container_get_name    (SbContainer       *self);
const char *sb_container_get_image   (SbContainer       *self);
const char *sb_container_get_state   (SbContainer       *self); /* "running", "exited", … */
gint64      sb_container_get_created (SbContainer       *self); /* seconds since 1970; 0: not told */
gboolean    sb_container_equal       (SbContainer       *self,
                                      SbContainer       *other);

G_END_DECLS
