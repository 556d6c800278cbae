/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-sandbox-private.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

#define MIB (G_GUINT64_CONSTANT (1024) * 1024)
#define MAX_NAME 40
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-_."

/* An argument within bounds; 0: absent, so that the default holds. */
static gint64
get_bounded (JsonObject *arguments,
             const char *name,
             gint64      min,
             gint64      max)
{
  gint64 value = sb_json_get_int (arguments, name, 0);

  return value > 0 ? CLAMP (value, min, max) : 0;
}

static gboolean
is_good_name (const char *name)
{
  return strlen (name) <= MAX_NAME && strspn (name, NAME_CHARACTERS) == strlen (name);
}

static char *
build_init_text (SbSandbox *sandbox)
{
  return g_strdup_printf ("started sandbox id: %s\nname: %s\nFiles live in /workspace, which is the working directory. "
                          "There is no network in it: packages cannot be downloaded.",
                          sb_sandbox_get_id (sandbox), sb_sandbox_get_name (sandbox));
}

/* From what was read back from the sandbox, not from what was asked for. */
static gboolean
has_no_network (SbSandbox *sandbox)
{
  GPtrArray *facts = sb_sandbox_get_facts (sandbox);

  for (guint i = 0; facts != NULL && i < facts->len; i++)
    {
      const SbSandboxFact *fact = g_ptr_array_index (facts, i);

      if (g_str_equal (fact->id, "network"))
        return fact->holds;
    }

  return FALSE;
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  const char *name = sb_tool_get_string (run, "name");
  JsonObject *details = NULL;

  run->sandbox = sb_sandbox_manager_create_finish (SB_SANDBOX_MANAGER (source), result, &error);
  if (run->sandbox == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  if (name != NULL)
    sb_sandbox_rename (run->sandbox, name);
  sb_tool_run_select (run, run->sandbox);
  text = build_init_text (run->sandbox);
  details = sb_tool_run_new_details (run);
  json_object_set_string_member (details, "backend", sb_sandbox_get_backend_label (run->sandbox));
  if (has_no_network (run->sandbox))
    json_object_set_string_member (details, "network", "none");
  sb_tool_run_respond (run, text, details, sb_sandbox_get_name (run->sandbox), TRUE);
}

/* TRUE: nothing is wrong with it; otherwise the call is answered. */
static gboolean
check_name (SbToolRun *run)
{
  const char *name = sb_tool_get_string (run, "name");

  if (name == NULL)
    return TRUE;
  if (!is_good_name (name))
    {
      sb_tool_run_fail (run, "A sandbox's name has up to 40 of the characters a-z 0-9 - _ and dot.", NULL, "bad name");
      return FALSE;
    }
  if (sb_sandbox_manager_lookup (run->tools->manager, name, NULL) != NULL)
    {
      sb_tool_run_fail (run, "There is a sandbox of this name already. Use it, or choose another name.", NULL,
                        "name taken");
      return FALSE;
    }

  return TRUE;
}

/* initSandbox: the first line of its answer is that of the first server of this kind. */
void
sb_tool_init_sandbox (SbMcpToolCall *call,
                      gpointer       user_data)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (call);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_CREATE, "start sandbox");
  g_auto(GStrv) env = sb_tool_dup_strings (arguments, "env");
  const SbSandboxSpec spec = {
    .env = (const char * const *) env,
    .memory_bytes = get_bounded (arguments, "memoryMb", 64, 65536) * MIB,
    .disk_bytes = get_bounded (arguments, "diskMb", 16, 65536) * MIB,
    .cpus = CLAMP (sb_json_get_double (arguments, "cpus", 0), 0, 64),
    .ttl_seconds = get_bounded (arguments, "ttlSeconds", 10, 7 * 24 * 60 * 60),
  };

  if (!check_name (run))
    return;

  sb_sandbox_manager_create_async (run->tools->manager, &spec, run->tools->owner, sb_mcp_tool_call_get_trace_id (call),
                                   sb_mcp_tool_call_get_cancellable (call), created_cb, run);
}

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

      if (g_strcmp0 (sb_sandbox_get_owner (sandbox), run->tools->owner) != 0)
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
