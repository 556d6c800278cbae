/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

/* The parts of sandbar-init. One thread, one epoll loop, fixed tables: what one part keeps is bounded. */

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "sb-wire-codec.h"

typedef struct
{
  const char  *workspace;
  uint32_t     lease_seconds;
  uint32_t     ttl_seconds;
  uint64_t     max_processes;  /* 0: not ours to limit */
  uint64_t     max_memory;     /* 0: not ours to limit */
  uint64_t     max_file_bytes;
  char       **env;            /* "K=V" on top of the built-in environment of commands */
  int          env_count;
  bool         is_pid_1;
  bool         has_openat2;
  SbWireFilter filter;
  int          workspace_fd;
} InitConfig;

extern InitConfig config;

/* sb-loop.c */
typedef struct Source Source;
typedef void (*SourceFunc) (Source  *source,
                            uint32_t events);

struct Source
{
  int        fd;
  uint32_t   armed;
  SourceFunc func;
  void      *owner;
};

void    loop_init   (void);
void    source_open (Source     *source,
                     int         fd,
                     SourceFunc  func,
                     void       *owner);
void    source_arm  (Source     *source,
                     uint32_t    events);
void    source_close (Source    *source);
void    loop_wait   (int64_t     deadline_us);
int64_t now_us      (void);
void    die         (int         status) __attribute__ ((noreturn));

/* sb-frames.c: fd 0 and fd 1 */
void frames_init    (void);
void frames_flush   (void);
bool frames_have_room (void);
int64_t frames_deadline (void);
void send_frame     (uint8_t     type,
                     uint8_t     flags,
                     uint32_t    id,
                     const void *payload,
                     size_t      length);
void send_packed    (uint8_t     type,
                     uint8_t     flags,
                     uint32_t    id,
                     const SbWirePacker *packer);
void send_ok        (uint32_t    id);
void send_error     (uint32_t    id,
                     SbWireError code,
                     int         error_number);
void send_errno     (uint32_t    id,
                     int         error_number);
void send_credit    (uint32_t    id,
                     size_t      bytes);

/* sb-facts.c */
void facts_send (const SbWireFrame *hello);

/* sb-seccomp.c */
SbWireFilter seccomp_install (void);

/* sb-exec.c */
#define EXEC_SLOTS (2u * SB_WIRE_MAX_COMMANDS)

typedef enum
{
  EXEC_FREE,
  EXEC_RUNNING,
  EXEC_TERMINATING, /* TERM was sent, KILL follows */
  EXEC_KILLING,     /* KILL is sent until nothing of it is left */
  EXEC_DRAINING,    /* over; what it wrote is still being read */
  EXEC_DONE,        /* a background process that is over; its log stays readable */
} ExecState;

typedef struct
{
  uint8_t *head;
  uint8_t *tail;
  uint64_t total;
} ExecLog;

typedef struct
{
  ExecState state;
  uint32_t  id;
  bool      background;
  bool      terminal;  /* output[0] and input are a pseudo-terminal; its end is the end of all that came from it */
  bool      started;   /* the program was executed */
  bool      reaped;
  pid_t     pid;
  int       wait_status;
  int       exec_errno;
  bool      stopped;   /* by us, for the reason in outcome */
  SbWireOutcome outcome;
  uint64_t  oom_kills; /* of the control group, when it began */
  unsigned int kill_rounds;
  int64_t   begun;
  int64_t   ended;
  int64_t   deadline;  /* of the present state; 0: none */
  uint64_t  budget;
  uint64_t  totals[2];
  uint32_t  credit;
  Source    output[2];
  int       drain[2];  /* bytes still to read once the grace is over; -1: all of them */
  Source    status;    /* tells that the program runs, or why not */
  Source    input;
  uint8_t  *input_buffer;
  size_t    input_start;
  size_t    input_end;
  size_t    input_owed; /* bytes that credit is given for; they come before any of INPUT */
  bool      input_last;
  ExecLog   log;
} Exec;

void    exec_kill_request (const SbWireFrame *frame);
bool    exec_credit      (uint32_t           id,
                          uint32_t           bytes);
void    exec_reaped      (pid_t              pid,
                          int                wait_status);
void    exec_rearm       (void);
void    exec_postpone    (int64_t            by);
int64_t exec_deadline    (void);
void    exec_tick        (int64_t            now);
void    exec_stop        (Exec              *exec,
                          SbWireOutcome      outcome,
                          bool               polite);
bool    exec_any_running (const Exec        *except);
Exec   *exec_find        (uint32_t           id);
Exec   *exec_slot        (unsigned int       index);

/* sb-exec.c, for those who start one */
Exec   *exec_take_slot    (bool          lasting);
void    exec_clear        (Exec         *exec);
void    exec_adopt_output (Exec         *exec,
                           unsigned int  index,
                           int           fd);
void    exec_adopt_status (Exec         *exec,
                           int           fd);
void    exec_adopt_input  (Exec         *exec,
                           int           fd);

/* sb-exec-input.c */
void    exec_input_cb      (Source            *source,
                            uint32_t           events);
bool    exec_input_is_open (const Exec        *exec);
bool    exec_data          (const SbWireFrame *frame);
void    exec_input_request (const SbWireFrame *frame);

/* sb-exec-start.c */
#define EXEC_MAX_ARGS 4096

typedef struct
{
  char       *argv[EXEC_MAX_ARGS + 1];
  const char *env[EXEC_MAX_ARGS];
  uint32_t    env_count;
  const char *cwd;
  uint32_t    timeout_ms;
  uint64_t    budget;
} ExecRequest;

void    exec_request     (const SbWireFrame *frame);
void    exec_unpack      (SbWireUnpacker    *unpacker,
                          ExecRequest       *request);
int     exec_open_cwd    (const char        *cwd);
bool    exec_prepare     (Exec              *exec,
                          const SbWireFrame *frame,
                          bool               with_input);

/* sb-pty.c */
void    pty_request      (const SbWireFrame *frame);
void    pty_resize_request (const SbWireFrame *frame);

/* sb-exec-env.c */
char **exec_env (const Exec        *exec,
                 const char *const *extra,
                 uint32_t           count);

/* sb-exec-log.c */
bool log_open         (ExecLog           *log);
void log_close        (ExecLog           *log);
void log_append       (ExecLog           *log,
                       const uint8_t     *data,
                       size_t             length);
void log_request      (const SbWireFrame *frame);
void jobs_request     (const SbWireFrame *frame);

/* sb-exec-child.c */
typedef struct
{
  char **argv;
  char **env;
  int    cwd_fd;
  int    stdin_fd;  /* -1: empty */
  int    stdout_fd;
  int    stderr_fd;
  int    status_fd; /* gets an int, the errno, when the program cannot be executed; closed when it runs */
  bool   terminal;  /* stdin_fd is one, and becomes the controlling terminal */
} ExecChild;

void exec_child_run (const ExecChild *child) __attribute__ ((noreturn));
void close_above    (unsigned int     last);

/* sb-procs.c */
typedef struct
{
  uint64_t memory_bytes;
  uint64_t cpu_us;
  uint32_t count;
} ProcTotals;

typedef struct
{
  pid_t    pid;
  pid_t    parent;
  pid_t    group;
  pid_t    session;
  char     state;
  uint64_t ticks; /* of the processor */
  uint64_t start; /* ticks after the machine's */
  uint64_t pages; /* in memory */
} Process;

/* A look at all of them, valid until the next one. */
unsigned int   procs_scan       (void);
const Process *proc_at          (unsigned int   index);
bool           proc_is_ours     (const Process *process,
                                 unsigned int   count);
uint32_t       proc_get_request (const Process *process);
size_t         proc_read_file   (pid_t          pid,
                                 const char    *name,
                                 char          *buffer,
                                 size_t         size);
unsigned int procs_kill_exec  (const Exec *exec);
void         procs_kill_all   (void);
void         procs_freeze     (bool        frozen);
Exec        *procs_kill_biggest (void);
void         procs_sum        (ProcTotals *totals);

/* sb-proc-list.c */
void         processes_request (const SbWireFrame *frame);
void         signal_request    (const SbWireFrame *frame);

/* sb-counters.c */
void     counters_request   (const SbWireFrame *frame);
uint64_t counters_oom_kills (void);
uint64_t counters_memory_limit (void);
uint64_t counters_process_limit (void);
int64_t  watchdog_deadline  (void);
void     watchdog_tick      (int64_t            now);

/* sb-paths.c: everything beneath the workspace, nothing above it */
bool path_normalize  (const char *path,
                      char       *normal);
int  path_open       (const char *normal,
                      int         flags,
                      mode_t      mode);
int  path_open_parent (const char  *normal,
                       bool         make,
                       const char **leaf);
bool path_resolves_with_openat2 (void);

/* sb-files.c */
void file_read_request   (const SbWireFrame *frame);
void file_list_request   (const SbWireFrame *frame);
void file_stat_request   (const SbWireFrame *frame);
void file_rename_request (const SbWireFrame *frame);
void file_mkdir_request  (const SbWireFrame *frame);

/* sb-removal.c: a tree goes, a slice at a time, whatever its size */
#define REMOVAL_MAX_DEPTH 64

typedef struct
{
  int          dir;   /* that the first one is in; -1: over */
  unsigned int depth;
  unsigned int left;
  struct
  {
    DIR         *contents;
    unsigned int rewound;
    char         name[256];
  } levels[REMOVAL_MAX_DEPTH];
} Removal;

int     removal_begin    (Removal           *self,
                          int                dir,
                          const char        *name);
int     removal_step     (Removal           *self);
bool    removal_is_over  (const Removal     *self);
void    removal_end      (Removal           *self);
void    removal_request  (const SbWireFrame *frame);
int64_t removal_deadline (void);
void    removal_tick     (int64_t            now);

/* sb-write.c */
#define WRITE_TEMP_PREFIX ".sb-tmp-"

void write_request (const SbWireFrame *frame);
bool write_data    (const SbWireFrame *frame);
bool write_is_temp (const char        *name);
/* 0: it cannot be read */
uint64_t write_hash_file (int         dir,
                          const char *name);

/* sb-walk.c */
#define WALK_MAX_DEPTH 64

typedef enum
{
  WALK_ENTERED, /* or no directory */
  WALK_TOO_DEEP,
  WALK_UNREADABLE,
} WalkState;

typedef struct
{
  DIR         *dirs[WALK_MAX_DEPTH];
  size_t       lengths[WALK_MAX_DEPTH]; /* of their paths */
  unsigned int depth;
  bool         truncated;
  /* The entry. */
  int          parent;
  const char  *name;
  WalkState    state;
  struct stat  info;
  char         path[SB_WIRE_MAX_PATH];
} Walk;

bool walk_begin (Walk       *walk,
                 const char *normal);
bool walk_next  (Walk       *walk);
void walk_end   (Walk       *walk);

/* sb-search.c */
void    search_request   (const SbWireFrame *frame);
bool    search_cancel    (uint32_t           id);
int64_t search_deadline  (void);
void    search_tick      (int64_t            now);

/* sb-snapshot.c */
void    snapshot_request  (const SbWireFrame *frame);
bool    snapshot_credit   (uint32_t           id,
                           uint32_t           bytes);
bool    snapshot_cancel   (uint32_t           id);
int64_t snapshot_deadline (void);
void    snapshot_tick     (int64_t            now);

/* sb-restore.c */
void restore_request (const SbWireFrame *frame);
bool restore_data    (const SbWireFrame *frame);
bool restore_cancel  (uint32_t           id);
/* A directory that a restore keeps things in until it is over. */
bool restore_is_temp (const char        *name);
int64_t restore_deadline (void);
void    restore_tick     (int64_t            now);

/* sb-pause.c */
bool pause_is_on   (void);
void pause_request (const SbWireFrame *frame);

/* sb-watch.c */
void    watch_init      (void);
void    watch_request   (const SbWireFrame *frame);
void    unwatch_request (const SbWireFrame *frame);
int64_t watch_deadline  (void);
void    watch_tick      (int64_t            now);

/* sb-tunnel.c */
#define TUNNEL_SLOTS 128

typedef enum
{
  TUNNEL_FREE,
  TUNNEL_CONNECTING,
  TUNNEL_WAITING, /* accepted; the host has not taken it yet */
  TUNNEL_OPEN,
  TUNNEL_CLOSING, /* the host let go: only what it sent is still written */
} TunnelState;

typedef struct
{
  TunnelState state;
  uint32_t    id;       /* waiting: of the LISTEN */
  uint32_t    ticket;   /* waiting */
  uint32_t    port;     /* connecting */
  bool        is_ipv6;  /* connecting */
  bool        incoming;
  bool        reading;  /* the socket did not end yet */
  bool        writing;  /* it still takes bytes */
  bool        input_last;
  int         write_errno;
  uint32_t    credit;
  uint8_t    *input;    /* allocated while something waits */
  size_t      input_start;
  size_t      input_end;
  int64_t     deadline; /* of connecting and closing; 0: none */
  Source      source;
} Tunnel;

void    connect_request (const SbWireFrame *frame);
bool    tunnel_data     (const SbWireFrame *frame);
bool    tunnel_credit   (uint32_t           id,
                         uint32_t           bytes);
bool    tunnel_kill     (uint32_t           id,
                         bool               polite);
Tunnel *tunnel_take_slot (int               fd);
Tunnel *tunnel_slot     (unsigned int       index);
void    tunnel_reset    (Tunnel            *tunnel);
void    tunnel_rearm    (void);
int64_t tunnel_deadline (void);
void    tunnel_tick     (int64_t            now);

/* sb-tunnel-listen.c */
void    listen_request   (const SbWireFrame *frame);
void    unlisten_request (const SbWireFrame *frame);
Tunnel *listen_take      (uint32_t           ticket);
bool    listen_is_ours   (uint64_t           inode);
void    listen_rearm     (void);

/* sb-ports.c */
void    ports_request    (const SbWireFrame *frame);

/* sb-guard.c */
int  guard_run       (char             **argv);

/* sb-undertaker.c */
int  undertaker_run  (char             **argv);
