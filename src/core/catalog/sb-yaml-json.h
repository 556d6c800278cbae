/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-yaml.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonNode *sb_yaml_node_to_json (SbYamlNode *self);

G_END_DECLS
