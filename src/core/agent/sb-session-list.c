/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-session-list.h"

struct _SbSessionList
{
  GObject     parent_instance;

  /* owned */
  SbServices *services;
  GPtrArray  *sessions;   /* of SbSession */
  guint       reap_id;

  gboolean    ready;      /* providers are known */
};

enum
{
  FINISHED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbSessionList, sb_session_list, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static gboolean reap_cb (gpointer user_data);

/* Deleted conversations */

static gboolean
is_deleted (SbSessionList  *self,
            SbConversation *conversation)
{
  GListModel *conversations = sb_store_get_conversations (self->services->store);

  for (guint i = 0; i < g_list_model_get_n_items (conversations); i++)
    {
      g_autoptr(SbConversation) item = g_list_model_get_item (conversations, i);

      if (item == conversation)
        return FALSE;
    }

  return TRUE;
}

/* The time counts from the last deletion, so that each has all of it. */
static void
reap_later (SbSessionList *self)
{
  g_clear_handle_id (&self->reap_id, g_source_remove);
  self->reap_id = g_timeout_add_seconds (SB_SESSION_LIST_UNDO_SECONDS, reap_cb, self);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  /* Why an end did not work is seen in the sandbox's state. */
  sb_sandbox_manager_stop_finish (SB_SANDBOX_MANAGER (source), result, NULL);
}

static void
stop_sandboxes (SbSessionList *self,
                const char    *owner)
{
  GListModel *sandboxes = G_LIST_MODEL (self->services->sandboxes);

  for (guint i = 0; i < g_list_model_get_n_items (sandboxes); i++)
    {
      g_autoptr(SbSandbox) sandbox = g_list_model_get_item (sandboxes, i);
      SbSandboxState state = sb_sandbox_get_state (sandbox);

      if (g_strcmp0 (sb_sandbox_get_owner (sandbox), owner) == 0 &&
          (state == SB_SANDBOX_STATE_STARTING || state == SB_SANDBOX_STATE_READY))
        sb_sandbox_manager_stop_async (self->services->sandboxes, sandbox, NULL, stopped_cb, NULL);
    }
}

static gboolean
reap_cb (gpointer user_data)
{
  SbSessionList *self = user_data;
  gboolean again = FALSE;

  self->reap_id = 0;
  for (guint i = self->sessions->len; i > 0; i--)
    {
      g_autoptr(SbSession) session = g_object_ref (g_ptr_array_index (self->sessions, i - 1));
      SbConversation *conversation = sb_session_get_conversation (session);

      if (!is_deleted (self, conversation))
        continue;
      sb_session_stop (session);
      if (sb_session_is_running (session))
        {
          again = TRUE;
          continue;
        }
      stop_sandboxes (self, sb_conversation_get_id (conversation));
      sb_session_close (session);
      g_ptr_array_remove_index (self->sessions, i - 1);
    }
  if (again)
    reap_later (self);

  return G_SOURCE_REMOVE;
}

static void
conversations_changed_cb (SbSessionList *self,
                          guint          position,
                          guint          n_removed,
                          guint          n_added)
{
  if (n_removed > n_added && self->sessions->len > 0)
    reap_later (self);
}

static void
session_finished_cb (SbSessionList *self)
{
  g_signal_emit (self, signals[FINISHED], 0);
}

static void
sb_session_list_dispose (GObject *object)
{
  SbSessionList *self = SB_SESSION_LIST (object);

  g_clear_handle_id (&self->reap_id, g_source_remove);
  g_ptr_array_set_size (self->sessions, 0);
  g_clear_pointer (&self->services, sb_services_unref);

  G_OBJECT_CLASS (sb_session_list_parent_class)->dispose (object);
}

static void
sb_session_list_finalize (GObject *object)
{
  g_ptr_array_unref (SB_SESSION_LIST (object)->sessions);

  G_OBJECT_CLASS (sb_session_list_parent_class)->finalize (object);
}

static void
sb_session_list_class_init (SbSessionListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_session_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_session_list_finalize;

  signals[FINISHED] =
    g_signal_new ("finished",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
sb_session_list_init (SbSessionList *self)
{
  self->sessions = g_ptr_array_new_with_free_func (g_object_unref);
}

SbSessionList *
sb_session_list_new (SbServices *services)
{
  SbSessionList *self = g_object_new (SB_TYPE_SESSION_LIST, NULL);

  self->services = sb_services_ref (services);
  g_signal_connect_object (sb_store_get_conversations (services->store), "items-changed",
                           G_CALLBACK (conversations_changed_cb), self, G_CONNECT_SWAPPED);

  return self;
}

SbSession *
sb_session_list_find (SbSessionList  *self,
                      SbConversation *conversation)
{
  for (guint i = 0; i < self->sessions->len; i++)
    {
      SbSession *session = g_ptr_array_index (self->sessions, i);

      if (sb_session_get_conversation (session) == conversation)
        return session;
    }

  return NULL;
}

SbSession *
sb_session_list_ensure (SbSessionList  *self,
                        SbConversation *conversation)
{
  SbSession *session = sb_session_list_find (self, conversation);

  if (session != NULL)
    return session;

  session = sb_session_new (self->services, conversation);
  g_signal_connect_object (session, "finished", G_CALLBACK (session_finished_cb), self, G_CONNECT_SWAPPED);
  g_ptr_array_add (self->sessions, session);
  if (self->ready)
    sb_session_set_ready (session);

  return session;
}

gboolean
sb_session_list_is_running (SbSessionList *self)
{
  for (guint i = 0; i < self->sessions->len; i++)
    if (sb_session_is_running (g_ptr_array_index (self->sessions, i)))
      return TRUE;

  return FALSE;
}

void
sb_session_list_set_ready (SbSessionList *self)
{
  self->ready = TRUE;
  for (guint i = 0; i < self->sessions->len; i++)
    sb_session_set_ready (g_ptr_array_index (self->sessions, i));
}

void
sb_session_list_stop (SbSessionList *self)
{
  for (guint i = 0; i < self->sessions->len; i++)
    sb_session_stop (g_ptr_array_index (self->sessions, i));
}

/* Ends the connections to the tools. */
void
sb_session_list_close (SbSessionList *self)
{
  for (guint i = 0; i < self->sessions->len; i++)
    sb_session_close (g_ptr_array_index (self->sessions, i));
}

/* Puts what a sandbox did into the trace of the conversation whose call asked for it. */
void
sb_session_list_add_activity (SbSessionList    *self,
                              const SbActivity *activity)
{
  for (guint i = 0; i < self->sessions->len; i++)
    if (sb_session_add_activity (g_ptr_array_index (self->sessions, i), activity))
      return;
}
