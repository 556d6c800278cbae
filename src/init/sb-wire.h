/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

/* What both ends of the sandbox channel agree on. Freestanding: no GLib, no libc.
 *
 * A frame is a 12 byte header and up to 64 KiB of payload, all integers little-endian:
 *   u32 payload length · u8 type · u8 flags · u16 zero · u32 id
 * The id is chosen by the host and names a request; answers and streams carry the id of their request.
 * A string is u32 length, the bytes, and one NUL that the length does not count. */

#define SB_WIRE_VERSION 2u
#define SB_WIRE_HEADER 12u
#define SB_WIRE_MAX_PAYLOAD 65536u
#define SB_WIRE_NONCE 16u

/* Bytes of one stream that may be on their way before the receiver gives credit for more. */
#define SB_WIRE_OUTPUT_WINDOW (256u * 1024u) /* stdout and stderr of one command together */
#define SB_WIRE_UPLOAD_WINDOW (128u * 1024u) /* stdin of one command, contents of one file */
#define SB_WIRE_TUNNEL_WINDOW (128u * 1024u) /* each way of one TCP connection */
#define SB_WIRE_CHUNK (32u * 1024u)          /* the largest piece of a stream in one frame */

#define SB_WIRE_MAX_PATH 4096u
#define SB_WIRE_MAX_LIST 20000u
#define SB_WIRE_MAX_MATCHES 2000u
#define SB_WIRE_MAX_TREE 200000u /* entries of a tree in one stream */
#define SB_WIRE_MAX_INTERFACES 16u
#define SB_WIRE_MAX_COMMANDS 64u /* EXEC that run at once; and as many SPAWN and PTY, with those that are over */
#define SB_WIRE_MAX_PROCESSES 4096u
#define SB_WIRE_MAX_CMDLINE 512u /* of a command line */
#define SB_WIRE_MAX_PORTS 256u
#define SB_WIRE_MAX_LISTENERS 64u
#define SB_WIRE_LOOPBACK 0x7f000001u
#define SB_WIRE_MAX_COMMAND 200u /* of the owner of a port */
#define SB_WIRE_DEFAULT_BUDGET (256ull * 1024 * 1024)
#define SB_WIRE_DEFAULT_LEASE 30u

typedef enum
{
  /* host to sandbox */
  SB_WIRE_HELLO = 1,    /* u32 version, nonce -> GREETING */
  SB_WIRE_PING = 2,     /* -> PONG */
  SB_WIRE_EXEC = 3,     /* u32 timeout ms, u64 budget, str cwd, u32 n, n str argv, u32 n, n str env
                         * -> OUTPUT*, EXITED */
  SB_WIRE_SPAWN = 4,    /* as EXEC -> OK; the request id stays the name of the process. Without an END its stdin stays
                         * open for INPUT */
  SB_WIRE_DATA_IN = 5,  /* bytes for the stdin of EXEC/SPAWN or the file of WRITE */
  SB_WIRE_CREDIT = 6,   /* u32 bytes consumed (both directions) */
  SB_WIRE_KILL = 7,     /* u32 signal; 0: TERM, then KILL; for a running EXEC or SPAWN; no answer */
  SB_WIRE_LOG = 8,      /* u32 process, u64 offset, u32 max -> LOG_DATA */
  SB_WIRE_JOBS = 9,     /* -> JOBS_DATA */
  SB_WIRE_READ = 10,    /* u64 offset, u32 max, str path -> FILE_DATA */
  SB_WIRE_WRITE = 11,   /* u32 mode, str path, with IF_MATCH u64 hash of what is there (0: nothing may be), then DATA_IN
                         * with END on the last -> OK */
  SB_WIRE_LIST = 12,    /* u32 max, str path -> ENTRIES* */
  SB_WIRE_STAT = 13,    /* str path -> ENTRIES with one */
  SB_WIRE_REMOVE = 14,  /* str path, with IF_MATCH u64 hash of what is there -> OK */
  SB_WIRE_RENAME = 15,  /* str from, str to -> OK */
  SB_WIRE_MKDIR = 16,   /* str path -> OK; with all parents */
  SB_WIRE_WATCH = 17,   /* str path -> OK, then CHANGED* under the same id */
  SB_WIRE_UNWATCH = 18, /* under the id of the WATCH; no answer */
  SB_WIRE_COUNTERS = 19, /* -> COUNTERS_DATA */
  SB_WIRE_PTY = 20,      /* u32 rows, u32 columns, str cwd, u32 n, n str argv, u32 n, n str env
                          * -> OUTPUT* (stream 1), EXITED; DATA_IN is typed; KILL 9 ends all that came from it */
  SB_WIRE_RESIZE = 21,   /* u32 rows, u32 columns; under the id of the PTY; no answer */
  SB_WIRE_PROCESSES = 22, /* -> PROCESSES_DATA*, the last with END */
  SB_WIRE_SIGNAL = 23,   /* u32 pid, u32 signal -> OK */
  SB_WIRE_CONNECT = 24,  /* u32 port of the loopback inside, or 0, u32 ticket of an INCOMING -> OK, then a tunnel:
                          * DATA_IN, OUTPUT and CREDIT under this id, END once each way. ERROR ends it at any time;
                          * KILL 9 resets it, KILL 0 closes it once what was sent is written; both without answer */
  SB_WIRE_LISTEN = 25,   /* u32 port, 0: any, u32 address of 127.0.0.0/8 -> OK with u32 port, then INCOMING* under the
                          * same id */
  SB_WIRE_UNLISTEN = 26, /* under the id of the LISTEN; no answer */
  SB_WIRE_PORTS = 27,    /* -> PORTS_DATA */
  SB_WIRE_SNAPSHOT = 28, /* u64 max bytes of contents, str path -> TREE_DATA*; KILL ends it */
  SB_WIRE_RESTORE = 29,  /* str path, then DATA_IN (sb-tree-codec.h) with END on the last -> OK; KILL ends it */
  SB_WIRE_SEARCH = 30,   /* u32 max, str path, str name ("*", "?"; empty: any), str text (empty: names only)
                          * -> MATCHES*; KILL ends it */
  SB_WIRE_PAUSE = 31,    /* u8: 1 stops every process, and no new one begins; 0: they go on -> OK */
  SB_WIRE_INPUT = 32,    /* u32 process, bytes for the stdin of a SPAWN, with END the last -> OK, or LIMIT while too
                          * much waits to be read: then nothing of it was taken */

  /* sandbox to host */
  SB_WIRE_GREETING = 64,      /* see sb-greeting.c */
  SB_WIRE_PONG = 65,
  SB_WIRE_OK = 66,
  SB_WIRE_ERROR = 67,         /* u32 SbWireError, u32 errno */
  SB_WIRE_OUTPUT = 68,        /* of a command, flags: 1 or 2, the stream; of a tunnel: 0 or END; bytes */
  SB_WIRE_EXITED = 69,        /* u8 SbWireOutcome, u32 exit code or signal, u64 µs, u64 stdout, u64 stderr bytes */
  SB_WIRE_FILE_DATA = 70,     /* u64 size of the file, bytes */
  SB_WIRE_ENTRIES = 71,       /* entries: u8 SbWireFileType, u32 mode, u64 size, u64 mtime µs, str name, str link */
  SB_WIRE_CHANGED = 72,       /* u8 SbWireChange, str name */
  SB_WIRE_COUNTERS_DATA = 73, /* u64 memory, memory limit, processes, cpu µs, disk, disk limit */
  SB_WIRE_LOG_DATA = 74,      /* u64 offset of the first byte, u64 total, bytes */
  SB_WIRE_JOBS_DATA = 75,     /* jobs: u32 process, u8 SbWireJob, u8 outcome, u32 value, u64 log bytes */
  SB_WIRE_PROCESSES_DATA = 76, /* processes: u32 pid, u32 parent, u8 state, u64 cpu µs, u64 memory, u64 age µs,
                                * u32 request it came from or 0, str name, str command line */
  SB_WIRE_PORTS_DATA = 77,    /* ports: u8 4 or 16, so many bytes of address, u32 port, u32 pid or 0, str command */
  SB_WIRE_INCOMING = 78,      /* u32 ticket: a connection waits to be taken by CONNECT */
  SB_WIRE_TREE_DATA = 79,     /* sb-tree-codec.h */
  SB_WIRE_MATCHES = 80,       /* matches: u32 line (0: the name), str path, str the line; the last frame: none */
} SbWireType;

typedef enum
{
  SB_WIRE_FLAG_STDIN = 1 << 0,     /* EXEC, SPAWN: DATA_IN follows; otherwise stdin is empty */
  SB_WIRE_FLAG_END = 1 << 1,       /* DATA_IN, ENTRIES, TREE_DATA, MATCHES, OUTPUT of a tunnel: the last one */
  SB_WIRE_FLAG_TRUNCATED = 1 << 2, /* ENTRIES, TREE_DATA, MATCHES: there were more */
  SB_WIRE_FLAG_APPEND = 1 << 3,    /* WRITE */
  SB_WIRE_FLAG_RECURSIVE = 1 << 4, /* REMOVE; RESTORE: instead of what is there, when all has come */
  SB_WIRE_FLAG_IGNORE_CASE = 1 << 5, /* SEARCH: of A to Z */
  SB_WIRE_FLAG_IF_MATCH = 1 << 6,  /* WRITE, REMOVE: only if the file is still what it was */
  SB_WIRE_FLAG_NO_REPLACE = 1 << 7, /* RENAME: fails when there is something by that name */
} SbWireFlags;

typedef enum
{
  SB_WIRE_ERROR_IO,
  SB_WIRE_ERROR_NOT_FOUND,
  SB_WIRE_ERROR_DENIED,
  SB_WIRE_ERROR_NOT_FILE,
  SB_WIRE_ERROR_NO_SPACE,
  SB_WIRE_ERROR_LIMIT,
  SB_WIRE_ERROR_CWD, /* the working directory, not the program */
  SB_WIRE_ERROR_PAUSED,
  SB_WIRE_ERROR_CHANGED, /* the file is not what it was thought to be */
} SbWireError;

typedef enum
{
  SB_WIRE_OUTCOME_EXITED,
  SB_WIRE_OUTCOME_SIGNALED,
  SB_WIRE_OUTCOME_TIMED_OUT,
  SB_WIRE_OUTCOME_OOM,
  SB_WIRE_OUTCOME_OUTPUT_LIMIT,
} SbWireOutcome;

/* The filter of system calls, as a process of the sandbox has tried it. */
typedef enum
{
  SB_WIRE_FILTER_NONE, /* not for this processor */
  SB_WIRE_FILTER_HOLDS,
  SB_WIRE_FILTER_BROKEN,
} SbWireFilter;

typedef enum
{
  SB_WIRE_JOB_RUNNING = 1 << 0,
  SB_WIRE_JOB_OPEN = 1 << 1, /* its stdin */
} SbWireJob;

typedef enum
{
  SB_WIRE_FILE_REGULAR,
  SB_WIRE_FILE_DIRECTORY,
  SB_WIRE_FILE_SYMLINK,
  SB_WIRE_FILE_OTHER,
} SbWireFileType;

typedef enum
{
  SB_WIRE_CHANGE_ADDED,
  SB_WIRE_CHANGE_MODIFIED,
  SB_WIRE_CHANGE_DELETED,
  SB_WIRE_CHANGE_RESCAN,
} SbWireChange;
