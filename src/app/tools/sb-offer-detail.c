/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-offer-detail.h"

#include <glib/gi18n.h>

#include "sb-content-view.h"
#include "sb-form.h"
#include "sb-mcp-uri-template.h"

struct _SbOfferDetail
{
  GtkWidget parent_instance;

  /* owned */
  SbOffers     *offers;      /* nullable */
  SbOffer      *offer;       /* nullable */
  GCancellable *cancellable; /* nullable: of the question that is open */

  /* borrowed */
  GtkWidget *form;           /* nullable */

  /* template */
  GtkWidget     *box;
  GtkLabel      *description;
  GtkBox        *form_box;
  GtkLabel      *name;
  SbContentView *result;
  GtkLabel      *result_state;
  GtkButton     *run;
  GtkSpinner    *spinner;
  GtkWidget     *watch;

  gboolean syncing;
};

G_DEFINE_FINAL_TYPE (SbOfferDetail, sb_offer_detail, GTK_TYPE_WIDGET)

static void
show_state (SbOfferDetail *self,
            const char    *text,
            gboolean       failed)
{
  gtk_label_set_text (self->result_state, text);
  gtk_widget_set_visible (GTK_WIDGET (self->result_state), *text != '\0');
  if (failed)
    gtk_widget_add_css_class (GTK_WIDGET (self->result_state), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->result_state), "error");
}

static void
update (SbOfferDetail *self)
{
  gboolean running = self->cancellable != NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "offer.run", self->offer != NULL && !running);
  gtk_spinner_set_spinning (self->spinner, running);
  if (self->offer == NULL)
    return;

  self->syncing = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->watch), sb_offer_get_watched (self->offer));
  self->syncing = FALSE;
  if (sb_offer_get_changed (self->offer))
    show_state (self, _("It has changed since it was read."), FALSE);
}

static void
watch_cb (SbOfferDetail *self)
{
  if (!self->syncing && self->offer != NULL)
    sb_offers_watch (self->offers, self->offer, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->watch)));
}

static void
show_form (SbOfferDetail *self)
{
  g_autoptr(JsonObject) schema = sb_offer_new_schema (self->offer);

  if (self->form != NULL)
    gtk_box_remove (self->form_box, self->form);
  self->form = sb_form_new_for_schema (schema);
  gtk_box_append (self->form_box, self->form);
  gtk_widget_set_visible (GTK_WIDGET (self->form_box), sb_form_get_n_fields (SB_FORM (self->form)) > 0);
}

static void
show (SbOfferDetail *self)
{
  gboolean is_prompt = sb_offer_get_kind (self->offer) == SB_OFFER_PROMPT;
  g_autofree char *title = sb_offer_dup_title (self->offer);
  g_autofree char *description = sb_offer_dup_description (self->offer);

  gtk_label_set_text (self->name, title);
  gtk_label_set_text (self->description, description);
  gtk_widget_set_visible (GTK_WIDGET (self->description), *description != '\0');
  gtk_button_set_label (self->run, is_prompt ? _("_Get") : _("_Read"));
  gtk_widget_set_visible (self->watch, sb_offer_get_kind (self->offer) == SB_OFFER_RESOURCE
                                       && sb_offers_can_watch (self->offers));
  show_form (self);
  show_state (self, "", FALSE);
  sb_content_view_clear (self->result);
}

/* One question to the server. */
typedef struct
{
  SbOfferDetail *detail; /* owned */
  SbOffer       *offer;  /* owned */
} Question;

static Question *
question_new (SbOfferDetail *self)
{
  Question *question = g_new0 (Question, 1);

  question->detail = g_object_ref (self);
  question->offer = g_object_ref (self->offer);

  return question;
}

static void
question_free (Question *question)
{
  g_object_unref (question->detail);
  g_object_unref (question->offer);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

/* FALSE: nobody looks at what it was about any more. */
static gboolean
end_question (Question     *question,
              const GError *error)
{
  SbOfferDetail *self = question->detail;

  if (self->offer != question->offer || self->cancellable == NULL)
    return FALSE;

  g_clear_object (&self->cancellable);
  sb_offer_set_changed (self->offer, FALSE);
  show_state (self, error != NULL ? error->message : "", error != NULL);
  update (self);

  return error == NULL;
}

static void
got_prompt_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(Question) question = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpPromptResult) prompt = sb_mcp_client_get_prompt_finish (SB_MCP_CLIENT (source), result, &error);

  if (end_question (question, error))
    sb_content_view_show_messages (question->detail->result, prompt->messages);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(Question) question = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) contents = sb_mcp_client_read_resource_finish (SB_MCP_CLIENT (source), result, &error);

  if (end_question (question, error))
    sb_content_view_show (question->detail->result, contents, NULL);
}

static void
ask (SbOfferDetail *self,
     SbMcpClient   *client,
     JsonObject    *values)
{
  const char *key = sb_offer_get_key (self->offer);
  g_autofree char *uri = NULL;

  self->cancellable = g_cancellable_new ();
  if (sb_offer_get_kind (self->offer) == SB_OFFER_PROMPT)
    {
      sb_mcp_client_get_prompt_async (client, key, values, self->cancellable, got_prompt_cb, question_new (self));
      return;
    }

  uri = sb_offer_get_kind (self->offer) == SB_OFFER_TEMPLATE ? sb_mcp_uri_template_expand (key, values)
                                                             : g_strdup (key);
  sb_mcp_client_read_resource_async (client, uri, self->cancellable, read_cb, question_new (self));
}

static void
run_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  SbOfferDetail *self = SB_OFFER_DETAIL (widget);
  SbMcpClient *client = sb_offers_get_client (self->offers);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) values = sb_form_dup_content (SB_FORM (self->form), &error);

  sb_content_view_clear (self->result);
  if (values == NULL || client == NULL)
    {
      show_state (self, values == NULL ? error->message : _("The server does not run."), TRUE);
      return;
    }

  show_state (self, "", FALSE);
  ask (self, client, values);
  update (self);
}

static void
drop_offer (SbOfferDetail *self)
{
  g_autoptr(GCancellable) cancellable = g_steal_pointer (&self->cancellable);

  if (self->offer != NULL)
    g_signal_handlers_disconnect_by_data (self->offer, self);
  g_cancellable_cancel (cancellable);
  g_clear_object (&self->offer);
}

static void
sb_offer_detail_dispose (GObject *object)
{
  SbOfferDetail *self = SB_OFFER_DETAIL (object);

  drop_offer (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->offers);

  G_OBJECT_CLASS (sb_offer_detail_parent_class)->dispose (object);
}

static void
sb_offer_detail_class_init (SbOfferDetailClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_offer_detail_dispose;

  g_type_ensure (SB_TYPE_CONTENT_VIEW);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-offer-detail.ui");
  gtk_widget_class_bind_template_child (widget_class, SbOfferDetail, box);
  gtk_widget_class_bind_template_child (widget_class, SbOfferDetail, description);
  gtk_widget_class_bind_template_child (widget_class, SbOfferDetail, form_box);
  gtk_widget_class_bind_template_child (widget_class, SbOfferDetail, name);
  gtk_widget_class_bind_template_child (widget_class, SbOfferDetail, result);
  gtk_widget_class_bind_template_child (widget_class, SbOfferDetail, result_state);
  gtk_widget_class_bind_template_child (widget_class, SbOfferDetail, run);
  gtk_widget_class_bind_template_child (widget_class, SbOfferDetail, spinner);
  gtk_widget_class_bind_template_child (widget_class, SbOfferDetail, watch);
  gtk_widget_class_bind_template_callback (widget_class, watch_cb);
  gtk_widget_class_install_action (widget_class, "offer.run", NULL, run_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "offer.run", NULL);
}

static void
sb_offer_detail_init (SbOfferDetail *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

void
sb_offer_detail_set_offer (SbOfferDetail *self,
                           SbOffers      *offers,
                           SbOffer       *offer)
{
  g_return_if_fail (SB_IS_OFFER_DETAIL (self));

  if (self->offer == offer)
    return;

  drop_offer (self);
  g_set_object (&self->offers, offers);
  g_set_object (&self->offer, offer);
  if (offer != NULL)
    {
      g_signal_connect_object (offer, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      show (self);
    }
  update (self);
}
