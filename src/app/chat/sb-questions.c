/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-questions.h"

#include <adwaita.h>

#include "sb-announce.h"
#include "sb-approval-row.h"
#include "sb-elicitation-row.h"
#include "sb-text.h"

struct _SbQuestions
{
  GtkWidget    parent_instance;

  /* owned */
  SbApprovals   *approvals; /* nullable */
  SbToolServers *servers;   /* nullable: whose questions are shown, too */
  gulong         changed_id;
  gulong         asked_id;

  /* template */
  GtkListBox  *list;
  GtkRevealer *revealer;
  GtkListBox  *server_list;
};

G_DEFINE_FINAL_TYPE (SbQuestions, sb_questions, GTK_TYPE_WIDGET)

static guint
count (gpointer model)
{
  return model != NULL ? g_list_model_get_n_items (model) : 0;
}

static void
update (SbQuestions *self)
{
  guint n_asked = self->servers != NULL ? count (sb_tool_servers_get_elicitations (self->servers)) : 0;
  guint n_approvals = count (self->approvals);

  gtk_widget_set_visible (GTK_WIDGET (self->list), n_approvals > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->server_list), n_asked > 0);
  gtk_revealer_set_reveal_child (self->revealer, n_approvals + n_asked > 0);
}

static void
answered_cb (SbQuestions      *self,
             SbElicitationRow *row)
{
  sb_tool_servers_remove_elicitation (self->servers, sb_elicitation_row_get_elicitation (row));
}

static GtkWidget *
create_server_row_cb (gpointer item,
                      gpointer user_data)
{
  GtkWidget *row = sb_elicitation_row_new (SB_MCP_ELICITATION (item));

  g_signal_connect_object (row, "answered", G_CALLBACK (answered_cb), user_data, G_CONNECT_SWAPPED);

  return row;
}

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
  update (self);
}

static void
asked_cb (SbQuestions *self,
          guint        position,
          guint        removed,
          guint        added,
          GListModel  *model)
{
  if (added > 0)
    {
      g_autoptr(SbMcpElicitation) elicitation = g_list_model_get_item (model, position);
      g_autofree char *text = sb_text_clean (sb_mcp_elicitation_get_message (elicitation), -1, NULL);

      sb_announce (GTK_WIDGET (self), text);
    }
  update (self);
}

static void
sb_questions_dispose (GObject *object)
{
  SbQuestions *self = SB_QUESTIONS (object);

  if (self->list != NULL)
    {
      sb_questions_set_approvals (self, NULL);
      sb_questions_set_servers (self, NULL);
    }
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
  gtk_widget_class_bind_template_child (widget_class, SbQuestions, server_list);
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

void
sb_questions_set_servers (SbQuestions   *self,
                          SbToolServers *servers)
{
  GListModel *asked;

  g_return_if_fail (SB_IS_QUESTIONS (self));

  if (self->servers == servers)
    return;
  if (self->servers != NULL)
    g_clear_signal_handler (&self->asked_id, sb_tool_servers_get_elicitations (self->servers));

  g_set_object (&self->servers, servers);
  asked = servers != NULL ? sb_tool_servers_get_elicitations (servers) : NULL;
  gtk_list_box_bind_model (self->server_list, asked, create_server_row_cb, self, NULL);
  if (asked == NULL)
    return;

  self->asked_id = g_signal_connect_swapped (asked, "items-changed", G_CALLBACK (asked_cb), self);
  update (self);
}
