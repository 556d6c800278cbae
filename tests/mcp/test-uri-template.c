/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-uri-template.h"

#include "sb-json.h"

/* Of RFC 6570, section 3.2, for values that are texts. */
static void
test_expand (void)
{
  static const struct { const char *uri, *expanded; } rows[] = {
    { "plain", "plain" },
    { "{var}", "value" },
    { "{hello}", "Hello%20World%21" },
    { "{+hello}", "Hello%20World!" },
    { "{+path}/here", "/foo/bar/here" },
    { "x{#path}", "x#/foo/bar" },
    { "map?{x,y}", "map?1024,768" },
    { "X{.x,y}", "X.1024.768" },
    { "{/var,x}/here", "/value/1024/here" },
    { "{;x,y,empty}", ";x=1024;y=768;empty" },
    { "{?x,y,empty}", "?x=1024&y=768&empty=" },
    { "?fixed=yes{&x}", "?fixed=yes&x=1024" },
    { "{var:3}", "val" },
    { "{?x,undef}", "?x=1024" },
    { "{undef}", "" },
    { "file:///{path*}", "file:///%2Ffoo%2Fbar" },
    { "{", "{" },
    { "a{}b", "ab" },
    { "{var", "{var" },
    { "{number}", "" },
    { "{var:99999999999999999999}", "value" },
  };
  static const char text[] =
    "{\"var\":\"value\",\"hello\":\"Hello World!\",\"path\":\"/foo/bar\",\"x\":\"1024\",\"y\":\"768\",\"empty\":\"\","
    "\"number\":7}";
  g_autoptr(JsonObject) values = sb_json_parse_object (text, -1, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *expanded = sb_mcp_uri_template_expand (rows[i].uri, values);

      g_assert_cmpstr (expanded, ==, rows[i].expanded);
    }
}

static void
test_names (void)
{
  static const struct { const char *uri, *names; } rows[] = {
    { "", "" }, { "a", "" }, { "{a}", "a" }, { "{+a,b}/{a}{?c*,d:3}", "a b c d" }, { "{,}", "" }, { "{a", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto(GStrv) names = sb_mcp_uri_template_list_names (rows[i].uri);
      g_autofree char *joined = g_strjoinv (" ", names);

      g_assert_cmpstr (joined, ==, rows[i].names);
    }
}

/* A server may make it as long as it likes. */
static void
test_many (void)
{
  g_autoptr(GString) uri = g_string_new (NULL);
  g_auto(GStrv) names = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (uri, "{a%u,b%u}", i, i);
  names = sb_mcp_uri_template_list_names (uri->str);
  g_assert_cmpuint (g_strv_length (names), ==, 32);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/uri-template/expand", test_expand);
  g_test_add_func ("/uri-template/names", test_names);
  g_test_add_func ("/uri-template/many", test_many);

  return g_test_run ();
}
