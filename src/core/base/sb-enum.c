/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-enum.h"

/**
 * sb_enum_to_nick:
 *
 * Returns: (transfer none) (nullable): "model-call" and the like; NULL if @type has no such value
 */
const char *
sb_enum_to_nick (GType type,
                 int   value)
{
  g_autoptr(GEnumClass) klass = g_type_class_ref (type);
  GEnumValue *found = g_enum_get_value (klass, value);

  return found != NULL ? found->value_nick : NULL;
}

/**
 * sb_enum_from_nick:
 * @nick: (nullable): from outside
 *
 * Returns: the value, or @fallback if @type has none of that nick
 */
int
sb_enum_from_nick (GType       type,
                   const char *nick,
                   int         fallback)
{
  g_autoptr(GEnumClass) klass = g_type_class_ref (type);
  GEnumValue *found = nick != NULL ? g_enum_get_value_by_nick (klass, nick) : NULL;

  return found != NULL ? found->value : fallback;
}
