/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-redactor.h"

static void
assert_redacted (SbRedactor *redactor,
                 const char *text,
                 const char *expected)
{
  g_autofree char *redacted = sb_redactor_apply (redactor, text);

  g_assert_cmpstr (redacted, ==, expected);
}

static void
test_patterns (void)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "Authorization: Bearer abcdefgh", "Authorization: Bearer •••" },
    { "authorization: Basic dXNlcjpwdw==\nHost: x", "authorization: Basic •••\nHost: x" },
    { "{\"Authorization\":\"Bearer abcdefgh\",\"a\":1}", "{\"Authorization\":\"Bearer •••\",\"a\":1}" },
    { "\"{\\\"Authorization\\\":\\\"abcdefgh\\\"}\"", "\"{\\\"Authorization\\\":\\\"•••\\\"}\"" },
    { "-H 'Bearer 0123456789abcdef'", "-H 'Bearer •••'" },
    { "{\"api_key\": \"0123456\"}", "{\"api_key\": \"•••\"}" },
    { "https://h/?a=1&api_key=0123456&b=2", "https://h/?a=1&api_key=•••&b=2" },
    { "X-Api-Key: 0123456", "X-Api-Key: •••" },
    { "with sk-0123456789abcdefABCD.", "with •••." },
    { "(csk-0123456789abcdefABCD)", "(•••)" },
    { "ghp_0123456789abcdefghijABCDEFGHIJ012345", "•••" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_redacted (redactor, cases[i].text, cases[i].expected);
}

static void
test_left_alone (void)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  static const char * const cases[] = {
    "", "the bearer of this", "task-management-system-with-names", "sk-short", "api_key = os.environ[\"K\"]",
    "{\"token\":\"int\"}", "\377\376 not UTF-8", "authorization is needed", "max_tokens=4096",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_redacted (redactor, cases[i], cases[i]);
  assert_redacted (redactor, NULL, NULL);
}

static void
test_secrets (void)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();

  sb_redactor_add_secret (redactor, NULL);
  sb_redactor_add_secret (redactor, "short");
  sb_redactor_add_secret (redactor, "pa\"ss/wo rd");
  sb_redactor_add_secret (redactor, "hunter22");
  sb_redactor_add_secret (redactor, "hunter2222");

  assert_redacted (redactor, "short hunter22 hunter2222, hunter2", "short ••• •••, hunter2");
  assert_redacted (redactor, "pa\"ss/wo rd", "•••");
  assert_redacted (redactor, "\"pa\\\"ss/wo rd\"", "\"•••\"");
  assert_redacted (redactor, "?p=pa%22ss%2Fwo%20rd&x", "?p=•••&x");
}

static void
test_base64 (void)
{
  static const char secret[] = "s3cr3t?>key~~value";
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();

  sb_redactor_add_secret (redactor, secret);
  for (guint shift = 0; shift < 6; shift++)
    {
      g_autofree char *whole = g_strdup_printf ("%.*s%s tail", (int) shift, "user::", secret);
      g_autofree char *encoded = g_base64_encode ((const guchar *) whole, strlen (whole));
      g_autofree char *redacted = sb_redactor_apply (redactor, encoded);
      g_autofree guchar *decoded = NULL;
      gsize length = 0;

      g_assert_nonnull (strstr (redacted, "•••"));
      g_assert_cmpuint (strlen (redacted), <, strlen (encoded) - 10);
      decoded = g_base64_decode (redacted, &length);
      g_assert_null (g_strstr_len ((const char *) decoded, length, "cr3t?>key"));
    }
}

static void
test_large (void)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  GString *text = g_string_new ("\"api_key\":\"");
  g_autofree char *redacted = NULL;

  for (guint i = 0; i < 2 * 1024 * 1024; i++)
    g_string_append_c (text, 'a');
  redacted = sb_redactor_apply (redactor, text->str);
  g_assert_cmpstr (redacted, ==, "\"api_key\":\"•••");

  g_string_free (text, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/base/redactor/patterns", test_patterns);
  g_test_add_func ("/base/redactor/left-alone", test_left_alone);
  g_test_add_func ("/base/redactor/secrets", test_secrets);
  g_test_add_func ("/base/redactor/base64", test_base64);
  g_test_add_func ("/base/redactor/large", test_large);

  return g_test_run ();
}
