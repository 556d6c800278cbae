/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-log.h"

#include "sb-text-filter.h"

#define MAX_KEPT (256 * 1024)
/* Cut in large steps, not at every line. */
#define KEPT_AFTER_CUT (192 * 1024)

struct _SbServerLog
{
  GObject       parent_instance;

  /* owned */
  SbTextFilter *filter;  /* of the server's words */
  GString      *scratch;
  GString      *text;
};

enum
{
  APPENDED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbServerLog, sb_server_log, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
cut (SbServerLog *self)
{
  const char *line;

  if (self->text->len <= MAX_KEPT)
    return;

  line = strchr (self->text->str + self->text->len - KEPT_AFTER_CUT, '\n');
  g_string_erase (self->text, 0, line != NULL ? line + 1 - self->text->str : (gssize) self->text->len);
}

static void
append (SbServerLog *self,
        const char  *text)
{
  if (*text == '\0')
    return;

  g_string_append (self->text, text);
  g_signal_emit (self, signals[APPENDED], 0, text);
  cut (self);
}

static void
sb_server_log_finalize (GObject *object)
{
  SbServerLog *self = SB_SERVER_LOG (object);

  g_clear_pointer (&self->filter, sb_text_filter_free);
  g_string_free (self->scratch, TRUE);
  g_string_free (self->text, TRUE);

  G_OBJECT_CLASS (sb_server_log_parent_class)->finalize (object);
}

static void
sb_server_log_class_init (SbServerLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_server_log_finalize;

  /**
   * SbServerLog::appended:
   * @text: clean
   *
   * Something came to the end; at the beginning something may have gone.
   */
  signals[APPENDED] = g_signal_new ("appended",
                                    G_TYPE_FROM_CLASS (klass),
                                    G_SIGNAL_RUN_LAST,
                                    0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_server_log_init (SbServerLog *self)
{
  self->scratch = g_string_new (NULL);
  self->text = g_string_new (NULL);
}

/**
 * sb_server_log_new:
 * @redactor: knows the secrets that no log may hold
 */
SbServerLog *
sb_server_log_new (SbRedactor *redactor)
{
  SbServerLog *self = g_object_new (SB_TYPE_SERVER_LOG, NULL);

  self->filter = sb_text_filter_new (redactor);

  return self;
}

/**
 * sb_server_log_feed:
 * @data: hostile
 */
void
sb_server_log_feed (SbServerLog  *self,
                    const guint8 *data,
                    gsize         length)
{
  g_return_if_fail (SB_IS_SERVER_LOG (self));

  g_string_truncate (self->scratch, 0);
  sb_text_filter_feed (self->filter, (const char *) data, length, self->scratch);
  append (self, self->scratch->str);
}

void
sb_server_log_note (SbServerLog *self,
                    const char  *text)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%T");
  g_autofree char *line = NULL;

  g_return_if_fail (SB_IS_SERVER_LOG (self));

  /* What the server was in the middle of saying ends here. */
  g_string_truncate (self->scratch, 0);
  sb_text_filter_finish (self->filter, self->scratch);
  append (self, self->scratch->str);
  line = g_strdup_printf ("%s%s – %s\n",
                          self->text->len > 0 && self->text->str[self->text->len - 1] != '\n' ? "\n" : "", time, text);
  append (self, line);
}

char *
sb_server_log_dup_text (SbServerLog *self)
{
  g_return_val_if_fail (SB_IS_SERVER_LOG (self), NULL);

  return g_strndup (self->text->str, self->text->len);
}
