/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-duplex.h"
#include "sb-image-job.h"

G_BEGIN_DECLS

#define SB_SANDBOX_ERROR (sb_sandbox_error_quark ())

typedef enum
{
  SB_SANDBOX_ERROR_UNAVAILABLE, /* no engine and no bubblewrap, or it does not answer or has no room */
  SB_SANDBOX_ERROR_IMAGE,       /* the image is missing */
  SB_SANDBOX_ERROR_UNSAFE,      /* a limit or guarantee did not take: refused */
  SB_SANDBOX_ERROR_START,       /* it did not come up */
  SB_SANDBOX_ERROR_GONE,        /* stopped, or killed from outside */
  SB_SANDBOX_ERROR_NOT_FOUND,   /* no sandbox of that id or name */
  SB_SANDBOX_ERROR_LIMIT,       /* too many sandboxes */
} SbSandboxError;

GQuark sb_sandbox_error_quark (void);

/* What is asked of a backend. */
typedef struct
{
  char               *id;            /* ours; label and container name are derived from it */
  char               *image;         /* nullable: the backend's default */
  char               *engine;        /* nullable: on which engine, by its id; else where most room is */
  const char * const *env;           /* nullable */
  const char * const *hosts;         /* nullable: "name:address", names that mean addresses of its loopback; for
                                      * containers that share it, so not under gVisor. Engines only. */
  guint64             memory_bytes;
  guint64             disk_bytes;
  guint               pids;
  double              cpus;
  guint               ttl_seconds;
  guint               idle_seconds;  /* 0: no end for want of use; kept by the owner, not by the backend */
  const char         *profile;       /* nullable: the default; only for who creates one */
  gboolean            allows_weak;   /* a limit that is missing is a warning, not a refusal */
} SbSandboxSpec;

/* A guarantee as read back from the running sandbox, in plain words: "no network", "uid 65532", … */
typedef struct
{
  /* "network", "user", "capabilities", "root", "memory", "processes", "disk", "backend", "seccomp", "limits" */
  char    *id;
  char    *label;   /* short, translated by the shell through its id; English here */
  char    *detail;  /* the real value, a sentence */
  gboolean holds;   /* FALSE: not guaranteed on this machine; shown as a warning */
} SbSandboxFact;

SbSandboxFact *sb_sandbox_fact_new  (const char    *id,
                                     gboolean       holds,
                                     const char    *label,
                                     char          *detail);
void           sb_sandbox_fact_free (SbSandboxFact *fact);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSandboxFact, sb_sandbox_fact_free)

/* What a backend says of the machine behind it; all of it nullable or 0: it does not say. */
typedef struct
{
  const char         *host;     /* its address */
  const char         *version;
  const char * const *runtimes; /* "runc", "runsc" */
  const char * const *warnings; /* sentences: what it cannot guarantee */
  guint64             memory_bytes;
  double              cpus;
  gboolean            is_rootless;
} SbBackendInfo;

/* A backend starts sandbar-init isolated and hands over the stream to it. Nothing else. */
#define SB_TYPE_SANDBOX_BACKEND (sb_sandbox_backend_get_type ())
G_DECLARE_INTERFACE (SbSandboxBackend, sb_sandbox_backend, SB, SANDBOX_BACKEND, GObject)

struct _SbSandboxBackendInterface
{
  GTypeInterface parent_iface;

  const char *(*get_label)     (SbSandboxBackend     *self); /* "Docker Engine 20.10", "bubblewrap" */
  /* Optional; nullable before a probe succeeded */
  const SbBackendInfo *(*get_info) (SbSandboxBackend *self);
  /* Is it there, and can it start one? Also sweeps what dead owners left. */
  void        (*probe_async)   (SbSandboxBackend     *self,
                                GCancellable         *cancellable,
                                GAsyncReadyCallback   callback,
                                gpointer              user_data);
  gboolean    (*probe_finish)  (SbSandboxBackend     *self,
                                GAsyncResult         *result,
                                GError              **error);
  /* *facts: (out) (transfer full) of SbSandboxFact, verified by reading back */
  void        (*start_async)   (SbSandboxBackend     *self,
                                const SbSandboxSpec  *spec,
                                GCancellable         *cancellable,
                                GAsyncReadyCallback   callback,
                                gpointer              user_data);
  SbDuplex   *(*start_finish)  (SbSandboxBackend     *self,
                                GAsyncResult         *result,
                                GPtrArray           **facts,
                                GError              **error);
  /* Gone for sure when it finishes; no error if it was gone already. */
  void        (*remove_async)  (SbSandboxBackend     *self,
                                const char           *id,
                                GCancellable         *cancellable,
                                GAsyncReadyCallback   callback,
                                gpointer              user_data);
  gboolean    (*remove_finish) (SbSandboxBackend     *self,
                                GAsyncResult         *result,
                                GError              **error);
  /* Optional: why one says nothing any more, as far as is known: a sentence (transfer full), or NULL */
  void        (*explain_async) (SbSandboxBackend     *self,
                                const char           *id,
                                GCancellable         *cancellable,
                                GAsyncReadyCallback   callback,
                                gpointer              user_data);
  char       *(*explain_finish) (SbSandboxBackend    *self,
                                GAsyncResult         *result);
  /* Optional: what would bring the image that is missing; image NULL: its own. (transfer full), not begun */
  SbImageJob *(*new_image_job) (SbSandboxBackend     *self,
                                const char           *image);
};

const char *sb_sandbox_backend_get_label     (SbSandboxBackend     *self);
const SbBackendInfo *sb_sandbox_backend_get_info (SbSandboxBackend *self);
void        sb_sandbox_backend_probe_async   (SbSandboxBackend     *self,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
gboolean    sb_sandbox_backend_probe_finish  (SbSandboxBackend     *self,
                                              GAsyncResult         *result,
                                              GError              **error);
void        sb_sandbox_backend_start_async   (SbSandboxBackend     *self,
                                              const SbSandboxSpec  *spec,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
SbDuplex   *sb_sandbox_backend_start_finish  (SbSandboxBackend     *self,
                                              GAsyncResult         *result,
                                              GPtrArray           **facts,
                                              GError              **error);
void        sb_sandbox_backend_remove_async  (SbSandboxBackend     *self,
                                              const char           *id,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
gboolean    sb_sandbox_backend_remove_finish (SbSandboxBackend     *self,
                                              GAsyncResult         *result,
                                              GError              **error);
/* FALSE: this backend explains nothing, and the callback is not called. */
gboolean    sb_sandbox_backend_explain_async (SbSandboxBackend     *self,
                                              const char           *id,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
char       *sb_sandbox_backend_explain_finish (SbSandboxBackend    *self,
                                              GAsyncResult         *result);
/* (transfer full) (nullable): NULL: this one needs no images */
SbImageJob *sb_sandbox_backend_new_image_job (SbSandboxBackend     *self,
                                              const char           *image);

G_END_DECLS
