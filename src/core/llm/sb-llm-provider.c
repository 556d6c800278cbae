/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-provider.h"

#include "sb-http-fetch.h"
#include "sb-json.h"
#include "sb-llm-codec.h"
#include "sb-llm-error.h"
#include "sb-llm-http.h"
#include "sb-llm-profile.h"
#include "sb-llm-provider-private.h"

#define LIST_CONNECT_MS (10 * 1000)
#define LIST_ANSWER_MS (30 * 1000)
#define LIST_MAX_ANSWER (4 * 1024 * 1024)
#define MAX_MODELS 2000

/* Model Runner loads a model inside the first request, which takes it up to five minutes. */
static const SbLlmTiming default_timing = {
  .first_byte_ms = 300 * 1000,
  .stall_ms = 120 * 1000,
  .grace_ms = 2 * 1000,
  .backoff_ms = 500,
  .max_retries = 2,
};

struct _SbLlmProvider
{
  GObject             parent_instance;

  /* owned */
  SoupSession        *session;
  char               *base_url;
  char               *api_key;

  /* borrowed */
  const SbLlmProfile *profile;

  SbLlmTiming         timing;
  gboolean            has_address;
  gboolean            has_bad_key;
};

G_DEFINE_FINAL_TYPE (SbLlmProvider, sb_llm_provider, G_TYPE_OBJECT)

/* What goes into a header must be printable ASCII; a key with a line break is a paste gone wrong. */
static gboolean
is_printable (const char *text)
{
  for (; *text != '\0'; text++)
    {
      if (!g_ascii_isgraph (*text))
        return FALSE;
    }

  return TRUE;
}

static GError *
check (SbLlmProvider *self)
{
  if (!self->has_address)
    return sb_llm_error_new (SB_LLM_ERROR_UNREACHABLE, "Enter an http or https address in the settings.",
                             "“%s” is not the address of a model server.", self->base_url);
  if (self->has_bad_key)
    return sb_llm_error_new (SB_LLM_ERROR_AUTH, "Enter the API key again in the settings.",
                             "The API key holds characters that cannot be part of one.");

  return NULL;
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbLlmProvider *self = g_task_get_source_object (task);
  SoupMessage *message = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) body = sb_http_fetch_finish (SOUP_SESSION (source), result, &error);
  guint status = soup_message_get_status (message);
  g_auto(GStrv) models = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (body == NULL)
    g_task_return_error (task, sb_llm_http_make_connection_error (message, self->profile, error));
  else if (status >= 300 && status < 400)
    g_task_return_error (task, sb_llm_http_make_redirect_error (message));
  else if (status >= 400)
    g_task_return_error (task, sb_llm_error_new_status (self->profile, status,
                                                        sb_llm_http_get_content_type (message),
                                                        g_bytes_get_data (body, NULL),
                                                        g_bytes_get_size (body)));
  else
    {
      models = sb_llm_provider_parse_models (g_bytes_get_data (body, NULL), g_bytes_get_size (body), &error);
      if (models != NULL)
        g_task_return_pointer (task, g_steal_pointer (&models), (GDestroyNotify) g_strfreev);
      else
        g_task_return_error (task, g_steal_pointer (&error));
    }
}

static void
sb_llm_provider_dispose (GObject *object)
{
  SbLlmProvider *self = SB_LLM_PROVIDER (object);

  g_clear_object (&self->session);

  G_OBJECT_CLASS (sb_llm_provider_parent_class)->dispose (object);
}

static void
sb_llm_provider_finalize (GObject *object)
{
  SbLlmProvider *self = SB_LLM_PROVIDER (object);

  g_free (self->base_url);
  g_free (self->api_key);

  G_OBJECT_CLASS (sb_llm_provider_parent_class)->finalize (object);
}

static void
sb_llm_provider_class_init (SbLlmProviderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_llm_provider_dispose;
  object_class->finalize = sb_llm_provider_finalize;
}

static void
sb_llm_provider_init (SbLlmProvider *self)
{
  self->session = sb_llm_http_session_new ();
  self->timing = default_timing;
}

/* A client of one server. base_url: with or without /v1 and a slash at the end, NULL for the profile's; one
 * that is no address is reported by the first request. api_key: nullable; it is sent in the Authorization
 * header, to this server only. Main thread. (transfer full) */
SbLlmProvider *
sb_llm_provider_new (const SbLlmProfile *profile,
                     const char         *base_url,
                     const char         *api_key)
{
  SbLlmProvider *self = NULL;
  g_autofree char *key = g_strstrip (g_strdup (api_key != NULL ? api_key : ""));

  g_return_val_if_fail (profile != NULL, NULL);

  self = g_object_new (SB_TYPE_LLM_PROVIDER, NULL);
  self->profile = profile;
  if (base_url == NULL || base_url[0] == '\0')
    base_url = profile->base_url != NULL ? profile->base_url : "";
  self->base_url = sb_llm_profile_normalize_url (profile, base_url);
  self->has_address = self->base_url != NULL;
  if (!self->has_address)
    self->base_url = g_strdup (base_url);

  self->has_bad_key = !is_printable (key);
  if (key[0] != '\0' && !self->has_bad_key)
    self->api_key = g_steal_pointer (&key);

  return self;
}

const SbLlmProfile *
sb_llm_provider_get_profile (SbLlmProvider *self)
{
  g_return_val_if_fail (SB_IS_LLM_PROVIDER (self), NULL);

  return self->profile;
}

/* With the version, without a slash at the end; as it was given if that is no address. */
const char *
sb_llm_provider_get_base_url (SbLlmProvider *self)
{
  g_return_val_if_fail (SB_IS_LLM_PROVIDER (self), NULL);

  return self->base_url;
}

/* Replaces the waiting times of later requests. */
void
sb_llm_provider_set_timing (SbLlmProvider     *self,
                            const SbLlmTiming *timing)
{
  g_return_if_fail (SB_IS_LLM_PROVIDER (self));

  self->timing = *timing;
}

/* See sb_llm_codec_build_body(). It holds no key and may be traced. (transfer full) */
JsonObject *
sb_llm_provider_build_body (SbLlmProvider      *self,
                            const SbLlmRequest *request)
{
  g_return_val_if_fail (SB_IS_LLM_PROVIDER (self), NULL);
  g_return_val_if_fail (request != NULL, NULL);

  return sb_llm_codec_build_body (self->profile, request);
}

/* Sends a body to /chat/completions and streams the answer. Retries by itself, at most twice, as long as
 * nothing has come, on 408, 409, 429, 5xx and a kept connection that turns out to be dead; raw.retries of
 * the response tells. Cancelling ends it in the next turn of the main loop with G_IO_ERROR_CANCELLED. */
void
sb_llm_provider_stream_async (SbLlmProvider       *self,
                              JsonObject          *body,
                              SbLlmDeltaFunc       delta_func,
                              gpointer             delta_data,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autofree char *url = NULL;
  char *json = NULL;
  GError *error = NULL;
  SbLlmExchange *exchange = NULL;

  g_return_if_fail (SB_IS_LLM_PROVIDER (self));
  g_return_if_fail (body != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_llm_provider_stream_async);
  g_task_set_check_cancellable (task, FALSE);

  error = check (self);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  json = sb_json_object_to_string (body);
  bytes = g_bytes_new_take (json, strlen (json));
  url = g_strconcat (self->base_url, "/chat/completions", NULL);
  exchange = sb_llm_exchange_new (self->session, self->profile, &self->timing, url, self->api_key, bytes);
  g_task_set_task_data (task, exchange, g_object_unref);
  sb_llm_exchange_start (exchange, task, delta_func, delta_data);
}

/* The whole response; or NULL with an error, and in partial what had come, if anything. (transfer full) */
SbLlmResponse *
sb_llm_provider_stream_finish (SbLlmProvider  *self,
                               GAsyncResult   *result,
                               SbLlmResponse **partial,
                               GError        **error)
{
  SbLlmExchange *exchange = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  exchange = g_task_get_task_data (G_TASK (result));
  if (partial != NULL)
    *partial = exchange != NULL ? sb_llm_exchange_steal_partial (exchange) : NULL;

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Asks for the ids of the server's models, in its order. */
void
sb_llm_provider_list_models_async (SbLlmProvider       *self,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autofree char *url = NULL;
  SoupMessage *message = NULL;
  GError *error = NULL;

  g_return_if_fail (SB_IS_LLM_PROVIDER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_llm_provider_list_models_async);
  error = check (self);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  url = g_strconcat (self->base_url, "/models", NULL);
  message = sb_llm_http_message_new ("GET", url, self->api_key);
  g_task_set_task_data (task, message, g_object_unref);
  sb_http_fetch_async (self->session, message, LIST_CONNECT_MS, LIST_ANSWER_MS, LIST_MAX_ANSWER, cancellable,
                       listed_cb, g_object_ref (task));
}

GStrv
sb_llm_provider_list_models_finish (SbLlmProvider  *self,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The ids in the answer to GET /models: {"data":[{"id"}]}. (transfer full) */
GStrv
sb_llm_provider_parse_models (const char  *json,
                              gsize        length,
                              GError     **error)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (json, length, NULL);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *data = object != NULL ? sb_json_get_array (object, "data") : NULL;

  if (data == NULL)
    {
      g_propagate_error (error, sb_llm_error_new (SB_LLM_ERROR_PROTOCOL, NULL,
                                                  "This address is not a model server: it lists no models."));
      return NULL;
    }

  for (guint i = 0; i < MIN (json_array_get_length (data), MAX_MODELS); i++)
    {
      JsonNode *model = json_array_get_element (data, i);
      const char *id = NULL;

      if (JSON_NODE_HOLDS_OBJECT (model))
        id = sb_json_get_string (json_node_get_object (model), "id");
      if (id != NULL && id[0] != '\0')
        g_strv_builder_add (builder, id);
    }

  return g_strv_builder_end (builder);
}
