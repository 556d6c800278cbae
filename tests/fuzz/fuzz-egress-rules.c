/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-egress-rules.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* Whatever a catalog lists: what is taken has a port and a place on the loopback, and opens nothing around it. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto(GStrv) list = NULL;
  g_autoptr(SbEgressRules) rules = NULL;
  g_autoptr(GInetAddress) metadata = g_inet_address_new_from_string ("169.254.169.254");

  if (!g_utf8_validate (text, -1, NULL))
    return 0;

  list = g_strsplit (text, "\n", -1);
  rules = sb_egress_rules_new ("fuzz", (const char * const *) list, NULL);
  if (rules == NULL)
    return 0;

  for (guint i = 0; i < sb_egress_rules_count (rules); i++)
    {
      const SbEgressHost *host = sb_egress_rules_get (rules, i);

      g_assert_cmpuint (host->port, >, 0);
      g_assert_true (host->local >> 24 == 127 || (host->local == 0 && host->literal != NULL));
      g_assert_true (host->literal != NULL || strpbrk (host->name, ": \t\n/*") == NULL);
    }
  g_assert_true (!sb_egress_rules_permits (rules, metadata, 80) || strstr (text, "169.254.169.254") != NULL
                 || strchr (text, '[') != NULL);

  return 0;
}
