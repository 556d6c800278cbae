/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-agent-private.h"

struct _SbAgent
{
  GObject       parent_instance;

  /* owned */
  SbAgentFields fields;
};

G_DEFINE_QUARK (sb-agent-error-quark, sb_agent_error)
G_DEFINE_FINAL_TYPE (SbAgent, sb_agent, G_TYPE_OBJECT)

static const char * const no_names[] = { NULL };

static const char * const *
names (GStrv strv)
{
  return strv != NULL ? (const char * const *) strv : no_names;
}

static void
sb_agent_finalize (GObject *object)
{
  SbAgentFields *fields = &SB_AGENT (object)->fields;

  g_free (fields->id);
  g_free (fields->label);
  g_free (fields->description);
  g_free (fields->instruction);
  g_free (fields->provider);
  g_free (fields->model);
  g_free (fields->color);
  g_strfreev (fields->tools);
  g_strfreev (fields->transfers);
  g_strfreev (fields->mentions);

  G_OBJECT_CLASS (sb_agent_parent_class)->finalize (object);
}

static void
sb_agent_class_init (SbAgentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_agent_finalize;
}

static void
sb_agent_init (SbAgent *self)
{
}

SbAgent *
sb_agent_new (void)
{
  return g_object_new (SB_TYPE_AGENT, NULL);
}

/* For the catalog only, and only until it hands the agent out. */
SbAgentFields *
sb_agent_get_fields (SbAgent *self)
{
  return &self->fields;
}

const char *
sb_agent_get_id (SbAgent *self)
{
  g_return_val_if_fail (SB_IS_AGENT (self), NULL);

  return self->fields.id;
}

const char *
sb_agent_get_label (SbAgent *self)
{
  g_return_val_if_fail (SB_IS_AGENT (self), NULL);

  return self->fields.label;
}

const char *
sb_agent_get_description (SbAgent *self)
{
  g_return_val_if_fail (SB_IS_AGENT (self), NULL);

  return self->fields.description;
}

const char *
sb_agent_get_instruction (SbAgent *self)
{
  g_return_val_if_fail (SB_IS_AGENT (self), NULL);

  return self->fields.instruction;
}

const char *
sb_agent_get_provider (SbAgent *self)
{
  g_return_val_if_fail (SB_IS_AGENT (self), NULL);

  return self->fields.provider;
}

const char *
sb_agent_get_model (SbAgent *self)
{
  g_return_val_if_fail (SB_IS_AGENT (self), NULL);

  return self->fields.model;
}

const char *
sb_agent_get_color (SbAgent *self)
{
  g_return_val_if_fail (SB_IS_AGENT (self), NULL);

  return self->fields.color;
}

const char * const *
sb_agent_get_tools (SbAgent *self)
{
  g_return_val_if_fail (SB_IS_AGENT (self), no_names);

  return names (self->fields.tools);
}

const char * const *
sb_agent_get_transfers (SbAgent *self)
{
  g_return_val_if_fail (SB_IS_AGENT (self), no_names);

  return names (self->fields.transfers);
}

const char * const *
sb_agent_get_mentions (SbAgent *self)
{
  g_return_val_if_fail (SB_IS_AGENT (self), no_names);

  return names (self->fields.mentions);
}
