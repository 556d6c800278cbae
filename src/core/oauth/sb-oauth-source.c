/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-source.h"

#include "sb-oauth-error.h"
#include "sb-oauth-round.h"

struct _SbOAuthSource
{
  GObject parent_instance;

  /* owned */
  GUri           *server;    /* nullable: no address that anybody could sign in for */
  char           *name;      /* of its tokens in the store */
  SbOAuthOptions  options;   /* owns what it points to, but for open_data */
  SbOAuthFetcher *fetcher;
  SbOAuthTokens  *tokens;    /* nullable */
  char           *challenge; /* nullable: the last refusal, foreign */
  char           *asked;     /* nullable: the scope that was asked for last */
  GPtrArray      *waiting;   /* of GTask: who wants to know how the round ends */
  SbOAuthRound   *round;     /* nullable */
  GCancellable   *cancellable; /* nullable: of the round */

  gboolean wants_browser; /* the next one shall */
  gboolean needs_sign_in;
};

enum
{
  PROP_0,
  PROP_NEEDS_SIGN_IN,
  N_PROPS
};

static void sb_oauth_source_iface_init (SbMcpTokenSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbOAuthSource, sb_oauth_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_MCP_TOKEN_SOURCE, sb_oauth_source_iface_init))

static GParamSpec *properties[N_PROPS];

static void start_round (SbOAuthSource *self);

static void
set_needs_sign_in (SbOAuthSource *self,
                   gboolean       needs_sign_in)
{
  if (self->needs_sign_in == needs_sign_in)
    return;

  self->needs_sign_in = needs_sign_in;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NEEDS_SIGN_IN]);
}

static void
keep_tokens (SbOAuthSource *self)
{
  g_autofree char *value = self->tokens != NULL ? sb_oauth_tokens_to_string (self->tokens) : NULL;

  if (self->options.store != NULL)
    sb_oauth_store_store_async (self->options.store, self->name, value, NULL, NULL, NULL);
}

static void
answer_all (SbOAuthSource *self,
            const GError  *error)
{
  g_autoptr(GPtrArray) tasks = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    {
      if (error != NULL)
        g_task_return_error (g_ptr_array_index (tasks, i), g_error_copy (error));
      else
        g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
    }
}

static void
round_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbOAuthSource) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbOAuthTokens) tokens = sb_oauth_round_run_finish (SB_OAUTH_ROUND (source), result, &error);

  g_clear_object (&self->round);
  g_clear_object (&self->cancellable);
  if (tokens != NULL)
    {
      sb_oauth_tokens_free (self->tokens);
      self->tokens = g_steal_pointer (&tokens);
      keep_tokens (self);
      set_needs_sign_in (self, FALSE);
      answer_all (self, NULL);
    }
  else if (self->wants_browser && g_error_matches (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_SIGN_IN))
    {
      start_round (self);
    }
  else
    {
      set_needs_sign_in (self, TRUE);
      answer_all (self, error);
    }
}

static void
start_round (SbOAuthSource *self)
{
  g_autoptr(SbOAuthChallenge) challenge = sb_oauth_challenge_parse (self->challenge);
  gboolean browser = self->options.unasked || self->wants_browser;

  self->wants_browser = FALSE;
  self->cancellable = g_cancellable_new ();
  self->round = sb_oauth_round_new (self->fetcher, self->server, &self->options, challenge, self->tokens);
  sb_oauth_round_run_async (self->round, browser, self->cancellable, round_cb, g_object_ref (self));
}

/* Asking for the same once more would go on for ever: a server that grants a scope and goes on asking for it is
 * broken. */
static gboolean
is_in_vain (SbOAuthSource *self,
            const char    *header)
{
  g_autoptr(SbOAuthChallenge) challenge = sb_oauth_challenge_parse (header);
  gboolean in_vain = g_strcmp0 (challenge->error, "insufficient_scope") == 0 && self->asked != NULL
                     && g_strcmp0 (self->asked, challenge->scope) == 0;

  g_free (self->asked);
  self->asked = g_strdup (challenge->scope);

  return in_vain;
}

static char *
sb_oauth_source_dup_token (SbMcpTokenSource *source)
{
  SbOAuthSource *self = SB_OAUTH_SOURCE (source);

  return g_strdup (self->tokens != NULL ? self->tokens->access : NULL);
}

static void
join_round (SbOAuthSource *self,
            GTask         *task)
{
  if (self->server == NULL)
    {
      g_task_return_new_error (task, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSUPPORTED,
                               "The address of this server is none that anybody could sign in for.");
      g_object_unref (task);
      return;
    }

  g_ptr_array_add (self->waiting, task);
  if (self->round == NULL)
    start_round (self);
}

static void
sb_oauth_source_refresh_async (SbMcpTokenSource    *source,
                               const char          *challenge,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  SbOAuthSource *self = SB_OAUTH_SOURCE (source);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_oauth_source_refresh_async);
  g_free (self->challenge);
  self->challenge = g_strdup (challenge);
  if (is_in_vain (self, challenge))
    {
      set_needs_sign_in (self, TRUE);
      g_task_return_new_error (task, SB_OAUTH_ERROR, SB_OAUTH_ERROR_REFUSED,
                               "The server wants a right that it was just given. Sign in again, or tell who runs it.");
      g_object_unref (task);
      return;
    }

  join_round (self, task);
}

static gboolean
sb_oauth_source_refresh_finish (SbMcpTokenSource  *source,
                                GAsyncResult      *result,
                                GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, source), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
sb_oauth_source_iface_init (SbMcpTokenSourceInterface *iface)
{
  iface->dup_token = sb_oauth_source_dup_token;
  iface->refresh_async = sb_oauth_source_refresh_async;
  iface->refresh_finish = sb_oauth_source_refresh_finish;
}

static void
sb_oauth_source_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  SbOAuthSource *self = SB_OAUTH_SOURCE (object);

  switch (prop_id)
    {
    case PROP_NEEDS_SIGN_IN:
      g_value_set_boolean (value, self->needs_sign_in);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_oauth_source_finalize (GObject *object)
{
  SbOAuthSource *self = SB_OAUTH_SOURCE (object);

  g_clear_pointer (&self->server, g_uri_unref);
  g_clear_pointer (&self->tokens, sb_oauth_tokens_free);
  g_clear_object (&self->fetcher);
  g_clear_object (&self->options.store);
  g_clear_object (&self->options.redactor);
  g_free ((char *) self->options.client_id);
  g_free ((char *) self->options.client_secret);
  g_free ((char *) self->options.client_issuer);
  g_free ((char *) self->options.client_document);
  g_free (self->name);
  g_free (self->challenge);
  g_free (self->asked);
  g_ptr_array_unref (self->waiting);

  G_OBJECT_CLASS (sb_oauth_source_parent_class)->finalize (object);
}

static void
sb_oauth_source_class_init (SbOAuthSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_oauth_source_get_property;
  object_class->finalize = sb_oauth_source_finalize;

  properties[PROP_NEEDS_SIGN_IN] =
    g_param_spec_boolean ("needs-sign-in", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_oauth_source_init (SbOAuthSource *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
copy_options (SbOAuthSource        *self,
              const SbOAuthOptions *options)
{
  self->options = *options;
  if (options->store != NULL)
    g_object_ref (options->store);
  if (options->redactor != NULL)
    g_object_ref (options->redactor);
  self->options.client_id = g_strdup (options->client_id);
  self->options.client_secret = g_strdup (options->client_secret);
  self->options.client_issuer = g_strdup (options->client_issuer);
  self->options.client_document = g_strdup (options->client_document);
}

/**
 * sb_oauth_source_new:
 * @url: the server's address, as the user gave it
 * @options: copied; open_data must outlive the source
 *
 * A source that has no token before it is loaded, or a request was refused.
 *
 * Returns: (transfer full): the source
 */
SbOAuthSource *
sb_oauth_source_new (const char           *url,
                     const SbOAuthOptions *options)
{
  SbOAuthSource *self = g_object_new (SB_TYPE_OAUTH_SOURCE, NULL);

  self->name = g_strconcat ("oauth tokens ", url, NULL);
  copy_options (self, options);
  self->server = g_uri_parse (url, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  if (self->server != NULL && g_uri_get_host (self->server) == NULL)
    g_clear_pointer (&self->server, g_uri_unref);
  if (self->server != NULL)
    self->fetcher = sb_oauth_fetcher_new (self->server);

  return self;
}

/* The server was refused, and only the user can help. */
gboolean
sb_oauth_source_get_signed_in (SbOAuthSource *self)
{
  g_return_val_if_fail (SB_IS_OAUTH_SOURCE (self), FALSE);

  return self->tokens != NULL;
}

gboolean
sb_oauth_source_get_needs_sign_in (SbOAuthSource *self)
{
  g_return_val_if_fail (SB_IS_OAUTH_SOURCE (self), FALSE);

  return self->needs_sign_in;
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbOAuthSource *self = g_task_get_source_object (task);
  g_autofree char *text = sb_oauth_store_lookup_finish (SB_OAUTH_STORE (source), result, NULL);

  if (self->tokens == NULL && text != NULL)
    self->tokens = sb_oauth_tokens_from_string (text);
  if (self->tokens != NULL && self->options.redactor != NULL)
    {
      sb_redactor_add_secret (self->options.redactor, self->tokens->access);
      if (self->tokens->refresh != NULL)
        sb_redactor_add_secret (self->options.redactor, self->tokens->refresh);
    }
  g_task_return_boolean (task, TRUE);
}

/**
 * sb_oauth_source_load_async:
 *
 * Gets the tokens of an earlier session from the store, so that the first request is not refused. May take as long as
 * the user takes to unlock the keyring.
 */
void
sb_oauth_source_load_async (SbOAuthSource       *self,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sb_oauth_source_load_async);
  if (self->options.store == NULL || self->tokens != NULL)
    g_task_return_boolean (task, TRUE);
  else
    sb_oauth_store_lookup_async (self->options.store, self->name, NULL, loaded_cb, g_steal_pointer (&task));
}

gboolean
sb_oauth_source_load_finish (SbOAuthSource  *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * sb_oauth_source_sign_in_async:
 *
 * What the user has asked for: opens the browser, and waits for the answer. Ends with %TRUE when there are new tokens,
 * else with a sentence of #SB_OAUTH_ERROR, or %G_IO_ERROR_CANCELLED after sb_oauth_source_cancel().
 */
void
sb_oauth_source_sign_in_async (SbOAuthSource       *self,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_return_if_fail (SB_IS_OAUTH_SOURCE (self));

  g_task_set_source_tag (task, sb_oauth_source_sign_in_async);
  g_clear_pointer (&self->asked, g_free);
  self->wants_browser = TRUE;
  join_round (self, task);
}

gboolean
sb_oauth_source_sign_in_finish (SbOAuthSource  *self,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_oauth_source_cancel (SbOAuthSource *self)
{
  g_return_if_fail (SB_IS_OAUTH_SOURCE (self));

  self->wants_browser = FALSE;
  g_cancellable_cancel (self->cancellable);
}

/* Forgets the tokens; the registration stays, as other servers may share it. */
void
sb_oauth_source_sign_out (SbOAuthSource *self)
{
  g_return_if_fail (SB_IS_OAUTH_SOURCE (self));

  g_clear_pointer (&self->tokens, sb_oauth_tokens_free);
  keep_tokens (self);
  set_needs_sign_in (self, TRUE);
}

/* Whether it signs in as the client that the options name, if they name one. */
gboolean
sb_oauth_source_has_client (SbOAuthSource        *self,
                            const SbOAuthOptions *options)
{
  return g_strcmp0 (self->options.client_id, options->client_id) == 0
         && g_strcmp0 (self->options.client_secret, options->client_secret) == 0
         && g_strcmp0 (self->options.client_issuer, options->client_issuer) == 0;
}
