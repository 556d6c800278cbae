/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-model-discovery.h"

#include <string.h>

#include "sb-http-fetch.h"
#include "sb-llm-error.h"
#include "sb-llm-http.h"
#include "sb-llm-provider-private.h"

#define CONNECT_MS 300
#define ANSWER_MS 2000
#define MAX_ANSWER (4 * 1024 * 1024)

/* In the order of preference. Model Runner answers in Ollama's dialect too, so it has to come before it. */
static const SbModelProbe default_probes[] = {
  { "dmr", "Docker Model Runner", "http://127.0.0.1:12434/engines/v1" },
  { "ollama", "Ollama", "http://127.0.0.1:11434/v1" },
  { "openai", "LM Studio", "http://127.0.0.1:1234/v1" },
  { "openai", "llama.cpp", "http://127.0.0.1:8080/v1" },
};

/* One server that is being asked. */
typedef struct
{
  /* owned */
  SbModelServer *server;
  SoupMessage   *message;
  GTask         *task; /* while it is asked */
} Candidate;

typedef struct
{
  /* owned */
  SoupSession *session;
  GPtrArray   *candidates;

  gboolean     is_done;
} Discovery;

static void
candidate_free (gpointer data)
{
  Candidate *candidate = data;

  sb_model_server_free (candidate->server);
  g_object_unref (candidate->message);
  g_free (candidate);
}

static void
discovery_free (gpointer data)
{
  Discovery *discovery = data;

  g_ptr_array_unref (discovery->candidates);
  g_object_unref (discovery->session);
  g_free (discovery);
}

static gboolean
can_chat (const char *id)
{
  static const char * const others[] = { "embed", "rerank", "whisper", "tts", "bge-", "clip", "diffusion" };
  g_autofree char *lower = g_utf8_strdown (id, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      if (strstr (lower, others[i]) != NULL)
        return FALSE;
    }

  return TRUE;
}

static GStrv
keep_chat_models (GStrv models)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; models != NULL && models[i] != NULL; i++)
    {
      if (can_chat (models[i]))
        g_strv_builder_add (builder, models[i]);
    }

  return g_strv_builder_end (builder);
}

/* The first server with a model is taken as soon as all before it have answered or failed. */
static void
decide (GTask *task)
{
  Discovery *discovery = g_task_get_task_data (task);

  for (guint i = 0; i < discovery->candidates->len; i++)
    {
      Candidate *candidate = g_ptr_array_index (discovery->candidates, i);

      if (candidate->task != NULL)
        return;
      if (candidate->server->models[0] == NULL)
        continue;

      discovery->is_done = TRUE;
      g_task_return_pointer (task, g_steal_pointer (&candidate->server),
                             (GDestroyNotify) sb_model_server_free);
      return;
    }

  discovery->is_done = TRUE;
  g_task_return_error (task, sb_llm_error_new (SB_LLM_ERROR_UNREACHABLE,
                                               "Start Docker Model Runner, Ollama, LM Studio or llama.cpp.",
                                               "No model server with a chat model runs on this computer."));
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Candidate *candidate = user_data;
  g_autoptr(GTask) task = g_steal_pointer (&candidate->task);
  Discovery *discovery = g_task_get_task_data (task);
  g_autoptr(GBytes) body = sb_http_fetch_finish (SOUP_SESSION (source), result, NULL);
  g_auto(GStrv) models = NULL;

  if (discovery->is_done)
    return;

  if (body != NULL && soup_message_get_status (candidate->message) == SOUP_STATUS_OK)
    models = sb_llm_provider_parse_models (g_bytes_get_data (body, NULL), g_bytes_get_size (body), NULL);
  candidate->server->models = keep_chat_models (models);
  decide (task);
}

static void
ask (GTask              *task,
     const SbModelProbe *probe)
{
  Discovery *discovery = g_task_get_task_data (task);
  Candidate *candidate = g_new0 (Candidate, 1);
  g_autofree char *url = g_strconcat (probe->base_url, "/models", NULL);

  candidate->server = g_new0 (SbModelServer, 1);
  candidate->server->profile_id = g_strdup (probe->profile_id);
  candidate->server->label = g_strdup (probe->label);
  candidate->server->base_url = g_strdup (probe->base_url);
  candidate->message = sb_llm_http_message_new ("GET", url, NULL);
  candidate->task = g_object_ref (task);
  g_ptr_array_add (discovery->candidates, candidate);

  sb_http_fetch_async (discovery->session, candidate->message, CONNECT_MS, ANSWER_MS, MAX_ANSWER,
                      g_task_get_cancellable (task), fetched_cb, candidate);
}

void
sb_model_server_free (SbModelServer *self)
{
  if (self == NULL)
    return;

  g_free (self->profile_id);
  g_free (self->label);
  g_free (self->base_url);
  g_strfreev (self->models);
  g_free (self);
}

/* Asks the servers people run models with on their own computer, all at once, which models they have: 300
 * ms for a connection, 2 s for an answer. probes: borrowed, in the order of preference, with whole base
 * URLs; NULL for the usual ones. Main thread. */
void
sb_model_discovery_async (const SbModelProbe  *probes,
                          gsize                n_probes,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Discovery *discovery = g_new0 (Discovery, 1);

  g_task_set_source_tag (task, sb_model_discovery_async);
  discovery->session = sb_llm_http_session_new ();
  discovery->candidates = g_ptr_array_new_with_free_func (candidate_free);
  g_task_set_task_data (task, discovery, discovery_free);

  if (probes == NULL)
    {
      probes = default_probes;
      n_probes = G_N_ELEMENTS (default_probes);
    }
  for (gsize i = 0; i < n_probes; i++)
    ask (task, &probes[i]);
}

/* The first server with a chat model; NULL with SB_LLM_ERROR_UNREACHABLE when there is none. (transfer
 * full) */
SbModelServer *
sb_model_discovery_finish (GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
