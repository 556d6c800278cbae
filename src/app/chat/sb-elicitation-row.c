/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-elicitation-row.h"

#include <glib/gi18n.h>

#include "sb-form.h"
#include "sb-text.h"

#define MAX_MESSAGE (4 * 1024)

struct _SbElicitationRow
{
  GtkListBoxRow     parent_instance;

  /* owned */
  SbMcpElicitation *elicitation;

  /* borrowed */
  GtkWidget        *form; /* nullable: it is an address */

  gboolean          opened;

  /* template */
  GtkButton        *accept;
  GtkLabel         *address;
  GtkBox           *content;
  GtkLabel         *error;
  GtkLabel         *message;
  GtkLabel         *title;
};

enum
{
  ANSWERED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbElicitationRow, sb_elicitation_row, GTK_TYPE_LIST_BOX_ROW)

static guint signals[N_SIGNALS];

static void
show_error (SbElicitationRow *self,
            const char       *text)
{
  gtk_label_set_text (self->error, text);
  gtk_widget_set_visible (GTK_WIDGET (self->error), *text != '\0');
}

static void
open_address (SbElicitationRow *self)
{
  gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                sb_mcp_elicitation_get_url (self->elicitation), GDK_CURRENT_TIME);
  self->opened = TRUE;
  gtk_button_set_label (self->accept, _("_Continue"));
}

static gboolean
send_form (SbElicitationRow  *self,
           GError           **error)
{
  g_autoptr(JsonObject) content = sb_form_dup_content (SB_FORM (self->form), error);

  return content != NULL && sb_mcp_elicitation_accept (self->elicitation, content, error);
}

/* FALSE: the question still stands. error: set when it cannot be answered so. */
static gboolean
accept (SbElicitationRow  *self,
        GError           **error)
{
  if (self->form != NULL)
    return send_form (self, error);

  if (!self->opened)
    {
      open_address (self);
      /* The call is made anew as soon as this is answered: the user says when the page is done with. */
      if (sb_mcp_elicitation_get_holds_call (self->elicitation))
        return FALSE;
    }

  return sb_mcp_elicitation_accept (self->elicitation, NULL, error);
}

static void
answer_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  g_autoptr(SbElicitationRow) self = g_object_ref (SB_ELICITATION_ROW (widget));
  g_autoptr(GError) error = NULL;

  if (g_str_equal (action_name, "elicitation.accept") && !accept (self, &error))
    {
      show_error (self, error != NULL ? error->message : "");
      return;
    }
  if (g_str_equal (action_name, "elicitation.decline"))
    sb_mcp_elicitation_decline (self->elicitation);
  else if (g_str_equal (action_name, "elicitation.cancel"))
    sb_mcp_elicitation_cancel (self->elicitation);

  g_signal_emit (self, signals[ANSWERED], 0);
}

static void
show_question (SbElicitationRow *self)
{
  const char *server = sb_mcp_elicitation_get_server_name (self->elicitation);
  const char *url = sb_mcp_elicitation_get_url (self->elicitation);
  g_autofree char *name = sb_text_clean (server != NULL ? server : _("A server"), -1, NULL);
  g_autofree char *title = g_strdup_printf (url != NULL ? _("%s asks you to visit an address") : _("%s asks"), name);
  g_autofree char *head = sb_text_head_tail (sb_mcp_elicitation_get_message (self->elicitation), MAX_MESSAGE, NULL);
  g_autofree char *message = sb_text_clean (head, -1, NULL);
  g_autofree char *address = url != NULL ? sb_text_clean (url, -1, NULL) : NULL;

  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->message, message);
  gtk_label_set_text (self->address, address != NULL ? address : "");
  gtk_widget_set_visible (GTK_WIDGET (self->address), address != NULL);
  gtk_button_set_label (self->accept, url != NULL ? _("_Open the Address") : _("_Send"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, message,
                                  -1);
}

static void
sb_elicitation_row_dispose (GObject *object)
{
  g_clear_object (&SB_ELICITATION_ROW (object)->elicitation);

  G_OBJECT_CLASS (sb_elicitation_row_parent_class)->dispose (object);
}

static void
sb_elicitation_row_class_init (SbElicitationRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_elicitation_row_dispose;

  signals[ANSWERED] = g_signal_new ("answered",
                                    G_TYPE_FROM_CLASS (klass),
                                    G_SIGNAL_RUN_LAST,
                                    0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-elicitation-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbElicitationRow, accept);
  gtk_widget_class_bind_template_child (widget_class, SbElicitationRow, address);
  gtk_widget_class_bind_template_child (widget_class, SbElicitationRow, content);
  gtk_widget_class_bind_template_child (widget_class, SbElicitationRow, error);
  gtk_widget_class_bind_template_child (widget_class, SbElicitationRow, message);
  gtk_widget_class_bind_template_child (widget_class, SbElicitationRow, title);
  gtk_widget_class_install_action (widget_class, "elicitation.accept", NULL, answer_action);
  gtk_widget_class_install_action (widget_class, "elicitation.cancel", NULL, answer_action);
  gtk_widget_class_install_action (widget_class, "elicitation.decline", NULL, answer_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "elicitation.accept", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "elicitation.cancel", NULL);
}

static void
sb_elicitation_row_init (SbElicitationRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_elicitation_row_new (SbMcpElicitation *elicitation)
{
  SbElicitationRow *self = g_object_new (SB_TYPE_ELICITATION_ROW, NULL);

  self->elicitation = g_object_ref (elicitation);
  if (sb_mcp_elicitation_get_url (elicitation) == NULL)
    {
      self->form = sb_form_new (sb_mcp_elicitation_get_fields (elicitation));
      gtk_box_append (self->content, self->form);
    }
  show_question (self);

  return GTK_WIDGET (self);
}

SbMcpElicitation *
sb_elicitation_row_get_elicitation (SbElicitationRow *self)
{
  g_return_val_if_fail (SB_IS_ELICITATION_ROW (self), NULL);

  return self->elicitation;
}
