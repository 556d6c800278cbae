/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  SB_APPROVAL_PENDING,
  SB_APPROVAL_ALLOWED_ONCE,
  SB_APPROVAL_ALLOWED_ALWAYS, /* remembered by its key */
  SB_APPROVAL_DENIED,
} SbApprovalState;

/* One question to the user. The words in it may come from outside: cleaned here, never markup. Property: state. */
#define SB_TYPE_APPROVAL (sb_approval_get_type ())
G_DECLARE_FINAL_TYPE (SbApproval, sb_approval, SB, APPROVAL, GObject)

SbApproval     *sb_approval_new          (const char      *kind,
                                          const char      *key,
                                          const char      *title,
                                          const char      *detail,
                                          const char      *trace_id);

/* What sort of thing is asked for: "package", "port", "bind", "sampling", "tool", "url", … */
const char     *sb_approval_get_kind     (SbApproval      *self);
/* What "always" remembers, "package:left-pad"; (nullable): can only be allowed once. */
const char     *sb_approval_get_key      (SbApproval      *self);
const char     *sb_approval_get_title    (SbApproval      *self);
const char     *sb_approval_get_detail   (SbApproval      *self); /* nullable */
const char     *sb_approval_get_trace_id (SbApproval      *self); /* nullable */
SbApprovalState sb_approval_get_state    (SbApproval      *self);

void            sb_approval_answer       (SbApproval      *self,
                                          SbApprovalState  answer);

G_END_DECLS
