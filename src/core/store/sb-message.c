/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-message.h"

#include <string.h>

#include "sb-id.h"

/* A program that prints without end must not fill the memory: what follows is dropped, with a note. */
#define MAX_TEXT (4 * 1024 * 1024)
#define TEXT_CUT_NOTE "\n… what follows was left out …"

/* Strings that are set as a whole. The rest of the properties follow after them. */
typedef enum
{
  PROP_AGENT = 1,
  PROP_MODEL,
  PROP_TRACE_ID,
  PROP_CALL_ID,
  PROP_TOOL_NAME,
  PROP_ARGUMENTS,
  PROP_RESULT,
  PROP_STRUCTURED,
  PROP_BADGE,
  PROP_HINT,
  N_STRINGS,
  PROP_ID = N_STRINGS,
  PROP_ROLE,
  PROP_TURN_ID,
  PROP_CREATED,
  PROP_STATE,
  PROP_DURATION,
  PROP_TEXT,
  PROP_REASONING,
  PROP_PROMPT_TOKENS,
  PROP_COMPLETION_TOKENS,
  PROP_FIRST_TOKEN_US,
  PROP_IS_ERROR,
  PROP_NOTICE_KIND,
  PROP_CAN_RETRY,
  N_PROPS
} Property;

struct _SbMessage
{
  GObject         parent_instance;

  /* owned */
  char           *id;
  char           *turn_id;
  GString        *text;
  GString        *reasoning;       /* NULL: none */
  char           *strings[N_STRINGS];

  /* state */
  SbMessageRole   role;
  SbMessageState  state;
  SbNoticeKind    notice_kind;
  gint64          created;
  gint64          duration;
  gint64          streaming_since; /* monotonic */
  gint64          prompt_tokens;
  gint64          completion_tokens;
  gint64          first_token_us;
  gboolean        is_error;
  gboolean        can_retry;
};

enum
{
  APPENDED,
  N_SIGNALS
};

G_DEFINE_ENUM_TYPE (SbMessageRole, sb_message_role,
                    G_DEFINE_ENUM_VALUE (SB_MESSAGE_ROLE_USER, "user"),
                    G_DEFINE_ENUM_VALUE (SB_MESSAGE_ROLE_ASSISTANT, "assistant"),
                    G_DEFINE_ENUM_VALUE (SB_MESSAGE_ROLE_TOOL, "tool"),
                    G_DEFINE_ENUM_VALUE (SB_MESSAGE_ROLE_NOTICE, "notice"))

G_DEFINE_ENUM_TYPE (SbMessageState, sb_message_state,
                    G_DEFINE_ENUM_VALUE (SB_MESSAGE_STATE_PENDING, "pending"),
                    G_DEFINE_ENUM_VALUE (SB_MESSAGE_STATE_STREAMING, "streaming"),
                    G_DEFINE_ENUM_VALUE (SB_MESSAGE_STATE_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (SB_MESSAGE_STATE_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (SB_MESSAGE_STATE_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (SB_MESSAGE_STATE_INTERRUPTED, "interrupted"))

G_DEFINE_ENUM_TYPE (SbNoticeKind, sb_notice_kind,
                    G_DEFINE_ENUM_VALUE (SB_NOTICE_KIND_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (SB_NOTICE_KIND_SPEAKER, "speaker"),
                    G_DEFINE_ENUM_VALUE (SB_NOTICE_KIND_ROUTE, "route"),
                    G_DEFINE_ENUM_VALUE (SB_NOTICE_KIND_ERROR, "error"),
                    G_DEFINE_ENUM_VALUE (SB_NOTICE_KIND_INFO, "info"))

G_DEFINE_FINAL_TYPE (SbMessage, sb_message, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
notify (SbMessage *self,
        Property   property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_string (SbMessage  *self,
            Property    property,
            const char *value)
{
  if (g_strcmp0 (self->strings[property], value) == 0)
    return;

  g_free (self->strings[property]);
  self->strings[property] = g_strdup (value);
  notify (self, property);
}

static void
set_boolean (SbMessage *self,
             Property   property,
             gboolean  *slot,
             gboolean   value)
{
  value = value != FALSE;
  if (*slot == value)
    return;

  *slot = value;
  notify (self, property);
}

static void
set_number (SbMessage *self,
            Property   property,
            gint64    *slot,
            gint64     value)
{
  if (*slot == value)
    return;

  *slot = value;
  notify (self, property);
}

/* Appends valid UTF-8 up to MAX_TEXT. Returns whether anything was appended. */
static gboolean
append_bounded (GString    *string,
                const char *text,
                gsize       length)
{
  g_autofree char *valid = NULL;

  if (length == 0 || string->len >= MAX_TEXT)
    return FALSE;

  if (!g_utf8_validate (text, length, NULL))
    {
      text = valid = g_utf8_make_valid (text, length);
      length = strlen (valid);
    }

  if (string->len + length <= MAX_TEXT)
    {
      g_string_append_len (string, text, length);
      return TRUE;
    }

  length = g_utf8_find_prev_char (text, text + (MAX_TEXT - string->len) + 1) - text;
  g_string_append_len (string, text, length);
  g_string_append (string, TEXT_CUT_NOTE);

  return TRUE;
}

static void
sb_message_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  SbMessage *self = SB_MESSAGE (object);

  if (prop_id < N_STRINGS)
    {
      g_value_set_string (value, self->strings[prop_id]);
      return;
    }

  switch ((Property) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_ROLE:
      g_value_set_enum (value, self->role);
      break;
    case PROP_TURN_ID:
      g_value_set_string (value, self->turn_id);
      break;
    case PROP_CREATED:
      g_value_set_int64 (value, self->created);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_DURATION:
      g_value_set_int64 (value, sb_message_get_duration (self));
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text->str);
      break;
    case PROP_REASONING:
      g_value_set_string (value, sb_message_get_reasoning (self));
      break;
    case PROP_PROMPT_TOKENS:
      g_value_set_int64 (value, self->prompt_tokens);
      break;
    case PROP_COMPLETION_TOKENS:
      g_value_set_int64 (value, self->completion_tokens);
      break;
    case PROP_FIRST_TOKEN_US:
      g_value_set_int64 (value, self->first_token_us);
      break;
    case PROP_IS_ERROR:
      g_value_set_boolean (value, self->is_error);
      break;
    case PROP_NOTICE_KIND:
      g_value_set_enum (value, self->notice_kind);
      break;
    case PROP_CAN_RETRY:
      g_value_set_boolean (value, self->can_retry);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_message_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  SbMessage *self = SB_MESSAGE (object);

  switch (prop_id)
    {
    case PROP_ID:
      self->id = g_value_dup_string (value);
      break;
    case PROP_ROLE:
      self->role = g_value_get_enum (value);
      break;
    case PROP_TURN_ID:
      self->turn_id = g_value_dup_string (value);
      break;
    case PROP_CREATED:
      self->created = g_value_get_int64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_message_constructed (GObject *object)
{
  SbMessage *self = SB_MESSAGE (object);

  G_OBJECT_CLASS (sb_message_parent_class)->constructed (object);

  if (self->id == NULL)
    self->id = sb_id_new ("msg");
  if (self->created == 0)
    self->created = sb_clock_wall ();
}

static void
sb_message_finalize (GObject *object)
{
  SbMessage *self = SB_MESSAGE (object);

  g_free (self->id);
  g_free (self->turn_id);
  g_string_free (self->text, TRUE);
  if (self->reasoning != NULL)
    g_string_free (self->reasoning, TRUE);
  for (guint i = 0; i < N_STRINGS; i++)
    g_free (self->strings[i]);

  G_OBJECT_CLASS (sb_message_parent_class)->finalize (object);
}

static void
install_string (Property    property,
                const char *name,
                GParamFlags flags)
{
  properties[property] =
    g_param_spec_string (name, NULL, NULL, NULL,
                         flags | G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
install_number (Property    property,
                const char *name,
                gint64      fallback,
                GParamFlags flags)
{
  properties[property] =
    g_param_spec_int64 (name, NULL, NULL, -1, G_MAXINT64, fallback,
                        flags | G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
install_boolean (Property    property,
                 const char *name)
{
  properties[property] =
    g_param_spec_boolean (name, NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
install_enum (Property    property,
              const char *name,
              GType       type,
              int         fallback,
              GParamFlags flags)
{
  properties[property] =
    g_param_spec_enum (name, NULL, NULL, type, fallback,
                       flags | G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
sb_message_class_init (SbMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags construct = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY;

  object_class->get_property = sb_message_get_property;
  object_class->set_property = sb_message_set_property;
  object_class->constructed = sb_message_constructed;
  object_class->finalize = sb_message_finalize;

  install_string (PROP_ID, "id", construct);
  install_enum (PROP_ROLE, "role", SB_TYPE_MESSAGE_ROLE, SB_MESSAGE_ROLE_USER, construct);
  install_string (PROP_TURN_ID, "turn-id", construct);
  install_number (PROP_CREATED, "created", 0, construct);
  install_enum (PROP_STATE, "state", SB_TYPE_MESSAGE_STATE, SB_MESSAGE_STATE_PENDING, 0);
  install_number (PROP_DURATION, "duration", -1, 0);
  install_string (PROP_TEXT, "text", 0);
  install_string (PROP_REASONING, "reasoning", 0);
  install_string (PROP_AGENT, "agent", 0);
  install_string (PROP_MODEL, "model", 0);
  install_string (PROP_TRACE_ID, "trace-id", 0);
  install_number (PROP_PROMPT_TOKENS, "prompt-tokens", -1, 0);
  install_number (PROP_COMPLETION_TOKENS, "completion-tokens", -1, 0);
  install_number (PROP_FIRST_TOKEN_US, "first-token-us", -1, 0);
  install_string (PROP_CALL_ID, "call-id", 0);
  install_string (PROP_TOOL_NAME, "tool-name", 0);
  install_string (PROP_ARGUMENTS, "arguments", 0);
  install_string (PROP_RESULT, "result", 0);
  install_string (PROP_STRUCTURED, "structured", 0);
  install_boolean (PROP_IS_ERROR, "is-error");
  install_string (PROP_BADGE, "badge", 0);
  install_enum (PROP_NOTICE_KIND, "notice-kind", SB_TYPE_NOTICE_KIND, SB_NOTICE_KIND_NONE, 0);
  install_string (PROP_HINT, "hint", 0);
  install_boolean (PROP_CAN_RETRY, "can-retry");
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /* guint64: the offset in bytes at which the new text begins */
  signals[APPENDED] =
    g_signal_new ("appended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
sb_message_init (SbMessage *self)
{
  self->text = g_string_new (NULL);
  self->duration = -1;
  self->prompt_tokens = -1;
  self->completion_tokens = -1;
  self->first_token_us = -1;
}

/**
 * sb_message_new:
 * @turn_id: (nullable): the trace event that began the turn it belongs to
 *
 * Returns: (transfer full): a message with a new id, made now and still pending
 */
SbMessage *
sb_message_new (SbMessageRole  role,
                const char    *turn_id)
{
  return g_object_new (SB_TYPE_MESSAGE, "role", role, "turn-id", turn_id, NULL);
}

const char *
sb_message_get_id (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->id;
}

SbMessageRole
sb_message_get_role (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), SB_MESSAGE_ROLE_USER);

  return self->role;
}

const char *
sb_message_get_turn_id (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->turn_id;
}

gint64
sb_message_get_created (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), 0);

  return self->created;
}

SbMessageState
sb_message_get_state (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), SB_MESSAGE_STATE_PENDING);

  return self->state;
}

/**
 * sb_message_set_state:
 *
 * Streaming starts the clock; whatever follows stops it, if nobody gives a better duration.
 */
void
sb_message_set_state (SbMessage      *self,
                      SbMessageState  state)
{
  SbMessageState before;

  g_return_if_fail (SB_IS_MESSAGE (self));

  if (self->state == state)
    return;

  before = self->state;
  self->state = state;
  if (state == SB_MESSAGE_STATE_STREAMING)
    self->streaming_since = sb_clock_monotonic ();
  else if (before == SB_MESSAGE_STATE_STREAMING && self->duration < 0)
    sb_message_set_duration (self, sb_clock_monotonic () - self->streaming_since);
  notify (self, PROP_STATE);
}

/**
 * sb_message_get_duration:
 *
 * Returns: microseconds; so far, while streaming; -1 if not known
 */
gint64
sb_message_get_duration (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), -1);

  if (self->duration < 0 && self->state == SB_MESSAGE_STATE_STREAMING)
    return sb_clock_monotonic () - self->streaming_since;

  return self->duration;
}

void
sb_message_set_duration (SbMessage *self,
                         gint64     duration)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  set_number (self, PROP_DURATION, &self->duration, MAX (duration, -1));
}

const char *
sb_message_get_text (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->text->str;
}

gsize
sb_message_get_text_length (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), 0);

  return self->text->len;
}

/**
 * sb_message_append_text:
 * @length: bytes in @text, or -1 if it ends in NUL
 *
 * Emits "appended" with the offset at which the new text begins. Beyond 4 MiB text is left out, and says so.
 */
void
sb_message_append_text (SbMessage  *self,
                        const char *text,
                        gssize      length)
{
  guint64 offset;

  g_return_if_fail (SB_IS_MESSAGE (self));
  g_return_if_fail (text != NULL || length == 0);

  offset = self->text->len;
  if (append_bounded (self->text, text, length >= 0 ? (gsize) length : strlen (text)))
    g_signal_emit (self, signals[APPENDED], 0, offset);
}

/**
 * sb_message_set_text:
 * @text: (nullable)
 *
 * Replaces the text; notifies "text".
 */
void
sb_message_set_text (SbMessage  *self,
                     const char *text)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  if (text == NULL)
    text = "";
  if (strcmp (self->text->str, text) == 0)
    return;

  g_string_truncate (self->text, 0);
  append_bounded (self->text, text, strlen (text));
  notify (self, PROP_TEXT);
}

const char *
sb_message_get_reasoning (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->reasoning != NULL ? self->reasoning->str : NULL;
}

/**
 * sb_message_append_reasoning:
 * @length: bytes in @text, or -1 if it ends in NUL
 *
 * Notifies "reasoning", which only ever grows. Beyond 4 MiB text is left out, and says so.
 */
void
sb_message_append_reasoning (SbMessage  *self,
                             const char *text,
                             gssize      length)
{
  g_return_if_fail (SB_IS_MESSAGE (self));
  g_return_if_fail (text != NULL || length == 0);

  if (self->reasoning == NULL)
    self->reasoning = g_string_new (NULL);
  if (append_bounded (self->reasoning, text, length >= 0 ? (gsize) length : strlen (text)))
    notify (self, PROP_REASONING);
}

const char *
sb_message_get_agent (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->strings[PROP_AGENT];
}

void
sb_message_set_agent (SbMessage  *self,
                      const char *agent)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  set_string (self, PROP_AGENT, agent);
}

const char *
sb_message_get_model (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->strings[PROP_MODEL];
}

void
sb_message_set_model (SbMessage  *self,
                      const char *model)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  set_string (self, PROP_MODEL, model);
}

const char *
sb_message_get_trace_id (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->strings[PROP_TRACE_ID];
}

void
sb_message_set_trace_id (SbMessage  *self,
                         const char *trace_id)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  set_string (self, PROP_TRACE_ID, trace_id);
}

gint64
sb_message_get_prompt_tokens (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), -1);

  return self->prompt_tokens;
}

gint64
sb_message_get_completion_tokens (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), -1);

  return self->completion_tokens;
}

gint64
sb_message_get_first_token_us (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), -1);

  return self->first_token_us;
}

/**
 * sb_message_set_usage:
 * @first_token_us: microseconds from the request to the first token
 *
 * What the answer took; -1 for what is not known.
 */
void
sb_message_set_usage (SbMessage *self,
                      gint64     prompt_tokens,
                      gint64     completion_tokens,
                      gint64     first_token_us)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  set_number (self, PROP_PROMPT_TOKENS, &self->prompt_tokens, MAX (prompt_tokens, -1));
  set_number (self, PROP_COMPLETION_TOKENS, &self->completion_tokens, MAX (completion_tokens, -1));
  set_number (self, PROP_FIRST_TOKEN_US, &self->first_token_us, MAX (first_token_us, -1));
}

const char *
sb_message_get_call_id (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->strings[PROP_CALL_ID];
}

const char *
sb_message_get_tool_name (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->strings[PROP_TOOL_NAME];
}

const char *
sb_message_get_arguments (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->strings[PROP_ARGUMENTS];
}

void
sb_message_set_tool_call (SbMessage  *self,
                          const char *call_id,
                          const char *tool_name,
                          const char *arguments)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  set_string (self, PROP_CALL_ID, call_id);
  set_string (self, PROP_TOOL_NAME, tool_name);
  set_string (self, PROP_ARGUMENTS, arguments);
}

const char *
sb_message_get_result (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->strings[PROP_RESULT];
}

const char *
sb_message_get_structured (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->strings[PROP_STRUCTURED];
}

gboolean
sb_message_get_is_error (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), FALSE);

  return self->is_error;
}

void
sb_message_set_result (SbMessage  *self,
                       const char *result,
                       const char *structured,
                       gboolean    is_error)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  set_string (self, PROP_RESULT, result);
  set_string (self, PROP_STRUCTURED, structured);
  set_boolean (self, PROP_IS_ERROR, &self->is_error, is_error);
}

const char *
sb_message_get_badge (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->strings[PROP_BADGE];
}

void
sb_message_set_badge (SbMessage  *self,
                      const char *badge)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  set_string (self, PROP_BADGE, badge);
}

SbNoticeKind
sb_message_get_notice_kind (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), SB_NOTICE_KIND_NONE);

  return self->notice_kind;
}

void
sb_message_set_notice_kind (SbMessage    *self,
                            SbNoticeKind  kind)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  if (self->notice_kind == kind)
    return;

  self->notice_kind = kind;
  notify (self, PROP_NOTICE_KIND);
}

const char *
sb_message_get_hint (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), NULL);

  return self->strings[PROP_HINT];
}

void
sb_message_set_hint (SbMessage  *self,
                     const char *hint)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  set_string (self, PROP_HINT, hint);
}

gboolean
sb_message_get_can_retry (SbMessage *self)
{
  g_return_val_if_fail (SB_IS_MESSAGE (self), FALSE);

  return self->can_retry;
}

void
sb_message_set_can_retry (SbMessage *self,
                          gboolean   can_retry)
{
  g_return_if_fail (SB_IS_MESSAGE (self));

  set_boolean (self, PROP_CAN_RETRY, &self->can_retry, can_retry);
}
