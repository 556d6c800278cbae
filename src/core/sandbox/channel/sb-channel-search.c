/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel-search.h"

#include <string.h>

#include "sb-channel-private.h"

#define MAX_PATTERN 1023

typedef struct
{
  GPtrArray *matches; /* owned, of SbMatch */
  guint      max;
  gboolean   truncated;
} Search;

void
sb_match_free (SbMatch *match)
{
  g_free (match->path);
  g_free (match->text);
  g_free (match);
}

static void
search_free (gpointer data)
{
  Search *search = data;

  g_clear_pointer (&search->matches, g_ptr_array_unref);
  g_free (search);
}

static int
compare_matches (gconstpointer a,
                 gconstpointer b)
{
  const SbMatch *first = *(const SbMatch *const *) a;
  const SbMatch *second = *(const SbMatch *const *) b;
  int order = strcmp (first->path, second->path);

  if (order != 0)
    return order;

  return first->line < second->line ? -1 : first->line > second->line;
}

/* FALSE: against the rules. */
static gboolean
take_match (Search         *search,
            SbWireUnpacker *unpacker)
{
  guint32 line = sb_wire_get_u32 (unpacker);
  const char *path = sb_wire_get_string (unpacker);
  const char *text = sb_wire_get_string (unpacker);
  SbMatch *match = NULL;

  if (unpacker->bad || search->matches->len == search->max)
    return FALSE;

  match = g_new0 (SbMatch, 1);
  match->line = line;
  match->path = g_strdup (path);
  match->text = g_strdup (text);
  g_ptr_array_add (search->matches, match);

  return TRUE;
}

static gboolean
handle_matches (SbChannel         *self,
                SbRequest         *request,
                const SbWireFrame *frame)
{
  Search *search = g_task_get_task_data (request->task);
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  g_autoptr(GTask) task = NULL;

  if (frame->type != SB_WIRE_MATCHES)
    return FALSE;
  while (unpacker.left > 0)
    if (!take_match (search, &unpacker))
      return FALSE;
  if (!(frame->flags & SB_WIRE_FLAG_END))
    return frame->length > 0;

  search->truncated = (frame->flags & SB_WIRE_FLAG_TRUNCATED) != 0;
  g_ptr_array_sort (search->matches, compare_matches);
  task = sb_channel_take_task (self, request);
  g_task_return_boolean (task, TRUE);

  return TRUE;
}

static const char *
or_empty (const char *string)
{
  return string != NULL ? string : "";
}

/**
 * sb_channel_search_async:
 * @self: an open channel
 * @spec: (transfer none): what to look for
 *
 * Looks through the files below a directory, by name, by what is in them, or both. Links are not followed; files that
 * are binary, or larger than 8 MiB, are not looked into. It is bounded in time (30 s) and depth (64), and the sandbox
 * goes on with everything else meanwhile. Cancelling ends it there too.
 */
void
sb_channel_search_async (SbChannel           *self,
                         const SbSearchSpec  *spec,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Search *search = NULL;
  SbRequest *request = NULL;
  guint8 payload[SB_WIRE_MAX_PATH + 2 * MAX_PATTERN + 64];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  g_return_if_fail (SB_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_search_async);
  if (!sb_channel_check_open (self, task))
    return;

  search = g_new0 (Search, 1);
  search->matches = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_match_free);
  search->max = spec->max > 0 ? MIN (spec->max, SB_WIRE_MAX_MATCHES) : SB_WIRE_MAX_MATCHES;
  g_task_set_task_data (task, search, search_free);
  sb_wire_put_u32 (&packer, search->max);
  sb_wire_put_string (&packer, or_empty (spec->path));
  sb_wire_put_string (&packer, or_empty (spec->name));
  sb_wire_put_string (&packer, or_empty (spec->text));
  if (packer.overflow || strlen (or_empty (spec->name)) > MAX_PATTERN || strlen (or_empty (spec->text)) > MAX_PATTERN)
    {
      g_task_return_new_error (task, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT,
                               "What is searched for is too long. Search for less than 1 KiB.");
      return;
    }

  request = sb_channel_add_request (self, task, spec->path, handle_matches);
  request->kill_on_cancel = TRUE;
  sb_channel_send (self, SB_WIRE_SEARCH, spec->ignore_case ? SB_WIRE_FLAG_IGNORE_CASE : 0, request->id, payload,
                   packer.length);
}

/**
 * sb_channel_search_finish:
 * @truncated: (out) (optional): there is more, or not all was looked into
 *
 * Returns: (transfer full) (element-type SbMatch): sorted by path and line
 */
GPtrArray *
sb_channel_search_finish (SbChannel     *self,
                          GAsyncResult  *result,
                          gboolean      *truncated,
                          GError       **error)
{
  Search *search = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error)
      || g_cancellable_set_error_if_cancelled (g_task_get_cancellable (G_TASK (result)), error))
    return NULL;

  search = g_task_get_task_data (G_TASK (result));
  if (truncated != NULL)
    *truncated = search->truncated;

  return g_steal_pointer (&search->matches);
}
