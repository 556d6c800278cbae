/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-bwrap-command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sb-text.h"

#define UID 65532
#define TMP_BYTES (256ull * 1024 * 1024)
#define SHM_BYTES (64ull * 1024 * 1024)
#define HELPER "/sbx/sandbar-init"

/* argv grows beside the descriptors that it names. */
typedef struct
{
  GPtrArray           *argv; /* of char*, owned */
  GSubprocessLauncher *launcher;
} Builder;

static void G_GNUC_NULL_TERMINATED
add (Builder    *builder,
     const char *first,
     ...)
{
  va_list args;

  va_start (args, first);
  for (const char *argument = first; argument != NULL; argument = va_arg (args, const char *))
    g_ptr_array_add (builder->argv, g_strdup (argument));
  va_end (args);
}

static void
add_number (Builder    *builder,
            const char *option,
            guint64     number)
{
  g_ptr_array_add (builder->argv, g_strdup (option));
  g_ptr_array_add (builder->argv, g_strdup_printf ("%" G_GUINT64_FORMAT, number));
}

/* The number stays the same in the child. */
static void
add_fd (Builder    *builder,
        const char *option,
        int         fd)
{
  g_subprocess_launcher_take_fd (builder->launcher, fd, fd);
  add_number (builder, option, (guint64) fd);
}

static int
make_memory_file (const void  *data,
                  gsize        length,
                  GError     **error)
{
  int fd = memfd_create ("sandbar", MFD_CLOEXEC);

  if (fd < 0 || write (fd, data, length) != (gssize) length || lseek (fd, 0, SEEK_SET) != 0)
    {
      g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_START, "There is no memory to start a sandbox: %s.",
                   g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return -1;
    }

  return fd;
}

static gboolean
add_file (Builder     *builder,
          const char  *path,
          const void  *data,
          gsize        length,
          const char  *mode,
          GError     **error)
{
  int fd = make_memory_file (data, length, error);

  if (fd < 0)
    return FALSE;

  add (builder, "--perms", mode, NULL);
  add_fd (builder, "--ro-bind-data", fd);
  add (builder, path, NULL);

  return TRUE;
}

static void
add_namespaces (Builder *builder)
{
  add (builder, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv",
       "--cap-drop", "ALL", "--hostname", "sandbar", NULL);
  add_number (builder, "--uid", UID);
  add_number (builder, "--gid", UID);
}

static void
add_tmpfs (Builder    *builder,
           const char *mode,
           guint64     bytes,
           const char *path)
{
  add (builder, "--perms", mode, NULL);
  add_number (builder, "--size", bytes);
  add (builder, "--tmpfs", path, NULL);
}

/* /usr of this machine; /bin and its kind as they are here: links into it, or directories of their own. */
static void
add_system (Builder *builder)
{
  static const char *const roots[] = { "/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin", NULL };

  add (builder, "--ro-bind", "/usr", "/usr", NULL);
  for (guint i = 0; roots[i] != NULL; i++)
    {
      g_autofree char *target = g_file_read_link (roots[i], NULL);

      if (target != NULL)
        add (builder, "--symlink", target, roots[i], NULL);
      else if (g_file_test (roots[i], G_FILE_TEST_IS_DIR))
        add (builder, "--ro-bind", roots[i], roots[i], NULL);
    }
  add (builder, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", NULL);
  add (builder, "--ro-bind-try", "/etc/alternatives", "/etc/alternatives", NULL);
}

/* A node that lies elsewhere, e.g. in a version manager's folder: the program alone, nothing else from there. */
static void
add_node (Builder *builder)
{
  g_autofree char *found = g_find_program_in_path ("node");
  char *real = found != NULL ? realpath (found, NULL) : NULL;

  if (real != NULL && !g_str_has_prefix (real, "/usr/") && !g_str_has_prefix (real, "/bin/"))
    add (builder, "--ro-bind-try", real, "/sbx/bin/node", NULL);
  free (real);
}

static gboolean
add_etc (Builder  *builder,
         GError  **error)
{
  static const char passwd[] = "agent:x:65532:65532::/workspace:/bin/sh\n";
  static const char group[] = "agent:x:65532:\n";
  static const char hosts[] = "127.0.0.1 localhost\n";

  return add_file (builder, "/etc/passwd", passwd, strlen (passwd), "0444", error)
         && add_file (builder, "/etc/group", group, strlen (group), "0444", error)
         && add_file (builder, "/etc/hosts", hosts, strlen (hosts), "0444", error);
}

static gboolean
add_helper (Builder     *builder,
            const char  *helper_path,
            GError     **error)
{
  g_autofree char *contents = NULL;
  gsize length = 0;

  if (!g_file_get_contents (helper_path, &contents, &length, NULL))
    {
      g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                   "The helper “%s” is missing. Reinstall Sandbar.", helper_path);
      return FALSE;
    }

  return add_file (builder, HELPER, contents, length, "0555", error);
}

static void
add_argument (Builder    *builder,
              const char *name,
              guint64     value)
{
  if (value > 0)
    g_ptr_array_add (builder->argv, g_strdup_printf ("%s=%" G_GUINT64_FORMAT, name, value));
}

static void
add_init (Builder             *builder,
          const SbSandboxSpec *spec)
{
  add (builder, "--", HELPER, NULL);
  add_argument (builder, "--ttl", spec->ttl_seconds);
  add_argument (builder, "--max-processes", spec->pids);
  add_argument (builder, "--max-memory", spec->memory_bytes);
  for (guint i = 0; spec->env != NULL && spec->env[i] != NULL; i++)
    if (strchr (spec->env[i], '=') != NULL)
      g_ptr_array_add (builder->argv, g_strconcat ("--env=", spec->env[i], NULL));
}

static gboolean
add_all (Builder              *builder,
         const SbSandboxSpec  *spec,
         const char           *helper_path,
         GError              **error)
{
  guint64 disk = spec->disk_bytes != 0 ? spec->disk_bytes : 512ull * 1024 * 1024;

  add_namespaces (builder);
  add_system (builder);
  add_node (builder);
  if (!add_etc (builder, error) || !add_helper (builder, helper_path, error))
    return FALSE;

  add (builder, "--proc", "/proc", "--dev", "/dev", NULL);
  /* The /dev of bwrap is a tmpfs of half the memory of the machine. */
  add_tmpfs (builder, "1777", SHM_BYTES, "/dev/shm");
  add (builder, "--remount-ro", "/dev", NULL);
  add_tmpfs (builder, "1777", TMP_BYTES, "/tmp");
  add_tmpfs (builder, "0755", disk, "/workspace");
  add (builder, "--remount-ro", "/", "--chdir", "/workspace", NULL);
  add_init (builder, spec);

  return TRUE;
}

/* As root a user namespace would map to the real root: no limit on processes would hold, and files in /proc would be
 * its own. So the guard becomes somebody else first. */
static void
add_guard (Builder    *builder,
           const char *helper_path)
{
  add (builder, helper_path, "--guard", NULL);
  if (geteuid () == 0)
    g_ptr_array_add (builder->argv, g_strdup_printf ("--user=%d", UID));
  add (builder, "--hold", NULL);
}

static gboolean
prepare_launcher (SbBwrapCommand       *self,
                  GSubprocessLauncher  *launcher,
                  GError              **error)
{
  static char *const environment[] = { (char *) "PATH=/usr/bin:/bin", NULL };
  int copy = -1;

  self->stderr_fd = memfd_create ("sandbar-stderr", MFD_CLOEXEC);
  copy = self->stderr_fd >= 0 ? fcntl (self->stderr_fd, F_DUPFD_CLOEXEC, 3) : -1;
  if (copy < 0)
    {
      g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_START, "There is no memory to start a sandbox: %s.",
                   g_strerror (errno));
      return FALSE;
    }

  g_subprocess_launcher_take_stderr_fd (launcher, copy);
  g_subprocess_launcher_set_environ (launcher, (char **) environment);
  g_subprocess_launcher_set_cwd (launcher, "/");

  return TRUE;
}

/**
 * sb_bwrap_command_start:
 * @self: zeroed memory; sb_bwrap_command_clear() it in any case
 * @spec: what is asked for
 *
 * Starts a guard (src/init/sb-guard.c) that starts bwrap once it is sent one byte; its stdin and stdout are pipes to
 * sandbar-init. When stdin is closed, be it by the end of this process, the guard ends bwrap and all that it started,
 * and then itself.
 */
gboolean
sb_bwrap_command_start (SbBwrapCommand       *self,
                        const SbSandboxSpec  *spec,
                        const char           *bwrap_path,
                        const char           *helper_path,
                        GError              **error)
{
  g_autoptr(GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  Builder builder = { argv, launcher };

  self->stderr_fd = -1;
  add_guard (&builder, helper_path);
  add (&builder, bwrap_path, NULL);
  if (!prepare_launcher (self, launcher, error) || !add_all (&builder, spec, helper_path, error))
    return FALSE;
  g_ptr_array_add (argv, NULL);

  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, error);

  return self->process != NULL;
}

void
sb_bwrap_command_clear (SbBwrapCommand *self)
{
  g_clear_object (&self->process);
  if (self->stderr_fd >= 0)
    close (self->stderr_fd);
  self->stderr_fd = -1;
}

/**
 * sb_bwrap_command_read_stderr:
 *
 * Returns: (transfer full): the first lines of what bwrap or sandbar-init complained about, fit to show
 */
char *
sb_bwrap_command_read_stderr (SbBwrapCommand *self)
{
  char buffer[2048];
  gssize got = self->stderr_fd >= 0 ? pread (self->stderr_fd, buffer, sizeof buffer, 0) : 0;
  g_autofree char *text = sb_text_clean (buffer, MAX (got, 0), NULL);

  return g_strdup (g_strstrip (text));
}

/**
 * sb_bwrap_command_end:
 * @process: of a command; not NULL
 *
 * Tells the guard to end the sandbox. When the process is over, nothing of it is left.
 */
void
sb_bwrap_command_end (GSubprocess *process)
{
  g_subprocess_send_signal (process, SIGTERM);
  /* Somebody may have stopped it together with the sandbox. */
  g_subprocess_send_signal (process, SIGCONT);
}
