/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-backend.h"

#include <signal.h>

#include "sb-test.h"

typedef struct
{
  char        *id;
  GSubprocess *process;
  char        *workspace;
} Child;

struct _SbTestBackend
{
  GObject parent_instance;

  /* owned */
  char      *label;
  GPtrArray *children; /* of Child */
  GPtrArray *waiting;  /* of GTask: starts that hang */
  char      *image_host; /* nullable: its image is there */

  SbBackendInfo info;

  guint    started;
  guint    removed;
  gboolean available;
  gboolean hanging;
};

static void sb_test_backend_iface_init (SbSandboxBackendInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTestBackend, sb_test_backend, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_SANDBOX_BACKEND, sb_test_backend_iface_init))

static void
child_free (gpointer data)
{
  Child *child = data;

  g_subprocess_send_signal (child->process, SIGTERM);
  g_subprocess_wait (child->process, NULL, NULL);
  sb_test_remove_dir (child->workspace);
  g_object_unref (child->process);
  g_free (child->workspace);
  g_free (child->id);
  g_free (child);
}

static void
fact_free (gpointer data)
{
  sb_sandbox_fact_free (data);
}

static SbDuplex *
spawn (SbTestBackend *self,
       const char    *id)
{
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "init", "sandbar-init", NULL);
  g_autofree char *argument = NULL;
  g_autoptr(GError) error = NULL;
  Child *child = g_new0 (Child, 1);

  child->id = g_strdup (id);
  child->workspace = sb_test_make_dir ();
  argument = g_strconcat ("--workspace=", child->workspace, NULL);
  /* Below a guard: without a namespace, commands outlive a sandbar-init that is killed. */
  child->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                     program, "--guard", program, argument, NULL);
  g_assert_no_error (error);
  g_ptr_array_add (self->children, child);
  self->started++;

  return sb_duplex_new (g_subprocess_get_stdout_pipe (child->process), g_subprocess_get_stdin_pipe (child->process),
                        G_OBJECT (child->process));
}

static const char *
sb_test_backend_get_label (SbSandboxBackend *backend)
{
  return SB_TEST_BACKEND (backend)->label;
}

static const SbBackendInfo *
sb_test_backend_get_info (SbSandboxBackend *backend)
{
  return &SB_TEST_BACKEND (backend)->info;
}

static void
sb_test_backend_probe_async (SbSandboxBackend    *backend,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (backend, cancellable, callback, user_data);

  if (SB_TEST_BACKEND (backend)->image_host != NULL)
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE, "Its image is missing.");
  else if (SB_TEST_BACKEND (backend)->available)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE, "It is switched off.");
}

static gboolean
sb_test_backend_boolean_finish (SbSandboxBackend  *backend,
                                GAsyncResult      *result,
                                GError           **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
finish_start (SbTestBackend *self,
              GTask         *task)
{
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->image_host != NULL)
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE, "Its image is missing.");
  else if (self->available)
    g_task_return_pointer (task, spawn (self, g_task_get_task_data (task)), g_object_unref);
  else
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE, "It went away.");
}

static gboolean
hanging_cancelled_cb (GCancellable *cancellable,
                      gpointer      user_data)
{
  GTask *task = user_data;
  SbTestBackend *self = SB_TEST_BACKEND (g_task_get_source_object (task));

  if (g_ptr_array_find (self->waiting, task, NULL))
    {
      g_task_return_error_if_cancelled (task);
      g_ptr_array_remove (self->waiting, task);
    }

  return G_SOURCE_REMOVE;
}

static void
sb_test_backend_start_async (SbSandboxBackend    *backend,
                             const SbSandboxSpec *spec,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  SbTestBackend *self = SB_TEST_BACKEND (backend);
  g_autoptr(GTask) task = g_task_new (backend, cancellable, callback, user_data);

  g_assert_nonnull (spec->id);
  g_assert_cmpuint (spec->memory_bytes, >, 0);
  g_assert_cmpuint (spec->pids, >, 0);
  g_task_set_task_data (task, g_strdup (spec->id), g_free);
  if (self->hanging)
    {
      g_autoptr(GSource) source = g_cancellable_source_new (cancellable);

      g_source_set_callback (source, G_SOURCE_FUNC (hanging_cancelled_cb), g_object_ref (task), g_object_unref);
      g_source_attach (source, NULL);
      g_ptr_array_add (self->waiting, g_object_ref (task));
    }
  else
    {
      finish_start (self, task);
    }
}

static SbDuplex *
sb_test_backend_start_finish (SbSandboxBackend  *backend,
                              GAsyncResult      *result,
                              GPtrArray        **facts,
                              GError           **error)
{
  SbDuplex *duplex = g_task_propagate_pointer (G_TASK (result), error);
  SbSandboxFact *fact = NULL;

  if (duplex == NULL)
    return NULL;

  fact = g_new0 (SbSandboxFact, 1);
  fact->id = g_strdup ("backend");
  fact->label = g_strdup ("Backend");
  fact->detail = g_strdup ("Nothing is isolated.");
  *facts = g_ptr_array_new_with_free_func (fact_free);
  g_ptr_array_add (*facts, fact);

  return duplex;
}

static void
sb_test_backend_remove_async (SbSandboxBackend    *backend,
                              const char          *id,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  SbTestBackend *self = SB_TEST_BACKEND (backend);
  g_autoptr(GTask) task = g_task_new (backend, cancellable, callback, user_data);

  self->removed++;
  for (guint i = 0; i < self->children->len; i++)
    {
      Child *child = g_ptr_array_index (self->children, i);

      if (g_str_equal (child->id, id))
        {
          g_ptr_array_remove_index (self->children, i);
          break;
        }
    }
  g_task_return_boolean (task, TRUE);
}

static void
job_state_cb (SbImageJob *job,
              GParamSpec *pspec,
              gpointer    user_data)
{
  if (sb_image_job_get_state (job) == SB_IMAGE_JOB_DONE)
    sb_test_backend_lose_image (SB_TEST_BACKEND (user_data), NULL);
}

static SbImageJob *
sb_test_backend_new_image_job (SbSandboxBackend *backend,
                               const char       *image)
{
  SbTestBackend *self = SB_TEST_BACKEND (backend);
  g_autoptr(SbDockerClient) client = NULL;
  g_autoptr(GBytes) tar = g_bytes_new_static ("tar", 3);
  SbImageJob *job = NULL;

  if (self->image_host == NULL)
    return NULL;

  client = sb_docker_client_new (self->image_host, NULL);
  job = image != NULL ? sb_image_job_new_pull (client, image) : sb_image_job_new_build (client, tar, "me/own:1");
  g_signal_connect_object (job, "notify::state", G_CALLBACK (job_state_cb), self, 0);

  return job;
}

static void
sb_test_backend_iface_init (SbSandboxBackendInterface *iface)
{
  iface->get_label = sb_test_backend_get_label;
  iface->get_info = sb_test_backend_get_info;
  iface->probe_async = sb_test_backend_probe_async;
  iface->probe_finish = sb_test_backend_boolean_finish;
  iface->start_async = sb_test_backend_start_async;
  iface->start_finish = sb_test_backend_start_finish;
  iface->remove_async = sb_test_backend_remove_async;
  iface->remove_finish = sb_test_backend_boolean_finish;
  iface->new_image_job = sb_test_backend_new_image_job;
}

static void
sb_test_backend_finalize (GObject *object)
{
  SbTestBackend *self = SB_TEST_BACKEND (object);

  g_ptr_array_unref (self->children);
  g_ptr_array_unref (self->waiting);
  g_free (self->image_host);
  g_free (self->label);

  G_OBJECT_CLASS (sb_test_backend_parent_class)->finalize (object);
}

static void
sb_test_backend_class_init (SbTestBackendClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_test_backend_finalize;
}

static void
sb_test_backend_init (SbTestBackend *self)
{
  self->children = g_ptr_array_new_with_free_func (child_free);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->available = TRUE;
}

SbTestBackend *
sb_test_backend_new (const char *label)
{
  SbTestBackend *self = g_object_new (SB_TYPE_TEST_BACKEND, NULL);

  self->label = g_strdup (label);

  return self;
}

void
sb_test_backend_set_available (SbTestBackend *self,
                               gboolean       available)
{
  self->available = available;
}

void
sb_test_backend_lose_image (SbTestBackend *self,
                            const char    *host)
{
  g_free (self->image_host);
  self->image_host = g_strdup (host);
}

void
sb_test_backend_set_memory (SbTestBackend *self,
                            guint64        memory_bytes)
{
  self->info.memory_bytes = memory_bytes;
}

guint
sb_test_backend_get_running (SbTestBackend *self)
{
  return self->children->len;
}

guint
sb_test_backend_get_started (SbTestBackend *self)
{
  return self->started;
}

guint
sb_test_backend_get_removed (SbTestBackend *self)
{
  return self->removed;
}

void
sb_test_backend_set_hanging (SbTestBackend *self,
                             gboolean       hanging)
{
  self->hanging = hanging;
}

/* The guard's child is the one that answers. */
void
sb_test_backend_hold_all (SbTestBackend *self,
                          gboolean       hold)
{
  for (guint i = 0; i < self->children->len; i++)
    {
      const char *guard = g_subprocess_get_identifier (((Child *) g_ptr_array_index (self->children, i))->process);
      g_autofree char *path = g_strdup_printf ("/proc/%s/task/%s/children", guard, guard);
      g_autofree char *pid = NULL;

      g_assert_true (g_file_get_contents (path, &pid, NULL, NULL));
      g_assert_cmpint (kill ((pid_t) g_ascii_strtoll (pid, NULL, 10), hold ? SIGSTOP : SIGCONT), ==, 0);
    }
}

void
sb_test_backend_kill_all (SbTestBackend *self)
{
  for (guint i = 0; i < self->children->len; i++)
    g_subprocess_send_signal (((Child *) g_ptr_array_index (self->children, i))->process, SIGTERM);
}
