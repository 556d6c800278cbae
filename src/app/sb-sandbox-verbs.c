/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-verbs.h"

#include <glib/gi18n.h>

#include "sb-compat.h"

typedef struct
{
  /* owned */
  GtkWidget   *widget;
  SbSelection *selection;
  SbSandbox   *sandbox; /* nullable */
} Verb;

static Verb *
verb_new (GtkWidget   *widget,
          SbSelection *selection,
          SbSandbox   *sandbox)
{
  Verb *verb = g_new0 (Verb, 1);

  verb->widget = g_object_ref (widget);
  verb->selection = g_object_ref (selection);
  g_set_object (&verb->sandbox, sandbox);

  return verb;
}

static void
verb_free (Verb *verb)
{
  g_object_unref (verb->widget);
  g_object_unref (verb->selection);
  g_clear_object (&verb->sandbox);
  g_free (verb);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Verb, verb_free)

static SbSandboxManager *
get_manager (Verb *verb)
{
  return sb_workspace_get_sandboxes (sb_selection_get_workspace (verb->selection));
}

static void
tell (Verb   *verb,
      GError *error)
{
  gtk_widget_activate_action (verb->widget, "win.toast", "s", error->message);
}

static gboolean
is_in_use (Verb *verb)
{
  const char *owner = sb_sandbox_get_owner (verb->sandbox);
  GListModel *conversations = sb_workspace_get_conversations (sb_selection_get_workspace (verb->selection));

  for (guint i = 0; i < g_list_model_get_n_items (conversations); i++)
    {
      g_autoptr(SbConversation) conversation = g_list_model_get_item (conversations, i);

      if (sb_conversation_get_running (conversation)
          && (owner == NULL || g_str_equal (owner, sb_conversation_get_id (conversation))))
        return TRUE;
    }

  return FALSE;
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(Verb) verb = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandbox) sandbox = sb_sandbox_manager_create_finish (SB_SANDBOX_MANAGER (source), result, &error);

  if (sandbox != NULL)
    sb_selection_set_sandbox (verb->selection, sandbox);
  else
    tell (verb, error);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(Verb) verb = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_sandbox_manager_stop_finish (SB_SANDBOX_MANAGER (source), result, &error))
    tell (verb, error);
}

static void
confirmed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Verb *verb = user_data;

  if (sb_compat_confirm_finish (result))
    sb_sandbox_manager_stop_async (get_manager (verb), verb->sandbox, NULL, stopped_cb, verb);
  else
    verb_free (verb);
}

void
sb_sandbox_verbs_create (GtkWidget   *widget,
                         SbSelection *selection)
{
  SbConversation *conversation = sb_selection_get_conversation (selection);
  const char *owner = conversation != NULL ? sb_conversation_get_id (conversation) : NULL;
  Verb *verb = verb_new (widget, selection, NULL);

  sb_sandbox_manager_create_async (get_manager (verb), NULL, owner, NULL, NULL, created_cb, verb);
}

void
sb_sandbox_verbs_stop (GtkWidget   *widget,
                       SbSelection *selection,
                       SbSandbox   *sandbox)
{
  Verb *verb = verb_new (widget, selection, sandbox);

  if (is_in_use (verb))
    sb_compat_confirm_async (GTK_WINDOW (gtk_widget_get_root (widget)), _("Stop the Sandbox?"),
                             _("An agent is at work in it. Whatever runs is killed, and its files are thrown "
                               "away."),
                             _("_Stop"), TRUE, NULL, confirmed_cb, verb);
  else
    sb_sandbox_manager_stop_async (get_manager (verb), sandbox, NULL, stopped_cb, verb);
}
