/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-calls.h"

#include <string.h>

#include "sb-id.h"
#include "sb-json.h"

#define MAX_CALLS 128
#define NO_INDEX -1

typedef struct
{
  char    *id;    /* nullable: not named by the server (yet) */
  char    *name;  /* nullable: not known yet */
  GString *arguments;
  gint64   index; /* as the server numbers it, or NO_INDEX */
} Call;

struct _SbLlmCalls
{
  /* owned */
  GPtrArray      *calls;

  /* borrowed */
  SbLlmDeltaFunc  func;
  gpointer        user_data;

  gsize           size;
};

/* One entry of a delta's tool_calls; empty strings are taken as absent. */
typedef struct
{
  gint64      index;
  const char *id;
  const char *name;
  JsonNode   *arguments;
} Fragment;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_free (call->id);
  g_free (call->name);
  g_string_free (call->arguments, TRUE);
  g_free (call);
}

static const char *
get_non_empty (JsonObject *object,
               const char *name)
{
  const char *text = object != NULL ? sb_json_get_string (object, name) : NULL;

  return text != NULL && text[0] != '\0' ? text : NULL;
}

static void
read_fragment (JsonObject *object,
               Fragment   *fragment)
{
  JsonObject *function = sb_json_get_object (object, "function");

  fragment->index = sb_json_get_int (object, "index", NO_INDEX);
  fragment->id = get_non_empty (object, "id");
  fragment->name = get_non_empty (function, "name");
  fragment->arguments = function != NULL ? json_object_get_member (function, "arguments") : NULL;
}

static Call *
find_by_id (SbLlmCalls *self,
            const char *id)
{
  for (guint i = 0; i < self->calls->len; i++)
    {
      Call *call = g_ptr_array_index (self->calls, i);

      if (g_strcmp0 (call->id, id) == 0)
        return call;
    }

  return NULL;
}

/* The newest call of that number: some servers number every call 0. */
static Call *
find_by_index (SbLlmCalls *self,
               gint64      index)
{
  for (guint i = self->calls->len; i > 0; i--)
    {
      Call *call = g_ptr_array_index (self->calls, i - 1);

      if (index == NO_INDEX || call->index == index)
        return call;
    }

  return NULL;
}

static gboolean
starts_object (JsonNode *arguments)
{
  const char *text = NULL;

  if (arguments == NULL || json_node_get_value_type (arguments) != G_TYPE_STRING)
    return arguments != NULL && JSON_NODE_HOLDS_OBJECT (arguments);

  text = json_node_get_string (arguments);

  return text[strspn (text, " \t\r\n")] == '{';
}

/* Without an id, a repeated name is either a habit of the server or a second call of the same tool. It is
 * the second when the arguments are whole and begin again. */
static gboolean
begins_again (Call           *call,
              const Fragment *fragment)
{
  g_autoptr(JsonObject) whole = NULL;

  if (call->arguments->len == 0 || !starts_object (fragment->arguments))
    return FALSE;

  whole = sb_json_parse_object (call->arguments->str, call->arguments->len, NULL);

  return whole != NULL;
}

/* The call a fragment belongs to; NULL: a new one. */
static Call *
find_call (SbLlmCalls     *self,
           const Fragment *fragment)
{
  Call *call = NULL;

  if (fragment->id != NULL)
    {
      call = find_by_id (self, fragment->id);
      if (call != NULL)
        return call;

      call = fragment->index != NO_INDEX ? find_by_index (self, fragment->index) : NULL;

      return call != NULL && call->id == NULL && (fragment->name == NULL || call->name == NULL ||
                                                  g_str_equal (fragment->name, call->name)) ? call : NULL;
    }

  call = find_by_index (self, fragment->index);
  if (call == NULL || fragment->name == NULL || call->name == NULL)
    return call;

  return g_str_equal (call->name, fragment->name) && !begins_again (call, fragment) ? call : NULL;
}

static void
emit (SbLlmCalls *self,
      Call       *call,
      const char *text,
      gsize       length)
{
  SbLlmDelta delta = {
    .kind = SB_LLM_DELTA_TOOL_CALL,
    .text = text,
    .length = length,
    .call_name = call->name,
  };

  g_ptr_array_find (self->calls, call, &delta.call_index);
  self->func (&delta, self->user_data);
}

static void
append_arguments (SbLlmCalls *self,
                  Call       *call,
                  JsonNode   *arguments)
{
  g_autofree char *serialized = NULL;
  const char *text = NULL;

  if (arguments == NULL || JSON_NODE_HOLDS_NULL (arguments))
    return;

  if (json_node_get_value_type (arguments) == G_TYPE_STRING)
    text = json_node_get_string (arguments);
  else if (call->arguments->len == 0)
    text = serialized = sb_json_to_string (arguments, FALSE);

  if (text == NULL || text[0] == '\0')
    return;

  g_string_append (call->arguments, text);
  self->size += strlen (text);
  emit (self, call, text, strlen (text));
}

/* func: called for each call that begins and each piece its arguments grow by, during add. */
SbLlmCalls *
sb_llm_calls_new (SbLlmDeltaFunc func,
                  gpointer       user_data)
{
  SbLlmCalls *self = g_new0 (SbLlmCalls, 1);

  self->calls = g_ptr_array_new_with_free_func (call_free);
  self->func = func;
  self->user_data = user_data;

  return self;
}

void
sb_llm_calls_free (SbLlmCalls *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->calls);
  g_free (self);
}

/* One entry of delta.tool_calls or message.tool_calls. Numbers may be missing, start anywhere or always be
 * 0; ids and names may be missing, empty, late or repeated; arguments may be text, an object or null.
 * FALSE: more calls than anybody means. */
gboolean
sb_llm_calls_add (SbLlmCalls *self,
                  JsonObject *fragment_object)
{
  Fragment fragment;
  Call *call = NULL;

  read_fragment (fragment_object, &fragment);
  call = find_call (self, &fragment);
  if (call == NULL)
    {
      if (self->calls->len >= MAX_CALLS)
        return FALSE;

      call = g_new0 (Call, 1);
      call->arguments = g_string_new (NULL);
      call->index = fragment.index;
      call->name = g_strdup (fragment.name);
      g_ptr_array_add (self->calls, call);
      emit (self, call, "", 0);
    }

  if (call->id == NULL)
    call->id = g_strdup (fragment.id);
  if (call->name == NULL)
    call->name = g_strdup (fragment.name);
  append_arguments (self, call, fragment.arguments);

  return TRUE;
}

guint
sb_llm_calls_count (SbLlmCalls *self)
{
  return self->calls->len;
}

/* Bytes of arguments so far. */
gsize
sb_llm_calls_size (SbLlmCalls *self)
{
  return self->size;
}

/* The calls as far as they are known, of SbLlmToolCall; one without an id gets one. (transfer full) */
GPtrArray *
sb_llm_calls_dup (SbLlmCalls *self)
{
  GPtrArray *calls = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_llm_tool_call_free);

  for (guint i = 0; i < self->calls->len; i++)
    {
      Call *call = g_ptr_array_index (self->calls, i);
      const char *name = call->name != NULL ? call->name : "";

      if (call->id == NULL)
        call->id = sb_id_new ("call");
      g_ptr_array_add (calls, sb_llm_tool_call_new (call->id, name, call->arguments->str));
    }

  return calls;
}
