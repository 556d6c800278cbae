/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

#include "sb-redactor.h"

G_BEGIN_DECLS

typedef enum
{
  SB_TRACE_KIND_TURN,
  SB_TRACE_KIND_AGENT_RUN,
  SB_TRACE_KIND_ROUTE,
  SB_TRACE_KIND_MODEL_CALL,
  SB_TRACE_KIND_TOOL_CALL,
  SB_TRACE_KIND_APPROVAL,
  SB_TRACE_KIND_SANDBOX,   /* sandbox operation: create, claim, stop, process */
  SB_TRACE_KIND_FILE,      /* file change */
  SB_TRACE_KIND_CONTAINER, /* engine event */
} SbTraceKind;

typedef enum
{
  SB_TRACE_STATE_RUNNING,
  SB_TRACE_STATE_OK,
  SB_TRACE_STATE_FAILED,
  SB_TRACE_STATE_CANCELLED,
  SB_TRACE_STATE_DENIED,
} SbTraceState;

#define SB_TYPE_TRACE_KIND (sb_trace_kind_get_type ())
#define SB_TYPE_TRACE_STATE (sb_trace_state_get_type ())
GType       sb_trace_kind_get_type    (void);
GType       sb_trace_state_get_type   (void);
const char *sb_trace_kind_to_string   (SbTraceKind  kind);
const char *sb_trace_state_to_string  (SbTraceState state);

/* An event as it is kept on disk. Strings are borrowed. */
typedef struct
{
  const char  *id;
  const char  *parent_id; /* nullable */
  const char  *turn_id;
  SbTraceKind  kind;
  SbTraceState state;
  guint        depth;
  const char  *title;
  const char  *subtitle;  /* nullable */
  const char  *agent;     /* nullable */
  gint64       wall_start;
  gint64       duration;  /* -1: still running */
  gint64       prompt_tokens;
  gint64       completion_tokens;
  gint64       first_token_us;
} SbTraceRecord;

/* One thing that happened, with a start, an end and what went in and out. Properties notify as it grows:
 * id, parent-id, turn-id, kind, title, subtitle, agent, state, start, end, request, response. */
#define SB_TYPE_TRACE_EVENT (sb_trace_event_get_type ())
G_DECLARE_FINAL_TYPE (SbTraceEvent, sb_trace_event, SB, TRACE_EVENT, GObject)

typedef struct
{
  gint64 prompt_tokens;
  gint64 completion_tokens;
  gint64 first_token_us; /* from start; -1 if none */
} SbTraceUsage;

typedef enum
{
  SB_TRACE_PART_REQUEST,
  SB_TRACE_PART_RESPONSE,
} SbTracePart;

/* Reads a part of a restored event when somebody looks at it; returns (transfer full) (nullable). */
typedef char *(* SbTraceLoadFunc) (SbTraceEvent *event,
                                   SbTracePart   part,
                                   GObject      *source);

const char         *sb_trace_event_get_id         (SbTraceEvent       *self);
const char         *sb_trace_event_get_parent_id  (SbTraceEvent       *self); /* nullable */
const char         *sb_trace_event_get_turn_id    (SbTraceEvent       *self);
SbTraceKind         sb_trace_event_get_kind       (SbTraceEvent       *self);
const char         *sb_trace_event_get_title      (SbTraceEvent       *self);
/* nullable: "exit 0", "38 tok" */
const char         *sb_trace_event_get_subtitle   (SbTraceEvent       *self);
const char         *sb_trace_event_get_agent      (SbTraceEvent       *self); /* nullable */
SbTraceState        sb_trace_event_get_state      (SbTraceEvent       *self);
/* monotonic µs, comparable within a conversation load */
gint64              sb_trace_event_get_start      (SbTraceEvent       *self);
gint64              sb_trace_event_get_end        (SbTraceEvent       *self); /* 0 while running */
gint64              sb_trace_event_get_wall_start (SbTraceEvent       *self);
gint64              sb_trace_event_get_duration   (SbTraceEvent       *self); /* so far, while running */
guint               sb_trace_event_get_depth      (SbTraceEvent       *self); /* 0 for a turn */
/* nullable JSON text, redacted */
const char         *sb_trace_event_get_request    (SbTraceEvent       *self);
/* nullable JSON text, redacted */
const char         *sb_trace_event_get_response   (SbTraceEvent       *self);
const SbTraceUsage *sb_trace_event_get_usage      (SbTraceEvent       *self);

void                sb_trace_event_set_title      (SbTraceEvent       *self,
                                                   const char         *title);
void                sb_trace_event_set_subtitle   (SbTraceEvent       *self,
                                                   const char         *subtitle);
void                sb_trace_event_set_agent      (SbTraceEvent       *self,
                                                   const char         *agent);
void                sb_trace_event_set_request    (SbTraceEvent       *self,
                                                   const char         *json);
void                sb_trace_event_set_response   (SbTraceEvent       *self,
                                                   const char         *json);
void                sb_trace_event_set_usage      (SbTraceEvent       *self,
                                                   const SbTraceUsage *usage);
void                sb_trace_event_finish         (SbTraceEvent       *self,
                                                   SbTraceState        state);
/* For things known only afterwards (a process's own start and end). */
void                sb_trace_event_finish_at      (SbTraceEvent       *self,
                                                   SbTraceState        state,
                                                   gint64              start,
                                                   gint64              end);

/* For the store: an event read from disk; its request and response are fetched from source when first asked
 * for. */
SbTraceEvent       *sb_trace_event_new_restored   (const SbTraceRecord *record,
                                                   SbTraceLoadFunc      load,
                                                   GObject             *source);
void                sb_trace_event_unload         (SbTraceEvent        *self,
                                                   SbTraceLoadFunc      load,
                                                   GObject             *source);

G_END_DECLS
