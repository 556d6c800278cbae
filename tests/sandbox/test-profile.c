/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-profile.h"

#define MIB (1024 * 1024)

static void
test_default (void)
{
  g_autoptr(GPtrArray) profiles = sb_sandbox_profiles_parse (NULL, NULL);
  SbSandboxProfile *node = sb_sandbox_profiles_find (profiles, NULL);

  g_assert_cmpuint (profiles->len, ==, 1);
  g_assert_cmpstr (node->name, ==, "node");
  g_assert_cmpuint (node->spec->memory_bytes, ==, 1024 * MIB);
  g_assert_false (node->spec->allows_weak);
  g_assert_null (sb_sandbox_profiles_find (profiles, "python"));
}

static void
test_round_trip (void)
{
  static const char json[] =
    "[{\"name\":\"big\",\"image\":\"me/big:1\",\"engine\":\"office\",\"memoryMb\":4096,\"diskMb\":100,\"pids\":64,"
    "\"cpus\":1.5,\"ttlSeconds\":60,\"idleTtlSeconds\":30,\"env\":[\"A=1\"],\"shared\":true,\"allowWeak\":true}]";
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) first = sb_sandbox_profiles_parse (json, &error);
  g_autofree char *written = NULL;
  g_autoptr(GPtrArray) again = NULL;
  SbSandboxProfile *big = NULL;

  g_assert_no_error (error);
  written = sb_sandbox_profiles_to_json (first);
  again = sb_sandbox_profiles_parse (written, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (again->len, ==, 2);
  big = sb_sandbox_profiles_find (again, "big");
  g_assert_cmpstr (big->spec->image, ==, "me/big:1");
  g_assert_cmpstr (big->spec->engine, ==, "office");
  g_assert_cmpuint (big->spec->memory_bytes, ==, G_GUINT64_CONSTANT (4096) * MIB);
  g_assert_cmpuint (big->spec->pids, ==, 64);
  g_assert_cmpfloat (big->spec->cpus, ==, 1.5);
  g_assert_cmpuint (big->spec->ttl_seconds, ==, 60);
  g_assert_cmpuint (big->idle_ttl_seconds, ==, 30);
  g_assert_cmpstr (big->spec->env[0], ==, "A=1");
  g_assert_true (big->is_shared);
  g_assert_true (big->spec->allows_weak);
}

static void
test_wrong (void)
{
  static const struct { const char *json; const char *text; } rows[] = {
    { "{}", "not a list" },
    { "[", "not a list" },
    { "[1]", "not an object" },
    { "[{}]", "its name" },
    { "[{\"name\":\"a b\"}]", "its name" },
    { "[{\"name\":\"a\"},{\"name\":\"a\"}]", "two of this name" },
    { "[{\"name\":\"a\",\"memoryMb\":1}]", "memoryMb must be from 64" },
    { "[{\"name\":\"a\",\"memoryMb\":-1}]", "memoryMb must be from 64" },
    { "[{\"name\":\"a\",\"memoryMb\":\"64\"}]", "memoryMb must be from 64" },
    { "[{\"name\":\"a\",\"pids\":100000}]", "pids must be" },
    { "[{\"name\":\"a\",\"cpus\":1000}]", "cpus must be" },
    { "[{\"name\":\"a\",\"ttlSeconds\":1}]", "ttlSeconds must be" },
    { "[{\"name\":\"a\",\"image\":\"--privileged\"}]", "no name of one" },
    { "[{\"name\":\"a\",\"image\":\"a b\"}]", "no name of one" },
    { "[{\"name\":\"a\",\"image\":7}]", "are texts" },
    { "[{\"name\":\"a\",\"env\":\"A=1\"}]", "list of NAME=value" },
    { "[{\"name\":\"a\",\"env\":[\"A\"]}]", "list of NAME=value" },
    { "[{\"name\":\"a\",\"env\":[\"=1\"]}]", "list of NAME=value" },
    { "[{\"name\":\"a\",\"env\":[7]}]", "list of NAME=value" },
    { "[{\"name\":\"a\",\"memory\":64}]", "no setting “memory”" },
    { "[{\"name\":\"a\",\"network\":true}]", "no setting “network”" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (sb_sandbox_profiles_parse (rows[i].json, &error));
      g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, rows[i].text));
    }
}

static void
test_merge (void)
{
  const char *env[] = { "B=2", NULL };
  const SbSandboxSpec wish = { .memory_bytes = 64 * MIB, .env = (const char * const *) env };
  g_autoptr(GPtrArray) profiles =
    sb_sandbox_profiles_parse ("[{\"name\":\"a\",\"image\":\"i\",\"pids\":99,\"env\":[\"A=1\"]}]", NULL);
  g_autoptr(SbSandboxSpec) merged = sb_sandbox_profile_merge (sb_sandbox_profiles_find (profiles, "a"), &wish);
  g_autoptr(SbSandboxSpec) plain = sb_sandbox_profile_merge (sb_sandbox_profiles_find (profiles, "a"), NULL);

  g_assert_cmpuint (merged->memory_bytes, ==, 64 * MIB);
  g_assert_cmpuint (merged->pids, ==, 99);
  g_assert_cmpstr (merged->image, ==, "i");
  g_assert_cmpstr (merged->env[0], ==, "A=1");
  g_assert_cmpstr (merged->env[1], ==, "B=2");
  g_assert_false (sb_sandbox_spec_fits (merged, plain));
  g_assert_true (sb_sandbox_spec_fits (plain, sb_sandbox_profiles_find (profiles, "a")->spec));
}

/* One of the user's can be the default in place of "node", but not two. */
static void
test_chosen_default (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) profiles = sb_sandbox_profiles_parse ("[{\"name\":\"a\"},{\"name\":\"b\",\"default\":true}]",
                                                             &error);
  g_autofree char *written = NULL;
  g_autoptr(GPtrArray) again = NULL;
  g_autoptr(SbSandboxProfile) copy = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (profiles->len, ==, 2);
  g_assert_cmpstr (sb_sandbox_profiles_find (profiles, NULL)->name, ==, "b");
  written = sb_sandbox_profiles_to_json (profiles);
  again = sb_sandbox_profiles_parse (written, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sb_sandbox_profiles_find (again, NULL)->name, ==, "b");
  copy = sb_sandbox_profile_copy (sb_sandbox_profiles_find (again, NULL), "c");
  g_assert_cmpstr (copy->name, ==, "c");
  g_assert_false (copy->is_default);

  g_assert_null (sb_sandbox_profiles_parse ("[{\"name\":\"a\",\"default\":true},{\"name\":\"b\",\"default\":true}]",
                                            &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/sandbox/profile/default", test_default);
  g_test_add_func ("/sandbox/profile/chosen-default", test_chosen_default);
  g_test_add_func ("/sandbox/profile/round-trip", test_round_trip);
  g_test_add_func ("/sandbox/profile/wrong", test_wrong);
  g_test_add_func ("/sandbox/profile/merge", test_merge);

  return g_test_run ();
}
