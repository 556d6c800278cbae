/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-official-log.h"

#include <string.h>

/* Of a longer line the end is not looked at. */
#define MAX_LINE 4096

struct _SbOfficialLog
{
  GString        *line;
  SbOfficialStage stage;
  guint           n_servers;
  guint           n_ready;
};

SbOfficialLog *
sb_official_log_new (void)
{
  SbOfficialLog *self = g_new0 (SbOfficialLog, 1);

  self->line = g_string_new (NULL);

  return self;
}

void
sb_official_log_free (SbOfficialLog *self)
{
  g_string_free (self->line, TRUE);
  g_free (self);
}

static guint
count_names (const char *names)
{
  guint n = *names != '\0';

  for (; *names != '\0'; names++)
    n += *names == ',';

  return n;
}

/* "  > NAME: (3 tools) (1 prompts)" */
static gboolean
is_listed_server (const char *line)
{
  const char *count = g_str_has_prefix (line, "  > ") ? strstr (line, ": (") : NULL;

  if (g_str_has_prefix (line, "  > Can't start "))
    return FALSE;

  return count != NULL && g_ascii_isdigit (count[3]);
}

static gboolean
advance (SbOfficialLog   *self,
         SbOfficialStage  stage)
{
  if (stage <= self->stage)
    return FALSE;

  self->stage = stage;

  return TRUE;
}

/* The words of Docker's gateway: pkg/gateway/pull.go, run.go and capabilitites.go. */
static gboolean
read_line (SbOfficialLog *self,
           const char    *line)
{
  static const char enabled[] = "- Those servers are enabled: ";

  if (g_str_has_prefix (line, enabled))
    {
      self->n_servers = count_names (line + strlen (enabled));
      self->n_ready = MIN (self->n_ready, self->n_servers);
      return TRUE;
    }
  /* More of them than are enabled can only be a server that says so. */
  if (is_listed_server (line) && self->stage < SB_OFFICIAL_READY && self->n_ready < self->n_servers)
    {
      self->n_ready++;
      advance (self, SB_OFFICIAL_LISTING);
      return TRUE;
    }
  if (g_str_has_prefix (line, "- Using images:"))
    return advance (self, SB_OFFICIAL_PULLING);
  if (g_str_has_prefix (line, "- Verifying"))
    return advance (self, SB_OFFICIAL_VERIFYING);
  if (g_str_has_prefix (line, "> Images pulled in") || g_str_has_prefix (line, "- Listing MCP tools"))
    return advance (self, SB_OFFICIAL_LISTING);
  if (g_str_has_prefix (line, "> Initialized in"))
    return advance (self, SB_OFFICIAL_READY);

  return FALSE;
}

gboolean
sb_official_log_feed (SbOfficialLog *self,
                      const guint8  *data,
                      gsize          length)
{
  gboolean changed = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (data[i] == '\n')
        {
          changed |= read_line (self, self->line->str);
          g_string_truncate (self->line, 0);
        }
      else if (self->line->len < MAX_LINE)
        {
          g_string_append_c (self->line, (char) data[i]);
        }
    }

  return changed;
}

SbOfficialStage
sb_official_log_get_stage (SbOfficialLog *self)
{
  return self->stage;
}

guint
sb_official_log_get_n_servers (SbOfficialLog *self)
{
  return self->n_servers;
}

guint
sb_official_log_get_n_ready (SbOfficialLog *self)
{
  return self->n_ready;
}

char *
sb_official_log_describe (SbOfficialLog *self)
{
  static const char * const words[] = {
    "starting", "pulling images", "verifying images", "listing tools", "ready",
  };

  if (self->n_servers == 0 || self->stage < SB_OFFICIAL_LISTING)
    return g_strdup (words[self->stage]);

  return g_strdup_printf ("%s: %u of %u servers", words[self->stage], self->n_ready, self->n_servers);
}
