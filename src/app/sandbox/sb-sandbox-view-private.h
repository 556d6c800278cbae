/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-changes-page.h"
#include "sb-files-page.h"
#include "sb-isolation-page.h"
#include "sb-meters.h"
#include "sb-packages-page.h"
#include "sb-page-tabs.h"
#include "sb-sandbox-list.h"
#include "sb-sandbox-view.h"
#include "sb-snapshots-view.h"
#include "sb-unsaved-page.h"
#include "sb-wrap-box.h"

G_BEGIN_DECLS

struct _SbSandboxView
{
  GtkWidget parent_instance;

  /* owned */
  SbSelection *selection;
  SbSandbox   *sandbox;
  SbChangeSet *changed; /* nullable: what its pages show of the sandbox's changes */
  GPtrArray   *facts;   /* nullable: what the chips say */
  guint        age_id;

  /* template */
  AdwToastOverlay *box;
  SbWrapBox       *chips;
  GtkWidget       *content;
  SbChangesPage   *changes;
  SbFilesPage     *files;
  SbIsolationPage *isolation;
  SbPackagesPage  *packages;
  SbMeters        *meters;
  GtkLabel        *name;
  GtkButton       *pause;
  GtkRevealer     *paused;
  GtkStack        *pages;
  SbSandboxList   *list;
  GtkMenuButton   *snapshots;
  SbSnapshotsView *snapshots_view;
  GtkSpinner      *spinner;
  GtkWidget       *start;
  AdwStatusPage   *status;
  GtkLabel        *subtitle;
  GtkStack        *states;
  GtkListBox      *supplies;
  GtkMenuButton   *switcher;
  SbPageTabs      *tabs;
  SbUnsavedPage   *unsaved;
  GtkRevealer     *unsaved_notice;

  gboolean showing_unsaved; /* somebody asked for it */
};

void        _sb_sandbox_view_class_actions_init (SbSandboxViewClass *klass);
/* What there is to see, or not, may be different. */
void        _sb_sandbox_view_update             (SbSandboxView      *self);
GListModel *_sb_sandbox_view_get_sandboxes      (SbSandboxView      *self); /* nullable: without a workspace */

G_END_DECLS
