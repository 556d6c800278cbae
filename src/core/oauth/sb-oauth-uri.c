/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-uri.h"

#include <string.h>

#include "sb-oauth-error.h"
#include "sb-text.h"

#define MAX_URI 2048
#define RESOURCE_DOCUMENT "oauth-protected-resource"
#define ISSUER_DOCUMENT "oauth-authorization-server"
#define OPENID_DOCUMENT "openid-configuration"

static int
get_port (GUri *uri)
{
  if (g_uri_get_port (uri) > 0)
    return g_uri_get_port (uri);

  return g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
}

/* Of this machine; a name other than localhost may lead anywhere. */
gboolean
sb_oauth_uri_is_loopback (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  g_autoptr(GInetAddress) address = host != NULL ? g_inet_address_new_from_string (host) : NULL;

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);

  return host != NULL && g_ascii_strcasecmp (host, "localhost") == 0;
}

gboolean
sb_oauth_uri_is_same_origin (GUri *a,
                             GUri *b)
{
  return g_strcmp0 (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0 && get_port (a) == get_port (b)
         && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0;
}

static gboolean
is_visible_ascii (const char *text)
{
  for (gsize i = 0; text[i] != '\0'; i++)
    if (text[i] < 0x21 || text[i] > 0x7e)
      return FALSE;

  return TRUE;
}

/**
 * sb_oauth_uri_parse:
 * @text: what a server named, foreign
 * @loopback: whether it may be on this machine: only where the server itself is
 *
 * Only https is good enough for secrets, but on this machine. Addresses with a user, a fragment or a length beyond
 * reason are refused.
 *
 * Returns: (transfer full) (nullable): the address; else %SB_OAUTH_ERROR_UNSAFE
 */
GUri *
sb_oauth_uri_parse (const char  *text,
                    gboolean     loopback,
                    GError     **error)
{
  g_autoptr(GUri) uri = NULL;
  g_autofree char *shown = NULL;
  const char *scheme = NULL;

  if (strlen (text) <= MAX_URI && is_visible_ascii (text))
    uri = g_uri_parse (text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  if (uri != NULL && g_uri_get_host (uri) != NULL && g_uri_get_host (uri)[0] != '\0'
      && g_uri_get_userinfo (uri) == NULL && g_uri_get_fragment (uri) == NULL)
    {
      gboolean is_loopback = sb_oauth_uri_is_loopback (uri);

      if ((g_strcmp0 (scheme, "https") == 0 && (loopback || !is_loopback))
          || (g_strcmp0 (scheme, "http") == 0 && loopback && is_loopback))
        return g_steal_pointer (&uri);
    }

  shown = sb_text_clean (text, MIN (strlen (text), 200), NULL);
  g_set_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE,
               "To sign in, the server names an address that is not safe to use (%s): only https:// is.", shown);

  return NULL;
}

/* scheme://host[:port], without a slash; a port that goes without saying is left out */
char *
sb_oauth_uri_dup_origin (GUri *uri)
{
  int usual = g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
  int port = g_uri_get_port (uri) == usual ? -1 : g_uri_get_port (uri);

  return g_uri_join (G_URI_FLAGS_ENCODED, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri), port, "", NULL, NULL);
}

/**
 * sb_oauth_uri_covers:
 * @resource: the identifier that a metadata document gives to what it describes, foreign
 * @server: the address of the server
 *
 * A document speaks for the server when it names the server's address, or one above it at the same origin.
 *
 * Returns: whether it does
 */
gboolean
sb_oauth_uri_covers (const char *resource,
                     GUri       *server)
{
  g_autoptr(GUri) uri = strlen (resource) <= MAX_URI
                          ? g_uri_parse (resource, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL) : NULL;
  const char *above = NULL;
  const char *path = g_uri_get_path (server);
  gsize length = 0;

  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_fragment (uri) != NULL
      || !sb_oauth_uri_is_same_origin (uri, server))
    return FALSE;

  above = g_uri_get_path (uri);
  length = strlen (above);
  while (length > 0 && above[length - 1] == '/')
    length--;

  return strncmp (path, above, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static char *
dup_document (GUri       *uri,
              const char *before,
              const char *name,
              const char *after)
{
  g_autofree char *origin = sb_oauth_uri_dup_origin (uri);

  return g_strconcat (origin, before, "/.well-known/", name, after, NULL);
}

static char *
dup_path (GUri *uri)
{
  char *path = g_strdup (g_uri_get_path (uri));
  gsize length = strlen (path);

  while (length > 0 && path[length - 1] == '/')
    path[--length] = '\0';

  return path;
}

/* Where RFC 9728 (3.1) and the specification of MCP look for the document of a resource, in their order. */
GStrv
sb_oauth_uri_list_resource_metadata (GUri *server)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *path = dup_path (server);
  g_autofree char *below = dup_document (server, "", RESOURCE_DOCUMENT, path);
  g_autofree char *root = dup_document (server, "", RESOURCE_DOCUMENT, "");

  g_strv_builder_add (builder, below);
  if (path[0] != '\0')
    g_strv_builder_add (builder, root);

  return g_strv_builder_end (builder);
}

/* Where RFC 8414 and OpenID Connect Discovery have the document of an issuer, in the order of MCP. */
GStrv
sb_oauth_uri_list_issuer_metadata (GUri *issuer)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *path = dup_path (issuer);
  g_autofree char *oauth = dup_document (issuer, "", ISSUER_DOCUMENT, path);
  g_autofree char *inserted = dup_document (issuer, "", OPENID_DOCUMENT, path);
  g_autofree char *appended = dup_document (issuer, path, OPENID_DOCUMENT, "");

  g_strv_builder_add (builder, oauth);
  g_strv_builder_add (builder, inserted);
  if (path[0] != '\0')
    g_strv_builder_add (builder, appended);

  return g_strv_builder_end (builder);
}

/* Adds name=value to a form or a query. value: nullable: nothing is added */
void
sb_oauth_uri_append_field (GString    *form,
                           const char *name,
                           const char *value)
{
  if (value == NULL)
    return;

  if (form->len > 0)
    g_string_append_c (form, '&');
  g_string_append (form, name);
  g_string_append_c (form, '=');
  g_string_append_uri_escaped (form, value, NULL, FALSE);
}

/* Neither this machine nor the network behind the user's door. */
gboolean
sb_oauth_address_is_public (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    {
      static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

      if (memcmp (bytes, mapped, sizeof (mapped)) == 0)
        {
          g_autoptr(GInetAddress) inner = g_inet_address_new_from_bytes (bytes + 12, G_SOCKET_FAMILY_IPV4);

          return sb_oauth_address_is_public (inner);
        }
      /* fc00::/7, unique local */
      if ((bytes[0] & 0xfe) == 0xfc)
        return FALSE;
    }
  /* 100.64.0.0/10, behind a carrier's door */
  else if (bytes[0] == 0 || (bytes[0] == 100 && (bytes[1] & 0xc0) == 64))
    {
      return FALSE;
    }

  return !g_inet_address_get_is_any (address) && !g_inet_address_get_is_loopback (address)
         && !g_inet_address_get_is_link_local (address) && !g_inet_address_get_is_site_local (address)
         && !g_inet_address_get_is_multicast (address);
}
