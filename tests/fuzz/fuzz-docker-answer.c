/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-answer.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* Whatever an engine answers, the error's text is fit to show. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static const guint statuses[] = { 200, 204, 304, 400, 404, 409, 500, 503 };
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(GError) error = NULL;
  guint status = 0;

  if (size == 0)
    return 0;

  status = statuses[data[0] % G_N_ELEMENTS (statuses)];
  node = sb_docker_answer_parse (status, (const char *) data + 1, size - 1, &error);
  g_assert_true (node == NULL || error == NULL);
  if (error != NULL)
    g_assert_true (g_utf8_validate (error->message, -1, NULL) && *error->message != '\0');

  return 0;
}
