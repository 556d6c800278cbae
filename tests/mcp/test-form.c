/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-parameters.h"
#include "sb-mcp-schema.h"

/* One property of a form, and what comes of it. */
static const struct
{
  const char *property;
  int         kind; /* -1: refused */
  guint       n_choices;
  const char *good; /* nullable: a value that is accepted */
  const char *bad;  /* nullable: one that is not */
} fields[] = {
  { "{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}", SB_MCP_FIELD_STRING, 0, "\"éé\"", "\"é\"" },
  { "{\"type\":\"string\",\"format\":\"email\"}", SB_MCP_FIELD_STRING, 0, "\"a@b\"", "\"a@\"" },
  { "{\"type\":\"string\",\"format\":\"uri\"}", SB_MCP_FIELD_STRING, 0, "\"https://a/\"", "\"a b\"" },
  { "{\"type\":\"string\",\"format\":\"date\"}", SB_MCP_FIELD_STRING, 0, "\"2024-02-29\"", "\"2023-02-29\"" },
  { "{\"type\":\"string\",\"format\":\"date-time\"}", SB_MCP_FIELD_STRING, 0, "\"2024-02-29T01:02:03Z\"", "\"now\"" },
  { "{\"type\":\"integer\",\"minimum\":1}", SB_MCP_FIELD_INTEGER, 0, "1", "0" },
  { "{\"type\":\"integer\"}", SB_MCP_FIELD_INTEGER, 0, "-5", "1.5" },
  { "{\"type\":\"number\",\"maximum\":1}", SB_MCP_FIELD_NUMBER, 0, "0.5", "1.5" },
  { "{\"type\":\"boolean\"}", SB_MCP_FIELD_BOOLEAN, 0, "true", "1" },
  { "{\"type\":\"string\",\"enum\":[\"a\",\"b\",7]}", SB_MCP_FIELD_CHOICE, 2, "\"a\"", "\"c\"" },
  { "{\"type\":\"string\",\"enum\":[\"a\"],\"enumNames\":[\"A\"]}", SB_MCP_FIELD_CHOICE, 1, "\"a\"", "\"A\"" },
  { "{\"type\":\"string\",\"oneOf\":[{\"const\":\"a\",\"title\":\"A\"},{}]}", SB_MCP_FIELD_CHOICE, 1, "\"a\"", ""
                                                                                                      "\"A\"" },
  { "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"a\",\"b\"]},"
    "\"maxItems\":1}", SB_MCP_FIELD_CHOICES, 2,
    "[\"a\"]", "[\"a\",\"b\"]" },
  { "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"const\":\"a\",\"title\":\"A\"}]}}", SB_MCP_FIELD_CHOICES, 1, "[]",
    "[\"c\"]" },
  { "{\"type\":\"object\"}", -1, 0, NULL, NULL },
  { "{\"type\":\"array\"}", -1, 0, NULL, NULL },
  { "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", -1, 0, NULL, NULL },
  { "7", -1, 0, NULL, NULL },
};

static void
check_value (GPtrArray  *form,
             const char *value,
             gboolean    valid)
{
  g_autofree char *json = g_strdup_printf ("{\"f\":%s}", value);
  g_autoptr(JsonObject) content = sb_json_parse_object (json, -1, NULL);
  g_autofree char *problem = sb_mcp_form_find_problem (form, content);

  g_test_message ("%s", json);
  g_assert_true ((problem == NULL) == valid);
}

static void
test_fields (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"type\":\"object\",\"properties\":{\"f\":%s},\"required\":[\"f\"]}",
                                               fields[i].property);
      g_autoptr(JsonObject) schema = sb_json_parse_object (json, -1, NULL);
      g_autoptr(JsonObject) nothing = json_object_new ();
      g_autoptr(GError) error = NULL;
      g_autoptr(GPtrArray) form = sb_mcp_form_parse (schema, &error);
      g_autofree char *missing = NULL;
      SbMcpField *field = NULL;

      g_test_message ("%s", json);
      if (fields[i].kind < 0)
        {
          g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL);
          continue;
        }
      g_assert_no_error (error);
      field = g_ptr_array_index (form, 0);
      g_assert_cmpint (field->kind, ==, fields[i].kind);
      g_assert_cmpuint (field->choices->len, ==, fields[i].n_choices);
      g_assert_cmpstr (field->title, ==, "f");
      check_value (form, fields[i].good, TRUE);
      check_value (form, fields[i].bad, FALSE);
      missing = sb_mcp_form_find_problem (form, nothing);
      g_assert_cmpstr (missing, ==, "f");
    }
}

static void
test_defaults (void)
{
  g_autoptr(JsonObject) schema = sb_json_parse_object (
    "{\"properties\":{\"a\":{\"type\":\"string\",\"default\":\"x\",\"title\":\"A\",\"description\":\"D\"},"
    "\"b\":{\"type\":\"integer\",\"default\":\"not one\"}}}", -1, NULL);
  g_autoptr(GPtrArray) form = sb_mcp_form_parse (schema, NULL);
  SbMcpField *first = g_ptr_array_index (form, 0);
  SbMcpField *second = g_ptr_array_index (form, 1);

  g_assert_cmpstr (json_node_get_string (first->default_value), ==, "x");
  g_assert_cmpstr (first->title, ==, "A");
  g_assert_cmpstr (first->description, ==, "D");
  g_assert_false (first->required);
  g_assert_null (second->default_value);
}

/* A schema, a value, and a part of what is wrong with it. */
static const struct
{
  const char *schema;
  const char *value;
  const char *problem; /* NULL: nothing */
} checks[] = {
  { "{\"type\":\"object\",\"required\":[\"a\"]}", "{}", "lacks “a”" },
  { "{\"type\":[\"null\",\"string\"]}", "null", NULL },
  { "{\"type\":[\"null\",\"string\"]}", "1", "types" },
  { "{\"type\":\"integer\"}", "1.0", NULL },
  { "{\"type\":\"integer\"}", "1.5", "type" },
  { "{\"enum\":[1,\"a\",{\"b\":[]}]}", "{\"b\":[]}", NULL },
  { "{\"enum\":[1]}", "1.0", NULL },
  { "{\"const\":2}", "3", "value" },
  { "{\"minimum\":1,\"exclusiveMaximum\":2}", "2", "not below" },
  { "{\"maxLength\":1}", "\"é\"", NULL },
  { "{\"minItems\":1}", "[]", "minimum" },
  { "{\"items\":{\"type\":\"string\"}}", "[\"a\",1]", "structuredContent/1" },
  { "{\"prefixItems\":[true],\"items\":false}", "[1,2]", "structuredContent/1 is not expected" },
  { "{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"b\":1}", "structuredContent/b" },
  { "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1", "alternatives" },
  { "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}", "1", "exactly one" },
  { "{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "3", "maximum" },
  { "{\"$defs\":{\"n/m\":{\"type\":\"null\"}},\"items\":{\"$ref\":\"#/$defs/n~1m\"}}", "[1]", "type" },
  { "{\"$ref\":\"https://example.com/schema\"}", "1", NULL },
  { "{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/a\"}},\"$ref\":\"#/$defs/a\"}", "1", NULL },
  { "{\"$defs\":{\"a\":{\"allOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/a\"}]}},"
    "\"$ref\":\"#/$defs/a\"}", "1", NULL },
  { "{\"type\":7,\"required\":[{}],\"enum\":\"x\",\"items\":[],\"properties\":[]}", "{}", NULL },
};

static void
test_schema_check (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autoptr(JsonObject) schema = sb_json_parse_object (checks[i].schema, -1, NULL);
      g_autoptr(JsonNode) value = sb_json_parse (checks[i].value, -1, NULL);
      g_autofree char *problem = sb_mcp_schema_check (schema, value);

      g_test_message ("%s: %s: %s", checks[i].schema, checks[i].value, problem);
      if (checks[i].problem == NULL)
        g_assert_null (problem);
      else
        g_assert_nonnull (strstr (problem, checks[i].problem));
    }
}

static void
test_parameters (void)
{
  static const struct
  {
    const char *properties;
    gboolean    valid;
  } cases[] = {
    { "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},\"b\":{\"type\":\"array\"}}", TRUE },
    { "{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}", FALSE },
    { "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}}", FALSE },
    { "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A b\"}}", FALSE },
    { "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"é\"}}", FALSE },
    { "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},\"b\":{\"type\":\"string\","
      "\"x-mcp-header\":\"a\"}}", FALSE },
  };
  g_autoptr(JsonObject) schema = sb_json_parse_object (
    "{\"properties\":{\"a\":{\"x-mcp-header\":\"A\"},\"b\":{\"x-mcp-header\":\"B\"},\"c\":{},"
    "\"d\":{\"x-mcp-header\":\"D\"}}}", -1, NULL);
  g_autoptr(JsonObject) arguments = sb_json_parse_object ("{\"a\":false,\"b\":42,\"c\":\"c\",\"d\":null}", -1, NULL);
  g_auto(GStrv) parameters = sb_mcp_parameters_dup (schema, arguments);
  g_autofree char *joined = g_strjoinv (" ", parameters);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"properties\":%s}", cases[i].properties);
      g_autoptr(JsonObject) marked = sb_json_parse_object (json, -1, NULL);

      g_test_message ("%s", json);
      g_assert_true (sb_mcp_parameters_are_valid (marked) == cases[i].valid);
    }
  g_assert_true (g_str_equal (joined, "A false B 42") || g_str_equal (joined, "B 42 A false"));
}

static const char *
lookup (const char *name,
        gpointer    user_data)
{
  return g_str_equal (name, "Mcp-Param-A") ? user_data : NULL;
}

static void
test_headers (void)
{
  static const struct
  {
    const char *arguments;
    const char *header; /* nullable */
    gboolean    good;
  } cases[] = {
    { "{\"a\":\"x\"}", "x", TRUE },
    { "{\"a\":\"x\"}", "X", FALSE },
    { "{\"a\":\"x\"}", NULL, FALSE },
    { "{\"a\":null}", NULL, TRUE },
    { "{}", "x", FALSE },
    { "{\"a\":true}", "true", TRUE },
    { "{\"a\":\"é\"}", "=?base64?w6k=?=", TRUE },
    { "{\"a\":\"é\"}", "=?base64?w6k?=", FALSE },
    { "{\"a\":\"w6k=\"}", "w6k=", TRUE },
  };
  g_autoptr(JsonObject) schema = sb_json_parse_object ("{\"properties\":{\"a\":{\"x-mcp-header\":\"A\"},\"b\":{}}}", -1,
                                                       NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(JsonObject) arguments = sb_json_parse_object (cases[i].arguments, -1, NULL);
      const char *problem = sb_mcp_parameters_find_problem (schema, arguments, lookup, (char *) cases[i].header);

      g_test_message ("%s: %s", cases[i].arguments, cases[i].header);
      g_assert_true ((problem == NULL) == cases[i].good);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mcp/form/fields", test_fields);
  g_test_add_func ("/mcp/form/defaults", test_defaults);
  g_test_add_func ("/mcp/form/schema-check", test_schema_check);
  g_test_add_func ("/mcp/form/parameters", test_parameters);
  g_test_add_func ("/mcp/form/headers", test_headers);

  return g_test_run ();
}
