/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-selection.h"

struct _SbSelection
{
  GObject parent_instance;

  /* owned */
  SbWorkspace    *workspace; /* nullable in tests of single panes */
  SbConversation *conversation;
  SbSandbox      *sandbox;
  SbToolsModel   *tools;     /* nullable, as workspace */
  char           *trace_id;
};

enum
{
  PROP_0,
  PROP_WORKSPACE,
  PROP_CONVERSATION,
  PROP_TRACE_ID,
  PROP_SANDBOX,
  PROP_TOOLS,
  N_PROPS
};

enum
{
  SHOW_FILE,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbSelection, sb_selection, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static char *
load_catalog (gpointer user_data)
{
  return sb_tool_servers_dup_text (user_data);
}

static gboolean
save_catalog (const char  *text,
              gpointer     user_data,
              GError     **error)
{
  return sb_tool_servers_save (user_data, text, error);
}

static void
make_tools (SbSelection *self)
{
  SbToolServers *servers = sb_workspace_get_tool_servers (self->workspace);
  g_autofree char *path = sb_tool_servers_dup_path (servers);
  const SbToolsParts parts = {
    .gateway = sb_tool_servers_get_gateway (servers),
    .state = sb_tool_servers_get_state (servers),
    .secrets = sb_workspace_get_secrets (self->workspace),
    .choice = sb_tool_servers_get_choice (servers),
    .store = sb_workspace_get_store (self->workspace),
    .path = path,
    .load = load_catalog,
    .save = save_catalog,
    .user_data = servers,
  };

  self->tools = sb_tools_model_new (&parts);
}

static void
sb_selection_dispose (GObject *object)
{
  SbSelection *self = SB_SELECTION (object);

  g_clear_object (&self->tools);
  g_clear_object (&self->sandbox);
  g_clear_object (&self->conversation);
  g_clear_object (&self->workspace);
  g_clear_pointer (&self->trace_id, g_free);

  G_OBJECT_CLASS (sb_selection_parent_class)->dispose (object);
}

static void
sb_selection_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  SbSelection *self = SB_SELECTION (object);

  switch (prop_id)
    {
    case PROP_WORKSPACE:
      g_value_set_object (value, self->workspace);
      break;
    case PROP_CONVERSATION:
      g_value_set_object (value, self->conversation);
      break;
    case PROP_TRACE_ID:
      g_value_set_string (value, self->trace_id);
      break;
    case PROP_SANDBOX:
      g_value_set_object (value, self->sandbox);
      break;
    case PROP_TOOLS:
      g_value_set_object (value, self->tools);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_selection_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  SbSelection *self = SB_SELECTION (object);

  switch (prop_id)
    {
    case PROP_WORKSPACE:
      self->workspace = g_value_dup_object (value);
      break;
    case PROP_CONVERSATION:
      sb_selection_set_conversation (self, g_value_get_object (value));
      break;
    case PROP_TRACE_ID:
      sb_selection_set_trace_id (self, g_value_get_string (value));
      break;
    case PROP_SANDBOX:
      sb_selection_set_sandbox (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_selection_class_init (SbSelectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_selection_dispose;
  object_class->get_property = sb_selection_get_property;
  object_class->set_property = sb_selection_set_property;

  properties[PROP_WORKSPACE] =
    g_param_spec_object ("workspace", NULL, NULL, SB_TYPE_WORKSPACE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_CONVERSATION] =
    g_param_spec_object ("conversation", NULL, NULL, SB_TYPE_CONVERSATION,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_TRACE_ID] =
    g_param_spec_string ("trace-id", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SANDBOX] =
    g_param_spec_object ("sandbox", NULL, NULL, SB_TYPE_SANDBOX,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_TOOLS] =
    g_param_spec_object ("tools", NULL, NULL, SB_TYPE_TOOLS_MODEL,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SHOW_FILE] = g_signal_new ("show-file", SB_TYPE_SELECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_selection_init (SbSelection *self)
{
}

SbSelection *
sb_selection_new (SbWorkspace *workspace)
{
  SbSelection *self;

  g_return_val_if_fail (workspace == NULL || SB_IS_WORKSPACE (workspace), NULL);

  self = g_object_new (SB_TYPE_SELECTION, "workspace", workspace, NULL);
  if (workspace != NULL)
    make_tools (self);

  return self;
}

SbWorkspace *
sb_selection_get_workspace (SbSelection *self)
{
  g_return_val_if_fail (SB_IS_SELECTION (self), NULL);

  return self->workspace;
}

SbConversation *
sb_selection_get_conversation (SbSelection *self)
{
  g_return_val_if_fail (SB_IS_SELECTION (self), NULL);

  return self->conversation;
}

/* The selected event belongs to the conversation that is left, so it is forgotten first. */
void
sb_selection_set_conversation (SbSelection    *self,
                               SbConversation *conversation)
{
  g_return_if_fail (SB_IS_SELECTION (self));

  if (self->conversation == conversation)
    return;

  sb_selection_set_trace_id (self, NULL);
  g_set_object (&self->conversation, conversation);
  if (self->tools != NULL)
    sb_tools_model_set_trace (self->tools, conversation != NULL ? sb_conversation_get_trace (conversation) : NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONVERSATION]);
}

const char *
sb_selection_get_trace_id (SbSelection *self)
{
  g_return_val_if_fail (SB_IS_SELECTION (self), NULL);

  return self->trace_id;
}

void
sb_selection_set_trace_id (SbSelection *self,
                           const char  *trace_id)
{
  g_return_if_fail (SB_IS_SELECTION (self));

  if (g_strcmp0 (self->trace_id, trace_id) == 0)
    return;

  g_free (self->trace_id);
  self->trace_id = g_strdup (trace_id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRACE_ID]);
}

SbSandbox *
sb_selection_get_sandbox (SbSelection *self)
{
  g_return_val_if_fail (SB_IS_SELECTION (self), NULL);

  return self->sandbox;
}

void
sb_selection_set_sandbox (SbSelection *self,
                          SbSandbox   *sandbox)
{
  g_return_if_fail (SB_IS_SELECTION (self));

  if (g_set_object (&self->sandbox, sandbox))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX]);
}

SbToolsModel *
sb_selection_get_tools (SbSelection *self)
{
  g_return_val_if_fail (SB_IS_SELECTION (self), NULL);

  return self->tools;
}

void
sb_selection_show_file (SbSelection *self,
                        const char  *path)
{
  g_return_if_fail (SB_IS_SELECTION (self));
  g_return_if_fail (path != NULL);

  g_signal_emit (self, signals[SHOW_FILE], 0, path);
}
