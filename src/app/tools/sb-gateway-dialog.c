/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-dialog.h"

#include <glib/gi18n.h>

#include "sb-text.h"

struct _SbGatewayDialog
{
  AdwWindow parent_instance;

  /* owned */
  SbGatewayChoice *choice;

  /* template */
  GtkLabel            *changes;
  GtkTextView         *copy;
  GtkLabel            *error;
  GtkLabel            *explanation;
  GtkWidget           *external;
  AdwEntryRow         *image;
  GtkSwitch           *keep;
  GtkWidget           *keep_row;
  AdwComboRow         *mode;
  GtkWidget           *official;
  GtkWidget           *rewrite;
  AdwPasswordEntryRow *token;
  AdwComboRow         *transport;
  AdwEntryRow         *url;

  gboolean closed;
  gboolean busy;    /* something was asked for and is not there yet */
  gboolean planned; /* what goes into the container is on the screen */
};

G_DEFINE_FINAL_TYPE (SbGatewayDialog, sb_gateway_dialog, ADW_TYPE_WINDOW)

static SbGatewayMode
get_mode (SbGatewayDialog *self)
{
  return MIN (adw_combo_row_get_selected (self->mode), SB_GATEWAY_EXTERNAL);
}

static char *
dup_entry (gpointer row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

static void
show_error (SbGatewayDialog *self,
            const char      *message)
{
  gtk_label_set_text (self->error, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), message != NULL);
}

static void
update (SbGatewayDialog *self)
{
  SbGatewayMode mode = get_mode (self);
  g_autofree char *url = dup_entry (self->url);
  gboolean complete = mode == SB_GATEWAY_BUILT_IN || (mode == SB_GATEWAY_EXTERNAL && *url != '\0')
                      || (mode == SB_GATEWAY_OFFICIAL && self->planned);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.use", complete && !self->busy);
}

static void
show_plan (SbGatewayDialog *self,
           SbOfficialPlan  *plan)
{
  g_autoptr(GString) sentences = g_string_new (NULL);
  g_autoptr(GString) texts = g_string_new (NULL);

  for (guint i = 0; plan->changes[i] != NULL; i++)
    {
      g_autofree char *clean = sb_text_clean (plan->changes[i], -1, NULL);

      g_string_append_printf (sentences, "%s• %s", i > 0 ? "\n" : "", clean);
    }
  for (guint i = 0; i < plan->catalogs->len; i++)
    {
      g_autofree char *clean = sb_text_clean (g_ptr_array_index (plan->catalogs, i), -1, NULL);

      g_string_append_printf (texts, "%s%s", i > 0 ? "---\n" : "", clean);
    }

  gtk_label_set_text (self->changes, sentences->len > 0 ? sentences->str : _("None."));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->copy), texts->str, texts->len);
}

static void
planned_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbGatewayDialog) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbOfficialPlan) plan = sb_gateway_choice_plan_finish (SB_GATEWAY_CHOICE (source), result, &error);

  if (self->closed)
    {
      sb_gateway_choice_drop_plan (SB_GATEWAY_CHOICE (source));
      return;
    }

  self->busy = FALSE;
  if (plan != NULL)
    show_plan (self, plan);
  else if (get_mode (self) == SB_GATEWAY_OFFICIAL)
    show_error (self, error->message);
  self->planned = plan != NULL;
  gtk_widget_set_visible (self->rewrite, self->planned && get_mode (self) == SB_GATEWAY_OFFICIAL);
  update (self);
}

/* Neither image nor transport change what is uploaded. */
static void
plan (SbGatewayDialog *self)
{
  if (self->planned || self->busy)
    return;

  self->busy = TRUE;
  sb_gateway_choice_plan_async (self->choice, NULL, SB_OFFICIAL_STDIO, planned_cb, g_object_ref (self));
}

static void
mode_cb (SbGatewayDialog *self)
{
  static const char * const explanations[] = {
    N_("Each server is an image, a command or an address of the catalog, supervised here."),
    N_("The engine runs docker/mcp-gateway with your catalog; it may use the engine. Sandboxes stay with Sandbar."),
    N_("A gateway that runs already, such as one of docker compose up. Its servers are its own."),
  };
  SbGatewayMode mode = get_mode (self);

  show_error (self, NULL);
  gtk_label_set_text (self->explanation, _(explanations[mode]));
  gtk_widget_set_visible (self->external, mode == SB_GATEWAY_EXTERNAL);
  gtk_widget_set_visible (self->official, mode == SB_GATEWAY_OFFICIAL);
  gtk_widget_set_visible (self->rewrite, mode == SB_GATEWAY_OFFICIAL && self->planned);
  if (mode == SB_GATEWAY_OFFICIAL && self->choice != NULL)
    plan (self);
  update (self);
}

/* The one place that ends it. */
static void
finish (SbGatewayDialog *self,
        gboolean         used,
        const GError    *error)
{
  self->busy = FALSE;
  if (used)
    {
      gtk_window_close (GTK_WINDOW (self));
      return;
    }

  show_error (self, error->message);
  update (self);
}

static void
used_external_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(SbGatewayDialog) self = user_data;
  g_autoptr(GError) error = NULL;
  gboolean used = sb_gateway_choice_use_external_finish (SB_GATEWAY_CHOICE (source), result, &error);

  if (!self->closed)
    finish (self, used, error);
}

static void
use_external (SbGatewayDialog *self)
{
  g_autofree char *url = dup_entry (self->url);
  g_autofree char *token = dup_entry (self->token);
  gboolean kept = *token == '\0' && gtk_switch_get_active (self->keep)
                  && gtk_widget_get_visible (self->keep_row);

  self->busy = TRUE;
  update (self);
  sb_gateway_choice_use_external_async (self->choice, url, kept ? NULL : token, used_external_cb, g_object_ref (self));
}

static void
use_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  SbGatewayDialog *self = SB_GATEWAY_DIALOG (widget);
  g_autofree char *image = dup_entry (self->image);
  g_autoptr(GError) error = NULL;
  gboolean used = FALSE;

  show_error (self, NULL);
  switch (get_mode (self))
    {
    case SB_GATEWAY_EXTERNAL:
      use_external (self);
      return;
    case SB_GATEWAY_OFFICIAL:
      used = sb_gateway_choice_use_official (self->choice, image, adw_combo_row_get_selected (self->transport), &error);
      break;
    case SB_GATEWAY_BUILT_IN:
    default:
      used = sb_gateway_choice_use_built_in (self->choice, &error);
      break;
    }
  finish (self, used, error);
}

static gboolean
sb_gateway_dialog_close_request (GtkWindow *window)
{
  SbGatewayDialog *self = SB_GATEWAY_DIALOG (window);

  self->closed = TRUE;
  sb_gateway_choice_drop_plan (self->choice);

  return GTK_WINDOW_CLASS (sb_gateway_dialog_parent_class)->close_request (window);
}

static void
sb_gateway_dialog_dispose (GObject *object)
{
  g_clear_object (&SB_GATEWAY_DIALOG (object)->choice);

  G_OBJECT_CLASS (sb_gateway_dialog_parent_class)->dispose (object);
}

static void
sb_gateway_dialog_class_init (SbGatewayDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_gateway_dialog_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = sb_gateway_dialog_close_request;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-gateway-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, changes);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, copy);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, error);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, explanation);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, external);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, image);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, keep);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, keep_row);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, mode);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, official);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, rewrite);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, token);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, transport);
  gtk_widget_class_bind_template_child (widget_class, SbGatewayDialog, url);
  gtk_widget_class_bind_template_callback (widget_class, mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_install_action (widget_class, "dialog.use", NULL, use_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "dialog.use", NULL);
}

static void
sb_gateway_dialog_init (SbGatewayDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_gateway_dialog_new (SbGatewayChoice *choice)
{
  SbGatewayDialog *self = g_object_new (SB_TYPE_GATEWAY_DIALOG, NULL);
  const char *url = sb_gateway_choice_get_url (choice);

  self->choice = g_object_ref (choice);
  gtk_editable_set_text (GTK_EDITABLE (self->url), url != NULL ? url : "");
  gtk_widget_set_visible (self->keep_row, url != NULL);
  gtk_editable_set_text (GTK_EDITABLE (self->image), sb_gateway_choice_get_image (choice));
  adw_combo_row_set_selected (self->transport, sb_gateway_choice_get_transport (choice));
  adw_combo_row_set_selected (self->mode, sb_gateway_choice_get_mode (choice));
  mode_cb (self);

  return GTK_WIDGET (self);
}

void
sb_gateway_dialog_set_mode (SbGatewayDialog *self,
                            SbGatewayMode    mode)
{
  g_return_if_fail (SB_IS_GATEWAY_DIALOG (self));

  adw_combo_row_set_selected (self->mode, mode);
}
