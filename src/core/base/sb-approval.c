/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-approval.h"

#include "sb-text.h"

#define MAX_TITLE 200
#define MAX_DETAIL 4000

struct _SbApproval
{
  GObject          parent_instance;

  /* owned */
  char            *kind;
  char            *key;
  char            *title;
  char            *detail;
  char            *trace_id;

  SbApprovalState  state;
};

enum
{
  ANSWERED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbApproval, sb_approval, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static char *
dup_shown (const char *text,
           gsize       max_bytes)
{
  g_autofree char *clean = sb_text_clean (text, -1, NULL);

  return sb_text_head_tail (clean, max_bytes, NULL);
}

static void
sb_approval_finalize (GObject *object)
{
  SbApproval *self = SB_APPROVAL (object);

  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->detail, g_free);
  g_clear_pointer (&self->trace_id, g_free);

  G_OBJECT_CLASS (sb_approval_parent_class)->finalize (object);
}

static void
sb_approval_class_init (SbApprovalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sb_approval_finalize;

  /**
   * SbApproval::answered:
   *
   * Once, when the state stops being pending.
   */
  signals[ANSWERED] = g_signal_new ("answered",
                                    G_TYPE_FROM_CLASS (klass),
                                    G_SIGNAL_RUN_LAST,
                                    0,
                                    NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
}

static void
sb_approval_init (SbApproval *self)
{
}

/**
 * sb_approval_new:
 * @kind: what sort of thing is asked for
 * @key: (nullable): what "always" remembers
 * @title: a short question; may hold foreign words
 * @detail: (nullable): what exactly, in plain text; may hold foreign words
 * @trace_id: (nullable): the trace event it belongs to
 *
 * Returns: (transfer full): a pending question
 */
SbApproval *
sb_approval_new (const char *kind,
                 const char *key,
                 const char *title,
                 const char *detail,
                 const char *trace_id)
{
  SbApproval *self;

  g_return_val_if_fail (kind != NULL && title != NULL, NULL);

  self = g_object_new (SB_TYPE_APPROVAL, NULL);
  self->kind = g_strdup (kind);
  self->key = g_strdup (key);
  self->title = dup_shown (title, MAX_TITLE);
  self->detail = detail != NULL ? dup_shown (detail, MAX_DETAIL) : NULL;
  self->trace_id = g_strdup (trace_id);

  return self;
}

const char *
sb_approval_get_kind (SbApproval *self)
{
  g_return_val_if_fail (SB_IS_APPROVAL (self), NULL);

  return self->kind;
}

const char *
sb_approval_get_key (SbApproval *self)
{
  g_return_val_if_fail (SB_IS_APPROVAL (self), NULL);

  return self->key;
}

const char *
sb_approval_get_title (SbApproval *self)
{
  g_return_val_if_fail (SB_IS_APPROVAL (self), NULL);

  return self->title;
}

const char *
sb_approval_get_detail (SbApproval *self)
{
  g_return_val_if_fail (SB_IS_APPROVAL (self), NULL);

  return self->detail;
}

const char *
sb_approval_get_trace_id (SbApproval *self)
{
  g_return_val_if_fail (SB_IS_APPROVAL (self), NULL);

  return self->trace_id;
}

SbApprovalState
sb_approval_get_state (SbApproval *self)
{
  g_return_val_if_fail (SB_IS_APPROVAL (self), SB_APPROVAL_DENIED);

  return self->state;
}

/**
 * sb_approval_answer:
 * @answer: not pending; always counts as once where there is no key
 *
 * The user's answer. A second answer changes nothing: two windows may show the same question.
 */
void
sb_approval_answer (SbApproval      *self,
                    SbApprovalState  answer)
{
  g_return_if_fail (SB_IS_APPROVAL (self));
  g_return_if_fail (answer != SB_APPROVAL_PENDING);

  if (self->state != SB_APPROVAL_PENDING)
    return;
  if (answer == SB_APPROVAL_ALLOWED_ALWAYS && self->key == NULL)
    answer = SB_APPROVAL_ALLOWED_ONCE;
  self->state = answer;
  g_signal_emit (self, signals[ANSWERED], 0);
}
