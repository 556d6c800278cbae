/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-answer.h"

#include <libsoup/soup.h>
#include <string.h>

#include "sb-http.h"
#include "sb-json.h"
#include "sb-text.h"

#define MAX_MESSAGE 600

G_DEFINE_QUARK (sb-docker-error-quark, sb_docker_error)

static SbDockerError
code_for_status (guint status)
{
  switch (status)
    {
    case 404:
      return SB_DOCKER_ERROR_NOT_FOUND;
    case 409:
      return SB_DOCKER_ERROR_CONFLICT;
    default:
      return status >= 500 ? SB_DOCKER_ERROR_SERVER : SB_DOCKER_ERROR_BAD_REQUEST;
    }
}

/* Errors are {"message": …}, but a refused API version comes as plain text, and a proxy in between answers
 * in HTML. */
static char *
dup_message (const char *body,
             gsize       length)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (body, length, NULL);
  const char *message = object != NULL ? sb_json_get_string (object, "message") : NULL;
  g_autofree char *clean = NULL;

  if (message != NULL)
    clean = sb_text_clean (message, -1, NULL);
  else
    clean = sb_text_clean (body, length, NULL);
  g_strstrip (clean);
  if (message == NULL && *clean == '<')
    return g_strdup ("");

  return sb_text_head_tail (clean, MAX_MESSAGE, NULL);
}

/**
 * sb_docker_answer_parse:
 * @status: the HTTP status
 * @body: the body
 * @length: its length in bytes
 * @error: set to a %SB_DOCKER_ERROR with the engine's own words, if it sent some
 *
 * Returns: (transfer full) (nullable): the JSON; %NULL without an error for an answer without a body
 */
JsonNode *
sb_docker_answer_parse (guint         status,
                        const char   *body,
                        gsize         length,
                        GError      **error)
{
  g_autofree char *message = NULL;
  g_autoptr(GError) local = NULL;
  JsonNode *node = NULL;

  if (status >= 400)
    {
      message = dup_message (body, length);
      g_set_error (error, SB_DOCKER_ERROR, code_for_status (status), "The engine answered %u: %s", status,
                   *message != '\0' ? message : "it gave no reason.");
      return NULL;
    }
  if (status == 204 || status == 304 || length == 0)
    return NULL;

  node = sb_json_parse (body, length, &local);
  if (node == NULL)
    g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL,
                 "The answer is not from a Docker engine: %s", local->message);

  return node;
}

static GError *
denied (const char *host)
{
  return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_DENIED,
                      "You may not use the engine at %s. Add yourself to the group “docker” "
                      "(sudo usermod -aG docker $USER) and log in again, or install a rootless engine.",
                      host);
}

/**
 * sb_docker_error_new_for_io:
 * @host: the engine's address
 * @error: why connecting, sending or reading failed
 *
 * Returns: (transfer full): the same in words that say what to do next; cancellation stays
 * %G_IO_ERROR_CANCELLED
 */
GError *
sb_docker_error_new_for_io (const char   *host,
                            const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == SB_DOCKER_ERROR)
    return g_error_copy (error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return denied (host);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE,
                        "There is no engine at %s. Install Docker or Podman, or start it, and try again.",
                        host);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE,
                        "Nothing answers at %s. Start the engine (sudo systemctl start docker), try again.",
                        host);
  if (error->domain == SB_NET_ERROR
      || g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING)
      || g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_ENCODING))
    return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL,
                        "What answers at %s is not a Docker engine: %s", host, error->message);

  return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE,
                      "The engine at %s went away: %s. Check that it runs, and try again.",
                      host, error->message);
}

/**
 * sb_docker_error_new_timed_out:
 * @host: the engine's address
 * @seconds: how long we waited
 *
 * Returns: (transfer full): an error for an engine that accepted a call and did not answer it
 */
GError *
sb_docker_error_new_timed_out (const char *host,
                               guint       seconds)
{
  return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE,
                      "The engine at %s did not answer within %u s. Check that it is not hung.",
                      host, seconds);
}
