/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One listed host with one port. */
typedef struct
{
  /* owned */
  char         *name;    /* lower case, ASCII; of an address: its usual form */
  GInetAddress *literal; /* nullable: it is an address */

  guint16       port;
  guint32       local;   /* where it is found on the loopback of the container: 0x7f000102 is 127.0.1.2; 0: nowhere */
} SbEgressHost;

/* What a server with the network "hosts" may reach: plain data. */
typedef struct _SbEgressRules SbEgressRules;

SbEgressRules      *sb_egress_rules_new       (const char          *server,
                                               const char * const  *allow_hosts,
                                               GError             **error);
SbEgressRules      *sb_egress_rules_ref       (SbEgressRules       *self);
void                sb_egress_rules_unref     (SbEgressRules       *self);
guint               sb_egress_rules_count     (SbEgressRules       *self);
const SbEgressHost *sb_egress_rules_get       (SbEgressRules       *self,
                                               guint                index);
/* "name:address" of each name, for the container's list of hosts */
GStrv               sb_egress_rules_dup_names (SbEgressRules       *self);
gboolean            sb_egress_rules_permits   (SbEgressRules       *self,
                                               GInetAddress        *address,
                                               guint16              port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbEgressRules, sb_egress_rules_unref)

G_END_DECLS
