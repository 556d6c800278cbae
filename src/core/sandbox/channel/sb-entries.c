/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-entries.h"

#include <string.h>

#include "sb-wire-codec.h"

#define MAX_NAME 255

static SbFileInfo *
read_entry (SbWireUnpacker *unpacker)
{
  g_autoptr(SbFileInfo) info = g_new0 (SbFileInfo, 1);
  guint8 type = sb_wire_get_u8 (unpacker);
  guint64 mtime = 0;
  const char *name = NULL;
  const char *link = NULL;

  info->mode = sb_wire_get_u32 (unpacker) & 07777;
  info->size = sb_wire_get_u64 (unpacker);
  mtime = sb_wire_get_u64 (unpacker);
  name = sb_wire_get_string (unpacker);
  link = sb_wire_get_string (unpacker);

  /* "." stands for the workspace itself, in the answer to stat. */
  if (unpacker->bad || type > SB_WIRE_FILE_OTHER || name[0] == '\0' || strlen (name) > MAX_NAME
      || strchr (name, '/') != NULL || strcmp (name, "..") == 0)
    return NULL;

  info->type = (SbFileType) type;
  info->mtime_us = (gint64) MIN (mtime, G_MAXINT64);
  info->name = g_strdup (name);
  info->link_target = link[0] != '\0' ? g_strdup (link) : NULL;

  return g_steal_pointer (&info);
}

/**
 * sb_entries_parse:
 * @payload: the payload of an ENTRIES frame: hostile
 * @length: its length
 * @max_entries: how many @infos may hold in the end
 * @infos: (element-type SbFileInfo): gets what was read
 *
 * Does no I/O.
 *
 * Returns: FALSE when the frame is not well-formed, or holds too much
 */
gboolean
sb_entries_parse (const guint8 *payload,
                  gsize         length,
                  guint         max_entries,
                  GPtrArray    *infos)
{
  SbWireUnpacker unpacker = { payload, length, false };

  while (unpacker.left > 0)
    {
      SbFileInfo *info = infos->len < max_entries ? read_entry (&unpacker) : NULL;

      if (info == NULL)
        return FALSE;
      g_ptr_array_add (infos, info);
    }

  return TRUE;
}

void
sb_file_info_free (SbFileInfo *info)
{
  g_free (info->name);
  g_free (info->link_target);
  g_free (info);
}

/* For people and models. */
const char *
sb_entries_get_type_name (SbFileType type)
{
  switch (type)
    {
    case SB_FILE_TYPE_REGULAR:
      return "file";
    case SB_FILE_TYPE_DIRECTORY:
      return "directory";
    case SB_FILE_TYPE_SYMLINK:
      return "link";
    case SB_FILE_TYPE_OTHER:
    default:
      return "other";
    }
}
