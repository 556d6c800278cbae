/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-round.h"

#include <string.h>

#include "sb-oauth-discovery.h"
#include "sb-oauth-error.h"
#include "sb-oauth-listener.h"
#include "sb-oauth-uri.h"

/* The user looks for a password, and for the telephone with the second one. */
#define SIGN_IN_MS (10 * 60 * 1000)
#define FORM "application/x-www-form-urlencoded"
#define OFFLINE "offline_access"
#define STATUS_OK 200
#define STATUS_CREATED 201
#define STATUS_SERVER_ERROR 500

typedef enum
{
  STATE_NEW,
  STATE_DISCOVERING, /* where users of the server sign in */
  STATE_LOOKING_UP,  /* who we are there */
  STATE_REFRESHING,
  STATE_REGISTERING,
  STATE_IN_BROWSER,
  STATE_EXCHANGING,
  STATE_ENDED,
  N_STATES,
} RoundState;

struct _SbOAuthRound
{
  GObject parent_instance;

  /* owned */
  SbOAuthFetcher   *fetcher;
  GUri             *server;
  SbOAuthOptions    options;   /* its members are borrowed: they live as long as the source */
  char             *document;  /* nullable: of the challenge */
  char             *challenge_scope;
  SbOAuthTokens    *tokens;    /* nullable: the old ones */
  gboolean          needs_more;
  GTask            *task;
  SbOAuthPlace     *place;
  SbOAuthClient    *client;    /* nullable: nobody yet */
  SbOAuthListener  *listener;
  SbOAuthGrant     *grant;

  RoundState state;
  gboolean   browser;
};

G_DEFINE_FINAL_TYPE (SbOAuthRound, sb_oauth_round, G_TYPE_OBJECT)

static const gboolean legal[N_STATES][N_STATES] = {
  [STATE_NEW] = { [STATE_DISCOVERING] = TRUE },
  [STATE_DISCOVERING] = { [STATE_LOOKING_UP] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_LOOKING_UP] = { [STATE_REFRESHING] = TRUE, [STATE_REGISTERING] = TRUE, [STATE_IN_BROWSER] = TRUE,
                         [STATE_ENDED] = TRUE },
  [STATE_REFRESHING] = { [STATE_REGISTERING] = TRUE, [STATE_IN_BROWSER] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_REGISTERING] = { [STATE_IN_BROWSER] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_IN_BROWSER] = { [STATE_EXCHANGING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_EXCHANGING] = { [STATE_ENDED] = TRUE },
};

static void
enter (SbOAuthRound *self,
       RoundState    state)
{
  g_assert (legal[self->state][state]);

  self->state = state;
}

static void
hide (SbOAuthRound *self,
      const char   *secret)
{
  if (self->options.redactor != NULL && secret != NULL)
    sb_redactor_add_secret (self->options.redactor, secret);
}

/* The one way to the end. tokens, error: (transfer full) (nullable) */
static void
finish (SbOAuthRound  *self,
        SbOAuthTokens *tokens,
        GError        *error)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->task);

  enter (self, STATE_ENDED);
  g_clear_object (&self->listener);
  if (tokens != NULL)
    {
      hide (self, tokens->access);
      hide (self, tokens->refresh);
      g_task_return_pointer (task, tokens, (GDestroyNotify) sb_oauth_tokens_free);
    }
  else
    {
      g_task_return_error (task, error);
    }
}

static GCancellable *
get_cancellable (SbOAuthRound *self)
{
  return g_task_get_cancellable (self->task);
}

static char *
dup_client_name (SbOAuthRound *self)
{
  return g_strconcat ("oauth client ", self->place->issuer->issuer, NULL);
}

static void
keep_client (SbOAuthRound  *self,
             SbOAuthClient *client)
{
  g_autofree char *name = dup_client_name (self);
  g_autofree char *value = client != NULL ? sb_oauth_client_to_string (client) : NULL;

  if (self->options.store != NULL)
    sb_oauth_store_store_async (self->options.store, name, value, NULL, NULL, NULL);
}

/* A registration that the authorization server does not know any more must not stand in the way for ever. */
static void
forget_client (SbOAuthRound *self)
{
  if (self->client != NULL && self->client->redirect_uri != NULL)
    keep_client (self, NULL);
}

/* Scopes */

static void
add_scopes (GPtrArray  *scopes,
            const char *text)
{
  g_auto(GStrv) words = text != NULL ? g_strsplit (text, " ", -1) : NULL;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (words[i][0] != '\0' && !g_ptr_array_find_with_equal_func (scopes, words[i], g_str_equal, NULL))
      g_ptr_array_add (scopes, g_strdup (words[i]));
}

/* What the refusal asks for, else all that the server knows, and what was granted before; nullable: the server has to
 * know itself. */
static char *
dup_scope (SbOAuthRound *self)
{
  SbOAuthIssuer *issuer = self->place->issuer;
  g_autoptr(GPtrArray) scopes = g_ptr_array_new_with_free_func (g_free);

  if (self->tokens != NULL && g_str_equal (self->tokens->issuer, issuer->issuer))
    add_scopes (scopes, self->tokens->scope);
  if (self->challenge_scope != NULL)
    add_scopes (scopes, self->challenge_scope);
  else if (self->place->resource != NULL && !self->needs_more)
    add_scopes (scopes, self->place->resource->scope);
  if (scopes->len == 0)
    return NULL;
  if (issuer->scopes != NULL && g_strv_contains ((const char * const *) issuer->scopes, OFFLINE))
    add_scopes (scopes, OFFLINE);
  g_ptr_array_add (scopes, NULL);

  return g_strjoinv (" ", (GStrv) scopes->pdata);
}

/* The end of the way through the browser */

static void
exchanged_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbOAuthRound) self = user_data;
  GError *error = NULL;
  SbOAuthTokens *tokens = NULL;
  guint status = 0;
  g_autoptr(GBytes) bytes = sb_oauth_fetcher_finish (self->fetcher, result, &status, &error);

  if (bytes != NULL && status == STATUS_OK)
    tokens = sb_oauth_tokens_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                    self->place->issuer->issuer, self->grant->scope, NULL, &error);
  else if (bytes != NULL)
    error = sb_oauth_tokens_new_refusal (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), status);
  if (g_error_matches (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_REFUSED))
    forget_client (self);
  finish (self, tokens, error);
}

static void
exchange (SbOAuthRound *self,
          const char   *code)
{
  g_autoptr(GString) form = sb_oauth_grant_new_form (self->grant, code);
  g_autofree char *authorization = sb_oauth_client_authenticate (self->client, self->place->issuer, form);

  enter (self, STATE_EXCHANGING);
  hide (self, code);
  hide (self, self->grant->verifier);
  sb_oauth_fetcher_post_async (self->fetcher, self->place->issuer->token_endpoint, FORM, form->str, authorization,
                               get_cancellable (self), exchanged_cb, g_object_ref (self));
}

static void
came_back_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbOAuthRound) self = user_data;
  GError *error = NULL;
  g_autofree char *query = sb_oauth_listener_wait_finish (SB_OAUTH_LISTENER (source), result, &error);
  g_autofree char *code = NULL;

  if (query != NULL)
    code = sb_oauth_grant_read_answer (self->grant, self->place->issuer, query, &error);
  else if (error->domain == SB_OAUTH_ERROR)
    forget_client (self);
  if (code != NULL)
    exchange (self, code);
  else
    finish (self, NULL, error);
}

static void
go_to_browser (SbOAuthRound *self)
{
  const char *resource = self->place->resource != NULL ? self->place->resource->resource : NULL;
  g_autofree char *scope = dup_scope (self);
  g_autofree char *uri = NULL;

  enter (self, STATE_IN_BROWSER);
  self->grant = sb_oauth_grant_new (sb_oauth_listener_get_redirect_uri (self->listener), resource, scope);
  uri = sb_oauth_grant_dup_uri (self->grant, self->place->issuer, self->client);
  sb_oauth_listener_wait_async (self->listener, self->grant, SIGN_IN_MS, get_cancellable (self), came_back_cb,
                                g_object_ref (self));
  self->options.open (uri, self->options.open_data);
}

/* Who we are */

static void
registered_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(SbOAuthRound) self = user_data;
  GError *error = NULL;
  guint status = 0;
  g_autoptr(GBytes) bytes = sb_oauth_fetcher_finish (self->fetcher, result, &status, &error);

  if (bytes != NULL && (status == STATUS_CREATED || status == STATUS_OK))
    self->client = sb_oauth_client_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                          sb_oauth_listener_get_redirect_uri (self->listener), &error);
  else if (bytes != NULL)
    error = sb_oauth_tokens_new_refusal (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), status);
  if (self->client == NULL)
    {
      finish (self, NULL, error);
      return;
    }

  hide (self, self->client->secret);
  keep_client (self, self->client);
  go_to_browser (self);
}

static void
register_client (SbOAuthRound *self)
{
  SbOAuthIssuer *issuer = self->place->issuer;
  g_autofree char *request = NULL;

  if (issuer->registration_endpoint == NULL)
    {
      finish (self, NULL, g_error_new (SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSUPPORTED,
                                       "%s wants applications to be registered by hand. Register one there, and put "
                                       "its client id in the settings of the server.", issuer->issuer));
      return;
    }

  enter (self, STATE_REGISTERING);
  request = sb_oauth_client_dup_request (issuer, sb_oauth_listener_get_redirect_uri (self->listener));
  sb_oauth_fetcher_post_async (self->fetcher, issuer->registration_endpoint, "application/json", request, NULL,
                               get_cancellable (self), registered_cb, g_object_ref (self));
}

/* A registration holds for the port that it names: if that is taken now, another one is needed. */
static void
sign_in (SbOAuthRound *self)
{
  GError *error = NULL;

  if (!self->browser || self->options.open == NULL)
    {
      finish (self, NULL, g_error_new (SB_OAUTH_ERROR, SB_OAUTH_ERROR_SIGN_IN,
                                       "Sign in at %s to use this server.", self->place->issuer->issuer));
      return;
    }

  if (self->client != NULL)
    self->listener = sb_oauth_listener_new (self->client->redirect_uri, NULL);
  if (self->listener == NULL)
    {
      if (self->client != NULL && self->client->redirect_uri != NULL)
        g_clear_pointer (&self->client, sb_oauth_client_free);
      self->listener = sb_oauth_listener_new (NULL, &error);
    }
  if (self->listener == NULL)
    finish (self, NULL, error);
  else if (self->client != NULL)
    go_to_browser (self);
  else
    register_client (self);
}

/* Without the user */

static void
refreshed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbOAuthRound) self = user_data;
  g_autoptr(SbOAuthTokens) tokens = NULL;
  GError *error = NULL;
  guint status = 0;
  g_autoptr(GBytes) bytes = sb_oauth_fetcher_finish (self->fetcher, result, &status, &error);

  if (bytes != NULL && status == STATUS_OK)
    tokens = sb_oauth_tokens_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                    self->place->issuer->issuer, self->tokens->scope, self->tokens->refresh, &error);
  else if (bytes != NULL && status >= STATUS_SERVER_ERROR)
    error = sb_oauth_tokens_new_refusal (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), status);

  if (tokens != NULL || error != NULL)
    finish (self, g_steal_pointer (&tokens), error);
  else
    sign_in (self);
}

static gboolean
can_refresh (SbOAuthRound *self)
{
  return self->client != NULL && self->tokens != NULL && self->tokens->refresh != NULL && !self->needs_more
         && g_str_equal (self->tokens->issuer, self->place->issuer->issuer);
}

static void
refresh (SbOAuthRound *self)
{
  g_autoptr(GString) form = g_string_new (NULL);
  g_autofree char *authorization = NULL;

  enter (self, STATE_REFRESHING);
  sb_oauth_uri_append_field (form, "grant_type", "refresh_token");
  sb_oauth_uri_append_field (form, "refresh_token", self->tokens->refresh);
  if (self->place->resource != NULL)
    sb_oauth_uri_append_field (form, "resource", self->place->resource->resource);
  authorization = sb_oauth_client_authenticate (self->client, self->place->issuer, form);
  sb_oauth_fetcher_post_async (self->fetcher, self->place->issuer->token_endpoint, FORM, form->str, authorization,
                               get_cancellable (self), refreshed_cb, g_object_ref (self));
}

static void
use_client (SbOAuthRound *self)
{
  if (can_refresh (self))
    refresh (self);
  else
    sign_in (self);
}

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbOAuthRound) self = user_data;
  GError *error = NULL;
  g_autofree char *text = sb_oauth_store_lookup_finish (SB_OAUTH_STORE (source), result, &error);

  if (error != NULL)
    {
      finish (self, NULL, error);
      return;
    }

  self->client = text != NULL ? sb_oauth_client_from_string (text) : NULL;
  if (self->client != NULL)
    hide (self, self->client->secret);
  use_client (self);
}

/* In the order of the specification: registered by hand, described by a document, registered by ourselves. */
static void
find_client (SbOAuthRound *self)
{
  const SbOAuthOptions *options = &self->options;
  SbOAuthIssuer *issuer = self->place->issuer;
  g_autofree char *name = dup_client_name (self);

  enter (self, STATE_LOOKING_UP);
  if (options->client_id != NULL
      && (options->client_issuer == NULL || g_str_equal (options->client_issuer, issuer->issuer)))
    {
      self->client = sb_oauth_client_new (options->client_id, options->client_secret);
      hide (self, options->client_secret);
      use_client (self);
    }
  else if (options->client_document != NULL && issuer->takes_documents)
    {
      self->client = sb_oauth_client_new (options->client_document, NULL);
      use_client (self);
    }
  else if (options->store != NULL)
    {
      sb_oauth_store_lookup_async (options->store, name, get_cancellable (self), looked_up_cb, g_object_ref (self));
    }
  else
    {
      use_client (self);
    }
}

static void
discovered_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(SbOAuthRound) self = user_data;
  GError *error = NULL;

  self->place = sb_oauth_discover_finish (self->fetcher, result, &error);
  if (self->place == NULL)
    finish (self, NULL, error);
  else
    find_client (self);
}

static void
sb_oauth_round_finalize (GObject *object)
{
  SbOAuthRound *self = SB_OAUTH_ROUND (object);

  g_clear_object (&self->fetcher);
  g_clear_object (&self->listener);
  g_clear_pointer (&self->server, g_uri_unref);
  g_clear_pointer (&self->tokens, sb_oauth_tokens_free);
  g_clear_pointer (&self->place, sb_oauth_place_free);
  g_clear_pointer (&self->client, sb_oauth_client_free);
  g_clear_pointer (&self->grant, sb_oauth_grant_free);
  g_free (self->document);
  g_free (self->challenge_scope);

  G_OBJECT_CLASS (sb_oauth_round_parent_class)->finalize (object);
}

static void
sb_oauth_round_class_init (SbOAuthRoundClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_oauth_round_finalize;
}

static void
sb_oauth_round_init (SbOAuthRound *self)
{
}

/**
 * sb_oauth_round_new:
 * @options: what it points to must outlive the round
 * @challenge: what the refused request was told
 * @tokens: (nullable): the ones that were not good enough
 *
 * Returns: (transfer full): to be run once
 */
SbOAuthRound *
sb_oauth_round_new (SbOAuthFetcher         *fetcher,
                    GUri                   *server,
                    const SbOAuthOptions   *options,
                    const SbOAuthChallenge *challenge,
                    const SbOAuthTokens    *tokens)
{
  SbOAuthRound *self = g_object_new (SB_TYPE_OAUTH_ROUND, NULL);
  g_autofree char *text = tokens != NULL ? sb_oauth_tokens_to_string (tokens) : NULL;

  self->fetcher = g_object_ref (fetcher);
  self->server = g_uri_ref (server);
  self->options = *options;
  self->document = g_strdup (challenge->resource_metadata);
  self->challenge_scope = g_strdup (challenge->scope);
  self->needs_more = g_strcmp0 (challenge->error, "insufficient_scope") == 0;
  self->tokens = text != NULL ? sb_oauth_tokens_from_string (text) : NULL;

  return self;
}

/**
 * sb_oauth_round_run_async:
 * @browser: whether the user may be asked to sign in; else that is %SB_OAUTH_ERROR_SIGN_IN
 *
 * What the server names is looked up each time: it may have moved to another authorization server, and credentials of
 * one are never shown to another (SEP-2352).
 */
void
sb_oauth_round_run_async (SbOAuthRound        *self,
                          gboolean             browser,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, sb_oauth_round_run_async);
  self->browser = browser;
  enter (self, STATE_DISCOVERING);
  sb_oauth_discover_async (self->fetcher, self->server, self->document,
                           self->tokens != NULL ? self->tokens->issuer : NULL, cancellable, discovered_cb,
                           g_object_ref (self));
}

/* (transfer full) (nullable): of #SB_OAUTH_ERROR, or cancelled */
SbOAuthTokens *
sb_oauth_round_run_finish (SbOAuthRound  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
