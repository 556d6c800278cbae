/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-guard.h"

#include <string.h>

static gboolean
is_loopback_name (const char *host)
{
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_equal (host, "127.0.0.1") || g_str_equal (host, "::1");
}

static gboolean
is_wildcard (const char *address)
{
  return g_str_equal (address, "0.0.0.0") || g_str_equal (address, "::");
}

/* "[::1]:80" and "host:80" without their brackets and port; NULL: neither form. (transfer full) */
static char *
strip_port (const char *authority)
{
  const char *end = NULL;
  const char *port = NULL;

  if (authority[0] == '[')
    {
      end = strchr (authority, ']');
      port = end != NULL ? end + 1 : NULL;
      authority++;
    }
  else
    {
      end = authority + strcspn (authority, ":");
      port = end;
    }
  if (end == NULL || end == authority || (port[0] != '\0' && port[0] != ':'))
    return NULL;
  for (gsize i = 1; port[0] == ':' && port[i] != '\0'; i++)
    if (!g_ascii_isdigit (port[i]))
      return NULL;

  return g_strndup (authority, end - authority);
}

static gboolean
is_listed (const char         *host,
           const char * const *list)
{
  for (gsize i = 0; list != NULL && list[i] != NULL; i++)
    if (g_ascii_strcasecmp (host, list[i]) == 0)
      return TRUE;

  return FALSE;
}

/**
 * sb_mcp_http_guard_host_allowed:
 * @host: (nullable): the Host header
 * @bound: the address that the server is bound to
 * @more: (nullable): further names it is known by
 *
 * A page in a browser can make a name of its own point here (DNS rebinding); its requests carry that name. A
 * server bound to every address cannot know its names: there the token alone protects, unless @more is given.
 */
gboolean
sb_mcp_http_guard_host_allowed (const char         *host,
                                const char         *bound,
                                const char * const *more)
{
  g_autofree char *name = host != NULL ? strip_port (host) : NULL;

  if (name == NULL)
    return FALSE;

  return is_loopback_name (name) || g_ascii_strcasecmp (name, bound) == 0 || is_listed (name, more)
         || (is_wildcard (bound) && more == NULL);
}

/**
 * sb_mcp_http_guard_origin_allowed:
 * @origin: (nullable): the Origin header; programs send none
 * @more: (nullable): hosts whose pages may use the server besides this computer's own
 */
gboolean
sb_mcp_http_guard_origin_allowed (const char         *origin,
                                  const char * const *more)
{
  const char *authority = NULL;
  g_autofree char *name = NULL;

  if (origin == NULL)
    return TRUE;
  if (g_str_has_prefix (origin, "http://"))
    authority = origin + strlen ("http://");
  else if (g_str_has_prefix (origin, "https://"))
    authority = origin + strlen ("https://");
  name = authority != NULL && strchr (authority, '/') == NULL ? strip_port (authority) : NULL;

  return name != NULL && (is_loopback_name (name) || is_listed (name, more));
}

/* In a time that does not tell how much of it was right. authorization: the header, nullable. */
gboolean
sb_mcp_http_guard_token_matches (const char *authorization,
                                 const char *token)
{
  const char *given = authorization != NULL && g_ascii_strncasecmp (authorization, "Bearer ", 7) == 0
                        ? authorization + 7 : "";
  gsize given_length = strlen (given);
  gsize length = strlen (token);
  guint8 difference = given_length != length;

  for (gsize i = 0; i < given_length; i++)
    difference |= (guint8) given[i] ^ (guint8) token[i % (length + 1)];

  return difference == 0 && length > 0;
}

/* Whether an Accept header, nullable, names the type or a wildcard for it; q=0 is not looked at. */
gboolean
sb_mcp_http_guard_accepts (const char *accept,
                           const char *type)
{
  g_auto(GStrv) ranges = g_strsplit (accept != NULL ? accept : "*/*", ",", 64);
  const char *slash = strchr (type, '/');

  for (gsize i = 0; ranges[i] != NULL; i++)
    {
      char *range = ranges[i];

      range[strcspn (range, ";")] = '\0';
      g_strstrip (range);
      if (g_str_equal (range, "*/*") || g_ascii_strcasecmp (range, type) == 0
          || (g_str_has_suffix (range, "/*") && g_ascii_strncasecmp (range, type, slash + 1 - type) == 0
              && range[slash + 1 - type] == '*'))
        return TRUE;
    }

  return FALSE;
}
