/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-questions.h"

#include <stdio.h>

struct _SbCliQuestions
{
  GObject parent_instance;

  /* owned */
  SbApprovals *approvals;
  SbApproval  *shown;    /* nullable: nothing is asked */
  GStrv        allowed;  /* nullable */
  guint        update_id;

  gboolean     is_terminal;
};

enum
{
  ASKS,
  N_SIGNALS,
};

G_DEFINE_FINAL_TYPE (SbCliQuestions, sb_cli_questions, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static gboolean
is_allowed (SbCliQuestions *self,
            SbApproval     *approval)
{
  return self->allowed != NULL
         && g_strv_contains ((const char * const *) self->allowed, sb_approval_get_kind (approval));
}

/* Standard error: what the agents say can still be piped. */
static void
show (SbCliQuestions *self,
      SbApproval     *approval)
{
  const char *detail = sb_approval_get_detail (approval);

  g_set_object (&self->shown, approval);
  fprintf (stderr, "\n%s\n", sb_approval_get_title (approval));
  if (detail != NULL && *detail != '\0')
    fprintf (stderr, "%s\n", detail);
  fputs (sb_approval_get_key (approval) != NULL ? "[y]es, [a]lways or [n]o? " : "[y]es or [n]o? ", stderr);
  fflush (stderr);
  g_signal_emit (self, signals[ASKS], 0);
}

static void
answer_next (SbCliQuestions *self)
{
  g_autoptr(SbApproval) approval = g_list_model_get_item (G_LIST_MODEL (self->approvals), 0);

  if (approval == self->shown)
    return;

  g_clear_object (&self->shown);
  if (approval == NULL)
    return;
  if (is_allowed (self, approval))
    sb_approval_answer (approval, SB_APPROVAL_ALLOWED_ONCE);
  else if (self->is_terminal)
    show (self, approval);
  else
    sb_approval_answer (approval, SB_APPROVAL_DENIED);
}

static gboolean
update_cb (gpointer user_data)
{
  SbCliQuestions *self = user_data;

  self->update_id = 0;
  answer_next (self);

  return G_SOURCE_REMOVE;
}

/* Not at once: the list is just being changed by whoever asks. */
static void
changed_cb (SbCliQuestions *self)
{
  if (self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
}

static void
sb_cli_questions_dispose (GObject *object)
{
  SbCliQuestions *self = SB_CLI_QUESTIONS (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->approvals != NULL)
    g_signal_handlers_disconnect_by_data (self->approvals, self);
  g_clear_object (&self->approvals);
  g_clear_object (&self->shown);
  g_clear_pointer (&self->allowed, g_strfreev);

  G_OBJECT_CLASS (sb_cli_questions_parent_class)->dispose (object);
}

static void
sb_cli_questions_class_init (SbCliQuestionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_cli_questions_dispose;

  signals[ASKS] = g_signal_new ("asks", SB_TYPE_CLI_QUESTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_cli_questions_init (SbCliQuestions *self)
{
}

SbCliQuestions *
sb_cli_questions_new (SbApprovals        *approvals,
                      gboolean            is_terminal,
                      const char * const *allowed)
{
  SbCliQuestions *self = g_object_new (SB_TYPE_CLI_QUESTIONS, NULL);

  self->approvals = g_object_ref (approvals);
  self->allowed = g_strdupv ((char **) allowed);
  self->is_terminal = is_terminal;
  g_signal_connect_swapped (approvals, "items-changed", G_CALLBACK (changed_cb), self);
  sb_approvals_set_attended (approvals, is_terminal || allowed != NULL);

  return self;
}

gboolean
sb_cli_questions_take_line (SbCliQuestions *self,
                            const char     *line)
{
  g_autoptr(SbApproval) approval = g_steal_pointer (&self->shown);
  SbApprovalState answer = SB_APPROVAL_DENIED;

  if (approval == NULL)
    return FALSE;

  if (g_ascii_strcasecmp (line, "y") == 0 || g_ascii_strcasecmp (line, "yes") == 0)
    answer = SB_APPROVAL_ALLOWED_ONCE;
  else if (sb_approval_get_key (approval) != NULL
           && (g_ascii_strcasecmp (line, "a") == 0 || g_ascii_strcasecmp (line, "always") == 0))
    answer = SB_APPROVAL_ALLOWED_ALWAYS;
  sb_approval_answer (approval, answer);

  return TRUE;
}
