/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  SB_NPM_FETCH_ASKING,  /* the user */
  SB_NPM_FETCH_FETCHING,
  SB_NPM_FETCH_SERVED,
  SB_NPM_FETCH_REFUSED, /* nothing left this machine */
  SB_NPM_FETCH_FAILED,
} SbNpmFetchState;

/* One request of a sandbox to the registry, as it is shown. Properties: state. Foreign words are cleaned. */
#define SB_TYPE_NPM_FETCH (sb_npm_fetch_get_type ())
G_DECLARE_FINAL_TYPE (SbNpmFetch, sb_npm_fetch, SB, NPM_FETCH, GObject)

SbNpmFetch      *sb_npm_fetch_new          (const char      *sandbox_id,
                                            const char      *target);
const char      *sb_npm_fetch_get_sandbox_id (SbNpmFetch    *self);
const char      *sb_npm_fetch_get_target   (SbNpmFetch      *self); /* "/express/-/express-4.18.2.tgz" */
const char      *sb_npm_fetch_get_message  (SbNpmFetch      *self); /* nullable: why not */
gint64           sb_npm_fetch_get_time     (SbNpmFetch      *self); /* wall µs */
gsize            sb_npm_fetch_get_size     (SbNpmFetch      *self);
SbNpmFetchState  sb_npm_fetch_get_state    (SbNpmFetch      *self);
void             sb_npm_fetch_set_state    (SbNpmFetch      *self,
                                            SbNpmFetchState  state,
                                            gsize            size,
                                            const char      *message);

#define SB_TYPE_NPM_FETCH_STATE (sb_npm_fetch_state_get_type ())
GType            sb_npm_fetch_state_get_type (void);

G_END_DECLS
