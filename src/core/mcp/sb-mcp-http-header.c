/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-header.h"

#include <libsoup/soup.h>
#include <string.h>

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-message.h"
#include "sb-text.h"

#define BASE64_PREFIX "=?base64?"
#define BASE64_SUFFIX "?="
#define MAX_SESSION_ID 1024
#define MAX_REFERENCE 4096

/* The methods whose requests name what they are about, and the parameter that does. */
static const struct
{
  const char *method;
  const char *param;
} targets[] = {
  { "tools/call", "name" },
  { "prompts/get", "name" },
  { "resources/read", "uri" },
};

static gboolean
is_wrapped (const char *value)
{
  gsize length = strlen (value);

  return length >= strlen (BASE64_PREFIX BASE64_SUFFIX) && g_str_has_prefix (value, BASE64_PREFIX)
         && g_str_has_suffix (value, BASE64_SUFFIX);
}

static gboolean
is_plain (const char *value)
{
  gsize length = strlen (value);

  for (gsize i = 0; i < length; i++)
    if (value[i] < 0x20 || value[i] > 0x7e)
      return FALSE;

  return length == 0 || (value[0] != ' ' && value[length - 1] != ' ' && !is_wrapped (value));
}

static int
get_port (GUri *uri)
{
  int port = g_uri_get_port (uri);

  if (port > 0)
    return port;

  return g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
}

/**
 * sb_mcp_http_header_encode:
 * @value: any UTF-8
 *
 * The value as a header can carry it (2026-07-28): printable ASCII stays as it is, anything else, and what looks
 * encoded already, becomes =?base64?…?=.
 *
 * Returns: (transfer full): the header's value
 */
char *
sb_mcp_http_header_encode (const char *value)
{
  g_autofree char *base64 = NULL;

  if (is_plain (value))
    return g_strdup (value);

  base64 = g_base64_encode ((const guchar *) value, strlen (value));

  return g_strconcat (BASE64_PREFIX, base64, BASE64_SUFFIX, NULL);
}

/**
 * sb_mcp_http_header_decode:
 * @value: a header's value as it came
 *
 * Returns: (transfer full) (nullable): what was encoded; %NULL when it is no exact base64 of UTF-8 text, or
 * holds characters that no header may
 */
char *
sb_mcp_http_header_decode (const char *value)
{
  gsize wrapped_length = strlen (value);
  gsize length = 0;
  g_autofree char *base64 = NULL;
  g_autofree char *again = NULL;
  g_autofree guchar *bytes = NULL;

  if (!is_wrapped (value))
    {
      for (gsize i = 0; i < wrapped_length; i++)
        if ((value[i] < 0x20 && value[i] != '\t') || value[i] > 0x7e)
          return NULL;
      return g_strdup (value);
    }

  base64 = g_strndup (value + strlen (BASE64_PREFIX), wrapped_length - strlen (BASE64_PREFIX BASE64_SUFFIX));
  bytes = g_base64_decode (base64, &length);
  /* GLib's decoder skips what it does not know: only what encodes to the same was valid. */
  again = g_base64_encode (bytes, length);
  if (!g_str_equal (again, base64) || memchr (bytes, '\0', length) != NULL
      || !g_utf8_validate ((const char *) bytes, length, NULL))
    return NULL;

  return g_strndup ((const char *) bytes, length);
}

/* Visible ASCII of a sensible length, as the specification asks. */
gboolean
sb_mcp_http_header_is_session_id (const char *value)
{
  gsize length = strlen (value);

  for (gsize i = 0; i < length; i++)
    if (value[i] < 0x21 || value[i] > 0x7e)
      return FALSE;

  return length > 0 && length <= MAX_SESSION_ID;
}

/* A token of RFC 9110. */
gboolean
sb_mcp_http_header_is_name (const char *name)
{
  for (gsize i = 0; name[i] != '\0'; i++)
    if (!g_ascii_isalnum (name[i]) && strchr ("!#$%&'*+-.^_`|~", name[i]) == NULL)
      return FALSE;

  return name[0] != '\0';
}

/* The revision that a stateless request names in its _meta; NULL: none, so it belongs to a session. */
const char *
sb_mcp_http_header_get_meta_revision (JsonObject *message)
{
  JsonObject *params = sb_json_get_object (message, "params");
  JsonObject *meta = params != NULL ? sb_json_get_object (params, "_meta") : NULL;

  return meta != NULL ? sb_json_get_string (meta, SB_MCP_REVISION_KEY) : NULL;
}

/* Whether a stateless request names what its client can do, as each must. */
gboolean
sb_mcp_http_header_has_capabilities (JsonObject *message)
{
  JsonObject *params = sb_json_get_object (message, "params");
  JsonObject *meta = params != NULL ? sb_json_get_object (params, "_meta") : NULL;

  return meta != NULL && sb_json_get_object (meta, SB_MCP_META_CAPABILITIES) != NULL;
}

/* What goes into Mcp-Name: the tool, prompt or resource a request is about; nullable. */
const char *
sb_mcp_http_header_get_target (JsonObject *message)
{
  const char *method = sb_json_get_string (message, "method");
  JsonObject *params = sb_json_get_object (message, "params");

  for (gsize i = 0; method != NULL && params != NULL && i < G_N_ELEMENTS (targets); i++)
    if (g_str_equal (targets[i].method, method))
      return sb_json_get_string (params, targets[i].param);

  return NULL;
}

/**
 * sb_mcp_http_resolve_endpoint:
 * @base: the address of the stream
 * @reference: what its "endpoint" event says
 *
 * Resolves after RFC 3986 and refuses what leaves the origin of the stream: a server must not direct our
 * messages, and the token with them, to somebody else.
 *
 * Returns: (transfer full): where messages go
 */
GUri *
sb_mcp_http_resolve_endpoint (GUri        *base,
                              const char  *reference,
                              GError     **error)
{
  g_autoptr(GUri) uri = NULL;

  if (reference[0] != '\0' && strlen (reference) <= MAX_REFERENCE && g_utf8_validate (reference, -1, NULL))
    uri = g_uri_parse_relative (base, reference, SOUP_HTTP_URI_FLAGS, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_userinfo (uri) != NULL)
    {
      g_set_error_literal (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                           "The MCP server named an address for messages that is none.");
      return NULL;
    }
  if (!sb_mcp_http_is_same_origin (base, uri))
    {
      g_autofree char *shown = g_uri_to_string_partial (uri, G_URI_HIDE_QUERY);
      g_autofree char *clean = sb_text_clean (shown, -1, NULL);

      g_set_error (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                   "The MCP server wants messages to be sent to another server (%s); this was refused.", clean);
      return NULL;
    }

  return g_steal_pointer (&uri);
}

/* Scheme, host and port. */
gboolean
sb_mcp_http_is_same_origin (GUri *a,
                            GUri *b)
{
  return g_ascii_strcasecmp (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0
         && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0 && get_port (a) == get_port (b);
}
