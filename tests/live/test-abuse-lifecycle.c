/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-abuse.h"
#include "sb-id.h"
#include "sb-live-engine.h"
#include "sb-sandbox-spec.h"

/* Paused behind our back it answers no more, and is reported as gone, not as a command that takes long. */
static void
pause_from_outside (SbAbuse *self)
{
  g_autoptr(SbSandbox) sandbox = g_list_model_get_item (G_LIST_MODEL (self->manager), 0);
  g_autofree char *path = g_strdup_printf ("/containers/sandbar-%s/pause", sb_sandbox_get_id (sandbox));
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(GError) error = NULL;

  if (!sb_abuse_is_docker (self))
    {
      g_test_skip ("no engine that could pause it; /live/trouble/bwrap/frozen stops its processes");
      return;
    }

  node = sb_live_engine_call (self->engine, "POST", path, &error);
  g_assert_no_error (error);
  sb_abuse_expect (self, "exec", "{\"command\":[\"true\"]}", TRUE, "paused from outside");
}

static void
start_without_image (SbAbuse *self)
{
  g_autoptr(SbSandboxSpec) spec = sb_sandbox_spec_new_default ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(GError) error = NULL;

  if (!sb_abuse_is_docker (self))
    {
      g_test_skip ("bubblewrap has no images");
      return;
    }

  spec->image = g_strdup ("sandbar/no-such-image:ever");
  sb_sandbox_manager_create_async (self->manager, spec, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sandbox = sb_sandbox_manager_create_finish (self->manager, result, &error);
  g_assert_null (sandbox);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "sandbar/no-such-image:ever"));
}

/* By a clock that nobody can set: an hour more or less on the wall does not end it, or keep it. */
static void
outlive (SbAbuse *self)
{
  sb_abuse_expect (self, "initSandbox", "{\"memoryMb\":64,\"diskMb\":16,\"ttlSeconds\":10}", FALSE, "started");
  sb_test_wait_until (sb_sandbox_manager_get_n_live (self->manager) == 1);
  sb_abuse_expect (self, "exec", "{\"command\":[\"true\"]}", TRUE, "is gone, and its files with it. ");
}

int
main (int    argc,
      char **argv)
{
  static const SbAbuseCase cases[] = {
    { 47, "paused", pause_from_outside },
    { 48, "no-image", start_without_image },
    { 48, "time-to-live", outlive },
  };

  return sb_abuse_main (argc, argv, cases, G_N_ELEMENTS (cases));
}
