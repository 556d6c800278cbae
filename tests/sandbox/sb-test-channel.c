/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-channel.h"

char *
sb_test_text (GBytes *bytes)
{
  const char *data = g_bytes_get_data (bytes, NULL);

  return g_strndup (data != NULL ? data : "", g_bytes_get_size (bytes));
}

SbExecResult *
sb_test_exec (SbChannel         *channel,
              const SbExecSpec  *spec,
              GError           **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_exec_async (channel, spec, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_exec_finish (channel, result, error);
}

SbExecResult *
sb_test_shell (SbChannel  *channel,
               const char *script)
{
  const char *argv[] = { "/bin/sh", "-c", script, NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GError) error = NULL;
  SbExecResult *result = sb_test_exec (channel, &spec, &error);

  g_assert_no_error (error);

  return result;
}

/* Both streams, first stdout. */
char *
sb_test_shell_text (SbChannel  *channel,
                    const char *script)
{
  g_autoptr(SbExecResult) result = sb_test_shell (channel, script);
  g_autofree char *out = sb_test_text (result->stdout_head_tail);
  g_autofree char *err = sb_test_text (result->stderr_head_tail);

  return g_strconcat (out, err, NULL);
}

gboolean
sb_test_write (SbChannel   *channel,
               const char  *path,
               const char  *text,
               GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  sb_channel_write_file_async (channel, path, bytes, 0, FALSE, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_write_file_finish (channel, result, error);
}

char *
sb_test_read (SbChannel   *channel,
              const char  *path,
              GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GBytes) bytes = NULL;

  sb_channel_read_file_async (channel, path, 0, 1024 * 1024, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  bytes = sb_channel_read_file_finish (channel, result, NULL, error);

  return bytes != NULL ? sb_test_text (bytes) : NULL;
}

GPtrArray *
sb_test_list (SbChannel   *channel,
              const char  *path,
              guint        max_entries,
              gboolean    *truncated,
              GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_list_async (channel, path, max_entries, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_list_finish (channel, result, truncated, error);
}

gboolean
sb_test_open (SbChannel  *channel,
              GError    **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_open_async (channel, 0, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_open_finish (channel, result, error);
}
