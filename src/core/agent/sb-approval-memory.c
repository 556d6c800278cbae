/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-approval-memory.h"

#define SETTING "approvals/allowed"

static void
remembered_changed_cb (SbApprovals *approvals,
                       gpointer     user_data)
{
  g_auto(GStrv) keys = sb_approvals_dup_remembered (approvals);
  g_autofree char *lines = g_strjoinv ("\n", keys);

  sb_store_set_setting (SB_STORE (user_data), SETTING, lines);
}

/**
 * sb_approval_memory_attach:
 *
 * Reads what was allowed always, and writes it whenever it changes, as long as both live.
 */
void
sb_approval_memory_attach (SbApprovals *approvals,
                           SbStore     *store)
{
  g_autofree char *lines = sb_store_get_setting (store, SETTING);
  g_auto(GStrv) keys = g_strsplit (lines != NULL ? lines : "", "\n", -1);

  if (lines != NULL && *lines != '\0')
    sb_approvals_set_remembered (approvals, (const char * const *) keys);
  g_signal_connect_object (approvals, "remembered-changed", G_CALLBACK (remembered_changed_cb), store, 0);
}
