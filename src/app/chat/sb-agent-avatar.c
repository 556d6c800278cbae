/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-agent-avatar.h"

#define SIZE 26

struct _SbAgentAvatar
{
  GtkWidget    parent_instance;

  /* owned */
  PangoLayout *initial; /* nullable */
  GdkRGBA      color;
};

G_DEFINE_FINAL_TYPE (SbAgentAvatar, sb_agent_avatar, GTK_TYPE_WIDGET)

static void
sb_agent_avatar_measure (GtkWidget      *widget,
                         GtkOrientation  orientation,
                         int             for_size,
                         int            *minimum,
                         int            *natural,
                         int            *minimum_baseline,
                         int            *natural_baseline)
{
  *minimum = *natural = SIZE;
}

static void
sb_agent_avatar_snapshot (GtkWidget   *widget,
                          GtkSnapshot *snapshot)
{
  SbAgentAvatar *self = SB_AGENT_AVATAR (widget);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, SIZE, SIZE);
  GskRoundedRect circle;
  int width;
  int height;

  gsk_rounded_rect_init_from_rect (&circle, &bounds, SIZE / 2.0);
  gtk_snapshot_push_rounded_clip (snapshot, &circle);
  gtk_snapshot_append_color (snapshot, &self->color, &bounds);
  gtk_snapshot_pop (snapshot);

  if (self->initial == NULL)
    return;

  pango_layout_get_pixel_size (self->initial, &width, &height);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((SIZE - width) / 2.0, (SIZE - height) / 2.0));
  gtk_snapshot_append_layout (snapshot, self->initial, &(GdkRGBA) { 1, 1, 1, 1 });
}

static void
sb_agent_avatar_dispose (GObject *object)
{
  SbAgentAvatar *self = SB_AGENT_AVATAR (object);

  g_clear_object (&self->initial);

  G_OBJECT_CLASS (sb_agent_avatar_parent_class)->dispose (object);
}

static void
sb_agent_avatar_class_init (SbAgentAvatarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_agent_avatar_dispose;
  widget_class->measure = sb_agent_avatar_measure;
  widget_class->snapshot = sb_agent_avatar_snapshot;

  gtk_widget_class_set_css_name (widget_class, "agentavatar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
sb_agent_avatar_init (SbAgentAvatar *self)
{
}

void
sb_agent_avatar_set (SbAgentAvatar *self,
                     const char    *name,
                     const char    *color)
{
  g_autofree char *initial = NULL;

  g_return_if_fail (SB_IS_AGENT_AVATAR (self));

  if (color == NULL || !gdk_rgba_parse (&self->color, color))
    gdk_rgba_parse (&self->color, "#77767b");

  g_clear_object (&self->initial);
  if (name != NULL && *name != '\0')
    {
      initial = g_utf8_strup (name, g_utf8_next_char (name) - name);
      self->initial = gtk_widget_create_pango_layout (GTK_WIDGET (self), initial);
    }

  gtk_widget_queue_draw (GTK_WIDGET (self));
}
