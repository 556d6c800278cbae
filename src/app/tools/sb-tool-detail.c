/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-detail.h"

#include <glib/gi18n.h>

#include "sb-code-view.h"
#include "sb-content-view.h"
#include "sb-form.h"
#include "sb-hand-call.h"
#include "sb-id.h"
#include "sb-json.h"
#include "sb-page-tabs.h"
#include "sb-text.h"
#include "sb-tool-text.h"
#include "sb-tool-times.h"
#include "sb-wrap-box.h"

#define CALL_TIMEOUT_MS (5 * 60 * 1000)
#define MAX_SCHEMA (256 * 1024)

struct _SbToolDetail
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel  *model;       /* nullable */
  SbGatewayTool *tool;        /* nullable */
  GCancellable  *cancellable; /* nullable: of the call that runs */

  /* borrowed */
  GtkWidget *form;            /* nullable */

  /* template */
  GtkWidget     *box;
  SbWrapBox     *chips;
  GtkLabel      *description;
  GtkBox        *form_box;
  GtkLabel      *name;
  SbContentView *result;
  GtkLabel      *result_state;
  SbCodeView    *schema;
  GtkSpinner    *spinner;
  GtkLabel      *times;

  gint64 began;
};

G_DEFINE_FINAL_TYPE (SbToolDetail, sb_tool_detail, GTK_TYPE_WIDGET)

static void
update_actions (SbToolDetail *self)
{
  gboolean running = self->cancellable != NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tool.run", self->tool != NULL && !running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tool.cancel", running);
  gtk_spinner_set_spinning (self->spinner, running);
}

static void
show_chips (SbToolDetail *self)
{
  SbToolClaim claims[SB_TOOL_MAX_CLAIMS];
  guint n = sb_tool_text_claims (sb_gateway_tool_get_tool (self->tool), claims);

  sb_wrap_box_clear (self->chips);
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *chip = gtk_label_new (claims[i].label);

      gtk_widget_add_css_class (chip, "sb-chip");
      if (claims[i].style != NULL)
        gtk_widget_add_css_class (chip, claims[i].style);
      gtk_widget_set_tooltip_text (chip, _("The server says so itself; nothing checks it."));
      sb_wrap_box_append (self->chips, chip);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->chips), n > 0);
}

static void
show_times (SbToolDetail *self)
{
  SbStore *store = sb_tools_model_get_store (self->model);
  SbToolTimes times = { 0 };
  g_autofree char *calls = NULL;
  g_autofree char *p50 = NULL;
  g_autofree char *p95 = NULL;
  g_autofree char *text = NULL;

  if (store != NULL)
    sb_store_get_tool_times (store, sb_gateway_tool_get_exposed_name (self->tool), &times);
  if (times.n_calls == 0)
    {
      gtk_label_set_text (self->times, _("It was not called yet."));
      return;
    }

  calls = g_strdup_printf (ngettext ("%u call", "%u calls", times.n_calls), times.n_calls);
  p50 = sb_format_duration (times.p50);
  p95 = sb_format_duration (times.p95);
  text = g_strdup_printf (_("%s · half within %s, 95 %% within %s · %u failed"), calls, p50, p95, times.n_failed);
  gtk_label_set_text (self->times, text);
}

static void
show_schema (SbToolDetail *self)
{
  const SbMcpTool *tool = sb_gateway_tool_get_tool (self->tool);
  g_autoptr(JsonNode) node = json_node_init_object (json_node_alloc (), tool->entry);
  g_autofree char *text = sb_json_to_string (node, TRUE);
  g_autofree char *head = sb_text_head_tail (text, MAX_SCHEMA, NULL);
  g_autofree char *clean = sb_text_clean (head, -1, NULL);

  sb_code_view_set_text (self->schema, clean, -1, "json", NULL, FALSE);
}

static void
show_form (SbToolDetail *self)
{
  if (self->form != NULL)
    gtk_box_remove (self->form_box, self->form);
  self->form = sb_form_new_for_schema (sb_gateway_tool_get_tool (self->tool)->input_schema);
  gtk_box_append (self->form_box, self->form);
}

static void
show_state (SbToolDetail *self,
            const char   *text,
            gboolean      failed)
{
  gtk_label_set_text (self->result_state, text);
  if (failed)
    gtk_widget_add_css_class (GTK_WIDGET (self->result_state), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->result_state), "error");
}

static void
show (SbToolDetail *self)
{
  g_autofree char *name = sb_text_clean (sb_gateway_tool_get_exposed_name (self->tool), -1, NULL);
  g_autofree char *description = sb_tool_text_description (sb_gateway_tool_get_tool (self->tool));

  gtk_label_set_text (self->name, name);
  gtk_label_set_text (self->description, description);
  gtk_widget_set_visible (GTK_WIDGET (self->description), *description != '\0');
  show_chips (self);
  show_times (self);
  show_schema (self);
  show_form (self);
  show_state (self, "", FALSE);
  sb_content_view_clear (self->result);
}

static void
take_result (SbToolDetail    *self,
             SbMcpToolResult *result)
{
  g_autofree char *duration = sb_format_duration (sb_clock_monotonic () - self->began);
  g_autofree char *state = g_strdup_printf (result->is_error ? _("The tool reports an error, after %s.")
                                                             : _("Done, after %s."), duration);

  show_state (self, state, result->is_error);
  sb_content_view_show (self->result, result->contents, result->structured);
}

/* A call on its way. */
typedef struct
{
  SbToolDetail  *detail; /* owned */
  SbGatewayTool *tool;   /* owned */
  SbHandCall    *call;
} Call;

static void
called_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autofree Call *call = user_data;
  g_autoptr(SbToolDetail) self = call->detail;
  g_autoptr(SbGatewayTool) tool = call->tool;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) answer = sb_mcp_client_call_tool_finish (SB_MCP_CLIENT (source), result, &error);

  sb_hand_call_end (call->call, answer, error);
  /* Of a tool that is no longer shown. */
  if (self->cancellable == NULL || self->tool != tool)
    return;

  if (answer != NULL)
    take_result (self, answer);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_state (self, _("Cancelled."), FALSE);
  else
    show_state (self, error->message, TRUE);
  g_clear_object (&self->cancellable);
  show_times (self);
  update_actions (self);
}

/* As the agents call it, so that both are counted together. */
static Call *
begin_call (SbToolDetail *self,
            JsonObject   *arguments)
{
  const char *name = sb_gateway_tool_get_exposed_name (self->tool);
  g_autofree char *title = g_strdup_printf (_("By hand: %s"), name);
  Call *call = g_new0 (Call, 1);

  call->detail = g_object_ref (self);
  call->tool = g_object_ref (self->tool);
  call->call = sb_hand_call_begin (sb_tools_model_get_trace (self->model), title, name, arguments);

  return call;
}

static SbMcpClient *
get_client (SbToolDetail *self)
{
  SbGatewayServer *server = sb_gateway_lookup (sb_tools_model_get_gateway (self->model),
                                               sb_gateway_tool_get_server_name (self->tool));

  return server != NULL ? sb_gateway_server_get_client (server) : NULL;
}

static void
run_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  SbToolDetail *self = SB_TOOL_DETAIL (widget);
  g_autoptr(JsonObject) arguments = NULL;
  g_autoptr(GError) error = NULL;
  SbMcpClient *client = get_client (self);
  Call *call;

  sb_content_view_clear (self->result);
  arguments = sb_form_dup_content (SB_FORM (self->form), &error);
  if (arguments == NULL || client == NULL)
    {
      show_state (self, arguments == NULL ? error->message : _("The server does not run."), TRUE);
      return;
    }

  self->began = sb_clock_monotonic ();
  self->cancellable = g_cancellable_new ();
  show_state (self, _("Running…"), FALSE);
  call = begin_call (self, arguments);
  sb_mcp_client_call_tool_async (client, sb_gateway_tool_get_name (self->tool), arguments,
                                 sb_hand_call_get_id (call->call), CALL_TIMEOUT_MS, NULL, NULL, self->cancellable,
                                 called_cb, call);
  update_actions (self);
}

static void
cancel_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  g_cancellable_cancel (SB_TOOL_DETAIL (widget)->cancellable);
}

static void
drop_tool (SbToolDetail *self)
{
  g_autoptr(GCancellable) cancellable = g_steal_pointer (&self->cancellable);

  g_cancellable_cancel (cancellable);
  g_clear_object (&self->tool);
}

static void
sb_tool_detail_dispose (GObject *object)
{
  SbToolDetail *self = SB_TOOL_DETAIL (object);

  drop_tool (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_tool_detail_parent_class)->dispose (object);
}

static void
sb_tool_detail_class_init (SbToolDetailClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_tool_detail_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-tool-detail.ui");
  gtk_widget_class_bind_template_child (widget_class, SbToolDetail, box);
  gtk_widget_class_bind_template_child (widget_class, SbToolDetail, chips);
  gtk_widget_class_bind_template_child (widget_class, SbToolDetail, description);
  gtk_widget_class_bind_template_child (widget_class, SbToolDetail, form_box);
  gtk_widget_class_bind_template_child (widget_class, SbToolDetail, name);
  gtk_widget_class_bind_template_child (widget_class, SbToolDetail, result);
  gtk_widget_class_bind_template_child (widget_class, SbToolDetail, result_state);
  gtk_widget_class_bind_template_child (widget_class, SbToolDetail, schema);
  gtk_widget_class_bind_template_child (widget_class, SbToolDetail, spinner);
  gtk_widget_class_bind_template_child (widget_class, SbToolDetail, times);
  gtk_widget_class_install_action (widget_class, "tool.run", NULL, run_cb);
  gtk_widget_class_install_action (widget_class, "tool.cancel", NULL, cancel_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "tool.run", NULL);

  g_type_ensure (SB_TYPE_CODE_VIEW);
  g_type_ensure (SB_TYPE_CONTENT_VIEW);
  g_type_ensure (SB_TYPE_PAGE_TABS);
  g_type_ensure (SB_TYPE_WRAP_BOX);
}

static void
sb_tool_detail_init (SbToolDetail *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update_actions (self);
}

void
sb_tool_detail_set_tool (SbToolDetail  *self,
                         SbToolsModel  *model,
                         SbGatewayTool *tool)
{
  g_return_if_fail (SB_IS_TOOL_DETAIL (self));

  if (self->tool == tool)
    return;

  drop_tool (self);
  g_set_object (&self->model, model);
  g_set_object (&self->tool, tool);
  if (tool != NULL)
    show (self);
  update_actions (self);
}
