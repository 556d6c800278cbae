/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-image-pin.h"

#include <string.h>

#include "sb-fake-engine.h"
#include "sb-json.h"
#include "sb-test.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"

static void
test_digests (void)
{
  g_assert_true (sb_image_pin_is_digest (DIGEST));
  g_assert_false (sb_image_pin_is_digest (DIGEST "0"));
  g_assert_false (sb_image_pin_is_digest ("sha256:0123"));
  g_assert_false (sb_image_pin_is_digest ("sha256:"));
  g_assert_false (sb_image_pin_is_digest (""));
  g_assert_false (sb_image_pin_is_digest
                  ("sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"));
}

static void
test_engine (void)
{
  static const struct { const char *image, *answer, *pinned; } rows[] = {
    { "x/y:1", "{\"Id\":\"" ID "\",\"RepoDigests\":[\"x/y@" DIGEST "\"]}", "x/y@" DIGEST },
    { "x/y", "{\"Id\":\"" ID "\",\"RepoDigests\":[\"other@" ID "\",\"x/y@" DIGEST "\"]}", "x/y@" DIGEST },
    { "docker.io/library/node:22", "{\"Id\":\"" ID "\",\"RepoDigests\":[\"node@" DIGEST "\"]}",
      "docker.io/library/node@" DIGEST },
    { "host:5000/me/x:2", "{\"Id\":\"" ID "\",\"RepoDigests\":[\"host:5000/me/x@" DIGEST "\"]}",
      "host:5000/me/x@" DIGEST },
    { "host:5000/me/x", "{\"Id\":\"" ID "\",\"RepoDigests\":[\"host:5001/me/x@" DIGEST "\"]}", ID },
    { "mine:latest", "{\"Id\":\"" ID "\",\"RepoDigests\":[]}", ID },
    { "mine:latest", "{\"Id\":\"" ID "\",\"RepoDigests\":null}", ID },
    { "mine:latest", "{\"Id\":\"" ID "\",\"RepoDigests\":[7,{},null,\"mine\",\"mine@short\"]}", ID },
    { "mine:latest", "{\"Id\":\"ffff\"}", NULL },
    { "mine:latest", "{\"Id\":7}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(JsonObject) answer = sb_json_parse_object (rows[i].answer, strlen (rows[i].answer), NULL);
      g_autofree char *pinned = sb_image_pin_from_engine (rows[i].image, answer);

      g_test_message ("%u", i);
      g_assert_cmpstr (pinned, ==, rows[i].pinned);
    }
}

static void
test_registry (void)
{
  static const struct { const char *answer, *pinned; } rows[] = {
    { "{\"Descriptor\":{\"digest\":\"" DIGEST "\"},\"Platforms\":[]}", "me/x@" DIGEST },
    { "{\"Descriptor\":{\"digest\":\"md5:0\"}}", NULL },
    { "{\"Descriptor\":{}}", NULL },
    { "{\"Descriptor\":[]}", NULL },
    { "{}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(JsonObject) answer = sb_json_parse_object (rows[i].answer, strlen (rows[i].answer), NULL);
      g_autofree char *pinned = sb_image_pin_from_registry ("me/x:7", answer);

      g_assert_cmpstr (pinned, ==, rows[i].pinned);
    }
}

static char *
look_up (SbFakeEngine  *engine,
         const char    *image,
         GError       **error)
{
  g_autoptr(SbDockerClient) client = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
  g_autoptr(GAsyncResult) result = NULL;

  sb_image_pin_async (client, image, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_image_pin_finish (client, result, error);
}

static void
test_look_up (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *pinned = NULL;

  sb_fake_engine_set_answer (engine, OK "{\"Id\":\"" ID "\",\"RepoDigests\":[\"me/x@" DIGEST "\"]}", -1, 7, TRUE);
  pinned = look_up (engine, "me/x:1", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (pinned, ==, "me/x@" DIGEST);
  g_assert_true (g_str_has_prefix (sb_fake_engine_get_request (engine), "GET /v1.41/images/me/x:1/json HTTP"));
}

/* Not there: the registry is asked, through the engine. */
static void
test_look_up_fails (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(GError) error = NULL;

  sb_fake_engine_set_answer (engine, "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n{\"message\":\"no such\"}", -1,
                             0, TRUE);
  g_assert_null (look_up (engine, "me/x:1", &error));
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND);
  g_assert_true (g_str_has_prefix (sb_fake_engine_get_request (engine), "GET /v1.41/distribution/me/x:1/json HTTP"));
  g_assert_cmpuint (sb_fake_engine_get_n_requests (engine), ==, 2);
}

static void
test_says_nothing (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(GError) error = NULL;

  sb_fake_engine_set_answer (engine, OK "{}", -1, 0, TRUE);
  g_assert_null (look_up (engine, "me/x:1", &error));
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/image-pin/digests", test_digests);
  g_test_add_func ("/image-pin/engine", test_engine);
  g_test_add_func ("/image-pin/registry", test_registry);
  g_test_add_func ("/image-pin/look-up", test_look_up);
  g_test_add_func ("/image-pin/look-up-fails", test_look_up_fails);
  g_test_add_func ("/image-pin/says-nothing", test_says_nothing);

  return g_test_run ();
}
