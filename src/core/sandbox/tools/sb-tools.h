/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-server.h"

G_BEGIN_DECLS

/* The handlers of the sandbox server's tools; user_data: SbSandboxTools. */
void sb_tool_exec             (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_run_code         (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_list_processes   (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_read_process_log (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_write_process_input (SbMcpToolCall *call,
                                  gpointer       user_data);
void sb_tool_kill_process     (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_install_packages (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_list_ports       (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_expose_port      (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_close_port       (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_write_file       (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_edit_file        (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_read_file        (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_list_files       (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_stat_file        (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_delete_file      (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_move_file        (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_make_dir         (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_init_sandbox     (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_list_sandboxes   (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_stop_sandbox     (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_remove_sandbox   (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_search_files     (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_apply_patch      (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_get_artifact     (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_snapshot         (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_list_snapshots   (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_restore          (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_fork             (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_inspect_sandbox  (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_select_sandbox   (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_sandbox_metrics  (SbMcpToolCall *call,
                               gpointer       user_data);
/* All of these, with their schemas. */
void sb_tool_table_add        (SbMcpServer   *server,
                               gpointer       tools);

G_END_DECLS
