/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-rehearsal-script.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            size_t        size);

/* Any words as a request, with all tools offered. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  static const char * const names[] = {
    "initSandbox", "exec", "writeFile", "readFile", "listFiles", "stopSandbox"
  };
  g_autofree char *words = g_utf8_make_valid ((const char *) data, size);
  g_autoptr(JsonArray) messages = json_array_new ();
  g_autoptr(JsonArray) tools = json_array_new ();
  JsonObject *message = json_object_new ();
  g_autoptr(SbRehearsalTurn) turn = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      JsonObject *tool = json_object_new ();
      JsonObject *function = json_object_new ();

      json_object_set_string_member (function, "name", names[i]);
      json_object_set_object_member (tool, "function", function);
      json_array_add_object_element (tools, tool);
    }
  json_object_set_string_member (message, "role", "user");
  json_object_set_string_member (message, "content", words);
  json_array_add_object_element (messages, message);

  turn = sb_rehearsal_script_next (messages, tools);
  g_assert (g_utf8_validate (turn->text, -1, NULL));

  return 0;
}
