/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-wire.h"

G_BEGIN_DECLS

/* What sandbar-init sees of its own prison. */
typedef struct
{
  guint8   nonce[SB_WIRE_NONCE];
  guint32  pid;
  guint32  uid;
  guint32  gid;
  guint64  capabilities;          /* effective and permitted */
  guint64  bounding_capabilities;
  guint8   no_new_privs;
  guint8   seccomp_mode;          /* 2: a filter */
  guint8   filter;                /* SbWireFilter */
  guint8   root_read_only;
  guint8   has_openat2;
  guint64  workspace_bytes;
  guint64  cgroup_memory;         /* 0: no limit, or none that can be seen */
  guint64  cgroup_processes;
  guint64  watched_memory;        /* 0: sandbar-init does not limit it */
  guint64  rlimit_processes;
  char   **interfaces;
} SbGreeting;

SbGreeting *sb_greeting_parse             (const guint8      *payload,
                                           gsize              length,
                                           GError           **error);
void        sb_greeting_free              (SbGreeting        *greeting);
gboolean    sb_greeting_has_loopback_only (const SbGreeting  *greeting);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbGreeting, sb_greeting_free)

G_END_DECLS
