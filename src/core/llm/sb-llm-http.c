/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-http.h"

#include "sb-http.h"
#include "sb-llm-error.h"
#include "sb-text.h"

#define IDLE_TIMEOUT 300
#define RATE_LIMIT_PREFIX "x-ratelimit-"

/* A session for model servers: connections are kept for minutes, and compressed answers are read although
 * none is asked for. */
SoupSession *
sb_llm_http_session_new (void)
{
  SoupSession *session = sb_http_session_new ();

  soup_session_set_idle_timeout (session, IDLE_TIMEOUT);
  soup_session_add_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);

  return session;
}

/* A message of ours. IDEMPOTENT lets a POST use a kept connection at all; redirects are not followed, so
 * that the key goes nowhere else. url: parsed before; api_key: nullable, checked before. (transfer full) */
SoupMessage *
sb_llm_http_message_new (const char *method,
                         const char *url,
                         const char *api_key)
{
  SoupMessage *message = soup_message_new (method, url);
  SoupMessageHeaders *headers = NULL;

  g_return_val_if_fail (message != NULL, NULL);

  headers = soup_message_get_request_headers (message);
  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NO_REDIRECT);
  soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  soup_message_headers_replace (headers, "Accept", "text/event-stream, application/json");
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (api_key != NULL)
    {
      g_autofree char *value = g_strconcat ("Bearer ", api_key, NULL);

      soup_message_headers_replace (headers, "Authorization", value);
    }

  return message;
}

const char *
sb_llm_http_get_content_type (SoupMessage *message)
{
  return soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);
}

/* Adds to the summary of a response what its head says: the status and the state of the rate limits. */
void
sb_llm_http_describe (SoupMessage *message,
                      JsonObject  *summary)
{
  g_autoptr(JsonObject) limits = json_object_new ();
  SoupMessageHeadersIter iter;
  const char *name = NULL;
  const char *value = NULL;

  json_object_set_int_member (summary, "http_status", soup_message_get_status (message));

  soup_message_headers_iter_init (&iter, soup_message_get_response_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      g_autofree char *clean = NULL;
      g_autofree char *lower = g_ascii_strdown (name, -1);

      if (!g_str_has_prefix (lower, RATE_LIMIT_PREFIX) || !g_utf8_validate (lower, -1, NULL))
        continue;
      clean = sb_text_clean (value, -1, NULL);
      json_object_set_string_member (limits, lower + strlen (RATE_LIMIT_PREFIX), clean);
    }
  if (json_object_get_size (limits) > 0)
    json_object_set_object_member (summary, "rate_limit", g_steal_pointer (&limits));
}

/* (transfer full) */
GError *
sb_llm_http_make_redirect_error (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *location = soup_message_headers_get_one (headers, "Location");
  g_autofree char *clean = sb_text_clean (location != NULL ? location : "another address", -1, NULL);

  return sb_llm_error_new (SB_LLM_ERROR_UNREACHABLE,
                           "If you trust that address, make it the base URL in the settings.",
                           "The model server sends to %s. The key was not sent there.", clean);
}

static const char *
make_hint (const SbLlmProfile *profile)
{
  if (g_strcmp0 (profile->id, "dmr") == 0)
    return "Start Docker Model Runner (“docker model status” shows its state), or choose another server.";
  if (g_strcmp0 (profile->id, "ollama") == 0)
    return "Start Ollama (“ollama serve”), or choose another model server.";
  if (g_strcmp0 (profile->id, "cerebras") == 0)
    return "Check the network connection and the address in the settings, then retry.";

  return NULL;
}

/* Why there is no answer at all. cause: what libsoup or GIO reported. (transfer full) */
GError *
sb_llm_http_make_connection_error (SoupMessage        *message,
                                   const SbLlmProfile *profile,
                                   const GError       *cause)
{
  GUri *uri = soup_message_get_uri (message);
  GTlsCertificateFlags flags = soup_message_get_tls_peer_certificate_errors (message);
  g_autofree char *server = g_uri_get_port (uri) > 0
    ? g_strdup_printf ("%s:%d", g_uri_get_host (uri), g_uri_get_port (uri))
    : g_strdup (g_uri_get_host (uri));

  if (flags != 0)
    return sb_llm_error_new (SB_LLM_ERROR_UNREACHABLE,
                             "Check the address; if it is right, the certificate has to be repaired.",
                             "The certificate of %s cannot be trusted: %s.", server,
                             sb_http_describe_certificate (flags));
  if (cause->domain == G_TLS_ERROR)
    return sb_llm_error_new (SB_LLM_ERROR_UNREACHABLE,
                             "Check whether the address has to begin with https:// or http://.",
                             "No secure connection to %s: %s", server, cause->message);
  if (cause->domain == G_RESOLVER_ERROR)
    return sb_llm_error_new (SB_LLM_ERROR_UNREACHABLE, make_hint (profile), "The host %s is not known.",
                             g_uri_get_host (uri));
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return sb_llm_error_new (SB_LLM_ERROR_UNREACHABLE, make_hint (profile),
                             "No model server answers at %s.", server);

  return sb_llm_error_new (SB_LLM_ERROR_UNREACHABLE, make_hint (profile),
                           "There is no connection to %s: %s", server, cause->message);
}
