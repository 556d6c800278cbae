/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

#include "sb-docker-engine.h"
#include "sb-greeting.h"
#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* Compares what was asked for with what the engine reports and with what sandbar-init sees from inside;
 * pure. */
GPtrArray *sb_docker_facts_check (const SbSandboxSpec   *spec,
                                  const SbDockerEngine  *engine,
                                  JsonObject            *inspected,
                                  const SbGreeting      *greeting,
                                  GError               **error);

void       sb_docker_facts_add_image (GPtrArray             *facts,
                                      JsonObject            *inspected,
                                      JsonObject            *image);

G_END_DECLS
