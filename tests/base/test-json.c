/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "sb-json.h"

static char *
repeat (const char *text,
        gsize       n)
{
  GString *out = g_string_new (NULL);

  while (n-- > 0)
    g_string_append (out, text);

  return g_string_free (out, FALSE);
}

static void
assert_refused (const char *text,
                gssize      length,
                SbJsonError code)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_json_parse (text, length, &error);

  if (node != NULL)
    g_test_message ("accepted: %.60s", text);
  g_assert_null (node);
  g_assert_error (error, SB_JSON_ERROR, (int) code);
}

/* What goes in, and what comes out again in one line. */
static void
test_accepted (void)
{
  static const struct
  {
    const char *text;
    const char *written;
  } cases[] = {
    { "null", "null" },
    { " \r\n\t true ", "true" },
    { "\"x\"", "\"x\"" },
    { "[]", "[]" },
    { "{}", "{}" },
    { "[ 1 , [ ] , { } ]", "[1,[],{}]" },
    { "{\"a\":{\"b\":[false,null]},\"\":\"\"}", "{\"a\":{\"b\":[false,null]},\"\":\"\"}" },
    { "[0,-0,1,-1,0.1,1.5e3,1E+2,2e-3]", "[0,0,1,-1,0.1,1500,100,0.002]" },
    { "[9223372036854775807,-9223372036854775807]", "[9223372036854775807,-9223372036854775807]" },
    { "9223372036854775808", "9.223372036854776e+18" },
    { "[-9223372036854775808,1]", "[-9.223372036854776e+18,1]" },
    { "[99999999999999999999999]", "[1e+23]" },
    { "[1e-400,-0.0,-0e1]", "[0,0,0]" },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u001f\"", "\"\\\"\\\\/\\b\\f\\n\\r\\tA\\u001f\"" },
    { "\"a\\u0000b\"", "\"a\357\277\275b\"" },
    { "\"\\ud83d\\ude00\"", "\"\360\237\230\200\"" },
    { "\"\\ud800x\"", "\"\357\277\275x\"" },
    { "\"\\udf89\"", "\"\357\277\275\"" },
    { "\"\\ud83d\\ud83d\\ude00\"", "\"\357\277\275\360\237\230\200\"" },
    { "\"\\ud83d\\n\"", "\"\357\277\275\\n\"" },
    { "{\"\\ud800\":1}", "{\"\357\277\275\":1}" },
    { "\357\273\277{\"bom\":1}", "{\"bom\":1}" },
    { "\"\342\200\250\177\"", "\"\342\200\250\177\"" },
    { "[\"\\u0000\",18446744073709551616,\"\\udc00\"]",
      "[\"\357\277\275\",1.8446744073709552e+19,\"\357\277\275\"]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(JsonNode) node = sb_json_parse (cases[i].text, -1, &error);
      g_autofree char *written = NULL;

      g_assert_no_error (error);
      written = sb_json_to_string (node, FALSE);
      g_assert_cmpstr (written, ==, cases[i].written);
    }
}

static void
test_refused (void)
{
  static const char * const cases[] = {
    "", " ", "\357\273\277", "{", "[", "]", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}",
    "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{\"a\":1 \"b\":2}", "{\"a\",1}", "[1}", "{\"a\":1]", "{}{}",
    "1 2", "[] x", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01", "1.",
    ".5", "1e", "1e+", "0x10", "1e400", "-1e400", "1_000", "'m'", "\"", "\"\\", "\"\\u", "\"\\u12",
    "\"\\u12g4\"", "\"\\x41\"", "\"\\'\"", "\"\t\"", "\"\n\"", "\"\001\"", "// c\n1", "/* c */1",
    "[1] // c", "var x = 1", "\"\355\240\200\"", "\"\300\200\"", "\"\377\"", "\303\251",
    "{\"a\":1}\357\273\277", "\"\\u-123\"", "\"\\ud83d\\u\"", "undefined", "#", "\\u0020",
  };
  g_autofree char *long_number = repeat ("9", 5000);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i], -1, SB_JSON_ERROR_SYNTAX);

  assert_refused ("\"a\0b\"", 5, SB_JSON_ERROR_SYNTAX);
  assert_refused ("1\0", 2, SB_JSON_ERROR_SYNTAX);
  assert_refused (NULL, 0, SB_JSON_ERROR_SYNTAX);
  assert_refused (long_number, -1, SB_JSON_ERROR_SYNTAX);
}

/* Every prefix of a valid object is invalid, and no byte beyond the given length is looked at. */
static void
test_truncated (void)
{
  static const char text[] = "{\"a\":[1,2.5e3,\"\\u00e9\\ud83d\\ude00\",true,null],\"b\":{\"c\":\"\303\251\"}}";
  gsize length = strlen (text);

  for (gsize i = 0; i < length; i++)
    {
      g_autofree char *exact = g_memdup2 (text, i);

      assert_refused (exact != NULL ? exact : "", i, SB_JSON_ERROR_SYNTAX);
    }
}

static void
test_limits (void)
{
  g_autofree char *open = repeat ("[", SB_JSON_MAX_DEPTH);
  g_autofree char *close = repeat ("]", SB_JSON_MAX_DEPTH);
  g_autofree char *deepest = g_strconcat (open, close, NULL);
  g_autofree char *too_deep = g_strconcat (open, "{", NULL);
  g_autofree char *far_too_deep = repeat ("[{\"a\":", 200000);
  g_autofree char *too_large = g_malloc (SB_JSON_MAX_SIZE + 1);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_json_parse (deepest, -1, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  assert_refused (too_deep, -1, SB_JSON_ERROR_TOO_DEEP);
  assert_refused (far_too_deep, -1, SB_JSON_ERROR_TOO_DEEP);

  memset (too_large, ' ', SB_JSON_MAX_SIZE + 1);
  too_large[0] = '1';
  assert_refused (too_large, SB_JSON_MAX_SIZE + 1, SB_JSON_ERROR_TOO_LARGE);
}

static void
test_object (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) object = sb_json_parse_object ("{\"a\":1}", -1, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = sb_json_object_to_string (object);
  g_assert_cmpstr (text, ==, "{\"a\":1}");

  g_assert_null (sb_json_parse_object ("[1]", -1, &error));
  g_assert_error (error, SB_JSON_ERROR, SB_JSON_ERROR_TYPE);
  g_clear_error (&error);

  g_assert_null (sb_json_parse_object ("null", -1, &error));
  g_assert_error (error, SB_JSON_ERROR, SB_JSON_ERROR_TYPE);
}

static void
test_getters (void)
{
  static const char text[] = "{\"s\":\"x\",\"i\":7,\"d\":2.5,\"w\":3.0,\"huge\":1e30,"
                             "\"b\":true,\"o\":{},\"a\":[],\"n\":null}";
  g_autoptr(JsonObject) object = sb_json_parse_object (text, -1, NULL);

  g_assert_cmpstr (sb_json_get_string (object, "s"), ==, "x");
  g_assert_cmpint (sb_json_get_int (object, "i", -1), ==, 7);
  g_assert_cmpint (sb_json_get_int (object, "w", -1), ==, 3);
  g_assert_cmpfloat (sb_json_get_double (object, "d", -1), ==, 2.5);
  g_assert_cmpfloat (sb_json_get_double (object, "i", -1), ==, 7);
  g_assert_true (sb_json_get_boolean (object, "b", FALSE));
  g_assert_nonnull (sb_json_get_object (object, "o"));
  g_assert_nonnull (sb_json_get_array (object, "a"));

  g_assert_cmpint (sb_json_get_int (object, "d", -1), ==, -1);
  g_assert_cmpint (sb_json_get_int (object, "huge", -1), ==, -1);
  g_assert_cmpint (sb_json_get_int (NULL, "i", -1), ==, -1);

  for (const char * const *name = (const char * const[]) { "n", "missing", "a", NULL }; *name != NULL; name++)
    {
      g_assert_null (sb_json_get_string (object, *name));
      g_assert_cmpint (sb_json_get_int (object, *name, -1), ==, -1);
      g_assert_cmpfloat (sb_json_get_double (object, *name, -1), ==, -1);
      g_assert_true (sb_json_get_boolean (object, *name, TRUE));
      g_assert_null (sb_json_get_object (object, *name));
    }
  g_assert_null (sb_json_get_array (object, "o"));
}

static void
test_write (void)
{
  g_autoptr(JsonObject) object = json_object_new ();
  g_autoptr(JsonNode) root = json_node_init_object (json_node_alloc (), object);
  g_autofree char *line = NULL;
  g_autofree char *pretty = NULL;

  json_object_set_double_member (object, "inf", INFINITY);
  json_object_set_double_member (object, "nan", NAN);
  json_object_set_double_member (object, "third", 1.0 / 3.0);
  json_object_set_string_member (object, "bad", "\377\"");
  json_object_set_array_member (object, "list", json_array_new ());
  json_array_add_boolean_element (json_object_get_array_member (object, "list"), TRUE);

  line = sb_json_to_string (root, FALSE);
  g_assert_cmpstr (line, ==, "{\"inf\":null,\"nan\":null,\"third\":0.3333333333333333,"
                             "\"bad\":\"\357\277\275\\\"\",\"list\":[true]}");
  pretty = sb_json_to_string (root, TRUE);
  g_assert_cmpstr (pretty, ==, "{\n  \"inf\": null,\n  \"nan\": null,\n  \"third\": 0.3333333333333333,\n"
                               "  \"bad\": \"\357\277\275\\\"\",\n  \"list\": [\n    true\n  ]\n}");
}

static guint
count_deepest (JsonNode *node)
{
  guint depth = 0;

  for (; JSON_NODE_HOLDS_ARRAY (node); node = json_array_get_element (json_node_get_array (node), 0))
    {
      depth++;
      if (json_array_get_length (json_node_get_array (node)) == 0)
        break;
    }

  return depth;
}

/* Random trees survive writing and reading; whatever is read from random text is written as valid JSON. */
static void
test_round_trip (void)
{
  static const char pieces[] = "[]{}:,\"\\u0dD8eE+-.19 tfn";

  for (guint round = 0; round < 20000; round++)
    {
      char text[24];
      gsize length = g_test_rand_int_range (0, sizeof text);
      g_autoptr(JsonNode) node = NULL;

      for (gsize i = 0; i < length; i++)
        text[i] = pieces[g_test_rand_int_range (0, sizeof pieces - 1)];

      node = sb_json_parse (text, length, NULL);
      if (node != NULL)
        {
          g_autofree char *written = sb_json_to_string (node, TRUE);
          g_autoptr(GError) error = NULL;
          g_autoptr(JsonNode) again = sb_json_parse (written, -1, &error);

          g_assert_no_error (error);
          g_assert_cmpuint (count_deepest (node), ==, count_deepest (again));
        }
    }
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/base/json/accepted", test_accepted);
  g_test_add_func ("/base/json/refused", test_refused);
  g_test_add_func ("/base/json/truncated", test_truncated);
  g_test_add_func ("/base/json/limits", test_limits);
  g_test_add_func ("/base/json/object", test_object);
  g_test_add_func ("/base/json/getters", test_getters);
  g_test_add_func ("/base/json/write", test_write);
  g_test_add_func ("/base/json/round-trip", test_round_trip);

  return g_test_run ();
}
