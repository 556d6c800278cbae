/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-tool.h"

#include <string.h>

#include "sb-json.h"

/* What JSON with English in it comes to with the usual tokenizers. */
#define BYTES_A_TOKEN 4

struct _SbGatewayTool
{
  GObject    parent_instance;

  /* owned */
  char      *server_name;
  char      *name;
  SbMcpTool *tool;        /* its name is the exposed one */

  guint      tokens;
  gboolean   enabled;
};

enum
{
  PROP_0,
  PROP_EXPOSED_NAME,
  PROP_ENABLED,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbGatewayTool, sb_gateway_tool, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static guint
estimate_tokens (const SbMcpTool *tool)
{
  g_autofree char *schema = sb_json_object_to_string (tool->input_schema);
  gsize bytes = strlen (tool->name) + strlen (schema);

  if (tool->description != NULL)
    bytes += strlen (tool->description);

  return (bytes + BYTES_A_TOKEN - 1) / BYTES_A_TOKEN;
}

static void
sb_gateway_tool_finalize (GObject *object)
{
  SbGatewayTool *self = SB_GATEWAY_TOOL (object);

  g_clear_pointer (&self->server_name, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->tool, sb_mcp_tool_free);

  G_OBJECT_CLASS (sb_gateway_tool_parent_class)->finalize (object);
}

static void
sb_gateway_tool_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  SbGatewayTool *self = SB_GATEWAY_TOOL (object);

  switch (prop_id)
    {
    case PROP_EXPOSED_NAME:
      g_value_set_string (value, self->tool->name);
      break;
    case PROP_ENABLED:
      g_value_set_boolean (value, self->enabled);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_gateway_tool_class_init (SbGatewayToolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sb_gateway_tool_finalize;
  object_class->get_property = sb_gateway_tool_get_property;

  properties[PROP_EXPOSED_NAME] = g_param_spec_string ("exposed-name", NULL, NULL, NULL, flags);
  properties[PROP_ENABLED] = g_param_spec_boolean ("enabled", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_gateway_tool_init (SbGatewayTool *self)
{
  self->enabled = TRUE;
}

/**
 * sb_gateway_tool_new:
 * @tool: (transfer full): as the server lists it
 */
SbGatewayTool *
sb_gateway_tool_new (const char *server_name,
                     SbMcpTool  *tool)
{
  SbGatewayTool *self = g_object_new (SB_TYPE_GATEWAY_TOOL, NULL);

  self->server_name = g_strdup (server_name);
  self->name = g_strdup (tool->name);
  self->tokens = estimate_tokens (tool);
  self->tool = tool;

  return self;
}

const char *
sb_gateway_tool_get_server_name (SbGatewayTool *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_TOOL (self), NULL);

  return self->server_name;
}

const char *
sb_gateway_tool_get_name (SbGatewayTool *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_TOOL (self), NULL);

  return self->name;
}

const char *
sb_gateway_tool_get_exposed_name (SbGatewayTool *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_TOOL (self), NULL);

  return self->tool->name;
}

void
sb_gateway_tool_set_exposed_name (SbGatewayTool *self,
                                  const char    *name)
{
  g_return_if_fail (SB_IS_GATEWAY_TOOL (self));
  g_return_if_fail (name != NULL);

  if (g_str_equal (self->tool->name, name))
    return;

  g_free (self->tool->name);
  self->tool->name = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPOSED_NAME]);
}

const SbMcpTool *
sb_gateway_tool_get_tool (SbGatewayTool *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_TOOL (self), NULL);

  return self->tool;
}

gboolean
sb_gateway_tool_get_enabled (SbGatewayTool *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_TOOL (self), FALSE);

  return self->enabled;
}

void
sb_gateway_tool_set_enabled (SbGatewayTool *self,
                             gboolean       enabled)
{
  g_return_if_fail (SB_IS_GATEWAY_TOOL (self));

  if (self->enabled == enabled)
    return;

  self->enabled = enabled;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENABLED]);
}

guint
sb_gateway_tool_get_tokens (SbGatewayTool *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_TOOL (self), 0);

  return self->tokens;
}
