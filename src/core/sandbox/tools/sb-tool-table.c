/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-schema.h"
#include "sb-tools.h"

/* The tools beyond those that nearly every conversation uses. */
static const SbMcpToolSpec specs[] = {
  {
    .name = "writeProcessInput",
    .title = "Write to a background command",
    .description = "Writes text, up to 32 KiB at a time, to the standard input of a command that exec started with "
                   "background and openStdin true.",
    .input_schema = OBJECT (
      PROCESS_ID ","
      STRING ("text", "What to write, with a newline at the end if the command reads lines") ","
      BOOLEAN ("end", "Close its standard input after that") ","
      CONTAINER_ID,
      "\"processId\",\"text\""),
    .annotations = CHANGES,
    .handler = sb_tool_write_process_input,
  },
  {
    .name = "installPackages",
    .title = "Install npm packages",
    .description = "Installs packages from the npm registry into /workspace/node_modules, without running their "
                   "scripts. The user decides which packages may be fetched; those that were refused are told.",
    .input_schema = OBJECT (
      STRINGS ("packages", "Names, each with a version or range if it matters, e.g. express or left-pad@1.3.0") ","
      STRING ("cwd", "The directory of the package.json, below /workspace") ","
      CONTAINER_ID,
      "\"packages\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":false,\"idempotentHint\":true,\"openWorldHint\":true}",
    .handler = sb_tool_install_packages,
  },
  {
    .name = "searchFiles",
    .title = "Search files",
    .description = "Finds files by name, by the text in them, or both; tells path and line. Text is looked for "
                   "literally, within a line. Binary files and files above 8 MiB are passed over.",
    .input_schema = OBJECT (
      STRING ("text", "Text to look for in the files") ","
      STRING ("name", "File name, with * and ?; compared with the whole path if there is a / in it") ","
      STRING ("path", "Directory to search in; /workspace if left out") ","
      BOOLEAN ("ignoreCase", "Take a to z and A to Z as the same") ","
      CONTAINER_ID, ""),
    .annotations = READ_ONLY,
    .handler = sb_tool_search_files,
  },
  {
    .name = "applyPatch",
    .title = "Apply a patch",
    .description = "Applies a unified diff to one or more files, all of it or nothing. Makes and deletes files with "
                   "/dev/null as the other name. Every hunk must match the file exactly.",
    .input_schema = OBJECT (STRING ("patch", "The diff, as git diff or diff -u writes it") "," CONTAINER_ID,
                            "\"patch\""),
    .annotations = DESTROYS,
    .handler = sb_tool_apply_patch,
  },
  {
    .name = "getArtifact",
    .title = "Fetch a file",
    .description = "Returns a whole file of up to 1 MiB as an image or as binary data, e.g. a chart.",
    .input_schema = OBJECT (STRING ("path", "The file, relative to /workspace or absolute below it") "," CONTAINER_ID,
                            "\"path\""),
    .annotations = READ_ONLY,
    .handler = sb_tool_get_artifact,
  },
  {
    .name = "snapshot",
    .title = "Take a snapshot",
    .description = "Keeps a copy of all files of a sandbox, also beyond its end.",
    .input_schema = OBJECT (STRING ("name", "A name for it: letters, digits, - _ and dots") "," CONTAINER_ID, ""),
    .annotations = CHANGES,
    .handler = sb_tool_snapshot,
  },
  {
    .name = "listSnapshots",
    .title = "List snapshots",
    .description = "Lists the snapshots that are kept.",
    .input_schema = OBJECT ("", ""),
    .annotations = READ_ONLY,
    .handler = sb_tool_list_snapshots,
  },
  {
    .name = "restore",
    .title = "Restore a snapshot",
    .description = "Replaces all files of a sandbox with those of a snapshot.",
    .input_schema = OBJECT (STRING ("snapshot", "Its name") "," CONTAINER_ID, "\"snapshot\""),
    .annotations = DESTROYS,
    .handler = sb_tool_restore,
  },
  {
    .name = "fork",
    .title = "Fork a sandbox",
    .description = "Starts another sandbox with a copy of the files; it is the current one from then on.",
    .input_schema = OBJECT (CONTAINER_ID, ""),
    .annotations = CHANGES,
    .handler = sb_tool_fork,
  },
  {
    .name = "inspectSandbox",
    .title = "Inspect a sandbox",
    .description = "Tells a sandbox's name, backend, limits and isolation, as read back from it.",
    .input_schema = OBJECT (CONTAINER_ID, ""),
    .annotations = READ_ONLY,
    .handler = sb_tool_inspect_sandbox,
  },
  {
    .name = "selectSandbox",
    .title = "Select a sandbox",
    .description = "Makes a sandbox the one that is used when containerId is left out; for this client only.",
    .input_schema = OBJECT (CONTAINER_ID, "\"containerId\""),
    .annotations = CHANGES,
    .handler = sb_tool_select_sandbox,
  },
  {
    .name = "sandboxMetrics",
    .title = "Read a sandbox's counters",
    .description = "Tells how much memory, CPU time and disk a sandbox uses, and how many processes run in it.",
    .input_schema = OBJECT (CONTAINER_ID, ""),
    .annotations = READ_ONLY,
    .handler = sb_tool_sandbox_metrics,
  },
};

/* tools: the handlers' user_data */
void
sb_tool_table_add (SbMcpServer *server,
                   gpointer     tools)
{
  sb_mcp_server_add_tools (server, specs, G_N_ELEMENTS (specs), tools);
}
