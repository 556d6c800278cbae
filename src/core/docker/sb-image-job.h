/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"

G_BEGIN_DECLS

typedef enum
{
  SB_IMAGE_JOB_WAITING,
  SB_IMAGE_JOB_RUNNING,
  SB_IMAGE_JOB_DONE,
  SB_IMAGE_JOB_FAILED,
  SB_IMAGE_JOB_CANCELLED,
} SbImageJobState;

#define SB_TYPE_IMAGE_JOB_STATE (sb_image_job_state_get_type ())
GType sb_image_job_state_get_type (void);

/* The pull or the build of one image. Properties: name, state, fraction (0 to 1, negative: not known), status (a line
 * for people). They are notified as the engine tells. */
#define SB_TYPE_IMAGE_JOB (sb_image_job_get_type ())
G_DECLARE_FINAL_TYPE (SbImageJob, sb_image_job, SB, IMAGE_JOB, GObject)

/* name: "registry/name:tag" or "…@sha256:…"; without both ":latest" is meant, never all tags. What the Docker CLI knows
 * of the registry is sent along. */
SbImageJob      *sb_image_job_new_pull    (SbDockerClient       *client,
                                           const char           *name);
/* tar: of sb_build_context_pack_async(); built without a network. name: what the image is called then */
SbImageJob      *sb_image_job_new_build   (SbDockerClient       *client,
                                           GBytes               *tar,
                                           const char           *name);
/* Of a build that has not begun: what the Dockerfile runs may use the network. Only when the user said so. */
void             sb_image_job_allow_network (SbImageJob         *self);
/* Once a job. Cancelling ends the work in the engine, too. */
void             sb_image_job_run_async   (SbImageJob           *self,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean         sb_image_job_run_finish  (SbImageJob           *self,
                                           GAsyncResult         *result,
                                           GError              **error);
const char      *sb_image_job_get_name     (SbImageJob          *self);
gboolean         sb_image_job_is_build     (SbImageJob          *self); /* FALSE: a pull */
SbImageJobState  sb_image_job_get_state    (SbImageJob          *self);
double           sb_image_job_get_fraction (SbImageJob          *self);
const char      *sb_image_job_get_status   (SbImageJob          *self);
const char      *sb_image_job_get_log      (SbImageJob          *self); /* its end, 64 KiB */
/* nullable: the digest of what was pulled, the id of what was built */
const char      *sb_image_job_get_result   (SbImageJob          *self);

G_END_DECLS
