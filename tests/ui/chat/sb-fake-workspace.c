/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fake-workspace.h"

struct _SbWorkspace
{
  GObject         parent_instance;

  /* owned */
  SbAgentCatalog *agents;
  SbApprovals    *approvals;
  char           *failure;
  char           *sent;
  char           *agent_id;

  gboolean        rehearsal;
  guint           n_stops;
  guint           n_retries;
};

enum
{
  PROP_0,
  PROP_REHEARSAL,
  N_PROPS,
};

G_DEFINE_FINAL_TYPE (SbWorkspace, sb_workspace, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static const char catalog[] =
  "agents:\n"
  "  - id: devduck\n"
  "    label: DevDuck\n"
  "    description: Coordinates.\n"
  "    provider: local\n"
  "    color: \"#e5a50a\"\n"
  "    transfers: [cerebras, local]\n"
  "    instruction: Coordinate.\n"
  "  - id: local\n"
  "    label: Local\n"
  "    description: Reads.\n"
  "    provider: local\n"
  "    color: \"#3584e4\"\n"
  "    instruction: Read.\n"
  "  - id: cerebras\n"
  "    label: Cerebras\n"
  "    description: Writes and runs code.\n"
  "    provider: cerebras\n"
  "    color: \"#e66100\"\n"
  "    tools: [\"*\"]\n"
  "    instruction: Code.\n";

static void
sb_workspace_finalize (GObject *object)
{
  SbWorkspace *self = SB_WORKSPACE (object);

  g_clear_object (&self->agents);
  g_clear_object (&self->approvals);
  g_clear_pointer (&self->failure, g_free);
  g_clear_pointer (&self->sent, g_free);
  g_clear_pointer (&self->agent_id, g_free);

  G_OBJECT_CLASS (sb_workspace_parent_class)->finalize (object);
}

static void
sb_workspace_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  g_value_set_boolean (value, SB_WORKSPACE (object)->rehearsal);
}

static void
sb_workspace_class_init (SbWorkspaceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sb_workspace_finalize;
  object_class->get_property = sb_workspace_get_property;

  properties[PROP_REHEARSAL] =
    g_param_spec_boolean ("rehearsal", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_workspace_init (SbWorkspace *self)
{
  g_autoptr(GError) error = NULL;

  self->approvals = sb_approvals_new ();
  sb_approvals_set_attended (self->approvals, TRUE);
  self->agents = sb_agent_catalog_new_from_data (catalog, -1, &error);
  g_assert_no_error (error);
}

SbWorkspace *
sb_fake_workspace_new (void)
{
  return g_object_new (SB_TYPE_WORKSPACE, NULL);
}

void
sb_fake_workspace_set_rehearsal (SbWorkspace *self,
                                 gboolean     rehearsal)
{
  self->rehearsal = rehearsal;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REHEARSAL]);
}

void
sb_fake_workspace_set_failure (SbWorkspace *self,
                               const char  *message)
{
  g_free (self->failure);
  self->failure = g_strdup (message);
}

const char *
sb_fake_workspace_get_sent (SbWorkspace *self)
{
  return self->sent;
}

const char *
sb_fake_workspace_get_agent_id (SbWorkspace *self)
{
  return self->agent_id;
}

guint
sb_fake_workspace_get_n_stops (SbWorkspace *self)
{
  return self->n_stops;
}

guint
sb_fake_workspace_get_n_retries (SbWorkspace *self)
{
  return self->n_retries;
}

static gboolean
fail (SbWorkspace  *self,
      GError      **error)
{
  if (self->failure == NULL)
    return FALSE;

  g_set_error_literal (error, SB_AGENT_ERROR, SB_AGENT_ERROR_SETUP, self->failure);
  return TRUE;
}

SbApprovals *
sb_workspace_get_approvals (SbWorkspace *self)
{
  return self->approvals;
}

SbToolServers *
sb_workspace_get_tool_servers (SbWorkspace *self)
{
  return NULL;
}

SbAgentCatalog *
sb_workspace_get_agents (SbWorkspace *self)
{
  return self->agents;
}

gboolean
sb_workspace_get_rehearsal (SbWorkspace *self,
                            const char  *agent_id)
{
  return self->rehearsal;
}

SbConversation *
sb_workspace_new_conversation (SbWorkspace *self)
{
  return sb_conversation_new (NULL, NULL);
}

gboolean
sb_workspace_send (SbWorkspace     *self,
                   SbConversation  *conversation,
                   const char      *text,
                   const char      *agent_id,
                   GError         **error)
{
  g_autoptr(SbMessage) message = NULL;

  if (fail (self, error))
    return FALSE;

  g_free (self->sent);
  self->sent = g_strdup (text);
  g_free (self->agent_id);
  self->agent_id = g_strdup (agent_id);

  message = sb_message_new (SB_MESSAGE_ROLE_USER, "turn");
  sb_message_set_text (message, text);
  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  sb_conversation_append (conversation, message);
  sb_conversation_set_running (conversation, TRUE);

  return TRUE;
}

void
sb_workspace_stop (SbWorkspace    *self,
                   SbConversation *conversation)
{
  self->n_stops++;
  sb_conversation_set_running (conversation, FALSE);
}

gboolean
sb_workspace_retry (SbWorkspace     *self,
                    SbConversation  *conversation,
                    GError         **error)
{
  if (fail (self, error))
    return FALSE;

  self->n_retries++;

  return TRUE;
}
