/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct
{
  const char *name;
  int (*run) (int    argc,
              char **argv);
} commands[] = {
  { "catalog", sb_cli_catalog },
  { "chat", sb_cli_chat },
  { "gateway", sb_cli_gateway },
  { "image", sb_cli_image },
  { "sandbox", sb_cli_sandbox },
};

static void
print_usage (FILE *file)
{
  fputs ("Usage: sandbar-cli COMMAND [OPTION…]\n"
         "\n"
         "Lets AI agents write code and run it in a sandbox without a network.\n"
         "\n"
         "  catalog VERB …   look after catalogs of MCP servers: lint, fix, add, import …\n"
         "  chat [TEXT]      ask once, or talk when there is no TEXT\n"
         "  gateway          serve the servers of catalogs to any MCP client\n"
         "  image VERB …     list, pull and build the images of sandboxes\n"
         "  sandbox list     show the sandboxes of the container engine\n"
         "  sandbox sweep    remove what programs that are gone left behind\n"
         "\n"
         "  --help           this text; COMMAND --help tells more\n"
         "  --version\n"
         "\n"
         "Keys are read from the environment, from .env in the current folder, or from the\n"
         "Secret Service: CEREBRAS_API_KEY, SANDBAR_API_KEY.\n",
         file);
}

int
main (int   argc,
      char *argv[])
{
  const char *name = argc > 1 ? argv[1] : "--help";

  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN);
  g_set_prgname ("sandbar-cli");

  if (strcmp (name, "--version") == 0)
    {
      puts ("sandbar-cli " PACKAGE_VERSION);
      return 0;
    }
  if (strcmp (name, "--help") == 0 || strcmp (name, "-h") == 0 || strcmp (name, "help") == 0)
    {
      print_usage (argc > 1 ? stdout : stderr);
      return argc > 1 ? 0 : SB_CLI_EXIT_USAGE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return commands[i].run (argc - 1, argv + 1);

  fprintf (stderr, "sandbar-cli: there is no command “%s”\n\n", name);
  print_usage (stderr);

  return SB_CLI_EXIT_USAGE;
}
