/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-questions.h"

#include <adwaita.h>

#include "sb-announce.h"
#include "sb-approval-row.h"

struct _SbQuestions
{
  GtkWidget    parent_instance;

  /* owned */
  SbApprovals *approvals; /* nullable */
  gulong       changed_id;

  /* template */
  GtkListBox  *list;
  GtkRevealer *revealer;
};

G_DEFINE_FINAL_TYPE (SbQuestions, sb_questions, GTK_TYPE_WIDGET)

static GtkWidget *
create_row_cb (gpointer item,
               gpointer user_data)
{
  return sb_approval_row_new (SB_APPROVAL (item));
}

static void
changed_cb (SbQuestions *self,
            guint        position,
            guint        removed,
            guint        added,
            GListModel  *model)
{
  if (added > 0)
    {
      g_autoptr(SbApproval) approval = g_list_model_get_item (model, position);

      sb_announce (GTK_WIDGET (self), sb_approval_get_title (approval));
    }
  gtk_revealer_set_reveal_child (self->revealer, g_list_model_get_n_items (model) > 0);
}

static void
sb_questions_dispose (GObject *object)
{
  SbQuestions *self = SB_QUESTIONS (object);

  if (self->list != NULL)
    sb_questions_set_approvals (self, NULL);
  g_clear_pointer ((GtkWidget **) &self->revealer, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_questions_parent_class)->dispose (object);
}

static void
sb_questions_class_init (SbQuestionsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_questions_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-questions.ui");
  gtk_widget_class_bind_template_child (widget_class, SbQuestions, list);
  gtk_widget_class_bind_template_child (widget_class, SbQuestions, revealer);
}

static void
sb_questions_init (SbQuestions *self)
{
  g_type_ensure (ADW_TYPE_CLAMP);
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sb_questions_set_approvals (SbQuestions *self,
                            SbApprovals *approvals)
{
  g_return_if_fail (SB_IS_QUESTIONS (self));

  if (self->approvals == approvals)
    return;
  if (self->approvals != NULL)
    g_clear_signal_handler (&self->changed_id, self->approvals);

  g_set_object (&self->approvals, approvals);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (approvals), create_row_cb, NULL, NULL);
  if (approvals == NULL)
    return;

  self->changed_id = g_signal_connect_swapped (approvals, "items-changed", G_CALLBACK (changed_cb), self);
  changed_cb (self, 0, 0, 0, G_LIST_MODEL (approvals));
}
