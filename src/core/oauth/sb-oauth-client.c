/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-client.h"

#include <string.h>

#include "sb-json.h"
#include "sb-oauth-error.h"
#include "sb-oauth-uri.h"

#define MAX_CREDENTIAL 4096
#define METHOD_BASIC "client_secret_basic"
#define METHOD_POST "client_secret_post"
#define METHOD_NONE "none"

static gboolean
takes_method (const SbOAuthIssuer *issuer,
              const char          *method)
{
  return issuer->auth_methods != NULL && g_strv_contains ((const char * const *) issuer->auth_methods, method);
}

/* A secret that every copy of a program has is none, so no secret is asked for where that is accepted. */
static const char *
choose_method_to_ask (const SbOAuthIssuer *issuer)
{
  if (issuer->auth_methods == NULL || takes_method (issuer, METHOD_NONE))
    return METHOD_NONE;
  if (takes_method (issuer, METHOD_BASIC))
    return METHOD_BASIC;

  return takes_method (issuer, METHOD_POST) ? METHOD_POST : METHOD_NONE;
}

static const char *
choose_method (const SbOAuthClient *self,
               const SbOAuthIssuer *issuer)
{
  if (self->secret == NULL)
    return METHOD_NONE;
  if (g_strcmp0 (self->method, METHOD_BASIC) == 0 || g_strcmp0 (self->method, METHOD_POST) == 0
      || g_strcmp0 (self->method, METHOD_NONE) == 0)
    return self->method;
  /* What RFC 8414 has a server mean that says nothing. */
  if (issuer->auth_methods == NULL || takes_method (issuer, METHOD_BASIC))
    return METHOD_BASIC;

  return takes_method (issuer, METHOD_POST) ? METHOD_POST : METHOD_NONE;
}

static gboolean
is_credential (const char *text)
{
  for (gsize i = 0; text[i] != '\0'; i++)
    if (text[i] < 0x20 || text[i] > 0x7e)
      return FALSE;

  return text[0] != '\0' && strlen (text) <= MAX_CREDENTIAL;
}

static SbOAuthClient *
read_client (JsonObject *object)
{
  const char *id = sb_json_get_string (object, "client_id");
  const char *secret = sb_json_get_string (object, "client_secret");
  SbOAuthClient *self = NULL;

  if (id == NULL || !is_credential (id) || (secret != NULL && !is_credential (secret)))
    return NULL;

  self = sb_oauth_client_new (id, secret);
  self->method = g_strdup (sb_json_get_string (object, "token_endpoint_auth_method"));

  return self;
}

/* secret: nullable. (transfer full) */
SbOAuthClient *
sb_oauth_client_new (const char *id,
                     const char *secret)
{
  SbOAuthClient *self = g_new0 (SbOAuthClient, 1);

  self->id = g_strdup (id);
  self->secret = g_strdup (secret);

  return self;
}

void
sb_oauth_client_free (SbOAuthClient *self)
{
  if (self == NULL)
    return;

  g_free (self->id);
  if (self->secret != NULL)
    explicit_bzero (self->secret, strlen (self->secret));
  g_free (self->secret);
  g_free (self->method);
  g_free (self->redirect_uri);
  g_free (self);
}

/**
 * sb_oauth_client_dup_request:
 * @redirect_uri: where the browser comes back to
 *
 * A request for dynamic registration (RFC 7591) as a native application.
 *
 * Returns: (transfer full): JSON
 */
char *
sb_oauth_client_dup_request (const SbOAuthIssuer *issuer,
                             const char          *redirect_uri)
{
  g_autoptr(JsonObject) object = json_object_new ();
  JsonArray *redirects = json_array_new ();
  JsonArray *grants = json_array_new ();
  JsonArray *answers = json_array_new ();

  json_array_add_string_element (redirects, redirect_uri);
  json_array_add_string_element (grants, "authorization_code");
  json_array_add_string_element (grants, "refresh_token");
  json_array_add_string_element (answers, "code");
  json_object_set_string_member (object, "client_name", "Sandbar");
  json_object_set_string_member (object, "application_type", "native");
  json_object_set_array_member (object, "redirect_uris", redirects);
  json_object_set_array_member (object, "grant_types", grants);
  json_object_set_array_member (object, "response_types", answers);
  json_object_set_string_member (object, "token_endpoint_auth_method", choose_method_to_ask (issuer));

  return sb_json_object_to_string (object);
}

/* The answer to a registration, foreign. (transfer full) (nullable) */
SbOAuthClient *
sb_oauth_client_parse (const char  *text,
                       gsize        length,
                       const char  *redirect_uri,
                       GError     **error)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (text, length, NULL);
  SbOAuthClient *self = object != NULL ? read_client (object) : NULL;

  if (self != NULL)
    self->redirect_uri = g_strdup (redirect_uri);
  else
    g_set_error_literal (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNREACHABLE,
                         "The server that users sign in at answered the registration of this application with "
                         "something that cannot be understood.");

  return self;
}

/* To be stored; holds the secret. (transfer full) */
char *
sb_oauth_client_to_string (const SbOAuthClient *self)
{
  g_autoptr(JsonObject) object = json_object_new ();

  json_object_set_string_member (object, "client_id", self->id);
  if (self->secret != NULL)
    json_object_set_string_member (object, "client_secret", self->secret);
  if (self->method != NULL)
    json_object_set_string_member (object, "token_endpoint_auth_method", self->method);
  if (self->redirect_uri != NULL)
    json_object_set_string_member (object, "redirect_uri", self->redirect_uri);

  return sb_json_object_to_string (object);
}

/* What was stored. (transfer full) (nullable) */
SbOAuthClient *
sb_oauth_client_from_string (const char *text)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (text, -1, NULL);
  SbOAuthClient *self = object != NULL ? read_client (object) : NULL;

  if (self != NULL)
    self->redirect_uri = g_strdup (sb_json_get_string (object, "redirect_uri"));

  return self;
}

/**
 * sb_oauth_client_authenticate:
 * @form: a request to the token endpoint; gets what belongs into it
 *
 * Shows who the client is in the way that it is registered for, else in one that the server takes (RFC 6749, 2.3.1).
 *
 * Returns: (transfer full) (nullable): the Authorization header
 */
char *
sb_oauth_client_authenticate (const SbOAuthClient *self,
                              const SbOAuthIssuer *issuer,
                              GString             *form)
{
  const char *method = choose_method (self, issuer);

  if (g_str_equal (method, METHOD_BASIC))
    {
      g_autofree char *id = g_uri_escape_string (self->id, NULL, FALSE);
      g_autofree char *secret = g_uri_escape_string (self->secret, NULL, FALSE);
      g_autofree char *both = g_strconcat (id, ":", secret, NULL);
      g_autofree char *encoded = g_base64_encode ((const guchar *) both, strlen (both));

      return g_strconcat ("Basic ", encoded, NULL);
    }

  sb_oauth_uri_append_field (form, "client_id", self->id);
  if (g_str_equal (method, METHOD_POST))
    sb_oauth_uri_append_field (form, "client_secret", self->secret);

  return NULL;
}
