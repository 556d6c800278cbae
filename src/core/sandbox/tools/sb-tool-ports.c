/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

/* A call about the ports of a sandbox. */
typedef struct
{
  SbToolRun *run;  /* owned until it is answered */
  gint64     port; /* as the model gave it */
} PortCall;

static JsonObject *
describe_port (SbPort *port)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "port", sb_port_get_number (port));
  json_object_set_string_member (object, "command", sb_port_get_command (port));
  json_object_set_boolean_member (object, "listening", sb_port_get_listening (port));
  json_object_set_boolean_member (object, "offered", sb_port_get_offered (port));
  json_object_set_boolean_member (object, "open", sb_port_get_forward (port) != NULL);

  return object;
}

static const char *
get_state_name (SbPort *port)
{
  if (sb_port_get_forward (port) != NULL)
    return "open for the user's browser";
  if (sb_port_get_offered (port))
    return "offered to the user";

  return sb_port_get_listening (port) ? "not open for the user" : "nothing listens";
}

static void
respond_list (SbToolRun *run)
{
  GListModel *ports = G_LIST_MODEL (sb_sandbox_get_ports (run->sandbox));
  guint n_ports = g_list_model_get_n_items (ports);
  g_autoptr(GString) text = g_string_new (n_ports == 0 ? "Nothing listens on a TCP port in the sandbox." : NULL);
  JsonObject *details = sb_tool_run_new_details (run);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < n_ports; i++)
    {
      g_autoptr(SbPort) port = g_list_model_get_item (ports, i);

      json_array_add_object_element (array, describe_port (port));
      g_string_append_printf (text, "%s%u: %s (%s)", i > 0 ? "\n" : "", sb_port_get_number (port),
                              sb_port_get_command (port), get_state_name (port));
    }
  json_object_set_array_member (details, "ports", array);
  sb_tool_run_respond (run, text->str, details, NULL, TRUE);
}

/* TRUE: the list is up to date; otherwise the call has its answer. */
static gboolean
take_refreshed (SbToolRun    *run,
                GObject      *source,
                GAsyncResult *result)
{
  g_autoptr(GError) error = NULL;

  if (sb_port_list_refresh_finish (SB_PORT_LIST (source), result, &error))
    return TRUE;

  sb_tool_run_fail_error (run, error);

  return FALSE;
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  if (take_refreshed (user_data, source, result))
    respond_list (user_data);
}

/* listPorts: what programs inside listen on, and what of it the user can see. */
void
sb_tool_list_ports (SbMcpToolCall *call,
                    gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_LIST, "list ports");

  if (sb_tool_run_find (run))
    sb_port_list_refresh_async (sb_sandbox_get_ports (run->sandbox), sb_mcp_tool_call_get_cancellable (call), listed_cb,
                                run);
}

/* The address is a secret between the user and the browser: the model is not told. */
static void
respond_exposed (PortCall   *call,
                 const char *text)
{
  SbPort *port = sb_port_list_find (sb_sandbox_get_ports (call->run->sandbox), (guint16) call->port);
  JsonObject *details = sb_tool_run_new_details (call->run);

  json_object_set_int_member (details, "port", call->port);
  json_object_set_boolean_member (details, "open", port != NULL && sb_port_get_forward (port) != NULL);
  sb_tool_run_respond (call->run, text, details, port != NULL ? get_state_name (port) : NULL, TRUE);
}

static void
offer (PortCall *call)
{
  g_autofree char *text = g_strdup_printf ("Port %d is offered to the user, who can open it on the Ports page of the "
                                           "sandbox.", (int) call->port);

  sb_port_list_offer (sb_sandbox_get_ports (call->run->sandbox), (guint16) call->port);
  respond_exposed (call, text);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autofree PortCall *call = user_data;
  SbPortList *ports = sb_sandbox_get_ports (call->run->sandbox);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  if (!sb_approvals_ask_finish (SB_APPROVALS (source), result, &error))
    {
      if (g_error_matches (error, SB_APPROVALS_ERROR, SB_APPROVALS_ERROR_UNATTENDED))
        offer (call);
      else
        sb_tool_run_fail_error (call->run, error);
      return;
    }

  if (!sb_port_list_open (ports, (guint16) call->port, &error))
    {
      sb_tool_run_fail_error (call->run, error);
      return;
    }
  text = g_strdup_printf ("Port %d is open: the user can load it in a browser from the Ports page of the sandbox.",
                          (int) call->port);
  respond_exposed (call, text);
}

static void
ask (PortCall *call,
     SbPort   *port)
{
  SbMcpToolCall *tool_call = call->run->call;
  g_autofree char *title = g_strdup_printf ("Open port %d of the sandbox “%s” for your browser?", (int) call->port,
                                            sb_sandbox_get_name (call->run->sandbox));
  g_autoptr(SbApproval) approval = sb_approval_new ("port", NULL, title, sb_port_get_command (port),
                                                    sb_mcp_tool_call_get_trace_id (tool_call));

  sb_approvals_ask_async (call->run->tools->approvals, approval, sb_mcp_tool_call_get_cancellable (tool_call),
                          answered_cb, call);
}

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autofree PortCall *call = user_data;
  SbPort *port = NULL;

  if (!take_refreshed (call->run, source, result))
    return;

  port = sb_port_list_find (SB_PORT_LIST (source), (guint16) call->port);
  if (port == NULL || !sb_port_get_listening (port))
    {
      g_autofree char *text = g_strdup_printf ("Nothing listens on port %d in the sandbox. Start the server first: "
                                               "exec with background true.", (int) call->port);

      sb_tool_run_fail (call->run, text, NULL, "nothing listens");
    }
  else if (sb_port_get_forward (port) != NULL)
    {
      respond_exposed (call, "The port is open already.");
    }
  else if (call->run->tools->approvals != NULL)
    {
      ask (g_steal_pointer (&call), port);
    }
  else
    {
      offer (call);
    }
}

/* FALSE: the call has its answer. */
static gboolean
get_port (SbToolRun *run,
          gint64    *port)
{
  *port = sb_json_get_int (sb_mcp_tool_call_get_arguments (run->call), "port", 0);
  if (*port > 0 && *port <= G_MAXUINT16)
    return TRUE;

  sb_tool_run_fail (run, "The argument “port” must be a number from 1 to 65535.", NULL, "bad port");

  return FALSE;
}

/* exposePort: asks the user, whose browser gets in if the answer is yes. */
void
sb_tool_expose_port (SbMcpToolCall *call,
                     gpointer       user_data)
{
  gint64 number = sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "port", 0);
  g_autofree char *title = g_strdup_printf ("open port %" G_GINT64_FORMAT, number);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_EXEC, title);
  PortCall *port_call = NULL;

  if (!get_port (run, &number) || !sb_tool_run_find (run))
    return;

  port_call = g_new0 (PortCall, 1);
  port_call->run = run;
  port_call->port = number;
  sb_port_list_refresh_async (sb_sandbox_get_ports (run->sandbox), sb_mcp_tool_call_get_cancellable (call), found_cb,
                              port_call);
}

/* closePort: one that was not open is a normal result. */
void
sb_tool_close_port (SbMcpToolCall *call,
                    gpointer       user_data)
{
  gint64 number = sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "port", 0);
  g_autofree char *title = g_strdup_printf ("close port %" G_GINT64_FORMAT, number);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_EXEC, title);
  g_autofree char *text = NULL;
  JsonObject *details = NULL;

  if (!get_port (run, &number) || !sb_tool_run_find (run))
    return;

  sb_port_list_close (sb_sandbox_get_ports (run->sandbox), (guint16) number);
  text = g_strdup_printf ("Port %d is closed for the user. The program that listens on it goes on.", (int) number);
  details = sb_tool_run_new_details (run);
  json_object_set_int_member (details, "port", number);
  sb_tool_run_respond (run, text, details, NULL, TRUE);
}
