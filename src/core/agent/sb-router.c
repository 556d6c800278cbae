/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-router.h"

#include <string.h>

/* Whom a request is for stands in its first lines; what is pasted below is not read. */
#define MAX_SCAN 600

/* "Can I please …", "hey, I'd like to …": words that may stand before what is asked. */
static const char * const lead_ins[] = {
  "a", "and", "can", "could", "d", "good", "hello", "hey", "hi", "i", "let", "lets", "like", "love", "may", "me",
  "need", "now", "ok", "okay", "please", "rather", "s", "so", "thanks", "then", "to", "us", "wanna", "want", "would",
  "you", NULL
};

static const char * const openings[] = {
  "speak with", "speak to", "talk with", "talk to", "chat with", "chat to", "go back to", "back to", "return to",
  "switch to", "switch back to", "switch over to", "change to", "hand over to", "hand me over to", "hand this over to",
  "hand off to", "transfer to", "transfer me to", "connect me to", "connect me with", "bring me to", "bring me back to",
  "get me", "give me", NULL
};

/* What may follow the name; "talk to local files" is not for the agent Local. */
static const char * const followers[] = {
  "about", "again", "agent", "and", "for", "instead", "now", "please", "so", "then", "to", NULL
};

static const char * const greetings[] = { "dear", "hello", "hey", "hi", "ok", "okay", "please", NULL };

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_' || (c & 0x80) != 0;
}

static const char *
skip_blanks (const char *text)
{
  while (*text == ' ' || *text == '\t' || *text == '\n')
    text++;

  return text;
}

/* Matches a phrase word by word, without regard to case and to the width of blanks.
 * Returns what follows, or NULL; the phrase must end where a word ends. */
static const char *
match_phrase (const char *text,
              const char *phrase)
{
  while (*phrase != '\0')
    {
      if (*phrase == ' ')
        {
          const char *next = skip_blanks (text);

          if (next == text)
            return NULL;
          text = next;
        }
      else if (g_ascii_tolower (*text) == g_ascii_tolower (*phrase))
        text++;
      else
        return NULL;

      phrase++;
    }

  return is_word (*text) ? NULL : text;
}

static const char *
match_any (const char         *text,
           const char * const *phrases)
{
  const char *longest = NULL;

  for (guint i = 0; phrases[i] != NULL; i++)
    {
      const char *rest = match_phrase (text, phrases[i]);

      if (rest != NULL && (longest == NULL || rest > longest))
        longest = rest;
    }

  return longest;
}

static const char *
match_agent (SbAgent    *agent,
             const char *text)
{
  const char *own[] = { sb_agent_get_id (agent), sb_agent_get_label (agent), NULL };
  const char *rest = match_any (text, own);
  const char *other = match_any (text, sb_agent_get_mentions (agent));

  return rest == NULL || (other != NULL && other > rest) ? other : rest;
}

/* The agent whose name stands at @text; the longest name wins. */
static SbAgent *
match_name (SbAgentCatalog  *agents,
            const char      *text,
            const char     **rest)
{
  SbAgent *best = NULL;

  *rest = NULL;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (agents)); i++)
    {
      g_autoptr(SbAgent) agent = g_list_model_get_item (G_LIST_MODEL (agents), i);
      const char *after = match_agent (agent, text);

      if (after != NULL && (*rest == NULL || after > *rest))
        {
          *rest = after;
          best = agent;
        }
    }

  return best;
}

/* "@cerebras" as a word of its own: no address (me@cerebras.ai), package (@cerebras/sdk) or code (`@cerebras`). */
static SbAgent *
find_mention (SbAgentCatalog *agents,
              const char     *text)
{
  for (const char *at = strchr (text, '@'); at != NULL; at = strchr (at + 1, '@'))
    {
      const char *rest;
      SbAgent *agent;

      if (at != text && strchr (" \t\n(,;:", at[-1]) == NULL)
        continue;

      agent = match_name (agents, at + 1, &rest);
      if (agent != NULL && strchr ("/-@\\`", *rest) != NULL && *rest != '\0')
        continue;
      if (agent != NULL && *rest == '.' && is_word (rest[1]))
        continue;
      if (agent != NULL)
        return agent;
    }

  return NULL;
}

/* "Cerebras, do this", "hey Cerebras: …", or nothing but the name. */
static SbAgent *
find_addressed (SbAgentCatalog *agents,
                const char     *text)
{
  const char *start = skip_blanks (text);
  const char *after_greeting = match_any (start, greetings);
  const char *rest;
  SbAgent *agent;

  if (after_greeting != NULL)
    {
      start = skip_blanks (after_greeting);
      if (*start == ',')
        start = skip_blanks (start + 1);
    }

  agent = match_name (agents, start, &rest);
  if (agent == NULL)
    return NULL;

  rest = skip_blanks (rest);
  if (*rest == '\0' || *rest == ',' || *rest == '!' || *rest == '?')
    return agent;
  if (*rest == ':' && rest[1] != ':' && rest[1] != '/')
    return agent;

  return NULL;
}

static const char *
skip_lead_ins (const char *text)
{
  const char *rest;

  text = skip_blanks (text);
  while ((rest = match_any (text, lead_ins)) != NULL)
    {
      text = skip_blanks (rest);
      if (*text == ',' || *text == '\'')
        text = skip_blanks (text + 1);
    }

  return text;
}

/* "… speak with Cerebras" at the start of a sentence. */
static SbAgent *
match_asked (SbAgentCatalog *agents,
             const char     *sentence)
{
  const char *start = skip_lead_ins (sentence);
  const char *rest = match_any (start, openings);
  const char *after;
  SbAgent *agent;

  if (rest == NULL)
    return NULL;

  rest = skip_blanks (rest);
  after = match_phrase (rest, "the");
  agent = match_name (agents, skip_blanks (after != NULL ? after : rest), &rest);
  if (agent == NULL)
    return NULL;

  rest = skip_blanks (rest);
  if (*rest == '\0' || g_ascii_ispunct (*rest) || match_any (rest, followers) != NULL)
    return agent;

  return NULL;
}

static SbAgent *
find_asked (SbAgentCatalog *agents,
            const char     *text)
{
  const char *sentence = text;

  while (sentence != NULL && *sentence != '\0')
    {
      SbAgent *agent = match_asked (agents, sentence);

      if (agent != NULL)
        return agent;

      sentence = strpbrk (sentence, ".!?;\n");
      if (sentence != NULL)
        sentence++;
    }

  return NULL;
}

static void
set (SbRoute        *route,
     SbAgent        *agent,
     SbRouteTrigger  trigger,
     const char     *format)
{
  route->agent = agent;
  route->trigger = trigger;
  route->reason = g_strdup_printf ("%s%s", format, sb_agent_get_label (agent));
}

void
sb_route_clear (SbRoute *self)
{
  g_clear_pointer (&self->reason, g_free);
}

const char *
sb_route_trigger_to_string (SbRouteTrigger trigger)
{
  static const char * const names[] = { "mention", "addressed", "asked", "chosen", "sticky", "coordinator" };

  g_return_val_if_fail (trigger < G_N_ELEMENTS (names), NULL);

  return names[trigger];
}

/**
 * sb_router_decide:
 * @chosen: (nullable): id of the agent picked in the composer
 * @active: (nullable): id of the agent that the user was talking to
 * @route: (out caller-allocates): clear it with sb_route_clear()
 *
 * Decides by rule who hears @text: a name in the text beats the choice in the composer, which beats the agent that
 * spoke last, which beats the coordinator. Pure: no model, no I/O, and the text stays as it is.
 */
void
sb_router_decide (SbAgentCatalog *agents,
                  const char     *text,
                  const char     *chosen,
                  const char     *active,
                  SbRoute        *route)
{
  g_autofree char *head = NULL;
  SbAgent *agent;

  g_return_if_fail (SB_IS_AGENT_CATALOG (agents));
  g_return_if_fail (text != NULL);
  g_return_if_fail (route != NULL);

  head = g_strndup (text, MAX_SCAN);

  if ((agent = find_mention (agents, head)) != NULL)
    set (route, agent, SB_ROUTE_MENTION, "you asked for ");
  else if ((agent = find_addressed (agents, head)) != NULL)
    set (route, agent, SB_ROUTE_ADDRESSED, "you asked for ");
  else if ((agent = find_asked (agents, head)) != NULL)
    set (route, agent, SB_ROUTE_ASKED, "you asked for ");
  else if ((agent = sb_agent_catalog_lookup (agents, chosen)) != NULL)
    set (route, agent, SB_ROUTE_CHOSEN, "you chose ");
  else if ((agent = sb_agent_catalog_lookup (agents, active)) != NULL &&
           agent != sb_agent_catalog_get_root (agents))
    set (route, agent, SB_ROUTE_STICKY, "still talking to ");
  else
    set (route, sb_agent_catalog_get_root (agents), SB_ROUTE_COORDINATOR, "nobody was named, so it is for ");
}
