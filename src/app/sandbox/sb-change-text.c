/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-change-text.h"

#include <glib/gi18n.h>

const char *
sb_change_text_explain (const SbDiff *diff)
{
  if (diff == NULL)
    return _("Too large, or too long ago: what it held before is not kept.");
  if (sb_diff_is_binary (diff))
    return _("Binary files are not compared.");
  if (sb_diff_get_n_hunks (diff) == 0)
    return _("The file is empty.");

  return NULL;
}
