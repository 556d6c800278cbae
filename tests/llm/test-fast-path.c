/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-fast-path.h"

#include <string.h>

#include "sb-json.h"

#define HEAD \
  "{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1761231236,\"model\":\"m\"," \
  "\"choices\":[{\"index\":0,\"delta\":"
#define TAIL ",\"finish_reason\":null}]}"

/* What the fast path must take: missing one would only be slow, but slow is what it is there against. */
static const struct
{
  const char *json;
  const char *text;
  gboolean    reasoning;
} taken[] = {
  { HEAD "{\"content\":\"Hello\"}" TAIL, "Hello", FALSE },
  { HEAD "{\"role\":\"assistant\",\"content\":\"a\\n\\\"b\\\"\\\\ \\t\\/\"}" TAIL, "a\n\"b\"\\ \t/", FALSE },
  { HEAD "{\"reasoning\":\"hm\"}" TAIL, "hm", TRUE },
  { HEAD "{\"content\":\"\",\"reasoning_content\":\"hm\"}" TAIL, "hm", TRUE },
  { HEAD "{\"content\":null,\"reasoning\":\"hm\"}" TAIL, "hm", TRUE },
  { HEAD "{\"content\":\"漢字 🦆\"}" TAIL, "漢字 🦆", FALSE },
  { HEAD "{\"content\":\"x\",\"refusal\":null,\"tool_calls\":null}" TAIL, "x", FALSE },
  { HEAD "{\"role\":\"assistant\"}" TAIL, "", FALSE },
  { " { \"choices\" : [ { \"delta\" : { \"content\" : \"x\" } } ] } ", "x", FALSE },
};

/* What it must leave to the parser. */
static const char * const left[] = {
  "", "{", "{}", "[]", "[DONE]", "null",
  HEAD "{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}",
  HEAD "{\"content\":\"\\u00e9\"}" TAIL,
  HEAD "{\"content\":\"x\",\"content\":\"y\"}" TAIL,
  HEAD "{\"content\":\"x\",\"reasoning\":\"y\"}" TAIL,
  HEAD "{\"reasoning\":\"x\",\"reasoning_content\":\"x\"}" TAIL,
  HEAD "{\"content\":\"x\"}" TAIL "x",
  HEAD "{\"content\":\"x\"" TAIL,
  HEAD "{\"content\":\"a\nb\"}" TAIL,
  HEAD "{\"content\":\"\xff\"}" TAIL,
  HEAD "{\"content\":1}" TAIL,
  HEAD "{\"tool_calls\":[]}" TAIL,
  "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"x\"}}]}",
  "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}},{\"index\":1,\"delta\":{}}]}",
  "{\"choices\":[],\"choices\":[]}",
  "{\"error\":{},\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
  "{\"usage\":{},\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
  "{\"created\":01,\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
  "{\"object\":\"error\",\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
};

static void
test_taken (void)
{
  GString *scratch = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      SbLlmPlainEvent event;

      g_test_message ("taken: %" G_GSIZE_FORMAT, i);
      g_assert_true (sb_llm_fast_path_read (taken[i].json, strlen (taken[i].json), scratch, &event));
      g_assert_cmpmem (event.text, event.length, taken[i].text, strlen (taken[i].text));
      g_assert_cmpint (event.reasoning, ==, taken[i].reasoning);
    }
  g_string_free (scratch, TRUE);
}

static void
test_left (void)
{
  GString *scratch = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (left); i++)
    {
      SbLlmPlainEvent event;

      g_test_message ("left: %" G_GSIZE_FORMAT, i);
      g_assert_false (sb_llm_fast_path_read (left[i], strlen (left[i]), scratch, &event));
    }
  g_string_free (scratch, TRUE);
}

static const char *
parse_text (JsonObject  *chunk,
            const char  *name)
{
  JsonArray *choices = sb_json_get_array (chunk, "choices");
  JsonObject *choice = json_array_get_object_element (choices, 0);

  return sb_json_get_string (sb_json_get_object (choice, "delta"), name);
}

/* Random damage: whatever the fast path still takes, the parser must take and read the same. */
static void
test_agrees_with_parser (void)
{
  static const char bytes[] = "\"\\{}[]:,nu0l \t\n\x01\x80\xc3";
  GString *scratch = g_string_new (NULL);
  guint n_taken = 0;

  for (int round = 0; round < 200000; round++)
    {
      g_autofree char *json = g_strdup (taken[g_test_rand_int_range (0, G_N_ELEMENTS (taken))].json);
      gsize length = strlen (json);
      g_autoptr(JsonObject) chunk = NULL;
      g_autoptr(GError) error = NULL;
      const char *text = NULL;
      SbLlmPlainEvent event;

      for (int n = g_test_rand_int_range (1, 3); n > 0; n--)
        json[g_test_rand_int_range (0, length)] = bytes[g_test_rand_int_range (0, sizeof bytes - 1)];
      if (!sb_llm_fast_path_read (json, length, scratch, &event))
        continue;

      n_taken++;
      chunk = sb_json_parse_object (json, length, &error);
      g_assert_no_error (error);
      text = event.reasoning ? parse_text (chunk, "reasoning") : parse_text (chunk, "content");
      if (event.reasoning && text == NULL)
        text = parse_text (chunk, "reasoning_content");
      g_assert_cmpmem (event.text, event.length, text, text != NULL ? strlen (text) : 0);
    }
  g_assert_cmpuint (n_taken, >, 1000);
  g_string_free (scratch, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/llm/fast-path/taken", test_taken);
  g_test_add_func ("/llm/fast-path/left", test_left);
  g_test_add_func ("/llm/fast-path/agrees-with-parser", test_agrees_with_parser);

  return g_test_run ();
}
