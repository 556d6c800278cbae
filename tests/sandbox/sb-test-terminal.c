/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-terminal.h"

#include <string.h>

#define MAX_SCREEN 65536

static void
output_cb (SbTestTerminal *self,
           GBytes         *bytes)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  self->total += size;
  g_string_append_len (self->screen, data, size);
  if (self->screen->len > MAX_SCREEN)
    g_string_erase (self->screen, 0, self->screen->len - MAX_SCREEN);
  if (!self->hold)
    sb_terminal_session_take (self->session, size);
}

static void
exited_cb (SbTestTerminal *self,
           guint           outcome,
           int             value,
           GError         *error)
{
  g_assert_false (self->exited);
  self->exited = TRUE;
  self->outcome = outcome;
  self->value = value;
  self->error = error != NULL ? g_error_copy (error) : NULL;
}

void
sb_test_terminal_start (SbTestTerminal    *self,
                        SbChannel         *channel,
                        const char *const *argv)
{
  const char *shell[] = { "/bin/sh", NULL };
  const char *env[] = { "PS1=> ", NULL };
  SbTerminalSpec spec = { .argv = argv != NULL ? argv : shell, .env = env, .rows = 24, .columns = 80 };

  self->screen = g_string_new (NULL);
  self->session = sb_terminal_session_new (channel);
  g_signal_connect_swapped (self->session, "output", G_CALLBACK (output_cb), self);
  g_signal_connect_swapped (self->session, "exited", G_CALLBACK (exited_cb), self);
  sb_terminal_session_start (self->session, &spec);
}

void
sb_test_terminal_type (SbTestTerminal *self,
                       const char     *text)
{
  g_assert_true (sb_terminal_session_write (self->session, text, strlen (text)));
}

void
sb_test_terminal_expect (SbTestTerminal *self,
                         const char     *text)
{
  const char *found;

  sb_test_wait_until (self->exited || strstr (self->screen->str, text) != NULL);
  found = strstr (self->screen->str, text);
  if (found == NULL)
    g_error ("“%s” did not come, but: %s", text, self->screen->str);
  g_string_erase (self->screen, 0, found + strlen (text) - self->screen->str);
}

void
sb_test_terminal_wait_exited (SbTestTerminal *self)
{
  sb_test_wait_until (self->exited);
}

/* A session that still runs is let go of, which closes it. */
void
sb_test_terminal_clear (SbTestTerminal *self)
{
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_assert_finalize_object (g_steal_pointer (&self->session));
  g_string_free (self->screen, TRUE);
  g_clear_error (&self->error);
}
