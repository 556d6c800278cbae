/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-drafts.h"

struct _SbFileDrafts
{
  GObject parent_instance;

  /* owned */
  GPtrArray *waiting;   /* of SbFileDocument, of sandboxes that live */
  GPtrArray *lost;      /* of SbFileDocument, of those that ended, the oldest first */
  SbChannel *forgotten; /* nullable: what is typed for this one nobody wants */
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbFileDrafts, sb_file_drafts, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static SbFileDocument *
find (SbFileDrafts *self,
      SbChannel    *channel,
      const char   *path)
{
  for (guint i = 0; i < self->waiting->len; i++)
    {
      SbFileDocument *document = g_ptr_array_index (self->waiting, i);

      if (sb_file_document_get_channel (document) == channel
          && g_str_equal (sb_file_document_get_path (document), path))
        return document;
    }

  return NULL;
}

static void
lose (SbFileDrafts   *self,
      SbFileDocument *document)
{
  g_ptr_array_add (self->lost, g_object_ref (document));
  g_list_model_items_changed (G_LIST_MODEL (self), self->lost->len - 1, 0, 1);
}

static void
closed_cb (SbFileDrafts *self,
           GError       *error,
           SbChannel    *channel)
{
  g_signal_handlers_disconnect_by_data (channel, self);
  for (guint i = self->waiting->len; i > 0; i--)
    {
      g_autoptr(SbFileDocument) document = g_object_ref (g_ptr_array_index (self->waiting, i - 1));

      if (sb_file_document_get_channel (document) != channel)
        continue;

      g_ptr_array_remove_index (self->waiting, i - 1);
      if (channel != self->forgotten)
        lose (self, document);
    }
}

static GType
sb_file_drafts_get_item_type (GListModel *model)
{
  return SB_TYPE_FILE_DOCUMENT;
}

static guint
sb_file_drafts_get_n_items (GListModel *model)
{
  return SB_FILE_DRAFTS (model)->lost->len;
}

static gpointer
sb_file_drafts_get_item (GListModel *model,
                         guint       position)
{
  SbFileDrafts *self = SB_FILE_DRAFTS (model);

  return position < self->lost->len ? g_object_ref (g_ptr_array_index (self->lost, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_file_drafts_get_item_type;
  iface->get_n_items = sb_file_drafts_get_n_items;
  iface->get_item = sb_file_drafts_get_item;
}

static void
sb_file_drafts_dispose (GObject *object)
{
  SbFileDrafts *self = SB_FILE_DRAFTS (object);

  for (guint i = 0; i < self->waiting->len; i++)
    g_signal_handlers_disconnect_by_data (sb_file_document_get_channel (g_ptr_array_index (self->waiting, i)), self);
  g_ptr_array_set_size (self->waiting, 0);
  g_clear_object (&self->forgotten);

  G_OBJECT_CLASS (sb_file_drafts_parent_class)->dispose (object);
}

static void
sb_file_drafts_finalize (GObject *object)
{
  SbFileDrafts *self = SB_FILE_DRAFTS (object);

  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->lost);

  G_OBJECT_CLASS (sb_file_drafts_parent_class)->finalize (object);
}

static void
sb_file_drafts_class_init (SbFileDraftsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_file_drafts_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_file_drafts_finalize;
}

static void
sb_file_drafts_init (SbFileDrafts *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->lost = g_ptr_array_new_with_free_func (g_object_unref);
}

SbFileDrafts *
sb_file_drafts_new (void)
{
  return g_object_new (SB_TYPE_FILE_DRAFTS, NULL);
}

void
sb_file_drafts_put (SbFileDrafts   *self,
                    SbFileDocument *document)
{
  SbChannel *channel;

  g_return_if_fail (SB_IS_FILE_DRAFTS (self));

  channel = sb_file_document_get_channel (document);
  if (!sb_channel_is_open (channel))
    {
      if (channel != self->forgotten)
        lose (self, document);
      return;
    }

  if (sb_file_drafts_count (self, channel) == 0)
    g_signal_connect_object (channel, "closed", G_CALLBACK (closed_cb), self, G_CONNECT_SWAPPED);
  g_ptr_array_add (self->waiting, g_object_ref (document));
}

SbFileDocument *
sb_file_drafts_take (SbFileDrafts *self,
                     SbChannel    *channel,
                     const char   *path)
{
  SbFileDocument *document;

  g_return_val_if_fail (SB_IS_FILE_DRAFTS (self), NULL);

  document = find (self, channel, path);
  if (document == NULL)
    return NULL;

  /* It lives on, and somebody does want it. */
  if (channel == self->forgotten)
    g_clear_object (&self->forgotten);
  g_object_ref (document);
  g_ptr_array_remove (self->waiting, document);
  if (sb_file_drafts_count (self, channel) == 0)
    g_signal_handlers_disconnect_by_data (channel, self);

  return document;
}

gboolean
sb_file_drafts_has (SbFileDrafts *self,
                    SbChannel    *channel,
                    const char   *path)
{
  g_return_val_if_fail (SB_IS_FILE_DRAFTS (self), FALSE);

  return find (self, channel, path) != NULL;
}

guint
sb_file_drafts_count (SbFileDrafts *self,
                      SbChannel    *channel)
{
  guint n = 0;

  g_return_val_if_fail (SB_IS_FILE_DRAFTS (self), 0);

  if (channel == NULL)
    return self->waiting->len + self->lost->len;

  for (guint i = 0; i < self->waiting->len; i++)
    if (sb_file_document_get_channel (g_ptr_array_index (self->waiting, i)) == channel)
      n++;

  return n;
}

void
sb_file_drafts_forget (SbFileDrafts *self,
                       SbChannel    *channel)
{
  g_return_if_fail (SB_IS_FILE_DRAFTS (self));

  g_set_object (&self->forgotten, channel);
}

void
sb_file_drafts_remove (SbFileDrafts   *self,
                       SbFileDocument *document)
{
  guint position = 0;

  g_return_if_fail (SB_IS_FILE_DRAFTS (self));

  if (!g_ptr_array_find (self->lost, document, &position))
    return;

  g_ptr_array_remove_index (self->lost, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}
