/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-rehearsal-history.h"

#include <string.h>

#include "sb-json.h"

#define STARTED "started sandbox id:"
#define CONTEXT "[Context:"

static void
call_free (gpointer data)
{
  SbRehearsalCall *call = data;

  g_free (call->name);
  json_object_unref (call->arguments);
  g_free (call->result);
  g_free (call);
}

static JsonObject *
get_message (JsonArray *messages,
             guint      index)
{
  JsonNode *node = json_array_get_element (messages, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
has_role (JsonObject *message,
          const char *role)
{
  return g_strcmp0 (sb_json_get_string (message, "role"), role) == 0;
}

static guint
find_request (JsonArray *messages)
{
  guint n = json_array_get_length (messages);

  for (guint i = n; i > 0; i--)
    {
      if (has_role (get_message (messages, i - 1), "user"))
        return i - 1;
    }

  return n;
}

/* A user message may hold what other agents did: a marked line and one line of JSON. The request is what
 * stands after the last of these blocks, or before it when it ends the message. */
static char *
find_words (const char *content)
{
  g_auto(GStrv) lines = g_strsplit (content, "\n", -1);
  g_autoptr(GString) words = g_string_new (NULL);
  g_autofree char *before = NULL;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      if (!g_str_has_prefix (lines[i], CONTEXT))
        {
          g_string_append_printf (words, "%s\n", lines[i]);
          continue;
        }
      g_strstrip (words->str);
      if (words->str[0] != '\0')
        {
          g_free (before);
          before = g_strdup (words->str);
        }
      g_string_truncate (words, 0);
      if (lines[i + 1] != NULL)
        i++;
    }
  words->len = strlen (g_strstrip (words->str));

  return words->len > 0 || before == NULL ? g_strdup (words->str) : g_steal_pointer (&before);
}

static SbRehearsalCall *
read_call (JsonNode   *node,
           const char **id)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *function = sb_json_get_object (object, "function");
  const char *name = sb_json_get_string (function, "name");
  const char *arguments = sb_json_get_string (function, "arguments");
  SbRehearsalCall *call = NULL;

  *id = sb_json_get_string (object, "id");
  if (name == NULL || *id == NULL)
    return NULL;

  call = g_new0 (SbRehearsalCall, 1);
  call->name = g_strdup (name);
  call->arguments = sb_json_parse_object (arguments != NULL ? arguments : "", -1, NULL);
  if (call->arguments == NULL)
    call->arguments = json_object_new ();

  return call;
}

static char *
find_result (JsonArray  *messages,
             guint       start,
             const char *id)
{
  for (guint i = start; i < json_array_get_length (messages); i++)
    {
      JsonObject *message = get_message (messages, i);

      if (has_role (message, "tool") && g_strcmp0 (sb_json_get_string (message, "tool_call_id"), id) == 0)
        return g_strdup (sb_json_get_string (message, "content"));
    }

  return NULL;
}

static void
read_calls (JsonArray *messages,
            guint      index,
            GPtrArray *calls)
{
  JsonArray *array = sb_json_get_array (get_message (messages, index), "tool_calls");

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *id = NULL;
      SbRehearsalCall *call = read_call (json_array_get_element (array, i), &id);

      if (call == NULL)
        continue;
      call->result = find_result (messages, index, id);
      if (call->result == NULL)
        call->result = g_strdup ("");
      g_ptr_array_add (calls, call);
    }
}

static const char *
get_base_name (const char *file)
{
  return g_str_has_prefix (file, "/workspace/") ? file + strlen ("/workspace/") : file;
}

static void
read_past (SbRehearsalHistory *self,
           GPtrArray          *past)
{
  for (guint i = 0; i < past->len; i++)
    {
      const SbRehearsalCall *call = g_ptr_array_index (past, i);
      const char *file = sb_json_get_string (call->arguments, "filename");

      if (g_str_equal (call->name, "initSandbox") && sb_rehearsal_call_succeeded (call))
        self->had_sandbox = TRUE;
      else if (g_str_equal (call->name, "stopSandbox"))
        self->had_sandbox = FALSE;
      else if (g_str_equal (call->name, "writeFile") && file != NULL)
        {
          g_free (self->last_file);
          self->last_file = g_strdup (get_base_name (file));
        }
    }
}

/* messages: as a chat completions request holds them, of any quality. (transfer full) */
SbRehearsalHistory *
sb_rehearsal_history_new (JsonArray *messages)
{
  SbRehearsalHistory *self = g_new0 (SbRehearsalHistory, 1);
  g_autoptr(GPtrArray) past = g_ptr_array_new_with_free_func (call_free);
  guint n = json_array_get_length (messages);
  guint request = find_request (messages);
  const char *content = request < n ? sb_json_get_string (get_message (messages, request), "content") : NULL;

  self->calls = g_ptr_array_new_with_free_func (call_free);
  self->request = find_words (content != NULL ? content : "");
  for (guint i = 0; i < n; i++)
    read_calls (messages, i, i < request ? past : self->calls);
  read_past (self, past);

  return self;
}

void
sb_rehearsal_history_free (SbRehearsalHistory *self)
{
  if (self == NULL)
    return;

  g_free (self->request);
  g_free (self->last_file);
  g_ptr_array_unref (self->calls);
  g_free (self);
}

static gboolean
have_same_members (JsonObject *one,
                   JsonObject *other)
{
  g_autofree char *one_text = sb_json_object_to_string (one);
  g_autofree char *other_text = sb_json_object_to_string (other);

  return g_str_equal (one_text, other_text);
}

/* The call that was made for a step of the plan, each only once; one that failed for want of a sandbox was
 * not made. Borrowed. */
SbRehearsalCall *
sb_rehearsal_history_take (SbRehearsalHistory *self,
                           const char         *name,
                           JsonObject         *arguments)
{
  for (guint i = 0; i < self->calls->len; i++)
    {
      SbRehearsalCall *call = g_ptr_array_index (self->calls, i);

      if (!call->is_used && g_str_equal (call->name, name) && !sb_rehearsal_call_lacks_sandbox (call) &&
          have_same_members (call->arguments, arguments))
        {
          call->is_used = TRUE;
          return call;
        }
    }

  return NULL;
}

/* How many times there was no sandbox; is_missing: whether that is so now. */
guint
sb_rehearsal_history_count_missing (SbRehearsalHistory *self,
                                    gboolean           *is_missing)
{
  guint n = 0;

  *is_missing = FALSE;
  for (guint i = 0; i < self->calls->len; i++)
    {
      const SbRehearsalCall *call = g_ptr_array_index (self->calls, i);

      if (sb_rehearsal_call_lacks_sandbox (call))
        {
          n++;
          *is_missing = TRUE;
        }
      else if (g_str_equal (call->name, "initSandbox") && sb_rehearsal_call_succeeded (call))
        *is_missing = FALSE;
    }

  return n;
}

gboolean
sb_rehearsal_call_lacks_sandbox (const SbRehearsalCall *call)
{
  return strstr (call->result, "initialize a sandbox first") != NULL ||
         strstr (call->result, "Call initSandbox to get a new one") != NULL;
}

/* Tools report in words; what went well begins in a way of its own. */
gboolean
sb_rehearsal_call_succeeded (const SbRehearsalCall *call)
{
  if (g_str_equal (call->name, "initSandbox"))
    return strstr (call->result, STARTED) != NULL;
  if (g_str_equal (call->name, "writeFile"))
    return g_str_has_prefix (call->result, "success");
  if (g_str_equal (call->name, "exec"))
    return strstr (call->result, "exit code: 0") != NULL;

  /* The others say what was wrong in a sentence of one line. */
  return !g_str_has_prefix (call->result, "There is no “") && !g_str_has_prefix (call->result, "The sandbox ") &&
         !g_str_has_prefix (call->result, "“/workspace") &&
         !g_str_has_prefix (call->result, "A limit of the sandbox");
}
