/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"

G_BEGIN_DECLS

/* What may be typed or pasted and not taken yet. */
#define SB_TERMINAL_MAX_INPUT (4 * 1024 * 1024)

typedef struct
{
  const char * const *argv; /* nullable: a shell, bash where there is one */
  const char         *cwd;  /* nullable: the workspace */
  const char * const *env;  /* nullable: "K=V" on top of the sandbox's own */
  const char         *title; /* nullable: what it is, for people */
  guint               rows;
  guint               columns;
} SbTerminalSpec;

/* A program on a terminal of its own in a sandbox.
 * Signals: "output" (GBytes*): raw, hostile; "exited" (guint SbExecOutcome, int exit code or signal, GError*): once,
 * last. With an error the first two mean nothing: it could not be started, or the sandbox is gone. */
#define SB_TYPE_TERMINAL_SESSION (sb_terminal_session_get_type ())
G_DECLARE_FINAL_TYPE (SbTerminalSession, sb_terminal_session, SB, TERMINAL_SESSION, GObject)

SbTerminalSession *sb_terminal_session_new         (SbChannel            *channel);
void               sb_terminal_session_start       (SbTerminalSession    *self,
                                                    const SbTerminalSpec *spec);
gboolean           sb_terminal_session_write       (SbTerminalSession    *self,
                                                    const char           *text,
                                                    gsize                 length);
void               sb_terminal_session_resize      (SbTerminalSession    *self,
                                                    guint                 rows,
                                                    guint                 columns);
void               sb_terminal_session_take        (SbTerminalSession    *self,
                                                    gsize                 bytes);
void               sb_terminal_session_close       (SbTerminalSession    *self);
gboolean           sb_terminal_session_get_running (SbTerminalSession    *self);
guint32            sb_terminal_session_get_id      (SbTerminalSession    *self);

G_END_DECLS
