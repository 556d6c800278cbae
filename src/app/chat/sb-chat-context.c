/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-chat-context.h"

#define MAX_LAYOUTS 500
#define MAX_SPARES 24

typedef struct
{
  SbBlock     *block;
  PangoLayout *layout;
} Kept;

struct _SbChatContext
{
  GObject       parent_instance;

  /* owned */
  PangoContext *pango_context;
  SbWorkspace  *workspace; /* nullable */
  char         *selected_trace_id;
  GHashTable   *links;     /* SbBlock → its GList in recent */
  GQueue        recent;    /* of Kept, the one used last in front */
  GPtrArray    *spares;    /* of GtkWidget */

  /* borrowed */
  GtkWidget    *selection_owner; /* weak pointer */
};

enum
{
  PROP_0,
  PROP_SELECTED_TRACE_ID,
  N_PROPS,
};

G_DEFINE_FINAL_TYPE (SbChatContext, sb_chat_context, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_object_unref (kept->block);
  g_object_unref (kept->layout);
  g_free (kept);
}

static void
drop_link (SbChatContext *self,
           GList         *link)
{
  Kept *kept = link->data;

  g_hash_table_remove (self->links, kept->block);
  g_queue_delete_link (&self->recent, link);
  kept_free (kept);
}

static void
sb_chat_context_dispose (GObject *object)
{
  SbChatContext *self = SB_CHAT_CONTEXT (object);

  sb_chat_context_forget_layouts (self);
  g_ptr_array_set_size (self->spares, 0);
  g_clear_weak_pointer (&self->selection_owner);
  g_clear_object (&self->workspace);

  G_OBJECT_CLASS (sb_chat_context_parent_class)->dispose (object);
}

static void
sb_chat_context_finalize (GObject *object)
{
  SbChatContext *self = SB_CHAT_CONTEXT (object);

  g_clear_object (&self->pango_context);
  g_clear_pointer (&self->links, g_hash_table_unref);
  g_clear_pointer (&self->spares, g_ptr_array_unref);
  g_clear_pointer (&self->selected_trace_id, g_free);

  G_OBJECT_CLASS (sb_chat_context_parent_class)->finalize (object);
}

static void
sb_chat_context_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  SbChatContext *self = SB_CHAT_CONTEXT (object);

  switch (prop_id)
    {
    case PROP_SELECTED_TRACE_ID:
      g_value_set_string (value, self->selected_trace_id);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_chat_context_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  SbChatContext *self = SB_CHAT_CONTEXT (object);

  switch (prop_id)
    {
    case PROP_SELECTED_TRACE_ID:
      sb_chat_context_set_selected_trace_id (self, g_value_get_string (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_chat_context_class_init (SbChatContextClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_chat_context_dispose;
  object_class->finalize = sb_chat_context_finalize;
  object_class->get_property = sb_chat_context_get_property;
  object_class->set_property = sb_chat_context_set_property;

  properties[PROP_SELECTED_TRACE_ID] =
    g_param_spec_string ("selected-trace-id", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_chat_context_init (SbChatContext *self)
{
  self->links = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->recent);
  self->spares = g_ptr_array_new_with_free_func (g_object_unref);
}

SbChatContext *
sb_chat_context_new (PangoContext *pango_context)
{
  SbChatContext *self = g_object_new (SB_TYPE_CHAT_CONTEXT, NULL);

  self->pango_context = g_object_ref (pango_context);

  return self;
}

SbAgent *
sb_chat_context_lookup_agent (SbChatContext *self,
                              const char    *agent_id)
{
  SbAgentCatalog *agents = self->workspace != NULL ? sb_workspace_get_agents (self->workspace) : NULL;

  return agents != NULL && agent_id != NULL ? sb_agent_catalog_lookup (agents, agent_id) : NULL;
}

SbWorkspace *
sb_chat_context_get_workspace (SbChatContext *self)
{
  return self->workspace;
}

void
sb_chat_context_set_workspace (SbChatContext *self,
                               SbWorkspace   *workspace)
{
  g_set_object (&self->workspace, workspace);
}

const char *
sb_chat_context_get_selected_trace_id (SbChatContext *self)
{
  return self->selected_trace_id;
}

void
sb_chat_context_set_selected_trace_id (SbChatContext *self,
                                       const char    *trace_id)
{
  if (g_strcmp0 (self->selected_trace_id, trace_id) == 0)
    return;

  g_free (self->selected_trace_id);
  self->selected_trace_id = g_strdup (trace_id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_TRACE_ID]);
}

PangoLayout *
sb_chat_context_get_layout (SbChatContext *self,
                            SbBlock       *block)
{
  GList *link = g_hash_table_lookup (self->links, block);

  if (link == NULL)
    return NULL;

  g_queue_unlink (&self->recent, link);
  g_queue_push_head_link (&self->recent, link);

  return ((Kept *) link->data)->layout;
}

/* (transfer full) */
PangoLayout *
sb_chat_context_create_layout (SbChatContext *self,
                               SbBlock       *block)
{
  PangoLayout *layout = pango_layout_new (self->pango_context);
  Kept *kept;

  if (block == NULL)
    return layout;

  sb_chat_context_forget_layout (self, block);
  kept = g_new0 (Kept, 1);
  kept->block = g_object_ref (block);
  kept->layout = g_object_ref (layout);
  g_queue_push_head (&self->recent, kept);
  g_hash_table_insert (self->links, block, self->recent.head);

  if (self->recent.length > MAX_LAYOUTS)
    drop_link (self, self->recent.tail);

  return layout;
}

void
sb_chat_context_forget_layout (SbChatContext *self,
                               SbBlock       *block)
{
  GList *link = g_hash_table_lookup (self->links, block);

  if (link != NULL)
    drop_link (self, link);
}

/* The theme or the font is another one, or the conversation is. */
void
sb_chat_context_forget_layouts (SbChatContext *self)
{
  while (self->recent.head != NULL)
    drop_link (self, self->recent.head);
}

GtkWidget *
sb_chat_context_take_spare (SbChatContext *self,
                            GType          type)
{
  for (guint i = self->spares->len; i > 0; i--)
    if (G_OBJECT_TYPE (g_ptr_array_index (self->spares, i - 1)) == type)
      return g_ptr_array_steal_index_fast (self->spares, i - 1);

  return NULL;
}

void
sb_chat_context_give_spare (SbChatContext *self,
                            GtkWidget     *widget)
{
  if (self->spares->len < MAX_SPARES)
    g_ptr_array_add (self->spares, g_object_ref (widget));
}

GtkWidget *
sb_chat_context_get_selection_owner (SbChatContext *self)
{
  return self->selection_owner;
}

void
sb_chat_context_set_selection_owner (SbChatContext *self,
                                     GtkWidget     *owner)
{
  g_set_weak_pointer (&self->selection_owner, owner);
}

