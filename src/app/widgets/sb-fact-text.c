/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fact-text.h"

#include <glib/gi18n.h>

static const struct
{
  const char *id;
  const char *title;
} titles[] = {
  { "network", N_("Network") },
  { "user", N_("User") },
  { "capabilities", N_("Privileges") },
  { "no-new-privs", N_("Gaining privileges") },
  { "root", N_("System files") },
  { "memory", N_("Memory limit") },
  { "processes", N_("Process limit") },
  { "disk", N_("Disk limit") },
  { "cpu", N_("Processor limit") },
  { "backend", N_("Isolated by") },
  { "image", N_("Image") },
  { "seccomp", N_("System calls") },
};

const char *
sb_fact_text_title (const SbSandboxFact *fact)
{
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_strcmp0 (titles[i].id, fact->id) == 0)
      return gettext (titles[i].title);

  return fact->label;
}
