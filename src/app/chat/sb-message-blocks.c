/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-message-blocks.h"

#include <string.h>

#include "sb-markdown.h"

static SbBlockKind
kind_of_notice (SbMessage *message)
{
  switch (sb_message_get_notice_kind (message))
    {
    case SB_NOTICE_KIND_SPEAKER:
      return SB_BLOCK_SPEAKER;

    case SB_NOTICE_KIND_ROUTE:
      return SB_BLOCK_ROUTE;

    case SB_NOTICE_KIND_ERROR:
      return SB_BLOCK_ERROR;

    case SB_NOTICE_KIND_NONE:
    case SB_NOTICE_KIND_INFO:
    default:
      return SB_BLOCK_INFO;
    }
}

static gboolean
is_final (SbMessage *message)
{
  SbMessageState state = sb_message_get_state (message);

  return state != SB_MESSAGE_STATE_PENDING && state != SB_MESSAGE_STATE_STREAMING;
}

static void
drop_open (SbMessageBlocks *self,
           guint            keep)
{
  if (self->n_open > keep)
    g_ptr_array_remove_range (self->blocks, self->n_closed + keep, self->n_open - keep);

  self->n_open = MIN (self->n_open, keep);
}

/* Makes the open blocks those of the leaves; the ones that did not change stay the same objects. */
static void
put_leaves (SbMessageBlocks *self,
            GPtrArray       *leaves)
{
  g_autoptr(GPtrArray) owned = leaves;

  drop_open (self, leaves->len);
  g_ptr_array_set_free_func (leaves, NULL);

  for (guint i = 0; i < leaves->len; i++)
    {
      SbLeaf *leaf = g_ptr_array_index (leaves, i);
      guint position = self->n_closed + i;

      if (i < self->n_open && sb_block_take_leaf (g_ptr_array_index (self->blocks, position), leaf))
        continue;

      if (i < self->n_open)
        g_ptr_array_remove_index (self->blocks, position);
      else
        self->n_open++;
      g_ptr_array_insert (self->blocks, position, sb_block_new_leaf (leaf, self->message));
    }
}

static SbBlock *
ensure_code (SbMessageBlocks        *self,
             const char             *text,
             const SbMarkdownRegion *region)
{
  g_autofree char *info = NULL;
  g_autofree char *clean = NULL;

  if (self->code_seen > 0)
    return g_ptr_array_index (self->blocks, self->n_closed);

  drop_open (self, 0);
  info = g_strndup (text + region->info_start, region->info_end - region->info_start);
  clean = sb_markdown_clean (g_strstrip (info), -1);
  g_ptr_array_insert (self->blocks, self->n_closed, sb_block_new_code (clean, self->message));
  self->n_open = 1;
  self->code_seen = 1;

  return g_ptr_array_index (self->blocks, self->n_closed);
}

static gsize
count_blanks (const char *text,
              gsize       start,
              gsize       end)
{
  gsize position = start;

  while (position < end && (text[position] == ' ' || text[position] == '\t'))
    position++;

  return position - start;
}

/* The part of the region from byte from on, without the indentation that its fence had. */
static char *
dup_code (const char             *text,
          const SbMarkdownRegion *region,
          gsize                   from,
          gsize                   end)
{
  g_autoptr(GString) code = g_string_sized_new (end - from + 1);
  gsize line = from;

  while (line > region->start && text[line - 1] != '\n')
    line--;

  while (line < end)
    {
      const char *newline = memchr (text + line, '\n', end - line);
      gsize next = newline != NULL ? (gsize) (newline - text) + 1 : end;
      gsize start = line + MIN (region->indent, count_blanks (text, line, next));

      start = MAX (start, from);
      if (start < next)
        g_string_append_len (code, text + start, next - start);
      line = next;
    }

  return sb_markdown_clean (code->str, code->len);
}

static void
update_code (SbMessageBlocks        *self,
             const char             *text,
             const SbMarkdownRegion *region)
{
  SbBlock *block = ensure_code (self, text, region);
  gsize from = region->start + self->code_seen - 1;
  gsize end = region->end;
  g_autofree char *code = NULL;

  /* The last newline belongs to the closing fence. */
  if (end > region->start && text[end - 1] == '\n')
    end--;

  if (end <= from)
    return;

  code = dup_code (text, region, from, end);
  sb_block_append_code (block, code, strlen (code));
  self->code_seen = end - region->start + 1;
}

static void
close_open (SbMessageBlocks *self)
{
  for (guint i = 0; i < self->n_open; i++)
    sb_block_set_open (g_ptr_array_index (self->blocks, self->n_closed + i), FALSE);

  self->n_closed += self->n_open;
  self->n_open = 0;
  self->code_seen = 0;
}

static void
update_region (SbMessageBlocks        *self,
               const char             *text,
               const SbMarkdownRegion *region,
               gboolean                closed)
{
  if (region->kind == SB_MARKDOWN_REGION_CODE)
    {
      update_code (self, text, region);
    }
  else
    {
      self->code_seen = 0;
      put_leaves (self, sb_markdown_parse (text + region->start, region->end - region->start));
    }

  if (closed)
    close_open (self);
  else if (self->n_open > 0)
    sb_block_set_open (g_ptr_array_index (self->blocks, self->n_closed + self->n_open - 1), TRUE);
}

static void
update_reasoning (SbMessageBlocks *self)
{
  const char *reasoning = sb_message_get_reasoning (self->message);

  if (reasoning == NULL || *reasoning == '\0')
    return;

  if (self->has_reasoning)
    {
      sb_block_emit_changed (g_ptr_array_index (self->blocks, 0));
      return;
    }

  g_ptr_array_insert (self->blocks, 0, sb_block_new (SB_BLOCK_REASONING, self->message));
  self->has_reasoning = TRUE;
  self->n_closed++;
}

static void
update_ended (SbMessageBlocks *self)
{
  SbMessageState state = sb_message_get_state (self->message);
  gboolean wanted = state == SB_MESSAGE_STATE_STOPPED || state == SB_MESSAGE_STATE_INTERRUPTED;

  if (wanted == self->has_ended)
    return;

  self->has_ended = wanted;
  if (wanted)
    g_ptr_array_add (self->blocks, sb_block_new (SB_BLOCK_ENDED, self->message));
  else
    g_ptr_array_remove_index (self->blocks, self->blocks->len - 1);
}

static gboolean
update_text (SbMessageBlocks *self,
             gint64           deadline)
{
  const char *text = sb_message_get_text (self->message);
  gsize length = sb_message_get_text_length (self->message);
  SbMarkdownRegion region;

  if (text == NULL)
    return TRUE;

  while (sb_markdown_splitter_next (&self->splitter, text, length, is_final (self->message), &region))
    {
      update_region (self, text, &region, TRUE);
      if (g_get_monotonic_time () >= deadline)
        return FALSE;
    }

  update_region (self, text, &region, FALSE);

  return TRUE;
}

SbMessageBlocks *
sb_message_blocks_new (SbMessage *message)
{
  SbMessageBlocks *self = g_new0 (SbMessageBlocks, 1);

  self->message = g_object_ref (message);
  self->blocks = g_ptr_array_new_with_free_func (g_object_unref);
  sb_markdown_splitter_init (&self->splitter);

  return self;
}

void
sb_message_blocks_free (SbMessageBlocks *self)
{
  g_ptr_array_unref (self->blocks);
  g_object_unref (self->message);
  g_free (self);
}

void
sb_message_blocks_reset (SbMessageBlocks *self)
{
  g_ptr_array_set_size (self->blocks, 0);
  sb_markdown_splitter_init (&self->splitter);
  self->n_closed = 0;
  self->n_open = 0;
  self->code_seen = 0;
  self->has_reasoning = FALSE;
  self->has_ended = FALSE;
}

gboolean
sb_message_blocks_update (SbMessageBlocks *self,
                          gint64           deadline)
{
  SbMessageRole role = sb_message_get_role (self->message);
  gboolean done;

  if (role == SB_MESSAGE_ROLE_ASSISTANT)
    {
      update_reasoning (self);
      done = update_text (self, deadline);
      if (done)
        update_ended (self);
      return done;
    }

  if (self->blocks->len > 0)
    {
      sb_block_emit_changed (g_ptr_array_index (self->blocks, 0));
      return TRUE;
    }

  g_ptr_array_add (self->blocks,
                   sb_block_new (role == SB_MESSAGE_ROLE_USER ? SB_BLOCK_USER
                                 : role == SB_MESSAGE_ROLE_TOOL ? SB_BLOCK_TOOL
                                 : kind_of_notice (self->message),
                                 self->message));

  return TRUE;
}
