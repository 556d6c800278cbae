/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-profile.h"

#include <string.h>

/* The generic profile is the last one, and what an unknown id means. */
static const SbLlmProfile profiles[] = {
  {
    .id = "cerebras",
    .label = "Cerebras",
    .base_url = "https://api.cerebras.ai/v1",
    .key_name = "CEREBRAS_API_KEY",
    .plain_schemas = TRUE,
    .max_completion_tokens = TRUE,
  },
  {
    .id = "dmr",
    .label = "Docker Model Runner",
    .base_url = "http://127.0.0.1:12434/engines/v1",
  },
  {
    .id = "ollama",
    .label = "Ollama",
    .base_url = "http://127.0.0.1:11434/v1",
  },
  {
    .id = "rehearsal",
    .label = "Rehearsal (scripted, no AI)",
  },
  {
    .id = "openai",
    .label = "OpenAI-compatible server",
    .key_name = "SANDBAR_API_KEY",
  },
};

/* The profile of that id; the generic one for NULL or an id nobody knows. Borrowed for ever. */
const SbLlmProfile *
sb_llm_profile_lookup (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (profiles); i++)
    {
      if (g_strcmp0 (profiles[i].id, id) == 0)
        return &profiles[i];
    }

  return &profiles[G_N_ELEMENTS (profiles) - 1];
}

static gboolean
has_version_segment (const char *path)
{
  g_auto(GStrv) segments = g_strsplit (path, "/", -1);

  for (gsize i = 0; segments[i] != NULL; i++)
    {
      if (segments[i][0] == 'v' && g_ascii_isdigit (segments[i][1]))
        return TRUE;
    }

  return FALSE;
}

static char *
add_scheme (const char *url)
{
  gboolean local = g_str_has_prefix (url, "localhost") || g_str_has_prefix (url, "127.") ||
                   g_str_has_prefix (url, "[::1]");

  if (strstr (url, "://") != NULL)
    return g_strdup (url);

  return g_strconcat (local ? "http://" : "https://", url, NULL);
}

static void
strip_suffix (char       *text,
              const char *suffix)
{
  if (g_str_has_suffix (text, suffix))
    text[strlen (text) - strlen (suffix)] = '\0';
}

/* The address requests are built on, without a slash at the end: "http://host:1/v1". People write it with
 * and without the version, so one is added when no part of the path looks like one; Docker Model Runner
 * keeps its API under /engines. NULL when it is no http or https address. */
char *
sb_llm_profile_normalize_url (const SbLlmProfile *profile,
                              const char         *base_url)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (base_url != NULL ? base_url : ""));
  g_autofree char *absolute = NULL;
  g_autoptr(GUri) uri = NULL;
  gboolean dmr = g_strcmp0 (profile->id, "dmr") == 0;

  if (trimmed[0] == '\0')
    return NULL;

  absolute = add_scheme (trimmed);
  strip_suffix (absolute, "/");
  strip_suffix (absolute, "/chat/completions");
  while (g_str_has_suffix (absolute, "/"))
    strip_suffix (absolute, "/");

  uri = g_uri_parse (absolute, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_host (uri)[0] == '\0' ||
      (g_strcmp0 (g_uri_get_scheme (uri), "http") != 0 && g_strcmp0 (g_uri_get_scheme (uri), "https") != 0))
    return NULL;

  if (has_version_segment (g_uri_get_path (uri)))
    return g_steal_pointer (&absolute);

  return g_strconcat (absolute, dmr && g_uri_get_path (uri)[0] == '\0' ? "/engines/v1" : "/v1", NULL);
}
