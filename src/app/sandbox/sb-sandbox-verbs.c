/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-verbs.h"

#include <glib/gi18n.h>

#include "sb-compat.h"
#include "sb-sandbox-removal.h"
#include "sb-sandbox-snapshots.h"
#include "sb-undo.h"

typedef struct
{
  /* owned */
  GtkWidget        *widget;
  SbSelection      *selection;
  SbSandboxRemoval *removal; /* nullable */

  guint    n_unsaved;
  gboolean is_kept;   /* it can be brought back */
} Verb;

static Verb *
verb_new (GtkWidget   *widget,
          SbSelection *selection)
{
  Verb *verb = g_new0 (Verb, 1);

  verb->widget = g_object_ref (widget);
  verb->selection = g_object_ref (selection);

  return verb;
}

static void
verb_free (Verb *verb)
{
  g_object_unref (verb->widget);
  g_object_unref (verb->selection);
  g_clear_object (&verb->removal);
  g_free (verb);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Verb, verb_free)

static SbSandboxManager *
get_manager (Verb *verb)
{
  return sb_workspace_get_sandboxes (sb_selection_get_workspace (verb->selection));
}

static void
tell (GtkWidget    *widget,
      const GError *error)
{
  gtk_widget_activate_action (widget, "win.toast", "s", error->message);
}

static gboolean
is_in_use (Verb *verb)
{
  const char *owner = sb_sandbox_get_owner (sb_sandbox_removal_get_sandbox (verb->removal));
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
    tell (verb->widget, error);
}

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Verb) verb = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandbox) sandbox = sb_sandbox_removal_restore_finish (SB_SANDBOX_REMOVAL (source), result, &error);

  if (sandbox != NULL)
    sb_selection_set_sandbox (verb->selection, sandbox);
  else
    tell (verb->widget, error);
}

static void
undo_cb (GtkWidget *widget,
         gpointer   user_data)
{
  Verb *verb = user_data;
  Verb *undo = verb_new (verb->widget, verb->selection);

  sb_sandbox_removal_restore_async (verb->removal, restored_cb, undo);
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(Verb) verb = user_data;
  const char *name = sb_sandbox_get_name (sb_sandbox_removal_get_sandbox (verb->removal));
  g_autofree char *title = NULL;
  g_autoptr(GError) error = NULL;

  if (!sb_sandbox_removal_run_finish (SB_SANDBOX_REMOVAL (source), result, &error))
    {
      tell (verb->widget, error);
      return;
    }
  if (!verb->is_kept)
    return;

  /* Translators: Undo brings back the files of the sandbox of this name, in a new one. */
  title = g_strdup_printf (_("Removed %s and its files"), name);
  sb_undo_offer (verb->widget, title, undo_cb, verb, (GDestroyNotify) verb_free);
  g_steal_pointer (&verb);
}

/* verb: (transfer full) */
static void
run_removal (Verb *verb)
{
  sb_sandbox_removal_run_async (verb->removal, removed_cb, verb);
}

static void
confirmed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(Verb) verb = user_data;

  if (!sb_compat_confirm_finish (result))
    return;

  gtk_widget_activate_action (verb->widget, "sandbox.forget-unsaved", "s",
                              sb_sandbox_get_id (sb_sandbox_removal_get_sandbox (verb->removal)));
  run_removal (g_steal_pointer (&verb));
}

/* (transfer full) (nullable): NULL: nothing that could not be undone */
static char *
describe_loss (Verb *verb)
{
  const char *in_use = is_in_use (verb) ? _("An agent is at work in it. Whatever runs is killed.") : "";
  const char *lost = verb->is_kept ? "" : _("Its files are too many to be kept for an undo: they are thrown away.");
  g_autofree char *unsaved = NULL;
  g_autofree char *text = NULL;

  if (verb->n_unsaved > 0)
    unsaved = g_strdup_printf (ngettext ("%u file has text that was not saved.",
                                         "%u files have text that was not saved.", verb->n_unsaved), verb->n_unsaved);
  text = g_strdup_printf ("%s %s %s", in_use, unsaved != NULL ? unsaved : "", lost);
  g_strstrip (text);

  return *text != '\0' ? g_steal_pointer (&text) : NULL;
}

static void
prepared_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Verb) verb = user_data;
  GtkRoot *root = gtk_widget_get_root (verb->widget);
  g_autofree char *loss = NULL;

  verb->is_kept = sb_sandbox_removal_prepare_finish (SB_SANDBOX_REMOVAL (source), result);
  loss = describe_loss (verb);
  if (loss != NULL)
    sb_compat_confirm_async (GTK_WINDOW (root), _("Remove the Sandbox?"), loss, _("_Remove"), TRUE, NULL, confirmed_cb,
                             g_steal_pointer (&verb));
  else
    run_removal (g_steal_pointer (&verb));
}

static void
paused_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GtkWidget) widget = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_sandbox_pause_finish (SB_SANDBOX (source), result, &error))
    tell (widget, error);
}

void
sb_sandbox_verbs_create (GtkWidget   *widget,
                         SbSelection *selection,
                         const char  *profile,
                         const char  *engine)
{
  const SbSandboxSpec spec = { .profile = profile, .engine = (char *) engine };
  SbConversation *conversation = sb_selection_get_conversation (selection);
  const char *owner = conversation != NULL ? sb_conversation_get_id (conversation) : NULL;
  Verb *verb = verb_new (widget, selection);

  sb_sandbox_manager_create_async (get_manager (verb), &spec, owner, NULL, NULL, created_cb, verb);
}

void
sb_sandbox_verbs_remove (GtkWidget   *widget,
                         SbSelection *selection,
                         SbSandbox   *sandbox,
                         guint        n_unsaved)
{
  Verb *verb = verb_new (widget, selection);

  verb->removal = sb_sandbox_removal_new (get_manager (verb), sandbox);
  verb->n_unsaved = n_unsaved;
  sb_sandbox_removal_prepare_async (verb->removal, prepared_cb, verb);
}

void
sb_sandbox_verbs_pause (GtkWidget *widget,
                        SbSandbox *sandbox)
{
  sb_sandbox_pause_async (sandbox, !sb_sandbox_is_paused (sandbox), NULL, paused_cb, g_object_ref (widget));
}
