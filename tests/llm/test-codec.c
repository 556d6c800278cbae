/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-codec.h"

#include "sb-json.h"
#include "sb-llm-profile.h"
#include "sb-llm-schema.h"

/* To be readable here, JSON is written with ' for a quote and ~ for a backslash. */
static JsonObject *
parse (const char *json)
{
  g_autofree char *text = g_strdelimit (g_strdelimit (g_strdup (json), "'", '"'), "~", '\\');
  g_autoptr(GError) error = NULL;
  JsonObject *object = sb_json_parse_object (text, -1, &error);

  g_assert_no_error (error);

  return object;
}

static void
assert_json (JsonObject *object,
             const char *wanted)
{
  g_autofree char *text = sb_json_object_to_string (object);
  g_autoptr(JsonObject) wanted_object = parse (wanted);
  g_autofree char *wanted_text = sb_json_object_to_string (wanted_object);

  g_assert_cmpstr (text, ==, wanted_text);
}

static const struct
{
  const char *name;
  const char *schema;
  const char *plain;
} schemas[] = {
  { "constraints move into the description",
    "{'type':'string','description':'A word','minLength':1,'maxLength':9,'pattern':'^a','format':'uri'}",
    "{'type':'string','description':'A word (min length 1, max length 9, pattern ^a, format uri)'}" },
  { "without a description one is made",
    "{'type':'array','items':{'type':'string','minLength':1},'minItems':2,'uniqueItems':true}",
    "{'type':'array','items':{'type':'string','description':'min length 1'},"
    "'description':'at least this many items: 2, unique items: true'}" },
  { "properties named like keywords stay and stay required",
    "{'type':'object','properties':{'pattern':{'type':'string','pattern':'x'},'format':{'type':'string'},"
    "'minLength':{'type':'integer'}},'required':['pattern','format']}",
    "{'type':'object','properties':{'pattern':{'type':'string','description':'pattern x'},"
    "'format':{'type':'string'},"
    "'minLength':{'type':'integer'}},'required':['pattern','format']}" },
  { "every place a schema can stand in",
    "{'$schema':'x','anyOf':[{'format':'a'},true],'additionalProperties':{'format':'b'},"
    "'not':{'format':'c'},"
    "'$defs':{'format':{'format':'d'}},'prefixItems':[{'format':'e'}],'patternProperties':{'^a':{}}}",
    "{'anyOf':[{'description':'format a'},true],'additionalProperties':{'description':'format b'},"
    "'not':{'description':'format c'},'$defs':{'format':{'description':'format d'}},"
    "'prefixItems':[{'description':'format e'}]}" },
  { "values that only look like schemas are kept",
    "{'enum':['a',{'format':'x'}],'const':{'pattern':'x'},'default':{'minLength':1},"
    "'additionalProperties':false}",
    "{'enum':['a',{'format':'x'}],'const':{'pattern':'x'},'default':{'minLength':1},"
    "'additionalProperties':false}" },
  { "odd schemas are survived", "{'properties':3,'items':'x','anyOf':null,'description':4,'format':{}}",
    "{'properties':3,'items':'x','anyOf':null,'description':'format {}'}" },
};

static void
test_schemas (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr(JsonObject) schema = parse (schemas[i].schema);
      g_autoptr(JsonObject) plain = sb_llm_schema_make_plain (schema);

      g_test_message ("%s", schemas[i].name);
      assert_json (plain, schemas[i].plain);
      assert_json (schema, schemas[i].schema);
    }
}

#define SCHEMA "{'type':'object','properties':{'a':{'type':'string','minLength':1}}}"

static SbLlmRequest *
make_request (void)
{
  SbLlmRequest *request = sb_llm_request_new ("m");
  SbLlmMessage *message = NULL;
  g_autoptr(JsonObject) schema = parse (SCHEMA);

  sb_llm_request_add (request, SB_LLM_ROLE_SYSTEM, "Be brief.");
  sb_llm_request_add (request, SB_LLM_ROLE_USER, "Go");
  message = sb_llm_request_add (request, SB_LLM_ROLE_ASSISTANT, NULL);
  sb_llm_message_add_call (message, "c1", "f", "");
  sb_llm_message_add_call (message, "c2", "g", "{\"a\": ");
  message = sb_llm_request_add (request, SB_LLM_ROLE_TOOL, "ok \xff");
  message->tool_call_id = g_strdup ("c1");
  sb_llm_request_add_tool (request, "f", "Does f.", schema);
  sb_llm_request_add_tool (request, "g", NULL, NULL);
  request->tool_choice = g_strdup ("f");
  request->temperature = 0.5;
  request->max_completion_tokens = 100;

  return request;
}

/* Text in text: what the codec makes of arguments that are not JSON. */
#define INVALID "'{~'invalid_arguments~':~'{~~~'a~~~': ~'}'"
#define MESSAGES \
  "'messages':[{'role':'system','content':'Be brief.'},{'role':'user','content':'Go'}," \
  "{'role':'assistant','content':null,'tool_calls':[" \
  "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}," \
  "{'id':'c2','type':'function','function':{'name':'g','arguments':" INVALID "}}]}," \
  "{'role':'tool','content':'ok \357\277\275','tool_call_id':'c1'}],"
#define TAIL ",'stream':true,'stream_options':{'include_usage':true}}"
#define TOOL_G "{'type':'function','function':{'name':'g','parameters':{'type':'object','properties':{}}}}],"
#define CHOICE "'tool_choice':{'type':'function','function':{'name':'f'}},'temperature':0.5,"

static void
test_bodies (void)
{
  g_autoptr(SbLlmRequest) request = make_request ();
  g_autoptr(JsonObject) cerebras = sb_llm_codec_build_body (sb_llm_profile_lookup ("cerebras"), request);
  g_autoptr(JsonObject) dmr = sb_llm_codec_build_body (sb_llm_profile_lookup ("dmr"), request);

  assert_json (cerebras,
               "{'model':'m'," MESSAGES "'tools':[{'type':'function','function':{'name':'f',"
               "'description':'Does f.','parameters':{'type':'object','properties':{'a':{'type':'string',"
               "'description':'min length 1'}}}}}," TOOL_G CHOICE "'max_completion_tokens':100" TAIL);
  assert_json (dmr,
               "{'model':'m'," MESSAGES "'tools':[{'type':'function','function':{'name':'f',"
               "'description':'Does f.','parameters':{'type':'object','properties':{'a':{'type':'string',"
               "'minLength':1}}}}}," TOOL_G CHOICE "'max_tokens':100" TAIL);
}

static void
test_least (void)
{
  g_autoptr(SbLlmRequest) request = sb_llm_request_new ("m");
  g_autoptr(JsonObject) body = NULL;

  sb_llm_request_add (request, SB_LLM_ROLE_USER, "Hi");
  request->tool_choice = g_strdup ("auto");
  body = sb_llm_codec_build_body (sb_llm_profile_lookup (NULL), request);
  assert_json (body, "{'model':'m','messages':[{'role':'user','content':'Hi'}]" TAIL);
}

static const struct
{
  const char *profile;
  const char *given;
  const char *wanted;
} urls[] = {
  { "cerebras", "https://api.cerebras.ai", "https://api.cerebras.ai/v1" },
  { "cerebras", "https://api.cerebras.ai/v1/", "https://api.cerebras.ai/v1" },
  { "dmr", "http://127.0.0.1:12434", "http://127.0.0.1:12434/engines/v1" },
  { "dmr", "http://127.0.0.1:12434/engines/", "http://127.0.0.1:12434/engines/v1" },
  { "dmr", "http://127.0.0.1:12434/engines/llama.cpp/v1", "http://127.0.0.1:12434/engines/llama.cpp/v1" },
  { "openai", " http://host/api// ", "http://host/api/v1" },
  { "openai", "http://host/v1/chat/completions", "http://host/v1" },
  { "openai", "https://host/v1beta/openai", "https://host/v1beta/openai" },
  { "openai", "localhost:8080", "http://localhost:8080/v1" },
  { "openai", "example.org", "https://example.org/v1" },
  { "openai", "", NULL },
  { "openai", "file:///etc/passwd", NULL },
  { "openai", "http://", NULL },
};

static void
test_urls (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      const SbLlmProfile *profile = sb_llm_profile_lookup (urls[i].profile);
      g_autofree char *url = sb_llm_profile_normalize_url (profile, urls[i].given);

      g_assert_cmpstr (url, ==, urls[i].wanted);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/llm/codec/schemas", test_schemas);
  g_test_add_func ("/llm/codec/bodies", test_bodies);
  g_test_add_func ("/llm/codec/least", test_least);
  g_test_add_func ("/llm/codec/urls", test_urls);

  return g_test_run ();
}
