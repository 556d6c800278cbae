/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sampler.h"

/* A server's wish is not the user's: it gets no more than this. */
#define MAX_TOKENS 4096
#define MAX_SHOWN 2000

struct _SbSampler
{
  GObject     parent_instance;

  /* owned */
  SbServices *services;
};

G_DEFINE_FINAL_TYPE (SbSampler, sb_sampler, G_TYPE_OBJECT)

/* One wish on its way: asked for, then sent. */
typedef struct
{
  /* owned */
  SbSampler     *sampler;
  SbMcpSampling *sampling;
  JsonObject    *body;     /* nullable until it was built */
  char          *model;
} Wish;

static void
wish_free (Wish *wish)
{
  g_object_unref (wish->sampler);
  g_object_unref (wish->sampling);
  g_clear_pointer (&wish->body, json_object_unref);
  g_free (wish->model);
  g_free (wish);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Wish, wish_free)

/* Only text: what else is in it no provider here takes. */
static char *
dup_text (SbMcpSamplingMessage *message)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < message->contents->len; i++)
    {
      SbMcpContent *content = g_ptr_array_index (message->contents, i);

      if (content->kind == SB_MCP_CONTENT_TEXT && content->text != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n\n" : "", content->text);
    }

  return g_string_free (text, FALSE);
}

static char *
describe (SbMcpSampling *sampling)
{
  GPtrArray *messages = sb_mcp_sampling_get_messages (sampling);
  GString *detail = g_string_new (NULL);

  for (guint i = 0; i < messages->len && detail->len < MAX_SHOWN; i++)
    {
      SbMcpSamplingMessage *message = g_ptr_array_index (messages, i);
      g_autofree char *text = dup_text (message);

      g_string_append_printf (detail, "%s%s: %s", i > 0 ? "\n" : "", message->from_assistant ? "Model" : "Server",
                              text);
    }

  return g_string_free (detail, FALSE);
}

static SbLlmRequest *
new_request (SbMcpSampling *sampling,
             const char    *model)
{
  GPtrArray *messages = sb_mcp_sampling_get_messages (sampling);
  const char *system = sb_mcp_sampling_get_system_prompt (sampling);
  gint64 wanted = sb_mcp_sampling_get_max_tokens (sampling);
  SbLlmRequest *request = sb_llm_request_new (model);

  if (system != NULL)
    sb_llm_request_add (request, SB_LLM_ROLE_SYSTEM, system);
  for (guint i = 0; i < messages->len; i++)
    {
      SbMcpSamplingMessage *message = g_ptr_array_index (messages, i);
      g_autofree char *text = dup_text (message);

      sb_llm_request_add (request, message->from_assistant ? SB_LLM_ROLE_ASSISTANT : SB_LLM_ROLE_USER, text);
    }
  request->max_completion_tokens = wanted > 0 ? MIN (wanted, MAX_TOKENS) : MAX_TOKENS;

  return request;
}

static void
streamed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Wish) wish = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbLlmResponse) response = sb_llm_provider_stream_finish (SB_LLM_PROVIDER (source), result, NULL, &error);

  if (response == NULL)
    sb_mcp_sampling_refuse (wish->sampling, error->message);
  else
    sb_mcp_sampling_respond (wish->sampling, response->model != NULL ? response->model : wish->model,
                             response->text != NULL ? response->text : "",
                             response->finish == SB_LLM_FINISH_LENGTH ? "maxTokens" : "endTurn");
}

static void
send (Wish *wish)
{
  SbServices *services = wish->sampler->services;
  g_autoptr(Wish) owned = wish;
  g_autoptr(SbLlmRequest) request = NULL;
  g_autoptr(GError) error = NULL;
  const char *model = NULL;
  SbLlmProvider *provider = sb_provider_pool_get (services->providers, sb_agent_catalog_get_root (services->agents),
                                                  &model, &error);

  if (provider == NULL)
    {
      sb_mcp_sampling_refuse (wish->sampling, error->message);
      return;
    }

  wish->model = g_strdup (model);
  request = new_request (wish->sampling, model);
  wish->body = sb_llm_provider_build_body (provider, request);
  sb_llm_provider_stream_async (provider, wish->body, NULL, NULL, sb_mcp_sampling_get_cancellable (wish->sampling),
                                streamed_cb, g_steal_pointer (&owned));
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Wish) wish = user_data;
  g_autoptr(GError) error = NULL;

  if (sb_approvals_ask_finish (SB_APPROVALS (source), result, &error))
    send (g_steal_pointer (&wish));
  else
    sb_mcp_sampling_refuse (wish->sampling, "The user does not allow it.");
}

static void
sb_sampler_finalize (GObject *object)
{
  sb_services_unref (SB_SAMPLER (object)->services);

  G_OBJECT_CLASS (sb_sampler_parent_class)->finalize (object);
}

static void
sb_sampler_class_init (SbSamplerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_sampler_finalize;
}

static void
sb_sampler_init (SbSampler *self)
{
}

SbSampler *
sb_sampler_new (SbServices *services)
{
  SbSampler *self = g_object_new (SB_TYPE_SAMPLER, NULL);

  self->services = sb_services_ref (services);

  return self;
}

/**
 * sb_sampler_handle:
 *
 * Shows the user what the server would have the model answer, and asks. Never remembered: each text is another one.
 */
void
sb_sampler_handle (SbMcpSampling *sampling,
                   gpointer       user_data)
{
  SbSampler *self = SB_SAMPLER (user_data);
  const char *server = sb_mcp_sampling_get_server_name (sampling);
  g_autofree char *title = g_strdup_printf ("Let the server %s use your model", server);
  g_autofree char *detail = describe (sampling);
  g_autoptr(SbApproval) approval = sb_approval_new ("sampling", NULL, title, detail, NULL);
  Wish *wish = g_new0 (Wish, 1);

  wish->sampler = g_object_ref (self);
  wish->sampling = g_object_ref (sampling);
  sb_approvals_ask_async (self->services->approvals, approval, sb_mcp_sampling_get_cancellable (sampling), answered_cb,
                          wish);
}
