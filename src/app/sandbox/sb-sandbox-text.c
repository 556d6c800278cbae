/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-text.h"

#include <glib/gi18n.h>

const char *
sb_sandbox_text_state (SbSandbox *sandbox)
{
  switch (sb_sandbox_get_state (sandbox))
    {
    case SB_SANDBOX_STATE_STARTING:
      return _("starting");
    case SB_SANDBOX_STATE_READY:
      return sb_sandbox_is_paused (sandbox) ? _("paused") : _("running");
    case SB_SANDBOX_STATE_STOPPING:
      return _("stopping");
    case SB_SANDBOX_STATE_LOST:
      return _("killed from outside");
    case SB_SANDBOX_STATE_FAILED:
      return _("did not start");
    case SB_SANDBOX_STATE_STOPPED:
    default:
      return _("stopped");
    }
}

static const SbSandboxFact *
find_fact (SbSandbox  *sandbox,
           const char *id)
{
  GPtrArray *facts = sb_sandbox_get_facts (sandbox);

  for (guint i = 0; facts != NULL && i < facts->len; i++)
    {
      const SbSandboxFact *fact = g_ptr_array_index (facts, i);

      if (g_strcmp0 (fact->id, id) == 0)
        return fact;
    }

  return NULL;
}

char *
sb_sandbox_text_age (gint64 created)
{
  gint64 minutes = (g_get_real_time () - created) / (60 * G_USEC_PER_SEC);

  if (minutes < 1)
    return g_strdup (_("just now"));
  if (minutes < 60)
    return g_strdup_printf (ngettext ("%d min", "%d min", minutes), (int) minutes);
  if (minutes < 48 * 60)
    return g_strdup_printf (ngettext ("%d hour", "%d hours", minutes / 60), (int) (minutes / 60));

  return g_strdup_printf (ngettext ("%d day", "%d days", minutes / (24 * 60)), (int) (minutes / (24 * 60)));
}

char *
sb_sandbox_text_subtitle (SbSandbox *sandbox)
{
  const SbSandboxFact *image = find_fact (sandbox, "image");
  const char *backend = sb_sandbox_get_backend_label (sandbox);
  g_autofree char *age = sb_sandbox_text_age (sb_sandbox_get_created (sandbox));

  if (image != NULL)
    return g_strdup_printf ("%s · %s · %s", image->label, backend, age);

  return g_strdup_printf ("%s · %s", backend, age);
}

gboolean
sb_sandbox_text_is_safe (SbSandbox *sandbox)
{
  GPtrArray *facts = sb_sandbox_get_facts (sandbox);

  for (guint i = 0; facts != NULL && i < facts->len; i++)
    if (!((const SbSandboxFact *) g_ptr_array_index (facts, i))->holds)
      return FALSE;

  return facts != NULL;
}
