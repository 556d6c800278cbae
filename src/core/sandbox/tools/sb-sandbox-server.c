/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-server.h"

#include "sb-tool-run.h"
#include "sb-tool-schema.h"
#include "sb-tools.h"

#define INSTRUCTIONS \
  "Runs code in throw-away sandboxes without a network. Call initSandbox once, then writeFile and exec; files live " \
  "in /workspace. A command that fails is a normal result: read its exit code and stderr. Start a server with exec " \
  "and background true, and look at its output with readProcessLog. Make small changes with editFile."

static const SbMcpToolSpec specs[] = {
  {
    .name = "initSandbox",
    .title = "Start a sandbox",
    .description = "Starts a new isolated sandbox and returns its id. All arguments are optional. The sandbox has no "
                   "network; its working directory is /workspace.",
    .input_schema = OBJECT (
      STRING ("image", "The image to start from; the user has to allow one that is in no profile") ","
      STRING ("name", "A short name to call it by") ","
      STRINGS ("env", "Environment variables, each as NAME=value") ","
      INTEGER ("memoryMb", "Memory limit in MiB") ","
      INTEGER ("diskMb", "Size of /workspace in MiB") ","
      NUMBER ("cpus", "CPU limit") ","
      INTEGER ("ttlSeconds", "End it by itself after so many seconds") ","
      INTEGER ("idleSeconds", "End it by itself when it was not used for so many seconds") ","
      STRING ("snapshot", "The name of a snapshot whose files it begins with") ","
      BOOLEAN ("reuse", "Take the current sandbox, or the one of this name, if there is one already") ","
      STRING ("profile", "The name of a sandbox profile of the user") ","
      STRING ("engine", "The engine to start it on"), ""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":false,\"openWorldHint\":false}",
    .handler = sb_tool_init_sandbox,
  },
  {
    .name = "exec",
    .title = "Run a command",
    .description = "Runs a command in the sandbox and returns stdout, stderr and the exit code. Give the program and "
                   "its arguments as a list, e.g. [\"node\", \"hello.js\"]; for shell syntax use "
                   "[\"sh\", \"-c\", \"…\"].",
    .input_schema = OBJECT (
      STRINGS ("command", "The program and its arguments") ","
      CONTAINER_ID ","
      BOOLEAN ("background",
               "Start it and return at once, e.g. for a server; readProcessLog and killProcess take its id") ","
      STRING ("cwd", "Working directory, below /workspace") ","
      STRINGS ("env", "Environment variables, each as NAME=value") ","
      STRING ("stdin", "Text for its standard input") ","
      BOOLEAN ("openStdin", "With background: keep its standard input open for writeProcessInput") ","
      INTEGER ("timeoutMs", "Stop it after so many milliseconds; 120000 if left out, at most 3600000") ","
      STRING ("shell", "Run the command as a line of this shell, e.g. sh or bash") ","
      INTEGER ("maxOutputBytes", "How much of stdout and of stderr to return, beginning and end; 32768 if left out"),
      "\"command\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":false,\"openWorldHint\":false}",
    .handler = sb_tool_exec,
  },
  {
    .name = "runCode",
    .title = "Run code",
    .description = "Runs code with node, python or sh, where the image has them, and returns stdout, stderr and the "
                   "exit code. The working directory is /workspace; no file is made.",
    .input_schema = OBJECT (
      STRING ("language", "node, python or sh") ","
      STRING ("code", "The code") ","
      CONTAINER_ID ","
      STRING ("cwd", "Working directory, below /workspace") ","
      STRINGS ("env", "Environment variables, each as NAME=value") ","
      INTEGER ("timeoutMs", "Stop it after so many milliseconds; 120000 if left out, at most 3600000") ","
      INTEGER ("maxOutputBytes", "How much of stdout and of stderr to return, beginning and end; 32768 if left out"),
      "\"language\",\"code\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":false,\"openWorldHint\":false}",
    .handler = sb_tool_run_code,
  },
  {
    .name = "listProcesses",
    .title = "List processes",
    .description = "Lists the commands that exec started with background true: their ids, whether they still run, and "
                   "how they ended; and all processes of the sandbox with their pids.",
    .input_schema = OBJECT (CONTAINER_ID, ""),
    .annotations = READ_ONLY,
    .handler = sb_tool_list_processes,
  },
  {
    .name = "readProcessLog",
    .title = "Read a background command's output",
    .description = "Reads what a background command wrote to stdout and stderr, up to 32 KiB at a time. The first "
                   "32 KiB and the last 96 KiB of it are kept.",
    .input_schema = OBJECT (
      PROCESS_ID ","
      CONTAINER_ID ","
      INTEGER ("since", "Begin at this byte of the output: the nextSince of the last reading; 0 if left out"),
      "\"processId\""),
    .annotations = READ_ONLY,
    .handler = sb_tool_read_process_log,
  },
  {
    .name = "killProcess",
    .title = "Stop a process",
    .description = "Sends a signal to a background command and to what it started, by processId, or to any one "
                   "process, by pid.",
    .input_schema = OBJECT (
      PROCESS_ID ","
      INTEGER ("pid", "Instead of processId: a pid that listProcesses tells") ","
      CONTAINER_ID ","
      STRING ("signal", "TERM, KILL, INT, HUP, QUIT, USR1, USR2, STOP or CONT; if left out, TERM, and after 2 seconds "
              "KILL to a background command"), ""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":true,\"openWorldHint\":false}",
    .handler = sb_tool_kill_process,
  },
  {
    .name = "listPorts",
    .title = "List ports",
    .description = "Lists the TCP ports that programs in the sandbox listen on, and which of them are open for the "
                   "user's browser.",
    .input_schema = OBJECT (CONTAINER_ID, ""),
    .annotations = READ_ONLY,
    .handler = sb_tool_list_ports,
  },
  {
    .name = "exposePort",
    .title = "Show a server to the user",
    .description = "Asks the user to open a port of the sandbox, so that a browser on the user's machine can load what "
                   "an HTTP server in there serves. Start the server first; 127.0.0.1 is enough for it to listen on.",
    .input_schema = OBJECT (INTEGER ("port", "The port that the server listens on") "," CONTAINER_ID, "\"port\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":false,\"idempotentHint\":true,\"openWorldHint\":false}",
    .handler = sb_tool_expose_port,
  },
  {
    .name = "closePort",
    .title = "Close a port",
    .description = "Closes a port that was opened for the user's browser. The server goes on.",
    .input_schema = OBJECT (INTEGER ("port", "The port") "," CONTAINER_ID, "\"port\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":false,\"idempotentHint\":true,\"openWorldHint\":false}",
    .handler = sb_tool_close_port,
  },
  {
    .name = "writeFile",
    .title = "Write a file",
    .description = "Writes a file in the sandbox; replaces it if it exists, and makes missing directories.",
    .input_schema = OBJECT (
      STRING ("contents", "The contents of the file") ","
      STRING ("filename", "Its path, relative to /workspace or absolute below it") ","
      CONTAINER_ID ","
      STRING ("encoding", "utf8, which is the default, or base64") ","
      BOOLEAN ("append", "Add to the end of the file instead of replacing it") ","
      STRING ("mode", "Permissions as chmod takes them, e.g. 755 for a program") ","
      STRING ("ifMatch",
              "Write only if the file is still what readFile saw: the hash it gave; none if there must be no file yet"),
      "\"contents\",\"filename\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":true,\"openWorldHint\":false}",
    .handler = sb_tool_write_file,
  },
  {
    .name = "editFile",
    .title = "Edit a file",
    .description = "Replaces text in a file of up to 2 MiB, exactly as given. Fails, and changes nothing, if the text "
                   "is not in the file, or is in it more than once and replaceAll is not true.",
    .input_schema = OBJECT (
      STRING ("path", "The file, relative to /workspace or absolute below it") ","
      STRING ("oldText", "The text to replace, with enough around it to be in the file only once") ","
      STRING ("newText", "What to put in its place; empty to delete it") ","
      BOOLEAN ("replaceAll", "Replace it everywhere in the file") ","
      CONTAINER_ID,
      "\"path\",\"oldText\",\"newText\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":false,\"openWorldHint\":false}",
    .handler = sb_tool_edit_file,
  },
  {
    .name = "readFile",
    .title = "Read a file",
    .description = "Reads a file in the sandbox: from its beginning, from an offset, or lines of it. Bytes that are no "
                   "text are returned with encoding base64.",
    .input_schema = OBJECT (
      STRING ("filename", "Its path, relative to /workspace or absolute below it") ","
      CONTAINER_ID ","
      INTEGER ("offset", "Begin at this byte") ","
      INTEGER ("maxBytes", "Read so many bytes; 32768 if left out, at most 1048576") ","
      INTEGER ("startLine", "Begin at this line; the first is 1") ","
      INTEGER ("endLine", "Read up to this line, with it") ","
      STRING ("encoding", "utf8, which is the default, or base64"),
      "\"filename\""),
    .annotations = READ_ONLY,
    .handler = sb_tool_read_file,
  },
  {
    .name = "listFiles",
    .title = "List files",
    .description = "Lists a directory of the sandbox.",
    .input_schema = OBJECT (STRING ("path", "A directory; /workspace if left out") "," CONTAINER_ID, ""),
    .annotations = READ_ONLY,
    .handler = sb_tool_list_files,
  },
  {
    .name = "statFile",
    .title = "Look at a file",
    .description = "Tells what a path is: file, directory or link, its size, mode and time of the last change.",
    .input_schema = OBJECT (STRING ("path", "The path, relative to /workspace or absolute below it") "," CONTAINER_ID,
                            "\"path\""),
    .annotations = READ_ONLY,
    .handler = sb_tool_stat_file,
  },
  {
    .name = "deleteFile",
    .title = "Delete a file",
    .description = "Deletes a file, a link or a directory.",
    .input_schema = OBJECT (
      STRING ("path", "The path, relative to /workspace or absolute below it") ","
      BOOLEAN ("recursive", "Delete a directory with all that is in it") ","
      CONTAINER_ID,
      "\"path\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":true,\"openWorldHint\":false}",
    .handler = sb_tool_delete_file,
  },
  {
    .name = "moveFile",
    .title = "Move a file",
    .description = "Moves or renames a file or a directory; makes missing directories on the way.",
    .input_schema = OBJECT (
      STRING ("from", "The path it has, relative to /workspace or absolute below it") ","
      STRING ("to", "The path it gets, with its new name") ","
      BOOLEAN ("overwrite", "Replace a file that is there already") ","
      CONTAINER_ID,
      "\"from\",\"to\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":false,\"openWorldHint\":false}",
    .handler = sb_tool_move_file,
  },
  {
    .name = "makeDir",
    .title = "Make a directory",
    .description = "Makes a directory, and those above it that are missing.",
    .input_schema = OBJECT (STRING ("path", "The path, relative to /workspace or absolute below it") "," CONTAINER_ID,
                            "\"path\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":false,\"idempotentHint\":true,\"openWorldHint\":false}",
    .handler = sb_tool_make_dir,
  },
  {
    .name = "listSandboxes",
    .title = "List sandboxes",
    .description = "Lists the sandboxes with their ids, names and states.",
    .input_schema = OBJECT ("", ""),
    .annotations = READ_ONLY,
    .handler = sb_tool_list_sandboxes,
  },
  {
    .name = "stopSandbox",
    .title = "Stop a sandbox",
    .description = "Ends a sandbox for good, with all its processes and files.",
    .input_schema = OBJECT (CONTAINER_ID, ""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":true,\"openWorldHint\":false}",
    .handler = sb_tool_stop_sandbox,
  },
  {
    .name = "removeSandbox",
    .title = "Remove a sandbox",
    .description = "Ends a sandbox if it still runs, and takes it off the list of sandboxes.",
    .input_schema = OBJECT (CONTAINER_ID, "\"containerId\""),
    .annotations = "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":true,\"openWorldHint\":false}",
    .handler = sb_tool_remove_sandbox,
  },
};

/**
 * sb_sandbox_server_new:
 * @manager: (transfer none): where the sandboxes live
 * @owner: (nullable): whose sandboxes these are; those of others are neither seen nor used
 * @approvals: (nullable): where the user is asked; without, what needs the user's word is only offered
 *
 * Returns: (transfer full): the server; accept transports on it. The sandboxes stay with @manager when it goes.
 */
SbMcpServer *
sb_sandbox_server_new (SbSandboxManager *manager,
                       const char       *owner,
                       SbApprovals      *approvals)
{
  SbMcpServer *server = sb_mcp_server_new ("sandbar-sandbox", PACKAGE_VERSION, INSTRUCTIONS);
  SbSandboxTools *tools = sb_sandbox_tools_new (manager, owner, approvals);

  g_object_set_data_full (G_OBJECT (server), "sb-sandbox-tools", tools, sb_sandbox_tools_unref);
  sb_mcp_server_add_tools (server, specs, G_N_ELEMENTS (specs), tools);
  sb_tool_table_add (server, tools);

  return server;
}
