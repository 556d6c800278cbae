/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-shelf.h"

#include <string.h>

#include "sb-json.h"

struct _SbMcpShelf
{
  /* owned */
  GPtrArray  *offers; /* of SbMcpOffer */
  GHashTable *by_key; /* borrowed key → borrowed SbMcpOffer */

  /* borrowed, static */
  const char *member;
  const char *key_member;
};

static void
offer_free (gpointer data)
{
  SbMcpOffer *offer = data;

  json_object_unref (offer->entry);
  g_free (offer);
}

/**
 * sb_mcp_shelf_new:
 * @member: static; of a list's result, such as "tools"
 * @key_member: static; of an entry, such as "name"
 *
 * Returns: (transfer full)
 */
SbMcpShelf *
sb_mcp_shelf_new (const char *member,
                  const char *key_member)
{
  SbMcpShelf *self = g_new0 (SbMcpShelf, 1);

  self->offers = g_ptr_array_new_with_free_func (offer_free);
  self->by_key = g_hash_table_new (g_str_hash, g_str_equal);
  self->member = member;
  self->key_member = key_member;

  return self;
}

void
sb_mcp_shelf_free (SbMcpShelf *self)
{
  g_hash_table_unref (self->by_key);
  g_ptr_array_unref (self->offers);
  g_free (self);
}

/**
 * sb_mcp_shelf_put:
 * @entry: (transfer none): sealed by the call
 *
 * Adds it, or puts it in the place of the one with the same key.
 *
 * Returns: %FALSE for an entry without a key
 */
gboolean
sb_mcp_shelf_put (SbMcpShelf *self,
                  JsonObject *entry,
                  GCallback   handler,
                  gpointer    user_data)
{
  const char *key = sb_json_get_string (entry, self->key_member);
  SbMcpOffer *offer = key != NULL ? g_hash_table_lookup (self->by_key, key) : NULL;

  if (key == NULL || key[0] == '\0')
    return FALSE;

  json_object_seal (entry);
  if (offer == NULL)
    {
      offer = g_new0 (SbMcpOffer, 1);
      g_ptr_array_add (self->offers, offer);
    }
  else
    {
      g_hash_table_remove (self->by_key, offer->key);
      json_object_unref (offer->entry);
    }
  offer->entry = json_object_ref (entry);
  offer->key = key;
  offer->handler = handler;
  offer->user_data = user_data;
  g_hash_table_insert (self->by_key, (char *) key, offer);

  return TRUE;
}

gboolean
sb_mcp_shelf_remove (SbMcpShelf *self,
                     const char *key)
{
  SbMcpOffer *offer = g_hash_table_lookup (self->by_key, key);

  if (offer == NULL)
    return FALSE;

  g_hash_table_remove (self->by_key, key);

  return g_ptr_array_remove (self->offers, offer);
}

guint
sb_mcp_shelf_get_length (SbMcpShelf *self)
{
  return self->offers->len;
}

/* Returns: (transfer none) (nullable) */
SbMcpOffer *
sb_mcp_shelf_lookup (SbMcpShelf *self,
                     const char *key)
{
  return g_hash_table_lookup (self->by_key, key);
}

/* A {part} of a template stands for at least one character, and not for a slash. */
static gboolean
matches (const char *template,
         const char *uri)
{
  while (*template != '\0' && *template != '{')
    if (*template++ != *uri++)
      return FALSE;
  if (*template == '\0')
    return *uri == '\0';

  template = strchr (template, '}');
  while (template != NULL && *uri != '\0' && *uri != '/')
    if (matches (template + 1, ++uri))
      return TRUE;

  return FALSE;
}

/* Returns: (transfer none) (nullable): the first whose key, a URI template, fits */
SbMcpOffer *
sb_mcp_shelf_match (SbMcpShelf *self,
                    const char *uri)
{
  for (guint i = 0; strlen (uri) < 4096 && i < self->offers->len; i++)
    {
      SbMcpOffer *offer = g_ptr_array_index (self->offers, i);

      if (matches (offer->key, uri))
        return offer;
    }

  return NULL;
}

/**
 * sb_mcp_shelf_new_page:
 * @cursor: (nullable): of an earlier page
 * @page_size: 0: everything on one page
 *
 * Returns: (transfer full) (nullable): the result of a list; %NULL for a cursor that is none of ours
 */
JsonObject *
sb_mcp_shelf_new_page (SbMcpShelf *self,
                       const char *cursor,
                       guint       page_size)
{
  JsonArray *array = NULL;
  JsonObject *result = NULL;
  guint64 start = 0;
  guint end = 0;

  if (cursor != NULL && (!g_ascii_string_to_unsigned (cursor, 10, 1, G_MAXUINT, &start, NULL)
                         || start >= self->offers->len))
    return NULL;

  array = json_array_new ();
  result = json_object_new ();
  end = page_size > 0 ? MIN (start + page_size, self->offers->len) : self->offers->len;
  for (guint i = start; i < end; i++)
    json_array_add_object_element (array, json_object_ref (((SbMcpOffer *) self->offers->pdata[i])->entry));
  json_object_set_array_member (result, self->member, array);
  if (end < self->offers->len)
    {
      g_autofree char *next = g_strdup_printf ("%u", end);

      json_object_set_string_member (result, "nextCursor", next);
    }

  return result;
}
