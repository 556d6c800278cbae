/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-tools-model.h"
#include "sb-workspace.h"

G_BEGIN_DECLS

/* What the window looks at: the view-model its panes share, so that they never call each other.
 * Properties: workspace (construct-only), conversation, trace-id, sandbox, tools.
 * Signal "show-file" (char *path): somebody wants to see that file of the sandbox. */
#define SB_TYPE_SELECTION (sb_selection_get_type ())
G_DECLARE_FINAL_TYPE (SbSelection, sb_selection, SB, SELECTION, GObject)

SbSelection    *sb_selection_new              (SbWorkspace    *workspace);
SbWorkspace    *sb_selection_get_workspace    (SbSelection    *self);
SbConversation *sb_selection_get_conversation (SbSelection    *self);
void            sb_selection_set_conversation (SbSelection    *self,
                                               SbConversation *conversation);
const char     *sb_selection_get_trace_id     (SbSelection    *self);
void            sb_selection_set_trace_id     (SbSelection    *self,
                                               const char     *trace_id);
SbSandbox      *sb_selection_get_sandbox      (SbSelection    *self);
void            sb_selection_set_sandbox      (SbSelection    *self,
                                               SbSandbox      *sandbox);
/* What the Tools tab works on. */
SbToolsModel   *sb_selection_get_tools        (SbSelection    *self);
/* path: below the workspace */
void            sb_selection_show_file        (SbSelection    *self,
                                               const char     *path);

G_END_DECLS
