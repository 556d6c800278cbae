/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"
#include "sb-test.h"

G_BEGIN_DECLS

/* The channel's calls, waited for. */
char         *sb_test_text       (GBytes            *bytes);
SbExecResult *sb_test_exec       (SbChannel         *channel,
                                  const SbExecSpec  *spec,
                                  GError           **error);
SbExecResult *sb_test_shell      (SbChannel         *channel,
                                  const char        *script);
char         *sb_test_shell_text (SbChannel         *channel,
                                  const char        *script);
gboolean      sb_test_write      (SbChannel         *channel,
                                  const char        *path,
                                  const char        *text,
                                  GError           **error);
char         *sb_test_read       (SbChannel         *channel,
                                  const char        *path,
                                  GError           **error);
GPtrArray    *sb_test_list       (SbChannel         *channel,
                                  const char        *path,
                                  guint              max_entries,
                                  gboolean          *truncated,
                                  GError           **error);
gboolean      sb_test_open       (SbChannel         *channel,
                                  GError           **error);

G_END_DECLS
