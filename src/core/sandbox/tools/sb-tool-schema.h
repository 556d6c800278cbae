/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

/* How the tools' schemas are written: plain, without patterns, lengths, maps and unions, because providers refuse tools
 * that have them. */
#define STRING(name, text) "\"" name "\":{\"type\":\"string\",\"description\":\"" text "\"}"
#define INTEGER(name, text) "\"" name "\":{\"type\":\"integer\",\"description\":\"" text "\"}"
#define NUMBER(name, text) "\"" name "\":{\"type\":\"number\",\"description\":\"" text "\"}"
#define BOOLEAN(name, text) "\"" name "\":{\"type\":\"boolean\",\"description\":\"" text "\"}"
#define STRINGS(name, text) \
  "\"" name "\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"description\":\"" text "\"}"
#define OBJECT(properties, required) \
  "{\"type\":\"object\",\"properties\":{" properties "},\"required\":[" required "]}"
#define CONTAINER_ID STRING ("containerId", "Id or name of the sandbox; the current one if left out")
#define PROCESS_ID INTEGER ("processId", "The id that exec gave when it started the command in the background")
#define READ_ONLY "{\"readOnlyHint\":true,\"openWorldHint\":false}"
#define CHANGES "{\"readOnlyHint\":false,\"destructiveHint\":false,\"openWorldHint\":false}"
#define DESTROYS "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":false,\"openWorldHint\":false}"
