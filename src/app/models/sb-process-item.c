/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-process-item.h"

#include "sb-text.h"

struct _SbProcessItem
{
  GObject parent_instance;

  /* owned */
  char *name;
  char *command;
  char *origin; /* nullable */
  char *call;   /* nullable */

  guint32 pid;
  guint64 cpu_us;
  guint64 memory;
  guint64 age_us;
  double  cpu;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbProcessItem, sb_process_item, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

/* On one line, and without anything that is not text. */
static char *
clean (const char *bytes)
{
  char *text = sb_text_clean (bytes, -1, NULL);

  return g_strdelimit (text, "\n\t", ' ');
}

static void
sb_process_item_finalize (GObject *object)
{
  SbProcessItem *self = SB_PROCESS_ITEM (object);

  g_free (self->name);
  g_free (self->command);
  g_free (self->origin);
  g_free (self->call);

  G_OBJECT_CLASS (sb_process_item_parent_class)->finalize (object);
}

static void
sb_process_item_class_init (SbProcessItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_process_item_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", SB_TYPE_PROCESS_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
}

static void
sb_process_item_init (SbProcessItem *self)
{
}

static void
take (SbProcessItem   *self,
      const SbProcess *process)
{
  g_free (self->name);
  g_free (self->command);
  self->name = clean (process->name);
  self->command = clean (process->command);
  self->cpu_us = process->cpu_us;
  self->memory = process->memory_bytes;
  self->age_us = process->age_us;
}

SbProcessItem *
sb_process_item_new (const SbProcess *process,
                     const char      *origin,
                     const char      *call)
{
  SbProcessItem *self = g_object_new (SB_TYPE_PROCESS_ITEM, NULL);

  self->pid = process->pid;
  self->origin = g_strdup (origin);
  self->call = g_strdup (call);
  take (self, process);

  return self;
}

/**
 * sb_process_item_update:
 * @process: what is known of it now
 * @elapsed_us: since the last time
 */
gboolean
sb_process_item_update (SbProcessItem   *self,
                        const SbProcess *process,
                        gint64           elapsed_us)
{
  g_return_val_if_fail (SB_IS_PROCESS_ITEM (self), FALSE);

  if (process->pid != self->pid || process->age_us < self->age_us || process->cpu_us < self->cpu_us)
    return FALSE;

  self->cpu = elapsed_us > 0 ? (double) (process->cpu_us - self->cpu_us) / elapsed_us : 0;
  take (self, process);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);

  return TRUE;
}

guint32
sb_process_item_get_pid (SbProcessItem *self)
{
  g_return_val_if_fail (SB_IS_PROCESS_ITEM (self), 0);

  return self->pid;
}

const char *
sb_process_item_get_name (SbProcessItem *self)
{
  g_return_val_if_fail (SB_IS_PROCESS_ITEM (self), NULL);

  return self->name;
}

const char *
sb_process_item_get_command (SbProcessItem *self)
{
  g_return_val_if_fail (SB_IS_PROCESS_ITEM (self), NULL);

  return self->command;
}

const char *
sb_process_item_get_origin (SbProcessItem *self)
{
  g_return_val_if_fail (SB_IS_PROCESS_ITEM (self), NULL);

  return self->origin;
}

const char *
sb_process_item_get_call (SbProcessItem *self)
{
  g_return_val_if_fail (SB_IS_PROCESS_ITEM (self), NULL);

  return self->call;
}

double
sb_process_item_get_cpu (SbProcessItem *self)
{
  g_return_val_if_fail (SB_IS_PROCESS_ITEM (self), 0);

  return self->cpu;
}

guint64
sb_process_item_get_memory (SbProcessItem *self)
{
  g_return_val_if_fail (SB_IS_PROCESS_ITEM (self), 0);

  return self->memory;
}

guint64
sb_process_item_get_age_us (SbProcessItem *self)
{
  g_return_val_if_fail (SB_IS_PROCESS_ITEM (self), 0);

  return self->age_us;
}
