/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-backend.h"
#include "sb-test-channel.h"

G_BEGIN_DECLS

/* A sandbox of any backend, for a test. */
typedef struct
{
  SbSandboxBackend *backend;
  SbChannel        *channel;
  GPtrArray        *facts;
  char             *id;
} SbTestSandbox;

gboolean sb_test_sandbox_start    (SbTestSandbox     *self,
                                   SbSandboxBackend  *backend,
                                   SbSandboxSpec     *spec);
void     sb_test_sandbox_remove   (SbTestSandbox     *self);

/* What every backend must do, under /live/NAME/…. Skipped, with the reason, when its probe fails. */
void     sb_backend_tests_add     (const char        *name,
                                   SbSandboxBackend  *backend);
/* Only asks it; the tests are added one by one. */
void     sb_backend_tests_probe   (SbSandboxBackend  *backend);
/* A backend whose probe succeeded, or NULL: skip. */
SbSandboxBackend *sb_backend_tests_get (gconstpointer data);
void     sb_backend_tests_add_one (const char        *name,
                                   const char        *test,
                                   GTestDataFunc      func);

/* sb-seccomp-tests.c, sb-terminal-tests.c and sb-tree-tests.c: part of these */
void     sb_seccomp_tests_add     (const char        *name);
void     sb_terminal_tests_add    (const char        *name);
void     sb_tree_tests_add        (const char        *name);

/* For main: when the arguments ask for it, be the owner of one sandbox until killed, and never return. */
void     sb_backend_tests_own     (int                argc,
                                   char             **argv,
                                   SbSandboxBackend  *backend);

G_END_DECLS
