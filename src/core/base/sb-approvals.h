/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-approval.h"

G_BEGIN_DECLS

#define SB_APPROVALS_ERROR (sb_approvals_error_quark ())

typedef enum
{
  SB_APPROVALS_ERROR_DENIED,     /* by the user */
  SB_APPROVALS_ERROR_UNATTENDED, /* nobody is there to be asked */
} SbApprovalsError;

GQuark sb_approvals_error_quark (void);

/* The questions that wait for the user: a GListModel of SbApproval, oldest first. What is denied must not be done.
 * Signal: "remembered-changed". */
#define SB_TYPE_APPROVALS (sb_approvals_get_type ())
G_DECLARE_FINAL_TYPE (SbApprovals, sb_approvals, SB, APPROVALS, GObject)

SbApprovals *sb_approvals_new            (void);

/* Whether a shell shows the questions. Off by default: then what was not allowed always is refused at once. */
void         sb_approvals_set_attended   (SbApprovals          *self,
                                          gboolean              attended);
void         sb_approvals_ask_async      (SbApprovals          *self,
                                          SbApproval           *approval,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
gboolean     sb_approvals_ask_finish     (SbApprovals          *self,
                                          GAsyncResult         *result,
                                          GError              **error);
/* The keys that were allowed always: to be stored, shown and taken back. */
GStrv        sb_approvals_dup_remembered (SbApprovals          *self);
/* Asks again from now on. */
void         sb_approvals_forget         (SbApprovals          *self,
                                          const char           *key);
void         sb_approvals_set_remembered (SbApprovals          *self,
                                          const char * const   *keys);

G_END_DECLS
