/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-helper.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Between fork and exec. */
static void
install (struct sock_filter *filter,
         unsigned short      length)
{
  struct sock_fprog program = { length, filter };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    _exit (126);
}

/* The kernel pretends not to know openat2. */
static void
hide_openat2 (gpointer user_data)
{
  struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, 437, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };

  install (filter, G_N_ELEMENTS (filter));
}

/* A kernel that takes no filter after this one. */
static void
hide_filters (gpointer user_data)
{
  struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, args)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };

  install (filter, G_N_ELEMENTS (filter));
}

static void
start (SbTestHelper         *self,
       const char           *argument,
       GSpawnChildSetupFunc  setup)
{
  g_autoptr(GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "init", "sandbar-init", NULL);
  g_autofree char *workspace_argument = NULL;
  g_autoptr(SbDuplex) duplex = NULL;
  g_autoptr(GError) error = NULL;

  self->folder = sb_test_make_dir ();
  self->workspace = g_build_filename (self->folder, "workspace", NULL);
  g_assert_cmpint (g_mkdir (self->workspace, 0700), ==, 0);
  workspace_argument = g_strconcat ("--workspace=", self->workspace, NULL);
  if (setup != NULL)
    g_subprocess_launcher_set_child_setup (launcher, setup, NULL, NULL);
  self->process = g_subprocess_launcher_spawn (launcher, &error, program, workspace_argument, argument, NULL);
  g_assert_no_error (error);

  duplex = sb_duplex_new (g_subprocess_get_stdout_pipe (self->process), g_subprocess_get_stdin_pipe (self->process),
                          G_OBJECT (self->process));
  self->channel = sb_channel_new (duplex);
  sb_test_open (self->channel, &error);
  g_assert_no_error (error);
}

/* argument: one more for sandbar-init; nullable */
void
sb_test_helper_start (SbTestHelper *self,
                      const char   *argument)
{
  start (self, argument, NULL);
}

void
sb_test_helper_start_without_openat2 (SbTestHelper *self)
{
  start (self, NULL, hide_openat2);
}

void
sb_test_helper_start_without_filters (SbTestHelper *self)
{
  start (self, NULL, hide_filters);
}

void
sb_test_helper_end (SbTestHelper *self)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_close (self->channel);
  g_subprocess_wait_async (self->process, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_finalize_object (g_steal_pointer (&self->channel));
  g_clear_object (&self->process);
  sb_test_remove_dir (self->folder);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->workspace, g_free);
}

char *
sb_test_helper_path (SbTestHelper *self,
                     const char   *name)
{
  return g_build_filename (self->workspace, name, NULL);
}
