/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-image-progress.h"

#include <stdio.h>
#include <string.h>

#include "sb-json.h"
#include "sb-text.h"

#define MAX_LAYERS 512
#define MAX_LOG (64 * 1024)
#define MAX_STATUS 300
#define DIGEST_PREFIX "Digest: "

typedef struct
{
  gint64 current;
  gint64 total;
} Layer;

struct _SbImageProgress
{
  /* owned */
  GHashTable *layers; /* id → Layer */
  GString    *log;
  char       *status;
  char       *error;  /* nullable */
  char       *result; /* nullable */

  double      steps_done; /* of a build; negative: none was named */
};

static void
replace (char       **place,
         const char  *text)
{
  g_autofree char *clean = sb_text_clean (text, -1, NULL);

  g_strstrip (clean);
  g_free (*place);
  *place = sb_text_head_tail (clean, MAX_STATUS, NULL);
}

/* What a command says comes in pieces of many lines; the last one is what is done now. */
static void
replace_status (SbImageProgress *self,
                const char      *text)
{
  g_autofree char *trimmed = g_strchomp (g_strdup (text));
  const char *last = strrchr (trimmed, '\n');

  last = last != NULL ? last + 1 : trimmed;
  if (last[strspn (last, " \r\t")] != '\0')
    replace (&self->status, last);
}

static void
add_log (SbImageProgress *self,
         const char      *text)
{
  g_autofree char *clean = sb_text_clean (text, -1, NULL);

  g_string_append (self->log, clean);
  if (self->log->len > MAX_LOG)
    {
      const char *rest = self->log->str + self->log->len - MAX_LOG;

      while ((*rest & 0xc0) == 0x80)
        rest++;
      g_string_erase (self->log, 0, rest - self->log->str);
    }
}

/* "Step 3/7 : RUN …", as the classic builder says it: two of seven are done. */
static void
take_step (SbImageProgress *self,
           const char      *text)
{
  guint step = 0, steps = 0;

  if (sscanf (text, "Step %4u/%4u", &step, &steps) == 2 && step >= 1 && step <= steps)
    self->steps_done = (double) (step - 1) / steps;
}

static gboolean
is_digest (const char *text)
{
  return g_str_has_prefix (text, "sha256:") && strlen (text) == 71
         && strspn (text + 7, "0123456789abcdef") == 64;
}

static void
take_result (SbImageProgress *self,
             const char      *text)
{
  if (text == NULL || !is_digest (text))
    return;

  g_free (self->result);
  self->result = g_strdup (text);
}

/* Only what is downloaded counts: unpacking follows it closely and would be counted twice. */
static void
take_layer (SbImageProgress *self,
            JsonObject      *object,
            const char      *id,
            const char      *status)
{
  JsonObject *detail = sb_json_get_object (object, "progressDetail");
  gint64 total = detail != NULL ? sb_json_get_int (detail, "total", 0) : 0;
  gint64 current = detail != NULL ? sb_json_get_int (detail, "current", 0) : 0;
  Layer *layer = g_hash_table_lookup (self->layers, id);

  if (layer == NULL && (total <= 0 || g_hash_table_size (self->layers) >= MAX_LAYERS))
    return;
  if (layer == NULL)
    {
      layer = g_new0 (Layer, 1);
      g_hash_table_insert (self->layers, g_strdup (id), layer);
    }

  if (g_str_equal (status, "Downloading") && total > 0)
    {
      layer->total = total;
      layer->current = CLAMP (current, 0, total);
    }
  else if (g_str_equal (status, "Download complete") || g_str_equal (status, "Pull complete"))
    {
      layer->current = layer->total;
    }
}

SbImageProgress *
sb_image_progress_new (void)
{
  SbImageProgress *self = g_new0 (SbImageProgress, 1);

  self->layers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->log = g_string_new (NULL);
  self->status = g_strdup ("");
  self->steps_done = -1;

  return self;
}

void
sb_image_progress_free (SbImageProgress *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->layers);
  g_string_free (self->log, TRUE);
  g_free (self->status);
  g_free (self->error);
  g_free (self->result);
  g_free (self);
}

void
sb_image_progress_feed (SbImageProgress *self,
                        const char      *line,
                        gsize            length)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (line, length, NULL);
  JsonObject *detail = object != NULL ? sb_json_get_object (object, "errorDetail") : NULL;
  JsonObject *aux = object != NULL ? sb_json_get_object (object, "aux") : NULL;
  const char *status = object != NULL ? sb_json_get_string (object, "status") : NULL;
  const char *stream = object != NULL ? sb_json_get_string (object, "stream") : NULL;
  const char *id = object != NULL ? sb_json_get_string (object, "id") : NULL;

  const char *complaint = object != NULL ? sb_json_get_string (object, "error") : NULL;

  /* Podman leaves out one of them. */
  if (detail != NULL && sb_json_get_string (detail, "message") != NULL)
    complaint = sb_json_get_string (detail, "message");
  if (complaint != NULL)
    replace (&self->error, complaint);
  if (aux != NULL)
    take_result (self, sb_json_get_string (aux, "ID"));
  if (stream != NULL)
    {
      add_log (self, stream);
      take_step (self, stream);
      replace_status (self, stream);
    }
  if (status == NULL)
    return;

  if (id != NULL)
    take_layer (self, object, id, status);
  else
    add_log (self, status);
  if (id == NULL)
    add_log (self, "\n");
  if (g_str_has_prefix (status, DIGEST_PREFIX))
    take_result (self, status + strlen (DIGEST_PREFIX));
  replace (&self->status, status);
}

double
sb_image_progress_get_fraction (SbImageProgress *self)
{
  GHashTableIter iter;
  gpointer value = NULL;
  double current = 0, total = 0;

  g_hash_table_iter_init (&iter, self->layers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Layer *layer = value;

      current += (double) layer->current;
      total += (double) layer->total;
    }

  return total > 0 && self->steps_done < 0 ? current / total : self->steps_done;
}

const char *
sb_image_progress_get_status (SbImageProgress *self)
{
  return self->status;
}

const char *
sb_image_progress_get_log (SbImageProgress *self)
{
  return self->log->str;
}

const char *
sb_image_progress_get_error (SbImageProgress *self)
{
  return self->error;
}

const char *
sb_image_progress_get_result (SbImageProgress *self)
{
  return self->result;
}
