/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A model server on loopback that answers what it was told to, one answer a request, in order; after the last it
 * answers "Nothing more.". Keeps every request. */
typedef struct _SbFakeModel SbFakeModel;

SbFakeModel *sb_fake_model_new         (void);
void         sb_fake_model_free        (SbFakeModel *self);
const char  *sb_fake_model_get_url     (SbFakeModel *self);

void         sb_fake_model_say         (SbFakeModel *self,
                                        const char  *text);
/* calls: "name {json}" each, NULL-terminated */
void         sb_fake_model_call        (SbFakeModel *self,
                                        const char  *call,
                                        ...) G_GNUC_NULL_TERMINATED;
void         sb_fake_model_finish      (SbFakeModel *self,
                                        const char  *text,
                                        const char  *finish_reason);
void         sb_fake_model_cut         (SbFakeModel *self,
                                        const char  *text); /* ends without an end */
void         sb_fake_model_hang        (SbFakeModel *self,
                                        const char  *text); /* nullable: not even the first byte */
void         sb_fake_model_fail        (SbFakeModel *self,
                                        guint        status,
                                        const char  *type,
                                        const char  *body);

guint        sb_fake_model_get_n_requests (SbFakeModel *self);
JsonObject  *sb_fake_model_get_request    (SbFakeModel *self,
                                           guint        index);
/* The Authorization header of the last request; nullable. */
const char  *sb_fake_model_get_authorization (SbFakeModel *self);
/* The content of a message of a request; the last for a negative index. */
const char  *sb_fake_model_get_content    (SbFakeModel *self,
                                           guint        request,
                                           int          message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbFakeModel, sb_fake_model_free)

G_END_DECLS
