/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel-private.h"
#include "sb-output-keeper.h"

#define DEFAULT_KEEP (32 * 1024)

/* A command that is running over there. */
typedef struct
{
  /* owned */
  SbUpload          upload;
  SbOutputKeeper    output[2];
  GBytes           *payload; /* nullable: it was sent */

  /* borrowed */
  SbExecOutputFunc  output_func;
  gpointer          output_data;

  gboolean          with_stdin;
  guint32           window;   /* what the far end may still send before we give credit */
  guint32           consumed; /* not given back yet */
} Command;

static void
command_free (gpointer data)
{
  Command *command = data;

  sb_upload_clear (&command->upload);
  sb_output_keeper_clear (&command->output[0]);
  sb_output_keeper_clear (&command->output[1]);
  g_clear_pointer (&command->payload, g_bytes_unref);
  g_free (command);
}

void
sb_channel_put_strv (SbWirePacker       *packer,
                     const char *const  *strings)
{
  guint count = strings != NULL ? g_strv_length ((char **) strings) : 0;

  sb_wire_put_u32 (packer, count);
  for (guint i = 0; i < count; i++)
    sb_wire_put_string (packer, strings[i]);
}

/* (transfer full): what EXEC and SPAWN hold */
static GBytes *
pack_spec (const SbExecSpec  *spec,
           GError           **error)
{
  g_autofree guint8 *payload = g_malloc (SB_WIRE_MAX_PAYLOAD);
  SbWirePacker packer = { payload, SB_WIRE_MAX_PAYLOAD, 0, false };

  if (spec->argv == NULL || spec->argv[0] == NULL || spec->argv[0][0] == '\0')
    {
      g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND,
                           "There is no command to run: give at least the name of a program.");
      return NULL;
    }

  sb_wire_put_u32 (&packer, spec->timeout_ms);
  sb_wire_put_u64 (&packer, spec->output_budget);
  sb_wire_put_string (&packer, spec->cwd != NULL ? spec->cwd : "");
  sb_channel_put_strv (&packer, spec->argv);
  sb_channel_put_strv (&packer, spec->env);
  if (packer.overflow)
    {
      g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT,
                           "The command is longer than 64 KiB. Write it to a file and run that.");
      return NULL;
    }

  return g_bytes_new (payload, packer.length);
}

/* NULL when the task already has its error. */
static SbRequest *
add_command (SbChannel          *self,
             GTask              *task,
             const SbExecSpec   *spec,
             SbRequestFrameFunc  handle)
{
  Command *command = g_task_get_task_data (task);
  GError *error = NULL;
  SbRequest *request = NULL;

  command->payload = pack_spec (spec, &error);
  if (command->payload == NULL)
    {
      g_task_return_error (task, error);
      return NULL;
    }

  command->with_stdin = spec->stdin_bytes != NULL || command->upload.goes_on;
  request = sb_channel_add_request (self, task, spec->argv[0], handle);
  request->title = g_strdup (spec->title);
  request->call = g_strdup (spec->trace_id);

  return request;
}

/* From here on only the far end knows when it is over. */
static void
send_command (SbRequest  *request,
              SbWireType  type)
{
  Command *command = g_task_get_task_data (request->task);
  g_autoptr(GBytes) payload = g_steal_pointer (&command->payload);
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (payload, &length);

  request->kill_on_cancel = TRUE;
  sb_channel_send (request->channel, type, command->with_stdin ? SB_WIRE_FLAG_STDIN : 0, request->id, data, length);
  sb_upload_push (&command->upload, request->channel, request->id);
}

static void
begin_exec (gpointer data)
{
  SbRequest *request = data;

  /* A channel that closes lets all go, one after the other. */
  if (sb_channel_is_open (request->channel))
    send_command (request, SB_WIRE_EXEC);
}

static gboolean
handle_output (SbChannel         *self,
               SbRequest         *request,
               Command           *command,
               const SbWireFrame *frame)
{
  int fd = frame->flags;

  if ((fd != 1 && fd != 2) || frame->length > command->window)
    return FALSE;

  command->window -= frame->length;
  command->consumed += frame->length;
  sb_output_keeper_feed (&command->output[fd - 1], frame->payload, frame->length);

  /* A quarter at a time: few frames, and the far end never waits for us while we keep up. */
  if (command->consumed >= SB_WIRE_OUTPUT_WINDOW / 4)
    {
      sb_channel_send_u32 (self, SB_WIRE_CREDIT, request->id, command->consumed);
      command->window += command->consumed;
      command->consumed = 0;
    }

  if (command->output_func != NULL)
    command->output_func (fd, frame->payload, frame->length, command->output_data);

  return TRUE;
}

static SbExecResult *
read_result (const SbWireFrame *frame,
             Command           *command)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  guint8 outcome = sb_wire_get_u8 (&unpacker);
  guint32 value = sb_wire_get_u32 (&unpacker);
  guint64 duration = sb_wire_get_u64 (&unpacker);
  guint64 stdout_total = sb_wire_get_u64 (&unpacker);
  guint64 stderr_total = sb_wire_get_u64 (&unpacker);
  SbExecResult *result = NULL;

  if (!sb_wire_get_end (&unpacker) || outcome > SB_WIRE_OUTCOME_OUTPUT_LIMIT || value > 255
      || duration > G_MAXINT64 || stdout_total != command->output[0].total || stderr_total != command->output[1].total)
    return NULL;

  result = g_new0 (SbExecResult, 1);
  result->outcome = (SbExecOutcome) outcome;
  result->exit_code = outcome == SB_WIRE_OUTCOME_EXITED ? (int) value : -1;
  result->term_signal = outcome != SB_WIRE_OUTCOME_EXITED ? (int) value : 0;
  result->duration_us = (gint64) duration;
  result->stdout_head_tail = sb_output_keeper_to_bytes (&command->output[0]);
  result->stderr_head_tail = sb_output_keeper_to_bytes (&command->output[1]);
  result->stdout_total = stdout_total;
  result->stderr_total = stderr_total;
  result->stdout_dropped = sb_output_keeper_get_dropped (&command->output[0]);
  result->stderr_dropped = sb_output_keeper_get_dropped (&command->output[1]);

  return result;
}

static gboolean
handle_exited (SbChannel         *self,
               SbRequest         *request,
               Command           *command,
               const SbWireFrame *frame)
{
  SbExecResult *result = read_result (frame, command);
  g_autoptr(GTask) task = NULL;

  if (result == NULL)
    return FALSE;

  task = sb_channel_take_task (self, request);
  if (g_task_return_error_if_cancelled (task))
    sb_exec_result_free (result);
  else
    g_task_return_pointer (task, result, (GDestroyNotify) sb_exec_result_free);

  return TRUE;
}

static gboolean
handle_exec (SbChannel         *self,
             SbRequest         *request,
             const SbWireFrame *frame)
{
  Command *command = g_task_get_task_data (request->task);

  switch (frame->type)
    {
    case SB_WIRE_OUTPUT:
      return handle_output (self, request, command, frame);
    case SB_WIRE_CREDIT:
      return sb_upload_credit (&command->upload, self, frame);
    case SB_WIRE_EXITED:
      return handle_exited (self, request, command, frame);
    default:
      return FALSE;
    }
}

static gboolean
handle_spawn (SbChannel         *self,
              SbRequest         *request,
              const SbWireFrame *frame)
{
  g_autoptr(GTask) task = NULL;
  guint32 id = request->id;

  if (frame->type == SB_WIRE_CREDIT)
    {
      Command *command = g_task_get_task_data (request->task);

      return sb_upload_credit (&command->upload, self, frame);
    }
  if (frame->type != SB_WIRE_OK)
    return FALSE;

  task = sb_channel_take_task (self, request);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_int (task, (gssize) id);

  return TRUE;
}

static Command *
command_new (const SbExecSpec *spec,
             SbExecOutputFunc  output_func,
             gpointer          output_data)
{
  Command *command = g_new0 (Command, 1);

  sb_upload_init (&command->upload, spec->stdin_bytes);
  for (guint i = 0; i < 2; i++)
    sb_output_keeper_init (&command->output[i], spec->keep != 0 ? spec->keep : DEFAULT_KEEP);
  command->output_func = output_func;
  command->output_data = output_data;
  command->window = SB_WIRE_OUTPUT_WINDOW;

  return command;
}

/**
 * sb_channel_exec_async:
 * @self: an open channel
 * @spec: (transfer none): what to run; copied
 * @output_func: (nullable): sees all output as it comes; must not block
 * @output_data: for @output_func
 *
 * Runs a command. Memory here is bounded by the head and tail that are kept, whatever it writes. Cancelling kills the
 * command and all that came from it; the call ends when that has happened. Of more than 64 at once the others wait for
 * their turn, in the order in which they came; their time begins when they do.
 */
void
sb_channel_exec_async (SbChannel           *self,
                       const SbExecSpec    *spec,
                       SbExecOutputFunc     output_func,
                       gpointer             output_data,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Command *command = NULL;
  SbRequest *request = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (spec != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_exec_async);
  if (!sb_channel_check_open (self, task))
    return;

  command = command_new (spec, output_func, output_data);
  g_task_set_task_data (task, command, command_free);
  request = add_command (self, task, spec, handle_exec);
  if (request == NULL)
    return;

  request->turn = sb_exec_queue_join (sb_channel_get_exec_queue (self), begin_exec, request);
  if (request->turn != NULL)
    sb_exec_queue_run (sb_channel_get_exec_queue (self));
  else
    sb_channel_return_error (self, request, g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT,
                                                         "Too many commands run in this sandbox or wait for their "
                                                         "turn already. Wait for some of them to end."));
}

/**
 * sb_channel_exec_finish:
 *
 * Returns: (transfer full): how it ended, and what it wrote. A program that fails is a result, not an error; errors are
 *   that it could not be started, was cancelled, or that the sandbox went away.
 */
SbExecResult *
sb_channel_exec_finish (SbChannel     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_channel_spawn_async:
 * @self: an open channel
 * @spec: (transfer none): what to run; its stdin, at most 128 KiB, is sent at once; timeout 0: until the sandbox ends
 *
 * Starts a command that outlives the call. The call ends when the program runs, or could not be executed.
 */
void
sb_channel_spawn_async (SbChannel           *self,
                        const SbExecSpec    *spec,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Command *command = NULL;
  SbRequest *request = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (spec != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_spawn_async);
  if (!sb_channel_check_open (self, task))
    return;
  if (spec->stdin_bytes != NULL && g_bytes_get_size (spec->stdin_bytes) > SB_WIRE_UPLOAD_WINDOW)
    {
      g_task_return_new_error (task, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT,
                               "A background command takes at most 128 KiB of input. Write it to a file first.");
      return;
    }

  command = command_new (spec, NULL, NULL);
  command->upload.goes_on = spec->open_stdin;
  g_task_set_task_data (task, command, command_free);
  request = add_command (self, task, spec, handle_spawn);
  if (request != NULL)
    send_command (request, SB_WIRE_SPAWN);
}

/**
 * sb_channel_spawn_finish:
 *
 * Returns: the id of the process, for sb_channel_kill() and sb_channel_read_log_async(); 0 on error
 */
guint32
sb_channel_spawn_finish (SbChannel     *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  gssize id = 0;

  g_return_val_if_fail (g_task_is_valid (result, self), 0);

  id = g_task_propagate_int (G_TASK (result), error);

  return id > 0 ? (guint32) id : 0;
}

void
sb_exec_result_free (SbExecResult *result)
{
  g_bytes_unref (result->stdout_head_tail);
  g_bytes_unref (result->stderr_head_tail);
  g_free (result);
}
