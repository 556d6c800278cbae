/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

#include "sb-docker-client.h"

G_BEGIN_DECLS

/* What an engine's answer means, sans I/O. */
JsonNode *sb_docker_answer_parse         (guint          status,
                                          const char    *body,
                                          gsize          length,
                                          GError       **error);
GError   *sb_docker_error_new_for_io     (const char    *host,
                                          const GError  *error);
GError   *sb_docker_error_new_timed_out  (const char    *host,
                                          guint          seconds);

G_END_DECLS
