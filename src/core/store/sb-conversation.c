/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-conversation.h"

#include <string.h>

#include "sb-id.h"

/* What fits into the list on the left. */
#define TITLE_CHARACTERS 60

struct _SbConversation
{
  GObject     parent_instance;

  /* owned */
  char       *id;
  char       *title;
  char       *active_agent;
  char       *agent_label;
  SbRedactor *redactor;
  SbTrace    *trace;
  GPtrArray  *messages;

  /* state */
  gint64      updated;
  gboolean    running;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_REDACTOR,
  PROP_TITLE,
  PROP_UPDATED,
  PROP_SUBTITLE,
  PROP_RUNNING,
  PROP_ACTIVE_AGENT,
  PROP_AGENT_LABEL,
  N_PROPS
};

static void sb_conversation_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbConversation, sb_conversation, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_conversation_list_model_init))

static GParamSpec *properties[N_PROPS];

static void
notify (SbConversation *self,
        guint           property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static gboolean
set_string (SbConversation  *self,
            char           **slot,
            const char      *value,
            guint            property)
{
  if (g_strcmp0 (*slot, value) == 0)
    return FALSE;

  g_free (*slot);
  *slot = g_strdup (value);
  notify (self, property);

  return TRUE;
}

/* "14:02" today, then "yesterday", then the weekday, then the date. */
static char *
format_updated (gint64     updated,
                GDateTime *now)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc (updated / G_USEC_PER_SEC);
  g_autoptr(GDateTime) then = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autoptr(GDateTime) midnight = NULL;
  GTimeSpan before_today;

  if (then == NULL)
    return g_strdup ("");

  midnight = g_date_time_new_local (g_date_time_get_year (now), g_date_time_get_month (now),
                                    g_date_time_get_day_of_month (now), 0, 0, 0);
  before_today = g_date_time_difference (midnight, then);
  if (before_today <= 0)
    return g_date_time_format (then, "%H:%M");
  if (before_today <= G_TIME_SPAN_DAY)
    return g_strdup ("yesterday");
  if (before_today <= 6 * G_TIME_SPAN_DAY)
    return g_date_time_format (then, "%A");

  return g_date_time_format (then, "%x");
}

static char *
make_subtitle (SbConversation *self)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *when = self->running ? g_strdup ("running") : format_updated (self->updated, now);

  if (self->agent_label == NULL)
    return g_steal_pointer (&when);

  return g_strdup_printf ("%s · %s", self->agent_label, when);
}

/* The first line of what the user said first. */
static char *
make_title (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *cut = NULL;

  stripped[strcspn (stripped, "\n")] = '\0';
  if (*stripped == '\0')
    return NULL;
  if (g_utf8_strlen (stripped, -1) <= TITLE_CHARACTERS)
    return g_steal_pointer (&stripped);

  cut = g_utf8_substring (stripped, 0, TITLE_CHARACTERS - 1);

  return g_strconcat (g_strchomp (cut), "…", NULL);
}

static GType
sb_conversation_get_item_type (GListModel *model)
{
  return SB_TYPE_MESSAGE;
}

static guint
sb_conversation_get_n_items (GListModel *model)
{
  return SB_CONVERSATION (model)->messages->len;
}

static gpointer
sb_conversation_get_item (GListModel *model,
                          guint       position)
{
  SbConversation *self = SB_CONVERSATION (model);

  return position < self->messages->len ? g_object_ref (g_ptr_array_index (self->messages, position)) : NULL;
}

static void
sb_conversation_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_conversation_get_item_type;
  iface->get_n_items = sb_conversation_get_n_items;
  iface->get_item = sb_conversation_get_item;
}

static void
sb_conversation_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  SbConversation *self = SB_CONVERSATION (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_UPDATED:
      g_value_set_int64 (value, self->updated);
      break;
    case PROP_SUBTITLE:
      g_value_take_string (value, make_subtitle (self));
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, self->running);
      break;
    case PROP_ACTIVE_AGENT:
      g_value_set_string (value, self->active_agent);
      break;
    case PROP_AGENT_LABEL:
      g_value_set_string (value, self->agent_label);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_conversation_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  SbConversation *self = SB_CONVERSATION (object);

  switch (prop_id)
    {
    case PROP_ID:
      self->id = g_value_dup_string (value);
      break;
    case PROP_REDACTOR:
      self->redactor = g_value_dup_object (value);
      break;
    case PROP_TITLE:
      sb_conversation_set_title (self, g_value_get_string (value));
      break;
    case PROP_UPDATED:
      sb_conversation_set_updated (self, g_value_get_int64 (value));
      break;
    case PROP_RUNNING:
      sb_conversation_set_running (self, g_value_get_boolean (value));
      break;
    case PROP_ACTIVE_AGENT:
      sb_conversation_set_active_agent (self, g_value_get_string (value));
      break;
    case PROP_AGENT_LABEL:
      sb_conversation_set_agent_label (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_conversation_constructed (GObject *object)
{
  SbConversation *self = SB_CONVERSATION (object);

  G_OBJECT_CLASS (sb_conversation_parent_class)->constructed (object);

  if (self->id == NULL)
    self->id = sb_id_new ("conv");
  self->trace = sb_trace_new (self->redactor);
}

static void
sb_conversation_finalize (GObject *object)
{
  SbConversation *self = SB_CONVERSATION (object);

  g_free (self->id);
  g_free (self->title);
  g_free (self->active_agent);
  g_free (self->agent_label);
  g_clear_object (&self->redactor);
  g_clear_object (&self->trace);
  g_ptr_array_unref (self->messages);

  G_OBJECT_CLASS (sb_conversation_parent_class)->finalize (object);
}

static void
install_string (guint       property,
                const char *name,
                GParamFlags flags)
{
  properties[property] =
    g_param_spec_string (name, NULL, NULL, NULL,
                         flags | G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
sb_conversation_class_init (SbConversationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_conversation_get_property;
  object_class->set_property = sb_conversation_set_property;
  object_class->constructed = sb_conversation_constructed;
  object_class->finalize = sb_conversation_finalize;

  install_string (PROP_ID, "id", G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY);
  install_string (PROP_TITLE, "title", G_PARAM_WRITABLE);
  install_string (PROP_SUBTITLE, "subtitle", 0);
  install_string (PROP_ACTIVE_AGENT, "active-agent", G_PARAM_WRITABLE);
  install_string (PROP_AGENT_LABEL, "agent-label", G_PARAM_WRITABLE);
  properties[PROP_REDACTOR] =
    g_param_spec_object ("redactor", NULL, NULL, SB_TYPE_REDACTOR,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_UPDATED] =
    g_param_spec_int64 ("updated", NULL, NULL, 0, G_MAXINT64, 0,
                        G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_RUNNING] =
    g_param_spec_boolean ("running", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_conversation_init (SbConversation *self)
{
  self->messages = g_ptr_array_new_with_free_func (g_object_unref);
  self->updated = sb_clock_wall ();
}

/**
 * sb_conversation_new:
 * @id: (nullable): NULL for a new one
 * @redactor: (nullable): takes secrets out of the trace
 *
 * Returns: (transfer full): a conversation without messages
 */
SbConversation *
sb_conversation_new (const char *id,
                     SbRedactor *redactor)
{
  return g_object_new (SB_TYPE_CONVERSATION, "id", id, "redactor", redactor, NULL);
}

const char *
sb_conversation_get_id (SbConversation *self)
{
  g_return_val_if_fail (SB_IS_CONVERSATION (self), NULL);

  return self->id;
}

SbRedactor *
sb_conversation_get_redactor (SbConversation *self)
{
  g_return_val_if_fail (SB_IS_CONVERSATION (self), NULL);

  return self->redactor;
}

const char *
sb_conversation_get_title (SbConversation *self)
{
  g_return_val_if_fail (SB_IS_CONVERSATION (self), NULL);

  return self->title;
}

void
sb_conversation_set_title (SbConversation *self,
                           const char     *title)
{
  g_return_if_fail (SB_IS_CONVERSATION (self));

  set_string (self, &self->title, title, PROP_TITLE);
}

gint64
sb_conversation_get_updated (SbConversation *self)
{
  g_return_val_if_fail (SB_IS_CONVERSATION (self), 0);

  return self->updated;
}

void
sb_conversation_set_updated (SbConversation *self,
                             gint64          updated)
{
  g_return_if_fail (SB_IS_CONVERSATION (self));

  if (self->updated == updated)
    return;

  self->updated = updated;
  notify (self, PROP_UPDATED);
  notify (self, PROP_SUBTITLE);
}

gboolean
sb_conversation_get_running (SbConversation *self)
{
  g_return_val_if_fail (SB_IS_CONVERSATION (self), FALSE);

  return self->running;
}

void
sb_conversation_set_running (SbConversation *self,
                             gboolean        running)
{
  g_return_if_fail (SB_IS_CONVERSATION (self));

  running = running != FALSE;
  if (self->running == running)
    return;

  self->running = running;
  notify (self, PROP_RUNNING);
  notify (self, PROP_SUBTITLE);
}

const char *
sb_conversation_get_active_agent (SbConversation *self)
{
  g_return_val_if_fail (SB_IS_CONVERSATION (self), NULL);

  return self->active_agent;
}

void
sb_conversation_set_active_agent (SbConversation *self,
                                  const char     *agent)
{
  g_return_if_fail (SB_IS_CONVERSATION (self));

  set_string (self, &self->active_agent, agent, PROP_ACTIVE_AGENT);
}

const char *
sb_conversation_get_agent_label (SbConversation *self)
{
  g_return_val_if_fail (SB_IS_CONVERSATION (self), NULL);

  return self->agent_label;
}

/**
 * sb_conversation_set_agent_label:
 * @label: (nullable): what people call the active agent; the subtitle begins with it
 */
void
sb_conversation_set_agent_label (SbConversation *self,
                                 const char     *label)
{
  g_return_if_fail (SB_IS_CONVERSATION (self));

  if (set_string (self, &self->agent_label, label, PROP_AGENT_LABEL))
    notify (self, PROP_SUBTITLE);
}

SbTrace *
sb_conversation_get_trace (SbConversation *self)
{
  g_return_val_if_fail (SB_IS_CONVERSATION (self), NULL);

  return self->trace;
}

/**
 * sb_conversation_append:
 *
 * Adds a message at the end. The first thing the user says becomes the title if there is none.
 */
void
sb_conversation_append (SbConversation *self,
                        SbMessage      *message)
{
  g_return_if_fail (SB_IS_CONVERSATION (self));
  g_return_if_fail (SB_IS_MESSAGE (message));

  if (self->title == NULL && sb_message_get_role (message) == SB_MESSAGE_ROLE_USER)
    {
      g_autofree char *title = make_title (sb_message_get_text (message));

      sb_conversation_set_title (self, title);
    }

  g_ptr_array_add (self->messages, g_object_ref (message));
  g_list_model_items_changed (G_LIST_MODEL (self), self->messages->len - 1, 0, 1);
  sb_conversation_set_updated (self, MAX (self->updated, sb_message_get_created (message)));
}

/**
 * sb_conversation_rewind:
 * @turn_id: the turn to try again
 *
 * Drops the messages of that turn but the user's own. On disk they stay, as a branch that is not shown.
 */
void
sb_conversation_rewind (SbConversation *self,
                        const char     *turn_id)
{
  g_return_if_fail (SB_IS_CONVERSATION (self));
  g_return_if_fail (turn_id != NULL);

  for (guint i = self->messages->len; i > 0; i--)
    {
      SbMessage *message = g_ptr_array_index (self->messages, i - 1);

      if (g_strcmp0 (sb_message_get_turn_id (message), turn_id) != 0 ||
          sb_message_get_role (message) == SB_MESSAGE_ROLE_USER)
        continue;

      g_ptr_array_remove_index (self->messages, i - 1);
      g_list_model_items_changed (G_LIST_MODEL (self), i - 1, 1, 0);
    }
}
