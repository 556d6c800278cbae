/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What the mock does once its bytes are out. */
typedef enum
{
  SB_MOCK_COMPLETE, /* a proper HTTP answer; the connection stays usable */
  SB_MOCK_CLOSE,    /* the bytes are written as they are, head and all, then the connection is closed */
  SB_MOCK_RESET,    /* the same with a TCP reset */
  SB_MOCK_HOLD,     /* the same, and then nothing more happens */
  SB_MOCK_DROP_NEXT, /* the same; the next request on the connection finds it closed */
} SbMockEnd;

typedef struct
{
  SbMockEnd   end;
  guint       status;  /* for SB_MOCK_COMPLETE */
  const char *type;    /* the same */
  const char *headers; /* the same; nullable: "Name: value\nName: value" */
  const char *body;
} SbMockAnswer;

/* A server on loopback that gives prepared answers, in order, and remembers what it was asked. */
typedef struct _SbMockServer SbMockServer;

SbMockServer *sb_mock_server_new               (GTlsCertificate    *certificate);
void          sb_mock_server_free              (SbMockServer       *self);
/* answer is borrowed; it lives as long as the server */
void          sb_mock_server_push              (SbMockServer       *self,
                                                const SbMockAnswer *answer);
const char   *sb_mock_server_get_url           (SbMockServer       *self);
guint         sb_mock_server_count_requests    (SbMockServer       *self);
guint         sb_mock_server_count_connections (SbMockServer       *self);
const char   *sb_mock_server_get_body          (SbMockServer       *self);
const char   *sb_mock_server_get_authorization (SbMockServer       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMockServer, sb_mock_server_free)

G_END_DECLS
