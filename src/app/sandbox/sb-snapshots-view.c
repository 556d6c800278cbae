/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-snapshots-view.h"

#include <glib/gi18n.h>

#include "sb-compat.h"
#include "sb-sandbox-snapshots.h"
#include "sb-snapshot-row.h"
#include "sb-undo.h"

struct _SbSnapshotsView
{
  GtkWidget parent_instance;

  /* owned */
  SbSandboxManager *manager;
  SbSandbox        *sandbox;
  SbSnapshotStore  *store;  /* nullable: nobody has looked yet */
  SbSnapshot       *wanted; /* nullable: to be restored, if that is confirmed */

  /* template */
  GtkWidget  *box;
  GtkListBox *list;
  GtkEntry   *name;
  GtkStack   *states;
};

enum
{
  PROP_0,
  PROP_SANDBOX,
  N_PROPS
};

enum
{
  DONE,
  FORKED,
  N_SIGNALS
};

/* One that was set aside, and what may be done about it. */
typedef struct
{
  /* owned */
  SbSnapshotStore *store;
  SbSnapshot      *snapshot;

  gboolean is_back;
} Aside;

G_DEFINE_FINAL_TYPE (SbSnapshotsView, sb_snapshots_view, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
aside_free (gpointer data)
{
  Aside *aside = data;

  if (!aside->is_back)
    sb_snapshot_store_remove (aside->store, aside->snapshot, NULL);
  g_object_unref (aside->snapshot);
  g_object_unref (aside->store);
  g_free (aside);
}

static void
tell (SbSnapshotsView *self,
      const char      *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
  g_signal_emit (self, signals[DONE], 0);
}

static void
update (SbSnapshotsView *self)
{
  gboolean ready = self->sandbox != NULL && sb_sandbox_get_channel (self->sandbox) != NULL;
  gboolean any = self->store != NULL && g_list_model_get_n_items (G_LIST_MODEL (self->store)) > 0;

  gtk_stack_set_visible_child_name (self->states, any ? "list" : "empty");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "snapshots.take", ready && self->store != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "snapshots.restore", ready);
}

/* (transfer none) (nullable) */
static SbSnapshot *
find (SbSnapshotsView *self,
      GVariant        *name)
{
  return self->store != NULL ? sb_snapshot_store_lookup (self->store, g_variant_get_string (name, NULL)) : NULL;
}

/* (transfer full) (nullable): NULL: the user was told */
static GBytes *
load (SbSnapshotsView *self,
      SbSnapshot      *snapshot)
{
  g_autoptr(GError) error = NULL;
  GBytes *tree = sb_snapshot_store_load (self->store, snapshot, &error);

  if (tree == NULL)
    tell (self, error->message);

  return tree;
}

/* "quiet-otter-20240131-235959" */
static char *
make_up_name (SbSnapshotsView *self)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y%m%d-%H%M%S");

  return g_strdup_printf ("%s-%s", sb_sandbox_get_name (self->sandbox), date);
}

static GtkWidget *
create_row (gpointer item,
            gpointer user_data)
{
  return sb_snapshot_row_new (item);
}

static void
taken_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbSnapshotsView) self = user_data;
  SbTreeSummary summary = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSnapshot) snapshot = sb_sandbox_snapshot_finish (SB_SANDBOX (source), result, &summary, &error);

  update (self);
  if (snapshot == NULL)
    tell (self, error->message);
  else if (!summary.complete || summary.n_skipped > 0)
    tell (self, _("The snapshot was taken, but not everything could be kept"));
  else
    gtk_editable_set_text (GTK_EDITABLE (self->name), "");
}

static void
take_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbSnapshotsView *self = SB_SNAPSHOTS_VIEW (widget);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->name));
  g_autofree char *name = *text != '\0' ? g_strdup (text) : make_up_name (self);

  gtk_widget_action_set_enabled (widget, "snapshots.take", FALSE);
  sb_sandbox_snapshot_async (self->sandbox, self->store, name, NULL, taken_cb, g_object_ref (self));
}

static void
name_activated_cb (SbSnapshotsView *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "snapshots.take", NULL);
}

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbSnapshotsView) self = user_data;
  g_autoptr(GError) error = NULL;

  if (sb_sandbox_restore_finish (SB_SANDBOX (source), result, &error))
    tell (self, _("The files are those of the snapshot again"));
  else
    tell (self, error->message);
}

static void
confirmed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbSnapshotsView) self = user_data;
  g_autoptr(SbSnapshot) snapshot = g_steal_pointer (&self->wanted);
  g_autoptr(GBytes) tree = NULL;

  if (!sb_compat_confirm_finish (result) || self->sandbox == NULL)
    return;

  tree = load (self, snapshot);
  if (tree != NULL)
    sb_sandbox_restore_async (self->sandbox, tree, TRUE, NULL, restored_cb, g_object_ref (self));
}

static void
restore_cb (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  SbSnapshotsView *self = SB_SNAPSHOTS_VIEW (widget);
  SbSnapshot *snapshot = find (self, parameter);
  GtkRoot *root = gtk_widget_get_root (widget);
  g_autofree char *body = NULL;

  if (snapshot == NULL || self->wanted != NULL)
    return;

  body = g_strdup_printf (_("The files of %s become those of %s. What was changed or added since is lost, unless you "
                            "take a snapshot of it first."),
                          sb_sandbox_get_name (self->sandbox), sb_snapshot_get_name (snapshot));
  self->wanted = g_object_ref (snapshot);
  g_signal_emit (self, signals[DONE], 0);
  sb_compat_confirm_async (GTK_WINDOW (root), _("Restore the Snapshot?"), body, _("_Restore"), TRUE, NULL, confirmed_cb,
                           g_object_ref (self));
}

static void
forked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbSnapshotsView) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandbox) sandbox = sb_sandbox_manager_fork_finish (SB_SANDBOX_MANAGER (source), result, &error);

  if (sandbox == NULL)
    {
      tell (self, error->message);
      return;
    }

  g_signal_emit (self, signals[FORKED], 0, sandbox);
  g_signal_emit (self, signals[DONE], 0);
}

static void
fork_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbSnapshotsView *self = SB_SNAPSHOTS_VIEW (widget);
  SbSnapshot *snapshot = find (self, parameter);
  g_autoptr(GBytes) tree = snapshot != NULL ? load (self, snapshot) : NULL;
  const char *owner = self->sandbox != NULL ? sb_sandbox_get_owner (self->sandbox) : NULL;

  if (tree != NULL)
    sb_sandbox_manager_fork_async (self->manager, tree, owner, NULL, NULL, forked_cb, g_object_ref (self));
}

static void
undo_cb (GtkWidget *widget,
         gpointer   user_data)
{
  Aside *aside = user_data;
  g_autoptr(GError) error = NULL;

  aside->is_back = sb_snapshot_store_take_back (aside->store, aside->snapshot, &error);
  if (!aside->is_back)
    tell (SB_SNAPSHOTS_VIEW (widget), error->message);
}

static void
remove_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  SbSnapshotsView *self = SB_SNAPSHOTS_VIEW (widget);
  SbSnapshot *snapshot = find (self, parameter);
  g_autoptr(GError) error = NULL;
  g_autofree char *title = NULL;
  Aside *aside;

  if (snapshot == NULL)
    return;

  aside = g_new0 (Aside, 1);
  aside->store = g_object_ref (self->store);
  aside->snapshot = g_object_ref (snapshot);
  if (!sb_snapshot_store_set_aside (self->store, snapshot, &error))
    {
      tell (self, error->message);
      aside->is_back = TRUE;
      aside_free (aside);
      return;
    }

  title = g_strdup_printf (_("Deleted snapshot %s"), sb_snapshot_get_name (snapshot));
  sb_undo_offer (widget, title, undo_cb, aside, aside_free);
}

/* Not before somebody looks: making the store reads its folder. */
static void
sb_snapshots_view_map (GtkWidget *widget)
{
  SbSnapshotsView *self = SB_SNAPSHOTS_VIEW (widget);

  GTK_WIDGET_CLASS (sb_snapshots_view_parent_class)->map (widget);
  if (self->store == NULL && self->manager != NULL)
    {
      self->store = g_object_ref (sb_sandbox_manager_get_snapshots (self->manager));
      g_signal_connect_object (self->store, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  /* Anew, for what it says of their age. */
  gtk_list_box_bind_model (self->list, self->store != NULL ? G_LIST_MODEL (self->store) : NULL, create_row, NULL, NULL);
  update (self);
}

static void
sb_snapshots_view_dispose (GObject *object)
{
  SbSnapshotsView *self = SB_SNAPSHOTS_VIEW (object);

  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  if (self->box != NULL)
    sb_snapshots_view_set_sandbox (self, NULL);
  g_clear_object (&self->wanted);
  g_clear_object (&self->store);
  g_clear_object (&self->manager);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_snapshots_view_parent_class)->dispose (object);
}

static void
sb_snapshots_view_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      g_value_set_object (value, SB_SNAPSHOTS_VIEW (object)->sandbox);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_snapshots_view_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      sb_snapshots_view_set_sandbox (SB_SNAPSHOTS_VIEW (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_snapshots_view_class_init (SbSnapshotsViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_snapshots_view_dispose;
  object_class->get_property = sb_snapshots_view_get_property;
  object_class->set_property = sb_snapshots_view_set_property;
  widget_class->map = sb_snapshots_view_map;

  properties[PROP_SANDBOX] =
    g_param_spec_object ("sandbox", NULL, NULL, SB_TYPE_SANDBOX,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[DONE] = g_signal_new ("done", SB_TYPE_SNAPSHOTS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FORKED] = g_signal_new ("forked", SB_TYPE_SNAPSHOTS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, SB_TYPE_SANDBOX);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-snapshots-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSnapshotsView, box);
  gtk_widget_class_bind_template_child (widget_class, SbSnapshotsView, list);
  gtk_widget_class_bind_template_child (widget_class, SbSnapshotsView, name);
  gtk_widget_class_bind_template_child (widget_class, SbSnapshotsView, states);
  gtk_widget_class_bind_template_callback (widget_class, name_activated_cb);
  gtk_widget_class_install_action (widget_class, "snapshots.take", NULL, take_cb);
  gtk_widget_class_install_action (widget_class, "snapshots.restore", "s", restore_cb);
  gtk_widget_class_install_action (widget_class, "snapshots.fork", "s", fork_cb);
  gtk_widget_class_install_action (widget_class, "snapshots.remove", "s", remove_cb);
}

static void
sb_snapshots_view_init (SbSnapshotsView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

void
sb_snapshots_view_set_manager (SbSnapshotsView  *self,
                               SbSandboxManager *manager)
{
  g_return_if_fail (SB_IS_SNAPSHOTS_VIEW (self));
  g_return_if_fail (SB_IS_SANDBOX_MANAGER (manager) && self->manager == NULL);

  self->manager = g_object_ref (manager);
}

void
sb_snapshots_view_set_sandbox (SbSnapshotsView *self,
                               SbSandbox       *sandbox)
{
  g_return_if_fail (SB_IS_SNAPSHOTS_VIEW (self));

  if (self->sandbox == sandbox)
    return;

  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_data (self->sandbox, self);
  g_set_object (&self->sandbox, sandbox);
  if (sandbox != NULL)
    g_signal_connect_object (sandbox, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX]);
}
