/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-duplex.h"
#include "sb-greeting.h"

G_BEGIN_DECLS

#define SB_CHANNEL_ERROR (sb_channel_error_quark ())
#define SB_CHANNEL_MAX_INPUT (32 * 1024)

typedef enum
{
  SB_CHANNEL_ERROR_CLOSED,     /* the sandbox is gone */
  SB_CHANNEL_ERROR_PROTOCOL,   /* the far end broke the rules: the channel is closed */
  SB_CHANNEL_ERROR_NOT_FOUND,  /* no such file, program or process */
  SB_CHANNEL_ERROR_DENIED,     /* outside the workspace, or not permitted */
  SB_CHANNEL_ERROR_NOT_FILE,   /* a directory, FIFO, device… where a regular file is needed, or the reverse */
  SB_CHANNEL_ERROR_NO_SPACE,
  SB_CHANNEL_ERROR_LIMIT,      /* too large, too many */
  SB_CHANNEL_ERROR_IO,
  SB_CHANNEL_ERROR_PAUSED,     /* nothing can be started until it goes on */
  SB_CHANNEL_ERROR_CHANGED,    /* the file is not what it was thought to be, or there is one already */
} SbChannelError;

GQuark sb_channel_error_quark (void);

typedef enum
{
  SB_EXEC_EXITED,
  SB_EXEC_SIGNALED,
  SB_EXEC_TIMED_OUT,
  SB_EXEC_OOM,          /* killed for memory */
  SB_EXEC_OUTPUT_LIMIT, /* killed for more output than the budget */
} SbExecOutcome;

typedef struct
{
  const char * const *argv;
  const char         *cwd;           /* nullable: the workspace */
  const char * const *env;           /* nullable: "K=V" on top of the sandbox's own */
  GBytes             *stdin_bytes;   /* nullable */
  gboolean            open_stdin;    /* spawn: stdin stays open after that, for sb_channel_write_input_async() */
  guint               timeout_ms;    /* 0: none; then TERM, and KILL 2 s later, to the whole group */
  guint64             output_budget; /* 0: default; bytes after which the command is killed */
  const char         *title;         /* nullable: what it is, for people */
  const char         *trace_id;      /* nullable: the tool call that it is for */
  gsize               keep;          /* bytes of head and of tail kept of each stream; 0: default 32 KiB */
} SbExecSpec;

typedef struct
{
  SbExecOutcome outcome;
  int           exit_code; /* when exited */
  int           term_signal;
  gint64        duration_us;
  GBytes       *stdout_head_tail; /* raw bytes: hostile */
  GBytes       *stderr_head_tail;
  guint64       stdout_total;
  guint64       stderr_total;
  guint64       stdout_dropped;
  guint64       stderr_dropped;
} SbExecResult;

void sb_exec_result_free (SbExecResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbExecResult, sb_exec_result_free)

/* A spawned command. */
typedef struct
{
  guint32       process;
  gboolean      running;
  gboolean      open;      /* its stdin */
  SbExecOutcome outcome;   /* when over */
  int           value;     /* exit code or signal */
  guint64       log_bytes;
} SbJob;

/* Any process of the sandbox. Name and command are hostile: any bytes. */
typedef struct
{
  guint32 pid;          /* as inside */
  guint32 parent;
  char    state;        /* R, S, D, Z, T… as in proc(5) */
  guint64 cpu_us;
  guint64 memory_bytes; /* resident */
  guint64 age_us;
  guint32 request;      /* the command or terminal that it came from; 0: nobody can tell */
  char   *name;
  char   *command;      /* the first 512 bytes of it; empty: a zombie, or it hides it */
} SbProcess;

void sb_process_free (SbProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbProcess, sb_process_free)

/* fd 1 or 2. Raw bytes, hostile; rate-limited by the far end's flow control, not by the caller. */
typedef void (*SbExecOutputFunc) (int           fd,
                                  const guint8 *data,
                                  gsize         length,
                                  gpointer      user_data);

typedef enum
{
  SB_FILE_TYPE_REGULAR,
  SB_FILE_TYPE_DIRECTORY,
  SB_FILE_TYPE_SYMLINK,
  SB_FILE_TYPE_OTHER,
} SbFileType;

typedef struct
{
  char       *name;         /* as on disk: any bytes but NUL and '/' */
  SbFileType  type;
  guint64     size;
  gint64      mtime_us;
  guint32     mode;
  char       *link_target;  /* nullable */
} SbFileInfo;

void sb_file_info_free (SbFileInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbFileInfo, sb_file_info_free)

typedef enum
{
  SB_FILE_CHANGE_ADDED,
  SB_FILE_CHANGE_MODIFIED,
  SB_FILE_CHANGE_DELETED,
  SB_FILE_CHANGE_RESCAN, /* too many at once, or a lost watch: list again */
} SbFileChange;

typedef struct
{
  guint64 memory_bytes;
  guint64 memory_limit;
  guint   processes;
  guint64 cpu_us;
  guint64 disk_bytes;
  guint64 disk_limit;
} SbChannelCounters;

/* A TCP port that a program inside listens on. */
typedef struct
{
  char    *address; /* "127.0.0.1", "0.0.0.0", "::", … */
  guint16  port;
  guint32  pid;     /* as seen inside; 0: not to be told */
  char    *command; /* of its owner, raw: hostile; "" when not to be told */
} SbListeningPort;

void sb_listening_port_free (SbListeningPort *port);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbListeningPort, sb_listening_port_free)

typedef struct _SbTunnelListener SbTunnelListener;

/* A program inside connected to a port that is listened on. stream: yours after g_object_ref(); closed otherwise. */
typedef void (*SbTunnelIncomingFunc) (SbTunnelListener *listener,
                                      GIOStream        *stream,
                                      gpointer          user_data);

/* Our end of the byte stream to sandbar-init. Paths are relative to the workspace, or absolute below it
 * ("/workspace/…").
 * Signals: "ready" (once, after the far end's greeting), "file-changed" (char *path, SbFileChange),
 * "closed" (GError*, nullable; once, last). */
#define SB_TYPE_CHANNEL (sb_channel_get_type ())
/* "silent" (gboolean): nothing came for some 15 s, or it is heard again; "closed" follows after 30 s. */
G_DECLARE_FINAL_TYPE (SbChannel, sb_channel, SB, CHANNEL, GObject)

SbChannel    *sb_channel_new               (SbDuplex             *duplex);
/* starts the duplex, awaits the greeting */
void          sb_channel_open_async        (SbChannel            *self,
                                            guint                 timeout_ms,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
gboolean      sb_channel_open_finish       (SbChannel            *self,
                                            GAsyncResult         *result,
                                            GError              **error);
void          sb_channel_close             (SbChannel            *self);
gboolean      sb_channel_is_open           (SbChannel            *self);
const SbGreeting *sb_channel_get_greeting  (SbChannel            *self); /* nullable before it is open */

/* (nullable): the title of a command or terminal that runs. Borrowed until it ends. */
const char   *sb_channel_get_call          (SbChannel            *self, /* its tool call, likewise */
                                            guint32               id);
const char   *sb_channel_get_title         (SbChannel            *self,
                                            guint32               id);

/* Cancelling kills the command's whole process group, then finishes with G_IO_ERROR_CANCELLED. */
void          sb_channel_exec_async        (SbChannel            *self,
                                            const SbExecSpec     *spec,
                                            SbExecOutputFunc      output_func,
                                            gpointer              output_data,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
SbExecResult *sb_channel_exec_finish       (SbChannel            *self,
                                            GAsyncResult         *result,
                                            GError              **error);
/* Starts a command that outlives the call; its id is for later reads. 0 on error. */
void          sb_channel_spawn_async       (SbChannel            *self,
                                            const SbExecSpec     *spec,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
guint32       sb_channel_spawn_finish      (SbChannel            *self,
                                            GAsyncResult         *result,
                                            GError              **error);
/* To a command started by spawn. signal 0: TERM, and KILL 2 s later; 9: kills all that came from it. */
void          sb_channel_kill              (SbChannel            *self,
                                            guint32               process,
                                            int                   signal);
/* To the stdin of a command that was spawned with it open; at most SB_CHANNEL_MAX_INPUT bytes. last: closes it. */
void          sb_channel_write_input_async (SbChannel            *self,
                                            guint32               process,
                                            GBytes               *bytes,
                                            gboolean              last,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
gboolean      sb_channel_write_input_finish (SbChannel           *self,
                                             GAsyncResult        *result,
                                             GError             **error);
/* What a spawned command wrote (both streams), from offset on: one piece, at most 32 KiB. *offset moves up where bytes
 * are gone. */
void          sb_channel_read_log_async    (SbChannel            *self,
                                            guint32               process,
                                            guint64               offset,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
GBytes       *sb_channel_read_log_finish   (SbChannel            *self,
                                            GAsyncResult         *result,
                                            guint64              *offset,
                                            guint64              *total,
                                            GError              **error);
/* of SbJob: the spawned commands that run, and those whose log is still kept */
void          sb_channel_list_jobs_async   (SbChannel            *self,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
GArray       *sb_channel_list_jobs_finish  (SbChannel            *self,
                                            GAsyncResult         *result,
                                            GError              **error);
/* of SbProcess: all there are */
void          sb_channel_list_processes_async  (SbChannel            *self,
                                                GCancellable         *cancellable,
                                                GAsyncReadyCallback   callback,
                                                gpointer              user_data);
GPtrArray    *sb_channel_list_processes_finish (SbChannel            *self,
                                                GAsyncResult         *result,
                                                GError              **error);
void          sb_channel_signal_process_async  (SbChannel            *self,
                                                guint32               pid,
                                                int                   signal,
                                                GCancellable         *cancellable,
                                                GAsyncReadyCallback   callback,
                                                gpointer              user_data);
gboolean      sb_channel_signal_process_finish (SbChannel            *self,
                                                GAsyncResult         *result,
                                                GError              **error);
void          sb_channel_read_file_async   (SbChannel            *self,
                                            const char           *path,
                                            guint64               offset,
                                            gsize                 max_bytes,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
GBytes       *sb_channel_read_file_finish  (SbChannel            *self,
                                            GAsyncResult         *result,
                                            guint64              *total_size,
                                            GError              **error);
/* Makes missing parents; replaces atomically unless append. mode 0: 0644, or kept. */
void          sb_channel_write_file_async  (SbChannel            *self,
                                            const char           *path,
                                            GBytes               *contents,
                                            guint32               mode,
                                            gboolean              append,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
gboolean      sb_channel_write_file_finish (SbChannel            *self,
                                            GAsyncResult         *result,
                                            GError              **error);
/* As write_file, if the file still has these contents; NULL: if there is nothing by that name. Otherwise it fails with
 * SB_CHANNEL_ERROR_CHANGED. */
void          sb_channel_replace_file_async (SbChannel           *self,
                                             const char          *path,
                                             GBytes              *contents,
                                             GBytes              *expected,
                                             GCancellable        *cancellable,
                                             GAsyncReadyCallback  callback,
                                             gpointer             user_data);
gint64        sb_channel_get_last_use      (SbChannel            *self);
guint64       sb_channel_hash              (GBytes               *contents);
void          sb_channel_write_file_if_async (SbChannel          *self,
                                              const char         *path,
                                              GBytes             *contents,
                                              guint32             mode,
                                              guint64             expected,
                                              GCancellable       *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer            user_data);
void          sb_channel_remove_file_if_async (SbChannel         *self,
                                               const char        *path,
                                               guint64            expected,
                                               GCancellable      *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer           user_data);
/* of SbFileInfo, sorted by name; *truncated when there were more than max_entries */
void          sb_channel_list_async        (SbChannel            *self,
                                            const char           *path,
                                            guint                 max_entries,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
GPtrArray    *sb_channel_list_finish       (SbChannel            *self,
                                            GAsyncResult         *result,
                                            gboolean             *truncated,
                                            GError              **error);
/* Of a directory with all it holds, when recursive. */
void          sb_channel_remove_file_async (SbChannel            *self,
                                            const char           *path,
                                            gboolean              recursive,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
void          sb_channel_rename_file_async (SbChannel            *self,
                                            const char           *from,
                                            const char           *to,
                                            gboolean              replace,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
void          sb_channel_make_dir_async    (SbChannel            *self,
                                            const char           *path,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
/* For remove, rename and make_dir */
gboolean      sb_channel_change_finish     (SbChannel            *self,
                                            GAsyncResult         *result,
                                            GError              **error);
void          sb_channel_stat_async        (SbChannel            *self,
                                            const char           *path,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
SbFileInfo   *sb_channel_stat_finish       (SbChannel            *self,
                                            GAsyncResult         *result,
                                            GError              **error);
/* Watch a directory ("" = the workspace), not what is below it; "file-changed" tells. */
void          sb_channel_watch             (SbChannel            *self,
                                            const char           *path);
void          sb_channel_unwatch           (SbChannel            *self,
                                            const char           *path);
void          sb_channel_counters_async    (SbChannel            *self,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
gboolean      sb_channel_counters_finish   (SbChannel            *self,
                                            GAsyncResult         *result,
                                            SbChannelCounters    *counters,
                                            GError              **error);
/* A connection to a port of the loopback inside. */
void          sb_channel_connect_async     (SbChannel            *self,
                                            guint16               port,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
GIOStream    *sb_channel_connect_finish    (SbChannel            *self,
                                            GAsyncResult         *result,
                                            GError              **error);
/* Listens on a port of the loopback inside (0: any free one) until the listener is closed or dropped. */
void          sb_channel_listen_async      (SbChannel            *self,
                                            guint16               port,
                                            SbTunnelIncomingFunc  incoming_func,
                                            gpointer              incoming_data,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
void          sb_channel_listen_at_async   (SbChannel            *self,
                                            guint32               address,
                                            guint16               port,
                                            SbTunnelIncomingFunc  incoming_func,
                                            gpointer              incoming_data,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
SbTunnelListener *sb_channel_listen_finish (SbChannel            *self,
                                            GAsyncResult         *result,
                                            GError              **error);
/* of SbListeningPort: what programs inside listen on */
void          sb_channel_list_ports_async  (SbChannel            *self,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
GPtrArray    *sb_channel_list_ports_finish (SbChannel            *self,
                                            GAsyncResult         *result,
                                            GError              **error);

G_END_DECLS
