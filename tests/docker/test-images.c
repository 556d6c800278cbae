/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-image-job.h"
#include "sb-image-progress.h"

#include <string.h>

#include "sb-fake-engine.h"
#include "sb-test.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define PULLED \
  "{\"status\":\"Pulling from me/x\",\"id\":\"1\"}\r\n" \
  "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":25,\"total\":100},\"id\":\"a\"}\r\n" \
  "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":50,\"total\":100},\"id\":\"b\"}\r\n" \
  "not JSON\r\n[1]\r\n{}\r\n" \
  "{\"status\":\"Download complete\",\"progressDetail\":{},\"id\":\"a\"}\r\n" \
  "{\"status\":\"Extracting\",\"progressDetail\":{\"current\":1,\"total\":1000},\"id\":\"a\"}\r\n" \
  "{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"b\"}\r\n" \
  "{\"status\":\"Digest: " DIGEST "\"}\r\n" \
  "{\"status\":\"Status: Downloaded newer image\"}\r\n"

static void
feed (SbImageProgress *progress,
      const char      *line)
{
  sb_image_progress_feed (progress, line, strlen (line));
}

static void
test_progress (void)
{
  g_autoptr(SbImageProgress) progress = sb_image_progress_new ();

  g_assert_cmpfloat (sb_image_progress_get_fraction (progress), <, 0);
  feed (progress, "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":25,\"total\":100},\"id\":\"a\"}");
  g_assert_cmpfloat (sb_image_progress_get_fraction (progress), ==, 0.25);
  feed (progress, "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":900,\"total\":100},\"id\":\"b\"}");
  g_assert_cmpfloat (sb_image_progress_get_fraction (progress), ==, 0.625);
  feed (progress, "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":-5,\"total\":-100},\"id\":\"c\"}");
  feed (progress, "{\"status\":\"Digest: sha256:short\"}");
  g_assert_cmpfloat (sb_image_progress_get_fraction (progress), ==, 0.625);
  g_assert_null (sb_image_progress_get_result (progress));
  g_assert_null (sb_image_progress_get_error (progress));
  feed (progress, "{\"stream\":\"\\u001b[31mStep 1/2\\n\"}");
  g_assert_cmpstr (sb_image_progress_get_status (progress), ==, "Step 1/2");
  feed (progress, "{\"stream\":\"Step 3/4 : RUN true\\n\"}");
  g_assert_cmpfloat (sb_image_progress_get_fraction (progress), ==, 0.5);
  feed (progress, "{\"stream\":\"Unpacking a\\nSetting up b\\r\\n\"}");
  g_assert_cmpstr (sb_image_progress_get_status (progress), ==, "Setting up b");
  feed (progress, "{\"stream\":\"\\n \\n\"}");
  g_assert_cmpstr (sb_image_progress_get_status (progress), ==, "Setting up b");
  feed (progress, "{\"stream\":\"Step 9/4 : RUN true\\n\"}");
  g_assert_cmpfloat (sb_image_progress_get_fraction (progress), ==, 0.5);
  g_assert_null (strchr (sb_image_progress_get_log (progress), '\x1b'));
  feed (progress, "{\"aux\":{\"ID\":\"" DIGEST "\"}}");
  g_assert_cmpstr (sb_image_progress_get_result (progress), ==, DIGEST);
  feed (progress, "{\"errorDetail\":{\"code\":1,\"message\":\"boom\"},\"error\":\"boom\"}");
  g_assert_cmpstr (sb_image_progress_get_error (progress), ==, "boom");
  feed (progress, "{\"error\":\"bang\"}");
  g_assert_cmpstr (sb_image_progress_get_error (progress), ==, "bang");
}

static gboolean
run (SbImageJob    *job,
     GCancellable  *cancellable,
     GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_image_job_run_async (job, cancellable, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_image_job_run_finish (job, result, error);
}

static void
test_pull (void)
{
  static const gsize steps[] = { 0, 1, 17 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
      g_autoptr(SbDockerClient) client = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
      g_autoptr(SbImageJob) job = sb_image_job_new_pull (client, "host:5000/me/x");
      g_autoptr(GError) error = NULL;

      sb_fake_engine_set_answer (engine, OK PULLED, -1, steps[i], TRUE);
      g_assert_true (run (job, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (sb_image_job_get_state (job), ==, SB_IMAGE_JOB_DONE);
      g_assert_cmpfloat (sb_image_job_get_fraction (job), ==, 1);
      g_assert_cmpstr (sb_image_job_get_result (job), ==, DIGEST);
      g_assert_cmpstr (sb_image_job_get_name (job), ==, "host:5000/me/x:latest");
      g_assert_true (g_str_has_prefix (sb_fake_engine_get_request (engine),
                                       "POST /v1.41/images/create?fromImage=host%3A5000%2Fme%2Fx%3Alatest HTTP"));
    }
}

static void
test_fails (void)
{
  static const struct { const char *answer; int code; const char *text; } rows[] = {
    { OK "{\"errorDetail\":{\"message\":\"no space\"},\"error\":\"no space\"}\n", SB_DOCKER_ERROR_SERVER,
      "could not be built: no space" },
    { "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n{\"message\":\"no such image\"}", SB_DOCKER_ERROR_NOT_FOUND,
      "no such image" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
      g_autoptr(SbDockerClient) client = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
      g_autoptr(GBytes) tar = g_bytes_new_static ("tar", 3);
      g_autoptr(SbImageJob) job = sb_image_job_new_build (client, tar, "me/y:1");
      g_autoptr(GError) error = NULL;

      sb_fake_engine_set_answer (engine, rows[i].answer, -1, 0, TRUE);
      g_assert_false (run (job, NULL, &error));
      g_assert_error (error, SB_DOCKER_ERROR, rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].text));
      g_assert_cmpint (sb_image_job_get_state (job), ==, SB_IMAGE_JOB_FAILED);
      g_assert_nonnull (strstr (sb_fake_engine_get_request (engine), "forcerm=1"));
    }
}

static void
cancel_cb (SbImageJob *job,
           GParamSpec *pspec,
           gpointer    user_data)
{
  g_cancellable_cancel (user_data);
}

static void
test_cancel (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
  g_autoptr(SbImageJob) job = sb_image_job_new_pull (client, "me/x@" DIGEST);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  sb_fake_engine_set_answer (engine, OK "{\"status\":\"Waiting\",\"id\":\"a\"}\n", -1, 0, FALSE);
  g_signal_connect (job, "notify::status", G_CALLBACK (cancel_cb), cancellable);
  g_assert_false (run (job, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (sb_image_job_get_state (job), ==, SB_IMAGE_JOB_CANCELLED);
  sb_test_wait_until (sb_fake_engine_saw_end (engine));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/docker/images/progress", test_progress);
  g_test_add_func ("/docker/images/pull", test_pull);
  g_test_add_func ("/docker/images/fails", test_fails);
  g_test_add_func ("/docker/images/cancel", test_cancel);

  return g_test_run ();
}
