/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Text is looked for byte by byte, not as a regular expression: one of those can take any time and memory it likes, and
 * this is PID 1. */

#define SEARCH_SLOTS 2
#define SLICE_US 4000            /* then the others have their turn */
#define PATIENCE_US 30000000
#define MAX_FILE (8u * 1024u * 1024u)
#define MAX_PATTERN 1024u
#define MAX_SHOWN 400u           /* of a line */
#define SHOWN_BEFORE 100u

typedef struct
{
  bool     used;
  uint32_t id;
  bool     ignore_case;
  bool     truncated;
  uint32_t left;      /* matches that may still be told */
  int64_t  end;
  int      fd;        /* of the file that is being read; -1: none */
  uint32_t line;      /* lines before the buffer */
  size_t   have;      /* in the buffer: a line that has not ended yet */
  size_t   length;    /* of the pattern */
  Walk     walk;
  char     glob[MAX_PATTERN];
  char     pattern[MAX_PATTERN];
  uint8_t  buffer[SB_WIRE_CHUNK + MAX_PATTERN];
} Search;

static Search slots[SEARCH_SLOTS];
static uint8_t folded[SB_WIRE_CHUNK + MAX_PATTERN];

static void
finish (Search *search)
{
  uint8_t flags = SB_WIRE_FLAG_END;

  if (search->truncated || search->walk.truncated)
    flags |= SB_WIRE_FLAG_TRUNCATED;
  send_frame (SB_WIRE_MATCHES, flags, search->id, NULL, 0);
  if (search->fd >= 0)
    close (search->fd);
  walk_end (&search->walk);
  search->used = false;
}

static int
fold (const Search *search,
      int           c)
{
  return search->ignore_case ? tolower (c & 0xff) : c & 0xff;
}

/* Star and question mark; both stand for '/' too. The last star is the only one that ever has to be tried again. */
static bool
name_matches (const Search *search,
              const char   *name)
{
  const char *glob = search->glob;
  const char *star = NULL;
  const char *after_star = NULL;

  while (*name != '\0')
    {
      if (*glob == '*')
        {
          star = ++glob;
          after_star = name;
        }
      else if (*glob == '?' || (*glob != '\0' && fold (search, *glob) == fold (search, *name)))
        {
          glob++;
          name++;
        }
      else if (star != NULL)
        {
          glob = star;
          name = ++after_star;
        }
      else
        return false;
    }
  while (*glob == '*')
    glob++;

  return *glob == '\0';
}

static void
tell (Search        *search,
      uint32_t       line,
      const uint8_t *text,
      size_t         length)
{
  uint8_t payload[SB_WIRE_MAX_PATH + MAX_SHOWN + 64];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  char shown[MAX_SHOWN + 1];

  length = length < MAX_SHOWN ? length : MAX_SHOWN;
  for (size_t i = 0; i < length; i++)
    shown[i] = text[i] != '\0' ? (char) text[i] : ' ';
  shown[length] = '\0';

  sb_wire_put_u32 (&packer, line);
  sb_wire_put_string (&packer, search->walk.path);
  sb_wire_put_string (&packer, shown);
  send_packed (SB_WIRE_MATCHES, 0, search->id, &packer);
  search->left--;
}

static uint32_t
count_newlines (const uint8_t *from,
                const uint8_t *to)
{
  uint32_t count = 0;

  while (from < to && (from = memchr (from, '\n', (size_t) (to - from))) != NULL)
    {
      count++;
      from++;
    }

  return count;
}

/* length: whole lines, or one that does not end. */
static void
scan_lines (Search *search,
            size_t  length)
{
  const uint8_t *end = search->buffer + length;
  const uint8_t *at = search->buffer;

  for (size_t i = 0; i < length; i++)
    folded[i] = (uint8_t) fold (search, search->buffer[i]);

  while (search->left > 0 && at < end)
    {
      const uint8_t *found = memmem (folded + (at - search->buffer), (size_t) (end - at), search->pattern,
                                     search->length);
      const uint8_t *hit = found != NULL ? search->buffer + (found - folded) : NULL;
      const uint8_t *start;
      const uint8_t *stop;

      if (hit == NULL)
        break;
      start = memrchr (at, '\n', (size_t) (hit - at));
      start = start != NULL ? start + 1 : at;
      stop = memchr (hit, '\n', (size_t) (end - hit));
      stop = stop != NULL ? stop : end;
      search->line += count_newlines (at, start);
      if (hit - start > (ptrdiff_t) (MAX_SHOWN / 2))
        start = hit - SHOWN_BEFORE;
      tell (search, search->line + 1, start, (size_t) (stop - start));
      search->line += stop < end;
      at = stop < end ? stop + 1 : end;
    }
  search->line += count_newlines (at, end);
}

static void
close_file (Search *search)
{
  close (search->fd);
  search->fd = -1;
}

/* One piece of the file; a line that goes on stays in the buffer. */
static void
read_on (Search *search)
{
  ssize_t got = read (search->fd, search->buffer + search->have, SB_WIRE_CHUNK);
  const uint8_t *last;
  size_t whole;

  if (got <= 0)
    {
      scan_lines (search, search->have);
      close_file (search);
      return;
    }
  if (search->line == 0 && search->have == 0 && memchr (search->buffer, '\0', (size_t) got) != NULL)
    {
      close_file (search);
      return;
    }

  search->have += (size_t) got;
  last = memrchr (search->buffer, '\n', search->have);
  whole = last != NULL ? (size_t) (last - search->buffer) + 1 : 0;
  /* Of a line without an end only what may be the beginning of a match is kept. */
  if (search->have - whole >= MAX_PATTERN)
    whole = search->have - (search->length - 1);
  scan_lines (search, whole);
  memmove (search->buffer, search->buffer + whole, search->have - whole);
  search->have -= whole;
}

static void
begin_file (Search *search)
{
  struct stat info;

  search->fd = openat (search->walk.parent, search->walk.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (search->fd < 0)
    return;

  if (fstat (search->fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size > (off_t) MAX_FILE)
    {
      search->truncated |= S_ISREG (info.st_mode);
      close_file (search);
    }
  search->line = 0;
  search->have = 0;
}

/* FALSE: it is over. */
static bool
step (Search  *search,
      int64_t  now)
{
  if (search->left == 0 || now > search->end)
    {
      search->truncated = true;
      return false;
    }
  if (search->fd >= 0)
    {
      read_on (search);
      return true;
    }
  if (!walk_next (&search->walk))
    return false;
  if (search->glob[0] != '\0'
      && !name_matches (search, strchr (search->glob, '/') != NULL ? search->walk.path : search->walk.name))
    return true;

  if (search->length == 0)
    tell (search, 0, NULL, 0);
  else if (S_ISREG (search->walk.info.st_mode))
    begin_file (search);

  return true;
}

int64_t
search_deadline (void)
{
  for (unsigned int i = 0; i < SEARCH_SLOTS; i++)
    if (slots[i].used && frames_have_room ())
      return 1;

  return 0;
}

void
search_tick (int64_t now)
{
  for (unsigned int i = 0; i < SEARCH_SLOTS; i++)
    {
      int64_t stop = now + SLICE_US;

      while (slots[i].used && frames_have_room () && (now = now_us ()) < stop)
        if (!step (&slots[i], now))
          finish (&slots[i]);
    }
}

bool
search_cancel (uint32_t id)
{
  for (unsigned int i = 0; i < SEARCH_SLOTS; i++)
    if (slots[i].used && slots[i].id == id)
      {
        finish (&slots[i]);
        return true;
      }

  return false;
}

static Search *
take_slot (void)
{
  for (unsigned int i = 0; i < SEARCH_SLOTS; i++)
    if (!slots[i].used)
      return &slots[i];

  return NULL;
}

/* Errno; 0: it runs. */
static int
begin (Search            *search,
       const SbWireFrame *frame,
       const char        *path,
       const char        *glob,
       const char        *pattern)
{
  char normal[SB_WIRE_MAX_PATH];

  if (strlen (glob) >= MAX_PATTERN || strlen (pattern) >= MAX_PATTERN)
    return E2BIG;
  if (!path_normalize (path, normal) || !walk_begin (&search->walk, normal))
    return errno;

  search->id = frame->id;
  search->ignore_case = (frame->flags & SB_WIRE_FLAG_IGNORE_CASE) != 0;
  search->truncated = false;
  search->fd = -1;
  search->end = now_us () + PATIENCE_US;
  search->length = strlen (pattern);
  strcpy (search->glob, glob);
  for (size_t i = 0; i <= search->length; i++)
    search->pattern[i] = (char) fold (search, pattern[i]);
  search->used = true;

  return 0;
}

void
search_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint32_t max = sb_wire_get_u32 (&unpacker);
  const char *path = sb_wire_get_string (&unpacker);
  const char *glob = sb_wire_get_string (&unpacker);
  const char *pattern = sb_wire_get_string (&unpacker);
  Search *search = take_slot ();
  int failure = EAGAIN;

  if (!sb_wire_get_end (&unpacker))
    die (5);

  if (search != NULL)
    {
      search->left = max < SB_WIRE_MAX_MATCHES ? max : SB_WIRE_MAX_MATCHES;
      failure = begin (search, frame, path, glob, pattern);
    }
  if (failure != 0)
    send_errno (frame->id, failure);
}
