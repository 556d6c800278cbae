/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-elicitation.h"

#include "sb-json.h"
#include "sb-mcp-client.h"

struct _SbMcpElicitation
{
  GObject parent_instance;

  /* owned */
  GTask      *task;        /* until it is answered */
  char       *server_name; /* nullable */
  JsonObject *params;
  GPtrArray  *fields;      /* of SbMcpField; empty in URL mode */

  /* borrowed, of params */
  const char *message;
  const char *url; /* nullable: a form */

  gboolean holds_call;
};

G_DEFINE_FINAL_TYPE (SbMcpElicitation, sb_mcp_elicitation, G_TYPE_OBJECT)

static void
answer (SbMcpElicitation *self,
        const char       *action,
        JsonObject       *content)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->task);
  JsonObject *result = NULL;

  g_return_if_fail (task != NULL);

  result = json_object_new ();
  json_object_set_string_member (result, "action", action);
  if (content != NULL)
    json_object_set_object_member (result, "content", json_object_ref (content));
  g_task_return_pointer (task, result, (GDestroyNotify) json_object_unref);
}

static gboolean
take_url (SbMcpElicitation  *self,
          GError           **error)
{
  const char *url = sb_json_get_string (self->params, "url");
  g_autoptr(GUri) uri = url != NULL ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  /* Anything else could start a program of the user's. */
  if (!g_str_equal (scheme, "https") && !g_str_equal (scheme, "http"))
    {
      g_set_error_literal (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL, "url is the address of a web page.");
      return FALSE;
    }
  self->url = url;

  return TRUE;
}

static gboolean
take_form (SbMcpElicitation  *self,
           GError           **error)
{
  JsonObject *schema = sb_json_get_object (self->params, "requestedSchema");

  if (schema == NULL)
    {
      g_set_error_literal (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL, "requestedSchema is missing.");
      return FALSE;
    }
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  self->fields = sb_mcp_form_parse (schema, error);

  return self->fields != NULL;
}

static gboolean
take_params (SbMcpElicitation  *self,
             GError           **error)
{
  const char *mode = sb_json_get_string (self->params, "mode");

  self->message = sb_json_get_string (self->params, "message");
  if (self->message == NULL)
    {
      g_set_error_literal (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL, "message is missing.");
      return FALSE;
    }
  if (mode == NULL || g_str_equal (mode, "form"))
    return take_form (self, error);
  if (g_str_equal (mode, "url"))
    return take_url (self, error);

  g_set_error_literal (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL, "mode is \"form\" or \"url\".");

  return FALSE;
}

static void
add_defaults (SbMcpElicitation *self,
              JsonObject       *content)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      SbMcpField *field = g_ptr_array_index (self->fields, i);

      if (field->default_value != NULL && !json_object_has_member (content, field->name))
        json_object_set_member (content, field->name, json_node_copy (field->default_value));
    }
}

static void
sb_mcp_elicitation_dispose (GObject *object)
{
  SbMcpElicitation *self = SB_MCP_ELICITATION (object);

  if (self->task != NULL)
    sb_mcp_elicitation_cancel (self);

  G_OBJECT_CLASS (sb_mcp_elicitation_parent_class)->dispose (object);
}

static void
sb_mcp_elicitation_finalize (GObject *object)
{
  SbMcpElicitation *self = SB_MCP_ELICITATION (object);

  g_clear_pointer (&self->fields, g_ptr_array_unref);
  json_object_unref (self->params);
  g_free (self->server_name);

  G_OBJECT_CLASS (sb_mcp_elicitation_parent_class)->finalize (object);
}

static void
sb_mcp_elicitation_class_init (SbMcpElicitationClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_elicitation_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_elicitation_finalize;
}

static void
sb_mcp_elicitation_init (SbMcpElicitation *self)
{
  self->fields = g_ptr_array_new ();
}

/**
 * sb_mcp_elicitation_new:
 * @task: (transfer none): returns the result object, once; not when this fails
 * @server_name: (nullable): who asks
 * @params: (transfer none): of elicitation/create
 *
 * Returns: (transfer full) (nullable): %NULL with SB_MCP_ERROR_PROTOCOL for what cannot be asked
 */
SbMcpElicitation *
sb_mcp_elicitation_new (GTask       *task,
                        const char  *server_name,
                        JsonObject  *params,
                        GError     **error)
{
  g_autoptr(SbMcpElicitation) self = g_object_new (SB_TYPE_MCP_ELICITATION, NULL);

  self->server_name = g_strdup (server_name);
  self->params = json_object_ref (params);
  if (!take_params (self, error))
    return NULL;
  self->task = g_object_ref (task);

  return g_steal_pointer (&self);
}

const char *
sb_mcp_elicitation_get_server_name (SbMcpElicitation *self)
{
  return self->server_name;
}

const char *
sb_mcp_elicitation_get_message (SbMcpElicitation *self)
{
  return self->message;
}

/* An http(s) address that the user is asked to visit: to be shown whole, and opened only when the user says so.
 * NULL: it is a form. */
const char *
sb_mcp_elicitation_get_url (SbMcpElicitation *self)
{
  return self->url;
}

/* By this "elicitation-complete" of the client names a visit that is over; nullable. */
const char *
sb_mcp_elicitation_get_id (SbMcpElicitation *self)
{
  return sb_json_get_string (self->params, "elicitationId");
}

/* A call cannot be made before this page has been visited. */
void
sb_mcp_elicitation_set_holds_call (SbMcpElicitation *self)
{
  self->holds_call = TRUE;
}

/* To accept then means that the user is done there: the call is made anew at once. Otherwise it only means that
 * the page may be opened. */
gboolean
sb_mcp_elicitation_get_holds_call (SbMcpElicitation *self)
{
  return self->holds_call;
}

/* Returns: (transfer none): of SbMcpField */
GPtrArray *
sb_mcp_elicitation_get_fields (SbMcpElicitation *self)
{
  return self->fields;
}

/* Cancelled when the server no longer wants to know; nullable. */
GCancellable *
sb_mcp_elicitation_get_cancellable (SbMcpElicitation *self)
{
  return self->task != NULL ? g_task_get_cancellable (self->task) : NULL;
}

/**
 * sb_mcp_elicitation_accept:
 * @content: (nullable) (transfer none): what was filled in; fields that are left out get their defaults. To
 *   an address it is %NULL.
 *
 * Returns: whether it was answered; %FALSE with SB_MCP_ERROR_PROTOCOL, whose message names the field, when
 *   something is missing or not valid, and then it can be answered again
 */
gboolean
sb_mcp_elicitation_accept (SbMcpElicitation  *self,
                           JsonObject        *content,
                           GError           **error)
{
  g_autoptr(JsonObject) whole = json_object_new ();
  g_autofree char *problem = NULL;
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *value = NULL;

  if (self->url != NULL)
    {
      answer (self, "accept", NULL);
      return TRUE;
    }

  if (content != NULL)
    json_object_iter_init (&iter, content);
  while (content != NULL && json_object_iter_next (&iter, &name, &value))
    json_object_set_member (whole, name, json_node_copy (value));
  add_defaults (self, whole);
  problem = sb_mcp_form_find_problem (self->fields, whole);
  if (problem != NULL)
    g_set_error (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL, "“%s” is missing or not valid.", problem);
  else
    answer (self, "accept", whole);

  return problem == NULL;
}

/* The user says no. */
void
sb_mcp_elicitation_decline (SbMcpElicitation *self)
{
  answer (self, "decline", NULL);
}

/* The user has not decided. */
void
sb_mcp_elicitation_cancel (SbMcpElicitation *self)
{
  answer (self, "cancel", NULL);
}
