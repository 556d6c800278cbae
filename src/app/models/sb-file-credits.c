/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-credits.h"

#include <string.h>

#include "sb-trace-text.h"

struct _SbFileCredits
{
  GObject parent_instance;

  /* owned */
  SbTrace    *trace;
  GHashTable *credits; /* path → SbFileCredit */
};

enum
{
  CREDITED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbFileCredits, sb_file_credits, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

/* The tool call is the nearest one above the file's event. */
static SbTraceEvent *
find_call (SbFileCredits *self,
           SbTraceEvent  *event)
{
  const char *parent_id = sb_trace_event_get_parent_id (event);
  SbTraceEvent *above = parent_id != NULL ? sb_trace_lookup (self->trace, parent_id) : NULL;

  for (int depth = 0; depth < 8 && above != NULL; depth++)
    {
      if (sb_trace_event_get_kind (above) == SB_TRACE_KIND_TOOL_CALL)
        return above;

      parent_id = sb_trace_event_get_parent_id (above);
      above = parent_id != NULL ? sb_trace_lookup (self->trace, parent_id) : NULL;
    }

  return NULL;
}

/* The call's title begins with the tool's name. */
static void
take_event (SbFileCredits *self,
            SbTraceEvent  *event)
{
  g_autofree char *path = sb_trace_text_file (event);
  SbTraceEvent *call = path != NULL ? find_call (self, event) : NULL;
  const SbFileCredit *before = NULL;
  SbFileCredit *credit = NULL;
  const char *title = NULL;

  if (call == NULL)
    return;

  before = g_hash_table_lookup (self->credits, path);
  /* An older event may change after a newer one began. */
  if (before != NULL && (g_str_equal (before->trace_id, sb_trace_event_get_id (call))
                         || before->time > sb_trace_event_get_wall_start (event)))
    return;

  title = sb_trace_event_get_title (call);
  credit = g_new0 (SbFileCredit, 1);
  credit->tool = g_strndup (title, strcspn (title, " "));
  credit->trace_id = g_strdup (sb_trace_event_get_id (call));
  credit->time = sb_trace_event_get_wall_start (event);
  g_hash_table_insert (self->credits, g_strdup (path), credit);
  g_signal_emit (self, signals[CREDITED], 0, path);
}

static void
event_changed_cb (SbFileCredits *self,
                  SbTraceEvent  *event,
                  SbTrace       *trace)
{
  take_event (self, event);
}

static void
sb_file_credits_dispose (GObject *object)
{
  SbFileCredits *self = SB_FILE_CREDITS (object);

  sb_file_credits_set_trace (self, NULL);

  G_OBJECT_CLASS (sb_file_credits_parent_class)->dispose (object);
}

static void
sb_file_credits_finalize (GObject *object)
{
  SbFileCredits *self = SB_FILE_CREDITS (object);

  g_clear_pointer (&self->credits, g_hash_table_unref);

  G_OBJECT_CLASS (sb_file_credits_parent_class)->finalize (object);
}

static void
sb_file_credits_class_init (SbFileCreditsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_file_credits_dispose;
  object_class->finalize = sb_file_credits_finalize;

  signals[CREDITED] = g_signal_new ("credited", SB_TYPE_FILE_CREDITS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_file_credits_init (SbFileCredits *self)
{
  self->credits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) sb_file_credit_free);
}

SbFileCredit *
sb_file_credit_copy (const SbFileCredit *credit)
{
  SbFileCredit *copy = NULL;

  if (credit == NULL)
    return NULL;

  copy = g_new0 (SbFileCredit, 1);
  copy->tool = g_strdup (credit->tool);
  copy->trace_id = g_strdup (credit->trace_id);
  copy->time = credit->time;

  return copy;
}

gboolean
sb_file_credit_equal (const SbFileCredit *a,
                      const SbFileCredit *b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return g_str_equal (a->trace_id, b->trace_id);
}

void
sb_file_credit_free (SbFileCredit *credit)
{
  g_free (credit->tool);
  g_free (credit->trace_id);
  g_free (credit);
}

SbFileCredits *
sb_file_credits_new (void)
{
  return g_object_new (SB_TYPE_FILE_CREDITS, NULL);
}

void
sb_file_credits_set_trace (SbFileCredits *self,
                           SbTrace       *trace)
{
  g_return_if_fail (SB_IS_FILE_CREDITS (self));

  if (self->trace == trace)
    return;

  if (self->trace != NULL)
    g_signal_handlers_disconnect_by_data (self->trace, self);
  g_hash_table_remove_all (self->credits);
  g_set_object (&self->trace, trace);
  if (trace == NULL)
    return;

  g_signal_connect_object (trace, "event-changed", G_CALLBACK (event_changed_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (trace)); i++)
    {
      g_autoptr(SbTraceEvent) event = g_list_model_get_item (G_LIST_MODEL (trace), i);

      take_event (self, event);
    }
}

const SbFileCredit *
sb_file_credits_lookup (SbFileCredits *self,
                        const char    *path)
{
  g_return_val_if_fail (SB_IS_FILE_CREDITS (self), NULL);

  return g_hash_table_lookup (self->credits, path);
}
