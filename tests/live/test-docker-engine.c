/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-backend.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sb-channel.h"
#include "sb-docker-request.h"
#include "sb-helper-path.h"
#include "sb-id.h"
#include "sb-image-job.h"
#include "sb-json.h"
#include "sb-live-engine.h"
#include "sb-tar.h"
#include "sb-test.h"

static const char *program = NULL;

typedef struct
{
  SbDockerClient   *client;
  SbSandboxBackend *backend;
  SbDuplex         *duplex;
  GPtrArray        *facts;
  char             *id;
} Fixture;

/* FALSE: the test is skipped. */
static gboolean
fixture_start (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  memset (fixture, 0, sizeof *fixture);
  fixture->client = sb_live_engine_connect ();
  if (fixture->client == NULL)
    return FALSE;

  fixture->backend = sb_docker_backend_new (fixture->client, NULL, NULL);
  fixture->id = sb_id_new ("box");
  fixture->duplex = sb_live_engine_start (fixture->backend, fixture->id, &fixture->facts, &error);
  g_assert_no_error (error);

  return TRUE;
}

static void
fixture_clear (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_clear_object (&fixture->duplex);
  if (fixture->id != NULL)
    {
      sb_live_engine_remove (fixture->backend, fixture->id, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (sb_live_engine_count (fixture->client, ".id", fixture->id), ==, 0);
    }
  g_clear_object (&fixture->backend);
  g_clear_object (&fixture->client);
  g_clear_pointer (&fixture->facts, g_ptr_array_unref);
  g_free (fixture->id);
}

static SbChannel *
open_channel (SbDuplex *duplex)
{
  SbChannel *channel = sb_channel_new (duplex);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_channel_open_async (channel, 10000, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sb_channel_open_finish (channel, result, &error);
  g_assert_no_error (error);

  return channel;
}

static SbExecResult *
run (SbChannel  *channel,
     const char *script,
     GError    **error)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  SbExecSpec spec = { .argv = argv, .timeout_ms = 20000 };
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_exec_async (channel, &spec, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_exec_finish (channel, result, error);
}

static void
assert_prints (SbChannel  *channel,
               const char *script,
               const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbExecResult) result = run (channel, script, &error);
  g_autofree char *text = NULL;
  GBytes *bytes = NULL;

  g_assert_no_error (error);
  bytes = result->stdout_head_tail;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpstr (g_strstrip (text), ==, expected);
}

static SbSandboxFact *
find_fact (GPtrArray  *facts,
           const char *id)
{
  for (guint i = 0; i < facts->len; i++)
    {
      SbSandboxFact *fact = facts->pdata[i];

      if (g_str_equal (fact->id, id))
        return fact;
    }
  g_error ("no fact %s", id);

  return NULL;
}

static void
test_probe (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(GError) error = NULL;

  if (client == NULL)
    return;
  backend = sb_docker_backend_new (client, NULL, NULL);
  sb_live_engine_probe (backend, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (sb_sandbox_backend_get_label (backend), "Docker Engine 2"));
  sb_live_engine_probe (backend, &error);
  g_assert_no_error (error);
}

static void
test_facts (void)
{
  static const char *must[] = {
    "network", "user", "capabilities", "root", "processes", "seccomp", "disk", "backend",
  };
  Fixture fixture;

  if (!fixture_start (&fixture))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (must); i++)
    g_assert_true (find_fact (fixture.facts, must[i])->holds);
  g_assert_cmpstr (find_fact (fixture.facts, "user")->label, ==, "uid 65532");
  g_assert_cmpstr (find_fact (fixture.facts, "processes")->label, ==, "128 processes");
  g_assert_true (g_str_has_prefix (find_fact (fixture.facts, "memory")->label, "256"));
  fixture_clear (&fixture);
}

static void
test_inside (void)
{
  Fixture fixture;
  g_autoptr(SbChannel) channel = NULL;

  if (!fixture_start (&fixture))
    return;
  channel = open_channel (fixture.duplex);
  assert_prints (channel, "id -u; id -g", "65532\n65532");
  assert_prints (channel, "cat /proc/1/comm", "sandbar-init");
  assert_prints (channel, "grep -E '^Cap(Eff|Bnd)' /proc/self/status | tr -d '\\t '",
                 "CapEff:0000000000000000\nCapBnd:0000000000000000");
  assert_prints (channel, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '", "lo");
  assert_prints (channel, "touch /etc/x /usr/x /sbx/x 2>&1 | grep -c Read-only", "3");
  assert_prints (channel, "echo hi > /workspace/a && cat /workspace/a; stat -c %u /workspace", "hi\n65532");
  assert_prints (channel,
                 "dd if=/dev/zero of=/workspace/big bs=1M count=100 2>&1 | grep -o 'No space left on device'",
                 "No space left on device");
  assert_prints (channel, "ls /var/run/docker.sock 2>/dev/null; ls -d /sbx/*", "/sbx/sandbar-init");
  assert_prints (channel, "node -e 'console.log(6 * 7)'", "42");
  fixture_clear (&fixture);
}

static void
test_missing_image (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(GError) error = NULL;

  if (client == NULL)
    return;
  backend = sb_docker_backend_new (client, NULL, "sandbar/there-is-none:1");
  g_assert_false (sb_live_engine_probe (backend, &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE);
  g_assert_nonnull (strstr (error->message, "sandbar-cli image build"));
  g_assert_nonnull (strstr (error->message, "sandbar/there-is-none:1"));
}

static void
closed_cb (SbDuplex     *duplex,
           const GError *error,
           gpointer      user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
ignore_data_cb (SbDuplex     *duplex,
                const guint8 *data,
                gsize         length,
                gpointer      user_data)
{
}

/* "docker kill" by somebody else. */
static void
test_killed_from_outside (void)
{
  Fixture fixture;
  g_autofree char *path = NULL;
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(GError) error = NULL;
  gboolean closed = FALSE;

  if (!fixture_start (&fixture))
    return;
  sb_duplex_start (fixture.duplex, ignore_data_cb, closed_cb, &closed);
  path = g_strdup_printf ("/containers/sandbar-%s/kill", fixture.id);
  node = sb_live_engine_call (fixture.client, "POST", path, &error);
  g_assert_no_error (error);
  sb_test_wait_until (closed);
  sb_test_wait_until (sb_live_engine_count (fixture.client, ".id", fixture.id) == 0);
  fixture_clear (&fixture);
}

static void
test_drop_removes (void)
{
  Fixture fixture;

  if (!fixture_start (&fixture))
    return;
  g_assert_cmpuint (sb_live_engine_count (fixture.client, ".id", fixture.id), ==, 2);
  g_clear_object (&fixture.duplex);
  sb_test_wait_until (sb_live_engine_count (fixture.client, ".id", fixture.id) == 0);
  fixture_clear (&fixture);
}

/* sandbar-init with something behind its end, and so with a volume of its own. */
static char *
write_own_helper (const char  *directory,
                  char       **volume)
{
  g_autofree char *original = sb_helper_path_find ();
  g_autofree char *contents = NULL;
  g_autofree char *digest = NULL;
  g_autofree char *tail = sb_id_new ("tail");
  g_autoptr(GByteArray) changed = g_byte_array_new ();
  g_autoptr(GError) error = NULL;
  char *path = g_build_filename (directory, "sandbar-init", NULL);
  gsize length = 0;

  g_file_get_contents (original, &contents, &length, &error);
  g_assert_no_error (error);
  g_byte_array_append (changed, (const guint8 *) contents, length);
  g_byte_array_append (changed, (const guint8 *) tail, strlen (tail));
  g_file_set_contents (path, (const char *) changed->data, changed->len, &error);
  g_assert_no_error (error);
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, changed->data, changed->len);
  *volume = g_strdup_printf ("/volumes/sandbar-init-%.12s", digest);

  return path;
}

static void
delete_volume (SbDockerClient *client,
               const char     *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_live_engine_call (client, "DELETE", path, &error);

  g_assert_no_error (error);
}

/* The volume of sandbar-init was pruned behind our back. */
static void
test_helper_volume_lost (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(SbDuplex) duplex = NULL;
  g_autofree char *directory = NULL;
  g_autofree char *helper = NULL;
  g_autofree char *volume = NULL;
  g_autofree char *id = sb_id_new ("box");
  g_autoptr(GError) error = NULL;

  if (client == NULL)
    return;

  directory = sb_test_make_dir ();
  helper = write_own_helper (directory, &volume);
  backend = sb_docker_backend_new (client, helper, NULL);
  sb_live_engine_probe (backend, &error);
  g_assert_no_error (error);
  delete_volume (client, volume);

  duplex = sb_live_engine_start (backend, id, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&duplex);
  sb_live_engine_remove (backend, id, &error);
  g_assert_no_error (error);
  delete_volume (client, volume);
  sb_test_remove_dir (directory);
}

static GSubprocess *
spawn_owner (const char *id,
             const char *mode)
{
  g_autoptr(GError) error = NULL;
  GSubprocess *owner = NULL;
  g_autoptr(GDataInputStream) output = NULL;
  g_autofree char *line = NULL;

  owner = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--owner", id, mode, NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (owner));
  line = g_data_input_stream_read_line (output, NULL, NULL, NULL);
  g_assert_cmpstr (line, ==, "ready");

  return owner;
}

static void
kill_owner (GSubprocess *owner)
{
  g_subprocess_send_signal (owner, SIGKILL);
  g_subprocess_wait (owner, NULL, NULL);
}

static void
test_owner_killed (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autoptr(GSubprocess) owner = NULL;
  g_autofree char *id = sb_id_new ("box");

  if (client == NULL)
    return;
  owner = spawn_owner (id, "start");
  g_assert_cmpuint (sb_live_engine_count (client, ".id", id), ==, 2);
  kill_owner (owner);
  sb_test_wait_until (sb_live_engine_count (client, ".id", id) == 0);
}

/* Created and never started: no dead man's switch is armed, so the next start has to sweep. */
static void
test_sweep (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(GSubprocess) dead = NULL;
  g_autoptr(GSubprocess) living = NULL;
  g_autofree char *dead_id = sb_id_new ("box");
  g_autofree char *living_id = sb_id_new ("box");
  g_autoptr(GError) error = NULL;

  if (client == NULL)
    return;
  dead = spawn_owner (dead_id, "create");
  living = spawn_owner (living_id, "create");
  kill_owner (dead);
  g_assert_cmpuint (sb_live_engine_count (client, ".id", dead_id), ==, 1);

  backend = sb_docker_backend_new (client, NULL, NULL);
  sb_live_engine_probe (backend, &error);
  g_assert_no_error (error);
  /* Its undertaker may be at it as well, so that the engine is still removing. */
  sb_test_wait_until (sb_live_engine_count (client, ".id", dead_id) == 0);
  g_assert_cmpuint (sb_live_engine_count (client, ".id", living_id), ==, 1);

  kill_owner (living);
  sb_live_engine_probe (backend, &error);
  g_assert_no_error (error);
  sb_test_wait_until (sb_live_engine_count (client, ".id", living_id) == 0);
  delete_volume (client, "/volumes/sandbar-test-volume");
}

static void
test_cancelled_start (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autofree char *id = sb_id_new ("box");
  SbSandboxSpec spec = { .id = id };

  if (client == NULL)
    return;
  backend = sb_docker_backend_new (client, NULL, NULL);
  g_assert_true (sb_live_engine_probe (backend, NULL));
  for (guint wait = 0; wait < 300; wait += 40)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GError) error = NULL;
      g_autoptr(SbDuplex) duplex = NULL;

      sb_sandbox_backend_start_async (backend, &spec, cancellable, sb_test_keep_result, &result);
      sb_test_spin (wait);
      g_cancellable_cancel (cancellable);
      sb_test_wait_until (result != NULL);
      duplex = sb_sandbox_backend_start_finish (backend, result, NULL, &error);
      if (duplex == NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_object (&duplex);
      sb_test_wait_until (sb_live_engine_count (client, ".id", id) == 0);
    }
}

/* An engine of its own, for it is ended while a sandbox runs in it. */
static void
test_engine_stopped (void)
{
  g_autoptr(SbDockerClient) other = sb_live_engine_connect ();
  g_autoptr(SbDockerClient) client = NULL;
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(SbDuplex) duplex = NULL;
  g_autoptr(SbDuplex) again = NULL;
  g_autofree char *directory = NULL;
  g_autofree char *host = NULL;
  g_autofree char *built = NULL;
  g_autofree char *stopped = NULL;
  g_autoptr(GError) error = NULL;
  gboolean closed = FALSE;

  if (other == NULL)
    return;

  directory = sb_test_make_dir ();
  host = sb_live_engine_script ("test-engine", NULL, "start", directory);
  built = sb_live_engine_script ("build-image", host, NULL, NULL);
  client = sb_docker_client_new (host, &error);
  g_assert_no_error (error);
  backend = sb_docker_backend_new (client, NULL, NULL);
  duplex = sb_live_engine_start (backend, "box-stopped", NULL, &error);
  g_assert_no_error (error);
  sb_duplex_start (duplex, ignore_data_cb, closed_cb, &closed);

  stopped = sb_live_engine_script ("test-engine", NULL, "stop", directory);
  sb_test_remove_dir (directory);
  sb_test_wait_until (closed);
  again = sb_live_engine_start (backend, "box-again", NULL, &error);
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "There is no engine"));
  g_clear_error (&error);
  g_assert_false (sb_live_engine_remove (backend, "box-stopped", &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE);
}

static void
make_volume (SbDockerClient *client,
             const char     *name)
{
  g_autoptr(JsonObject) body = json_object_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(GError) error = NULL;

  json_object_set_string_member (body, "Name", name);
  sb_docker_client_call_async (client, "POST", "/volumes/create", body, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  node = sb_docker_client_call_finish (client, result, &error);
  g_assert_no_error (error);
}

/* What an older build left goes; what only looks like it stays. */
static void
test_old_helpers (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(JsonNode) gone = NULL;
  g_autoptr(JsonNode) other = NULL;
  g_autoptr(JsonNode) removed = NULL;
  g_autoptr(GError) error = NULL;

  if (client == NULL)
    return;
  make_volume (client, "sandbar-init-0123456789ab");
  make_volume (client, "sandbar-init-of-somebody");
  backend = sb_docker_backend_new (client, NULL, NULL);
  sb_live_engine_probe (backend, &error);
  g_assert_no_error (error);
  gone = sb_live_engine_call (client, "GET", "/volumes/sandbar-init-0123456789ab", &error);
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND);
  g_clear_error (&error);
  other = sb_live_engine_call (client, "GET", "/volumes/sandbar-init-of-somebody", &error);
  g_assert_no_error (error);
  removed = sb_live_engine_call (client, "DELETE", "/volumes/sandbar-init-of-somebody", &error);
  g_assert_no_error (error);
}

static gboolean
run_job (SbImageJob  *job,
         GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_image_job_run_async (job, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_image_job_run_finish (job, result, error);
}

/* Without any registry: from nothing. */
static void
test_build_image (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autoptr(GBytes) good = g_bytes_new_static ("FROM scratch\nENV A=1\n", 21);
  g_autoptr(GBytes) bad = g_bytes_new_static ("FROM scratch\nCOPY none /\n", 25);
  g_autoptr(GBytes) good_tar = sb_tar_new_for_file ("Dockerfile", 0644, good);
  g_autoptr(GBytes) bad_tar = sb_tar_new_for_file ("Dockerfile", 0644, bad);
  g_autoptr(SbImageJob) job = NULL;
  g_autoptr(SbImageJob) broken = NULL;
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(JsonNode) removed = NULL;
  g_autoptr(GError) error = NULL;

  if (client == NULL)
    return;
  job = sb_image_job_new_build (client, good_tar, "sandbar/test-build:1");
  g_assert_true (run_job (job, &error));
  g_assert_no_error (error);
  g_assert_nonnull (strstr (sb_image_job_get_log (job), "ENV A=1"));
  node = sb_live_engine_call (client, "GET", "/images/sandbar/test-build:1/json", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sb_json_get_string (json_node_get_object (node), "Id"), ==, sb_image_job_get_result (job));
  removed = sb_live_engine_call (client, "DELETE", "/images/sandbar/test-build:1", &error);
  g_assert_no_error (error);

  broken = sb_image_job_new_build (client, bad_tar, "sandbar/test-build:2");
  g_assert_false (run_job (broken, &error));
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_SERVER);
  g_assert_cmpint (sb_image_job_get_state (broken), ==, SB_IMAGE_JOB_FAILED);
}

static void
test_ready_time (void)
{
  Fixture fixture;
  gint64 best = G_MAXINT64;

  if (!fixture_start (&fixture))
    return;
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *id = sb_id_new ("box");
      g_autoptr(GError) error = NULL;
      gint64 begin = g_get_monotonic_time ();
      g_autoptr(SbDuplex) duplex = sb_live_engine_start (fixture.backend, id, NULL, &error);

      g_assert_no_error (error);
      best = MIN (best, g_get_monotonic_time () - begin);
      g_clear_object (&duplex);
      sb_live_engine_remove (fixture.backend, id, NULL);
    }
  g_test_message ("cold start, best of 5: %" G_GINT64_FORMAT " ms", best / 1000);
  fixture_clear (&fixture);
}

static void
create_only (SbDockerClient   *client,
             SbSandboxBackend *backend,
             const char       *id)
{
  g_autoptr(JsonObject) request = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(GError) error = NULL;

  sb_live_engine_probe (backend, &error);
  g_assert_no_error (error);
  request = sb_docker_request_new_for_filler ("sandbar/node-sandbox:latest", "sandbar-test-volume");
  json_object_set_string_member (sb_json_get_object (request, "Labels"), SB_DOCKER_LABEL_ID, id);
  sb_docker_client_call_async (client, "POST", "/containers/create", request, NULL, sb_test_keep_result,
                               &result);
  sb_test_wait_until (result != NULL);
  node = sb_docker_client_call_finish (client, result, &error);
  g_assert_no_error (error);
}

/* The part of a process that dies: run by the tests themselves, with the same folders. */
static int
be_owner (const char *id,
          const char *mode)
{
  g_autoptr(SbDockerClient) client = sb_docker_client_new (g_getenv ("SANDBAR_TEST_DOCKER_HOST"), NULL);
  g_autoptr(SbSandboxBackend) backend = sb_docker_backend_new (client, NULL, NULL);
  g_autoptr(SbDuplex) duplex = NULL;
  g_autoptr(GError) error = NULL;

  if (g_str_equal (mode, "start"))
    duplex = sb_live_engine_start (backend, id, NULL, &error);
  else
    create_only (client, backend, id);
  g_assert_no_error (error);
  g_print ("ready\n");
  for (;;)
    pause ();

  return 0;
}

int
main (int    argc,
      char **argv)
{
  program = argv[0];
  if (argc == 4 && g_str_equal (argv[1], "--owner"))
    return be_owner (argv[2], argv[3]);

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/docker-engine/probe", test_probe);
  g_test_add_func ("/docker-engine/facts", test_facts);
  g_test_add_func ("/docker-engine/inside", test_inside);
  g_test_add_func ("/docker-engine/missing-image", test_missing_image);
  g_test_add_func ("/docker-engine/killed-from-outside", test_killed_from_outside);
  g_test_add_func ("/docker-engine/drop-removes", test_drop_removes);
  g_test_add_func ("/docker-engine/helper-volume-lost", test_helper_volume_lost);
  g_test_add_func ("/docker-engine/owner-killed", test_owner_killed);
  g_test_add_func ("/docker-engine/sweep", test_sweep);
  g_test_add_func ("/docker-engine/cancelled-start", test_cancelled_start);
  g_test_add_func ("/docker-engine/engine-stopped", test_engine_stopped);
  g_test_add_func ("/docker-engine/old-helpers", test_old_helpers);
  g_test_add_func ("/docker-engine/build-image", test_build_image);
  g_test_add_func ("/docker-engine/ready-time", test_ready_time);

  return g_test_run ();
}
