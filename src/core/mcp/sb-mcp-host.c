/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-host.h"

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-message.h"

struct _SbMcpHost
{
  GObject parent_instance;

  /* owned */
  GStrv roots; /* NULL: not offered */

  /* borrowed */
  SbMcpElicitationFunc elicitation_func; /* nullable */
  gpointer             elicitation_data;
  SbMcpSamplingFunc    sampling_func;    /* nullable */
  gpointer             sampling_data;
  SbMcpRelayFunc       relay_func;       /* nullable: instead of all these */
  gpointer             relay_data;
};

enum
{
  ROOTS_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbMcpHost, sb_mcp_host, G_TYPE_OBJECT)

static JsonObject *
new_roots_result (SbMcpHost *self)
{
  JsonObject *result = json_object_new ();
  JsonArray *roots = json_array_new ();

  for (gsize i = 0; self->roots != NULL && self->roots[i] != NULL; i++)
    {
      JsonObject *root = json_object_new ();
      g_autofree char *name = g_path_get_basename (self->roots[i]);
      g_autofree char *shown = g_uri_unescape_string (name, NULL);

      json_object_set_string_member (root, "uri", self->roots[i]);
      json_object_set_string_member (root, "name", shown != NULL ? shown : name);
      json_array_add_object_element (roots, root);
    }
  json_object_set_array_member (result, "roots", roots);

  return result;
}

static void
ask_elicitation (SbMcpHost  *self,
                 GTask      *task,
                 const char *server_name,
                 JsonObject *params)
{
  GError *error = NULL;
  g_autoptr(SbMcpElicitation) elicitation = sb_mcp_elicitation_new (task, server_name, params, &error);

  if (elicitation == NULL)
    g_task_return_error (task, error);
  else
    self->elicitation_func (elicitation, self->elicitation_data);
}

static void
ask_sampling (SbMcpHost  *self,
              GTask      *task,
              const char *server_name,
              JsonObject *params)
{
  GError *error = NULL;
  g_autoptr(SbMcpSampling) sampling = sb_mcp_sampling_new (task, server_name, params, &error);

  if (sampling == NULL)
    g_task_return_error (task, error);
  else
    self->sampling_func (sampling, self->sampling_data);
}

static void
sb_mcp_host_finalize (GObject *object)
{
  SbMcpHost *self = SB_MCP_HOST (object);

  g_strfreev (self->roots);

  G_OBJECT_CLASS (sb_mcp_host_parent_class)->finalize (object);
}

static void
sb_mcp_host_class_init (SbMcpHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_host_finalize;

  signals[ROOTS_CHANGED] = g_signal_new ("roots-changed", SB_TYPE_MCP_HOST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
}

static void
sb_mcp_host_init (SbMcpHost *self)
{
}

/* Returns: (transfer full): a host that offers nothing yet */
SbMcpHost *
sb_mcp_host_new (void)
{
  return g_object_new (SB_TYPE_MCP_HOST, NULL);
}

/**
 * sb_mcp_host_set_roots:
 * @uris: (nullable): file:// URIs of the folders that servers are told of; %NULL: roots are not offered,
 *   which is decided when a client connects
 */
void
sb_mcp_host_set_roots (SbMcpHost          *self,
                       const char * const *uris)
{
  g_return_if_fail (SB_IS_MCP_HOST (self));

  g_strfreev (self->roots);
  self->roots = g_strdupv ((char **) uris);
  sb_mcp_host_tell_roots_changed (self);
}

/* func: nullable. To be set before a client connects: what is not set is not offered to servers. */
void
sb_mcp_host_set_elicitation_func (SbMcpHost            *self,
                                  SbMcpElicitationFunc  func,
                                  gpointer              user_data)
{
  self->elicitation_func = func;
  self->elicitation_data = user_data;
}

/* As set_elicitation_func(). */
void
sb_mcp_host_set_sampling_func (SbMcpHost         *self,
                               SbMcpSamplingFunc  func,
                               gpointer           user_data)
{
  self->sampling_func = func;
  self->sampling_data = user_data;
}

/**
 * sb_mcp_host_set_relay_func:
 * @func: gets every question as it came, with a task to be finished with a #JsonObject, now or later
 *
 * For a gateway, whose clients are asked: everything is offered to servers, as these may. Instead of the functions
 * above and of roots.
 */
void
sb_mcp_host_set_relay_func (SbMcpHost      *self,
                            SbMcpRelayFunc  func,
                            gpointer        user_data)
{
  self->relay_func = func;
  self->relay_data = user_data;
}

/* Servers are told that roots are others now. */
void
sb_mcp_host_tell_roots_changed (SbMcpHost *self)
{
  g_signal_emit (self, signals[ROOTS_CHANGED], 0);
}

/* Whether there is somebody who answers servers' questions. */
gboolean
sb_mcp_host_can_elicit (SbMcpHost *self)
{
  return self->elicitation_func != NULL;
}

/* Returns: (transfer full): the client capabilities that this host makes true */
JsonObject *
sb_mcp_host_new_capabilities (SbMcpHost *self)
{
  JsonObject *capabilities = json_object_new ();

  if (self->roots != NULL || self->relay_func != NULL)
    {
      JsonObject *roots = json_object_new ();

      json_object_set_boolean_member (roots, "listChanged", TRUE);
      json_object_set_object_member (capabilities, "roots", roots);
    }
  if (self->elicitation_func != NULL || self->relay_func != NULL)
    {
      JsonObject *modes = json_object_new ();

      json_object_set_object_member (modes, "form", json_object_new ());
      json_object_set_object_member (modes, "url", json_object_new ());
      json_object_set_object_member (capabilities, "elicitation", modes);
    }
  if (self->sampling_func != NULL || self->relay_func != NULL)
    json_object_set_object_member (capabilities, "sampling", json_object_new ());

  return capabilities;
}

static gboolean
is_question (const char *method)
{
  return g_str_equal (method, "roots/list") || g_str_equal (method, "elicitation/create")
         || g_str_equal (method, "sampling/createMessage");
}

/**
 * sb_mcp_host_ask_async:
 * @server_name: (nullable): who asks; foreign text
 * @method: elicitation/create, sampling/createMessage or roots/list
 * @params: (transfer none): of the request
 * @cancellable: (nullable): the server no longer wants to know
 *
 * Answers what a server asks of its client, the same way whether it came as a request of its own or inside a
 * result (2026-07-28). sb_mcp_host_get_code() makes a JSON-RPC code of the error.
 */
void
sb_mcp_host_ask_async (SbMcpHost           *self,
                       const char          *server_name,
                       const char          *method,
                       JsonObject          *params,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_mcp_host_ask_async);
  g_task_set_check_cancellable (task, FALSE);
  if (self->relay_func != NULL && is_question (method))
    self->relay_func (task, method, params, self->relay_data);
  else if (self->roots != NULL && g_str_equal (method, "roots/list"))
    g_task_return_pointer (task, new_roots_result (self), (GDestroyNotify) json_object_unref);
  else if (self->elicitation_func != NULL && g_str_equal (method, "elicitation/create"))
    ask_elicitation (self, task, server_name, params);
  else if (self->sampling_func != NULL && g_str_equal (method, "sampling/createMessage"))
    ask_sampling (self, task, server_name, params);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "This is not offered to servers.");
}

/**
 * sb_mcp_host_ask_visit_async:
 * @params: (transfer none): an entry of what error -32042 lists, in the form of elicitation/create
 *
 * As sb_mcp_host_ask_async(), for an address that has to be visited before a call can be made: the answer comes
 * when the user is done there. Only where elicitation is offered. To be finished with sb_mcp_host_ask_finish().
 */
void
sb_mcp_host_ask_visit_async (SbMcpHost           *self,
                             const char          *server_name,
                             JsonObject          *params,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr(SbMcpElicitation) elicitation = NULL;
  GError *error = NULL;

  g_return_if_fail (self->elicitation_func != NULL);

  g_task_set_source_tag (task, sb_mcp_host_ask_visit_async);
  g_task_set_check_cancellable (task, FALSE);
  elicitation = sb_mcp_elicitation_new (task, server_name, params, &error);
  if (elicitation == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  sb_mcp_elicitation_set_holds_call (elicitation);
  self->elicitation_func (elicitation, self->elicitation_data);
}

/* Returns: (transfer full): the result object */
JsonObject *
sb_mcp_host_ask_finish (SbMcpHost     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

int
sb_mcp_host_get_code (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    return SB_MCP_CODE_METHOD_NOT_FOUND;
  if (g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL))
    return SB_MCP_CODE_INVALID_PARAMS;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return SB_MCP_CODE_REFUSED_BY_USER;

  return SB_MCP_CODE_INTERNAL;
}
