/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"
#include "sb-exec-queue.h"
#include "sb-wire-codec.h"

G_BEGIN_DECLS

typedef struct _SbRequest SbRequest;

/* One frame for this request. FALSE: the far end broke the rules, and the channel closes. */
typedef gboolean (*SbRequestFrameFunc) (SbChannel         *channel,
                                        SbRequest         *request,
                                        const SbWireFrame *frame);

/* A question that waits for its answers. */
struct _SbRequest
{
  /* owned */
  GTask             *task;    /* nullable: nobody waits (watches) */
  char              *subject; /* the path or program, for messages */
  char              *title;   /* nullable: of a command, for people */
  char              *call;    /* nullable: of a command, the trace id of its tool call */
  GSource           *cancel;
  SbExecTurn        *turn;    /* nullable: of a command that somebody waits for */

  /* borrowed */
  SbChannel         *channel;
  gpointer           owner;   /* of a request without a task */

  SbRequestFrameFunc handle;
  gboolean           kill_on_cancel; /* a command: ends only when the far end says so */
  guint32            id;
};

/* sb-channel.c. The task's data is the state of the request. */
SbRequest *sb_channel_add_request   (SbChannel          *self,
                                     GTask              *task,
                                     const char         *subject,
                                     SbRequestFrameFunc  handle);
GTask     *sb_channel_take_task     (SbChannel          *self,
                                     SbRequest          *request);
void       sb_channel_return_error  (SbChannel          *self,
                                     SbRequest          *request,
                                     GError             *error);
GTask     *sb_channel_hand_over     (SbRequest          *request,
                                     gpointer            owner,
                                     SbRequestFrameFunc  handle);
void       sb_channel_drop_request  (SbChannel          *self,
                                     guint32             id);
void       sb_channel_send          (SbChannel          *self,
                                     SbWireType          type,
                                     guint8              flags,
                                     guint32             id,
                                     const guint8       *payload,
                                     gsize               length);
void       sb_channel_send_u32      (SbChannel          *self,
                                     SbWireType          type,
                                     guint32             id,
                                     guint32             value);
gboolean   sb_channel_check_open    (SbChannel          *self,
                                     GTask              *task);
GError    *sb_channel_read_error    (const SbRequest    *request,
                                     const SbWireFrame  *frame);

/* sb-channel-exec.c */
SbExecQueue *sb_channel_get_exec_queue (SbChannel   *self);
void       sb_channel_put_strv      (SbWirePacker       *packer,
                                     const char *const  *strings);

/* sb-channel-upload.c: bytes that go out as fast as the far end takes them */
typedef struct
{
  GBytes *bytes;
  gsize   offset;
  gsize   window;
  gboolean ended;
  gboolean goes_on; /* other bytes follow, on another way */
} SbUpload;

void       sb_upload_init           (SbUpload           *self,
                                     GBytes             *bytes);
void       sb_upload_clear          (SbUpload           *self);
void       sb_upload_push           (SbUpload           *self,
                                     SbChannel          *channel,
                                     guint32             id);
gboolean   sb_upload_credit         (SbUpload           *self,
                                     SbChannel          *channel,
                                     const SbWireFrame  *frame);

/* sb-channel-watch.c */
typedef struct _SbWatches SbWatches;

SbWatches *sb_watches_new           (void);
void       sb_watches_free          (SbWatches          *self);
SbWatches *sb_channel_get_watches   (SbChannel          *self);
void       sb_channel_emit_changed  (SbChannel          *self,
                                     const char         *path,
                                     SbFileChange        change);

G_END_DECLS
