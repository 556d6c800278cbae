/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_CLI_EXIT_FAILED 1
#define SB_CLI_EXIT_USAGE 2
#define SB_CLI_EXIT_INTERRUPTED 130

/* Each subcommand is in a file of its own and returns the exit status. argv[0]: its name. */
int sb_cli_catalog (int    argc,
                    char **argv);
int sb_cli_chat    (int    argc,
                    char **argv);
int sb_cli_gateway (int    argc,
                    char **argv);
int sb_cli_image   (int    argc,
                    char **argv);
int sb_cli_sandbox (int    argc,
                    char **argv);
int sb_cli_sandbox_list (void);
int sb_cli_sandbox_verb (int    argc,
                         char **argv);

G_END_DECLS
