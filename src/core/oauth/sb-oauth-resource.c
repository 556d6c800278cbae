/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-resource.h"

#include <string.h>

#include "sb-json.h"
#include "sb-oauth-challenge.h"
#include "sb-oauth-error.h"
#include "sb-oauth-uri.h"
#include "sb-text.h"

#define MAX_SCOPE 2048

static char *
dup_scope (JsonObject *document)
{
  g_auto(GStrv) scopes = sb_json_dup_strings (document, "scopes_supported");
  g_autofree char *scope = scopes != NULL ? g_strjoinv (" ", scopes) : NULL;

  if (scope == NULL || strlen (scope) > MAX_SCOPE || !sb_oauth_is_scope (scope))
    return NULL;

  return g_steal_pointer (&scope);
}

/**
 * sb_oauth_resource_parse:
 * @text: a document, foreign
 * @server: the address of the server that it must speak for
 *
 * A document of another resource would have the user sign in for somebody else: that is %SB_OAUTH_ERROR_UNSAFE. One
 * without authorization servers means that the server is its own.
 *
 * Returns: (transfer full) (nullable): what it says
 */
SbOAuthResource *
sb_oauth_resource_parse (const char  *text,
                         gsize        length,
                         GUri        *server,
                         GError     **error)
{
  g_autoptr(JsonObject) document = sb_json_parse_object (text, length, NULL);
  const char *resource = document != NULL ? sb_json_get_string (document, "resource") : NULL;
  g_autoptr(SbOAuthResource) self = NULL;

  if (resource == NULL)
    {
      g_set_error_literal (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNREACHABLE,
                           "The server's description of how to sign in (RFC 9728) cannot be understood. Tell who runs "
                           "it.");
      return NULL;
    }
  if (!sb_oauth_uri_covers (resource, server))
    {
      g_autofree char *shown = sb_text_clean (resource, MIN (strlen (resource), 200), NULL);

      g_set_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE,
                   "The server asks to sign in for another one (%s); that is refused. Check its address.", shown);
      return NULL;
    }

  self = g_new0 (SbOAuthResource, 1);
  self->resource = g_strdup (resource);
  self->scope = dup_scope (document);
  self->issuers = sb_json_dup_strings (document, "authorization_servers");
  if (self->issuers == NULL || self->issuers[0] == NULL)
    {
      g_autofree char *origin = sb_oauth_uri_dup_origin (server);
      const char *own[] = { origin, NULL };

      g_strfreev (self->issuers);
      self->issuers = g_strdupv ((GStrv) own);
    }

  return g_steal_pointer (&self);
}

void
sb_oauth_resource_free (SbOAuthResource *self)
{
  if (self == NULL)
    return;

  g_free (self->resource);
  g_strfreev (self->issuers);
  g_free (self->scope);
  g_free (self);
}
