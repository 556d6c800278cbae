/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-template.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static const char *
variable_cb (const char *name,
             gpointer    user_data)
{
  return name[0] == 'A' ? "value" : NULL;
}

/* With every set of flags. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr(JsonObject) values =
    sb_json_parse_object ("{\"s\":{\"t\":\"x\",\"n\":1,\"l\":[\"a\",\"b\"],\"m\":{\"k\":1}}}", -1, NULL);
  const char *items[] = { text, NULL };

  if (!g_utf8_validate (text, -1, NULL))
    return 0;

  for (guint flags = SB_TEMPLATE_DOCKER; flags <= SB_TEMPLATE_REPAIRED; flags++)
    {
      g_auto(GStrv) list = sb_template_expand_list (items, values, flags);
      g_autofree char *expanded = sb_template_expand_text (text, values, flags);
      g_autofree char *variables = sb_template_expand_variables (expanded, variable_cb, NULL);

      g_assert_nonnull (list);
      g_assert_true (g_utf8_validate (expanded, -1, NULL) && variables != NULL);
    }

  return 0;
}
