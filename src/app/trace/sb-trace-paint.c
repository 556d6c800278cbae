/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-trace-paint.h"

static gboolean
find_agent_color (SbTraceEvent   *event,
                  SbAgentCatalog *agents,
                  GdkRGBA        *color)
{
  const char *id = sb_trace_event_get_agent (event);
  SbAgent *agent = id != NULL && agents != NULL ? sb_agent_catalog_lookup (agents, id) : NULL;
  const char *spec = agent != NULL ? sb_agent_get_color (agent) : NULL;

  return spec != NULL && gdk_rgba_parse (color, spec);
}

static const char *
get_kind_color (SbTraceKind kind)
{
  switch (kind)
    {
    case SB_TRACE_KIND_AGENT_RUN:
    case SB_TRACE_KIND_MODEL_CALL:
      return "sb_model_color";
    case SB_TRACE_KIND_ROUTE:
      return "sb_route_color";
    case SB_TRACE_KIND_TOOL_CALL:
      return "sb_tool_color";
    case SB_TRACE_KIND_APPROVAL:
      return "sb_approval_color";
    case SB_TRACE_KIND_SANDBOX:
    case SB_TRACE_KIND_FILE:
      return "sb_sandbox_color";
    case SB_TRACE_KIND_CONTAINER:
      return "sb_container_color";
    case SB_TRACE_KIND_TURN:
    default:
      return "sb_turn_color";
    }
}

GdkRGBA
sb_trace_paint_named (GtkWidget  *widget,
                      const char *name)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  GdkRGBA color;

  if (!gtk_style_context_lookup_color (context, name, &color))
    gtk_style_context_get_color (context, &color);

  return color;
}

GdkRGBA
sb_trace_paint_color (GtkWidget      *widget,
                      SbTraceEvent   *event,
                      SbAgentCatalog *agents)
{
  SbTraceKind kind = sb_trace_event_get_kind (event);
  GdkRGBA color;

  switch (sb_trace_event_get_state (event))
    {
    case SB_TRACE_STATE_FAILED:
    case SB_TRACE_STATE_DENIED:
      return sb_trace_paint_named (widget, "error_color");
    case SB_TRACE_STATE_CANCELLED:
      return sb_trace_paint_named (widget, "sb_turn_color");
    case SB_TRACE_STATE_RUNNING:
    case SB_TRACE_STATE_OK:
    default:
      break;
    }

  if ((kind == SB_TRACE_KIND_AGENT_RUN || kind == SB_TRACE_KIND_ROUTE || kind == SB_TRACE_KIND_MODEL_CALL)
      && find_agent_color (event, agents, &color))
    return color;

  return sb_trace_paint_named (widget, get_kind_color (kind));
}

void
sb_trace_paint_icon (GtkWidget     *widget,
                     GtkSnapshot   *snapshot,
                     const char    *icon_name,
                     int            x,
                     int            y,
                     int            size,
                     const GdkRGBA *color)
{
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gtk_widget_get_display (widget));
  g_autoptr(GtkIconPaintable) icon =
    gtk_icon_theme_lookup_icon (theme, icon_name, NULL, size, gtk_widget_get_scale_factor (widget),
                                gtk_widget_get_direction (widget), 0);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, size, size, color, 1);
  gtk_snapshot_restore (snapshot);
}

gint64
sb_trace_paint_grid_step (gint64 span,
                          guint  max_lines)
{
  static const int factors[] = { 1, 2, 5 };

  g_return_val_if_fail (max_lines > 0, 1);

  for (gint64 decade = 1; decade <= G_MAXINT64 / 100; decade *= 10)
    for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
      if (span / (decade * factors[i]) <= max_lines)
        return decade * factors[i];

  return span;
}
