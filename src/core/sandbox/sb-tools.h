/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-server.h"

G_BEGIN_DECLS

/* The handlers of the sandbox server's tools; user_data: SbSandboxTools. */
void sb_tool_exec             (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_list_processes   (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_read_process_log (SbMcpToolCall *call,
                               gpointer       user_data);
void sb_tool_kill_process     (SbMcpToolCall *call,
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

G_END_DECLS
