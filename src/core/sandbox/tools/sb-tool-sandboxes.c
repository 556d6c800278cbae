/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-manager-private.h"
#include "sb-sandbox-private.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

static void
add_sandbox (SbSandbox *sandbox,
             gboolean   is_current,
             GString   *text,
             JsonArray *array)
{
  g_autoptr(GEnumClass) states = g_type_class_ref (SB_TYPE_SANDBOX_STATE);
  const char *state = g_enum_get_value (states, sb_sandbox_get_state (sandbox))->value_nick;
  const char *message = sb_sandbox_get_message (sandbox);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", sb_sandbox_get_id (sandbox));
  json_object_set_string_member (object, "name", sb_sandbox_get_name (sandbox));
  json_object_set_string_member (object, "state", state);
  json_object_set_boolean_member (object, "current", is_current);
  json_object_set_string_member (object, "backend", sb_sandbox_get_backend_label (sandbox));
  json_array_add_object_element (array, object);
  g_string_append_printf (text, "%s%s (%s): %s%s%s%s", text->len > 0 ? "\n" : "", sb_sandbox_get_id (sandbox),
                          sb_sandbox_get_name (sandbox), state, message != NULL ? ", " : "",
                          message != NULL ? message : "", is_current ? "; used when containerId is left out" : "");
}

void
sb_tool_list_sandboxes (SbMcpToolCall *call,
                        gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_LIST, "list sandboxes");
  GListModel *model = G_LIST_MODEL (run->tools->manager);
  guint n = g_list_model_get_n_items (model);
  JsonObject *details = sb_tool_run_new_details (run);
  JsonArray *array = json_array_new ();
  g_autoptr(GString) text = g_string_new (NULL);
  SbSandbox *current = sb_tool_run_get_current (run);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(SbSandbox) sandbox = g_list_model_get_item (model, i);

      if (!sb_tool_run_may_use (run, sandbox))
        continue;
      add_sandbox (sandbox, sandbox == current, text, array);
    }
  if (text->len == 0)
    g_string_append (text, "There are no sandboxes; call initSandbox to start one.");
  json_object_set_array_member (details, "sandboxes", array);
  sb_tool_run_respond (run, text->str, details, NULL, TRUE);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  if (!sb_sandbox_manager_stop_finish (SB_SANDBOX_MANAGER (source), result, &error))
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  if (sb_tool_run_get_current (run) == run->sandbox)
    sb_tool_run_select (run, NULL);
  text = g_strdup_printf ("stopped sandbox id: %s\nIts files are gone.", sb_sandbox_get_id (run->sandbox));
  sb_tool_run_respond (run, text, sb_tool_run_new_details (run), NULL, TRUE);
}

void
sb_tool_stop_sandbox (SbMcpToolCall *call,
                      gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_STOP, "stop sandbox");

  if (!sb_tool_run_find (run))
    return;

  /* Not cancellable: half a stop is none. */
  sb_sandbox_manager_stop_async (run->tools->manager, run->sandbox, NULL, stopped_cb, run);
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  if (!sb_sandbox_manager_stop_finish (SB_SANDBOX_MANAGER (source), result, &error))
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  sb_sandbox_manager_forget (run->tools->manager, run->sandbox);
  text = g_strdup_printf ("removed sandbox id: %s", sb_sandbox_get_id (run->sandbox));
  sb_tool_run_respond (run, text, sb_tool_run_new_details (run), NULL, TRUE);
}

/* removeSandbox: as stopSandbox, and nobody sees it any more. */
void
sb_tool_remove_sandbox (SbMcpToolCall *call,
                        gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_STOP, "remove sandbox");

  if (sb_tool_run_find_any (run))
    sb_sandbox_manager_stop_async (run->tools->manager, run->sandbox, NULL, removed_cb, run);
}
