/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-trace-event.h"

#include "sb-enum.h"
#include "sb-id.h"
#include "sb-trace-event-private.h"
#include "sb-trace-payload.h"

struct _SbTraceEvent
{
  GObject          parent_instance;

  /* owned */
  char            *id;
  char            *parent_id;
  char            *turn_id;
  char            *title;
  char            *subtitle;
  char            *agent;
  char            *payload[2];    /* by SbTracePart */
  SbRedactor      *redactor;

  /* borrowed */
  GWeakRef         source;        /* where the payload of a restored event is */
  SbTraceLoadFunc  load;          /* NULL: the payload is here */

  /* state */
  SbTraceKind      kind;
  SbTraceState     state;
  guint            depth;
  gint64           start;
  gint64           end;
  gint64           wall_start;
  SbTraceUsage     usage;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_PARENT_ID,
  PROP_TURN_ID,
  PROP_KIND,
  PROP_TITLE,
  PROP_SUBTITLE,
  PROP_AGENT,
  PROP_STATE,
  PROP_START,
  PROP_END,
  PROP_REQUEST,
  PROP_RESPONSE,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

G_DEFINE_ENUM_TYPE (SbTraceKind, sb_trace_kind,
                    G_DEFINE_ENUM_VALUE (SB_TRACE_KIND_TURN, "turn"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_KIND_AGENT_RUN, "agent-run"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_KIND_ROUTE, "route"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_KIND_MODEL_CALL, "model-call"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_KIND_TOOL_CALL, "tool-call"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_KIND_APPROVAL, "approval"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_KIND_SANDBOX, "sandbox"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_KIND_FILE, "file"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_KIND_CONTAINER, "container"))

G_DEFINE_ENUM_TYPE (SbTraceState, sb_trace_state,
                    G_DEFINE_ENUM_VALUE (SB_TRACE_STATE_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_STATE_OK, "ok"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_STATE_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_STATE_CANCELLED, "cancelled"),
                    G_DEFINE_ENUM_VALUE (SB_TRACE_STATE_DENIED, "denied"))

G_DEFINE_FINAL_TYPE (SbTraceEvent, sb_trace_event, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
notify (SbTraceEvent *self,
        guint         property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
changed (SbTraceEvent *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
set_label (SbTraceEvent  *self,
           char         **slot,
           const char    *text,
           guint          property)
{
  g_autofree char *label = sb_trace_label_prepare (self->redactor, text);

  if (g_strcmp0 (*slot, label) == 0)
    return;

  g_free (*slot);
  *slot = g_steal_pointer (&label);
  notify (self, property);
  changed (self);
}

static void
load_payload (SbTraceEvent *self)
{
  SbTraceLoadFunc load = self->load;
  g_autoptr(GObject) source = NULL;

  if (load == NULL)
    return;

  self->load = NULL;
  source = g_weak_ref_get (&self->source);
  if (source == NULL)
    return;

  for (guint part = 0; part < G_N_ELEMENTS (self->payload); part++)
    self->payload[part] = load (self, part, source);
}

static void
set_payload (SbTraceEvent *self,
             SbTracePart   part,
             const char   *text,
             guint         property)
{
  g_autofree char *payload = sb_trace_payload_prepare (self->redactor, text);

  load_payload (self);
  if (g_strcmp0 (self->payload[part], payload) == 0)
    return;

  g_free (self->payload[part]);
  self->payload[part] = g_steal_pointer (&payload);
  notify (self, property);
  changed (self);
}

static void
finish (SbTraceEvent *self,
        SbTraceState  state,
        gint64        start,
        gint64        end)
{
  if (self->state != SB_TRACE_STATE_RUNNING)
    return;

  if (start != self->start)
    {
      self->wall_start += start - self->start;
      self->start = start;
      notify (self, PROP_START);
    }
  self->end = MAX (end, start);
  self->state = state;
  notify (self, PROP_END);
  notify (self, PROP_STATE);
  changed (self);
}

static void
sb_trace_event_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  SbTraceEvent *self = SB_TRACE_EVENT (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_PARENT_ID:
      g_value_set_string (value, self->parent_id);
      break;
    case PROP_TURN_ID:
      g_value_set_string (value, self->turn_id);
      break;
    case PROP_KIND:
      g_value_set_enum (value, self->kind);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_SUBTITLE:
      g_value_set_string (value, self->subtitle);
      break;
    case PROP_AGENT:
      g_value_set_string (value, self->agent);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_START:
      g_value_set_int64 (value, self->start);
      break;
    case PROP_END:
      g_value_set_int64 (value, self->end);
      break;
    case PROP_REQUEST:
      g_value_set_string (value, sb_trace_event_get_request (self));
      break;
    case PROP_RESPONSE:
      g_value_set_string (value, sb_trace_event_get_response (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_trace_event_dispose (GObject *object)
{
  SbTraceEvent *self = SB_TRACE_EVENT (object);

  g_clear_object (&self->redactor);
  g_weak_ref_set (&self->source, NULL);

  G_OBJECT_CLASS (sb_trace_event_parent_class)->dispose (object);
}

static void
sb_trace_event_finalize (GObject *object)
{
  SbTraceEvent *self = SB_TRACE_EVENT (object);

  g_free (self->id);
  g_free (self->parent_id);
  g_free (self->turn_id);
  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->agent);
  for (guint part = 0; part < G_N_ELEMENTS (self->payload); part++)
    g_free (self->payload[part]);
  g_weak_ref_clear (&self->source);

  G_OBJECT_CLASS (sb_trace_event_parent_class)->finalize (object);
}

static void
install_string (guint       property,
                const char *name)
{
  properties[property] =
    g_param_spec_string (name, NULL, NULL, NULL,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
install_time (guint       property,
              const char *name)
{
  properties[property] =
    g_param_spec_int64 (name, NULL, NULL, G_MININT64, G_MAXINT64, 0,
                        G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
sb_trace_event_class_init (SbTraceEventClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_trace_event_get_property;
  object_class->dispose = sb_trace_event_dispose;
  object_class->finalize = sb_trace_event_finalize;

  install_string (PROP_ID, "id");
  install_string (PROP_PARENT_ID, "parent-id");
  install_string (PROP_TURN_ID, "turn-id");
  install_string (PROP_TITLE, "title");
  install_string (PROP_SUBTITLE, "subtitle");
  install_string (PROP_AGENT, "agent");
  install_string (PROP_REQUEST, "request");
  install_string (PROP_RESPONSE, "response");
  install_time (PROP_START, "start");
  install_time (PROP_END, "end");
  properties[PROP_KIND] =
    g_param_spec_enum ("kind", NULL, NULL, SB_TYPE_TRACE_KIND, SB_TRACE_KIND_TURN,
                       G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, SB_TYPE_TRACE_STATE, SB_TRACE_STATE_RUNNING,
                       G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] =
    g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_trace_event_init (SbTraceEvent *self)
{
  g_weak_ref_init (&self->source, NULL);
  self->usage.prompt_tokens = -1;
  self->usage.completion_tokens = -1;
  self->usage.first_token_us = -1;
}

/**
 * sb_trace_kind_to_string:
 *
 * Returns: (transfer none): "turn", "agent-run", "model-call"…: for files and machines, not for people
 */
const char *
sb_trace_kind_to_string (SbTraceKind kind)
{
  return sb_enum_to_nick (SB_TYPE_TRACE_KIND, kind);
}

/**
 * sb_trace_state_to_string:
 *
 * Returns: (transfer none): "running", "ok"…: for files and machines, not for people
 */
const char *
sb_trace_state_to_string (SbTraceState state)
{
  return sb_enum_to_nick (SB_TYPE_TRACE_STATE, state);
}

/* A child's wall time is counted from its turn's, so that the turn's bars fit even if the clock jumps. */
SbTraceEvent *
sb_trace_event_new (SbTraceEvent *parent,
                    SbTraceKind   kind,
                    const char   *title,
                    SbRedactor   *redactor)
{
  SbTraceEvent *self = g_object_new (SB_TYPE_TRACE_EVENT, NULL);

  g_set_object (&self->redactor, redactor);
  self->kind = kind;
  self->title = sb_trace_label_prepare (redactor, title);
  self->start = sb_clock_monotonic ();

  if (parent != NULL)
    {
      self->id = sb_id_new ("event");
      self->parent_id = g_strdup (parent->id);
      self->turn_id = g_strdup (parent->turn_id);
      self->depth = parent->depth + 1;
      self->wall_start = parent->wall_start + self->start - parent->start;
    }
  else
    {
      self->id = sb_id_new ("turn");
      self->turn_id = g_strdup (self->id);
      self->wall_start = sb_clock_wall ();
    }

  return self;
}

void
sb_trace_event_set_redactor (SbTraceEvent *self,
                             SbRedactor   *redactor)
{
  g_set_object (&self->redactor, redactor);
}

/**
 * sb_trace_event_unload:
 * @load: as in sb_trace_event_new_restored()
 *
 * Lets go of request and response, which are on disk by now; they are read again when somebody looks. Strings
 * that were borrowed from the event are gone. Requests repeat all that was said before: kept, they would fill
 * the memory.
 */
void
sb_trace_event_unload (SbTraceEvent    *self,
                       SbTraceLoadFunc  load,
                       GObject         *source)
{
  g_return_if_fail (SB_IS_TRACE_EVENT (self));
  g_return_if_fail (load != NULL);

  for (guint part = 0; part < G_N_ELEMENTS (self->payload); part++)
    g_clear_pointer (&self->payload[part], g_free);
  self->load = load;
  g_weak_ref_set (&self->source, source);
}

/**
 * sb_trace_event_new_restored:
 * @record: copied
 * @load: (nullable): called once for each part, at the first look at one of them
 * @source: (nullable): given to @load; held weakly
 *
 * Makes an event from what is on disk. Its times are moved to this boot's monotonic clock by the wall clock.
 *
 * Returns: (transfer full): hand it to sb_trace_restore()
 */
SbTraceEvent *
sb_trace_event_new_restored (const SbTraceRecord *record,
                             SbTraceLoadFunc      load,
                             GObject             *source)
{
  SbTraceEvent *self = g_object_new (SB_TYPE_TRACE_EVENT, NULL);

  g_return_val_if_fail (record != NULL, NULL);

  self->id = g_strdup (record->id);
  self->parent_id = g_strdup (record->parent_id);
  self->turn_id = g_strdup (record->turn_id);
  self->kind = record->kind;
  self->state = record->state;
  self->depth = record->depth;
  self->title = g_strdup (record->title);
  self->subtitle = g_strdup (record->subtitle);
  self->agent = g_strdup (record->agent);
  self->wall_start = record->wall_start;
  self->start = record->wall_start - sb_clock_wall () + sb_clock_monotonic ();
  self->end = record->duration >= 0 ? self->start + record->duration : 0;
  self->usage.prompt_tokens = record->prompt_tokens;
  self->usage.completion_tokens = record->completion_tokens;
  self->usage.first_token_us = record->first_token_us;
  self->load = load;
  g_weak_ref_set (&self->source, source);

  return self;
}

const char *
sb_trace_event_get_id (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), NULL);

  return self->id;
}

const char *
sb_trace_event_get_parent_id (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), NULL);

  return self->parent_id;
}

/**
 * sb_trace_event_get_turn_id:
 *
 * Returns: (transfer none): the id of the event that began the turn; its own if it is the turn
 */
const char *
sb_trace_event_get_turn_id (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), NULL);

  return self->turn_id;
}

SbTraceKind
sb_trace_event_get_kind (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), SB_TRACE_KIND_TURN);

  return self->kind;
}

const char *
sb_trace_event_get_title (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), NULL);

  return self->title;
}

const char *
sb_trace_event_get_subtitle (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), NULL);

  return self->subtitle;
}

const char *
sb_trace_event_get_agent (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), NULL);

  return self->agent;
}

SbTraceState
sb_trace_event_get_state (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), SB_TRACE_STATE_RUNNING);

  return self->state;
}

gint64
sb_trace_event_get_start (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), 0);

  return self->start;
}

gint64
sb_trace_event_get_end (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), 0);

  return self->end;
}

gint64
sb_trace_event_get_wall_start (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), 0);

  return self->wall_start;
}

/**
 * sb_trace_event_get_duration:
 *
 * Returns: microseconds from start to end, or to now while it runs
 */
gint64
sb_trace_event_get_duration (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), 0);

  if (self->state == SB_TRACE_STATE_RUNNING)
    return MAX (sb_clock_monotonic () - self->start, 0);

  return self->end - self->start;
}

guint
sb_trace_event_get_depth (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), 0);

  return self->depth;
}

/**
 * sb_trace_event_get_request:
 *
 * Returns: (transfer none) (nullable): what went out, redacted and shortened; a restored event reads it now
 */
const char *
sb_trace_event_get_request (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), NULL);

  load_payload (self);

  return self->payload[SB_TRACE_PART_REQUEST];
}

/**
 * sb_trace_event_get_response:
 *
 * Returns: (transfer none) (nullable): what came back, redacted and shortened; a restored event reads it now
 */
const char *
sb_trace_event_get_response (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), NULL);

  load_payload (self);

  return self->payload[SB_TRACE_PART_RESPONSE];
}

/**
 * sb_trace_event_get_usage:
 *
 * Returns: (transfer none): token counts and the time of the first one; -1 for what is not known
 */
const SbTraceUsage *
sb_trace_event_get_usage (SbTraceEvent *self)
{
  g_return_val_if_fail (SB_IS_TRACE_EVENT (self), NULL);

  return &self->usage;
}

void
sb_trace_event_set_title (SbTraceEvent *self,
                          const char   *title)
{
  g_return_if_fail (SB_IS_TRACE_EVENT (self));

  set_label (self, &self->title, title, PROP_TITLE);
}

void
sb_trace_event_set_subtitle (SbTraceEvent *self,
                             const char   *subtitle)
{
  g_return_if_fail (SB_IS_TRACE_EVENT (self));

  set_label (self, &self->subtitle, subtitle, PROP_SUBTITLE);
}

void
sb_trace_event_set_agent (SbTraceEvent *self,
                          const char   *agent)
{
  g_return_if_fail (SB_IS_TRACE_EVENT (self));

  set_label (self, &self->agent, agent, PROP_AGENT);
}

/**
 * sb_trace_event_set_request:
 * @json: (nullable): what goes out, as it goes; secrets are taken out here
 *
 * Call it before sending: in an attached conversation the request of a model or tool call is on disk on
 * return.
 */
void
sb_trace_event_set_request (SbTraceEvent *self,
                            const char   *json)
{
  g_return_if_fail (SB_IS_TRACE_EVENT (self));

  set_payload (self, SB_TRACE_PART_REQUEST, json, PROP_REQUEST);
}

/**
 * sb_trace_event_set_response:
 * @json: (nullable): what came back, as it came; secrets are taken out here
 */
void
sb_trace_event_set_response (SbTraceEvent *self,
                             const char   *json)
{
  g_return_if_fail (SB_IS_TRACE_EVENT (self));

  set_payload (self, SB_TRACE_PART_RESPONSE, json, PROP_RESPONSE);
}

void
sb_trace_event_set_usage (SbTraceEvent       *self,
                          const SbTraceUsage *usage)
{
  g_return_if_fail (SB_IS_TRACE_EVENT (self));
  g_return_if_fail (usage != NULL);

  self->usage = *usage;
  changed (self);
}

/**
 * sb_trace_event_finish:
 * @state: how it ended; not SB_TRACE_STATE_RUNNING
 *
 * It ends now. An event that has ended stays as it is.
 */
void
sb_trace_event_finish (SbTraceEvent *self,
                       SbTraceState  state)
{
  g_return_if_fail (SB_IS_TRACE_EVENT (self));
  g_return_if_fail (state != SB_TRACE_STATE_RUNNING);

  finish (self, state, self->start, sb_clock_monotonic ());
}

/**
 * sb_trace_event_finish_at:
 * @start: monotonic microseconds
 * @end: monotonic microseconds
 *
 * Like sb_trace_event_finish(), with times known from elsewhere. Its place in the list stays.
 */
void
sb_trace_event_finish_at (SbTraceEvent *self,
                          SbTraceState  state,
                          gint64        start,
                          gint64        end)
{
  g_return_if_fail (SB_IS_TRACE_EVENT (self));
  g_return_if_fail (state != SB_TRACE_STATE_RUNNING);

  finish (self, state, start, end);
}
