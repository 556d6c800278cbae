/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-container.h"

#include "sb-json.h"
#include "sb-text.h"

#define MAX_CONTAINERS 500
#define MAX_TEXT 160

struct _SbContainer
{
  GObject parent_instance;

  /* owned */
  char   *id;
  char   *name;
  char   *image;
  char   *state;

  gint64  created;
};

G_DEFINE_FINAL_TYPE (SbContainer, sb_container, G_TYPE_OBJECT)

static char *
dup_line (const char *text)
{
  g_autofree char *clean = sb_text_clean (text != NULL && *text != '\0' ? text : "?", -1, NULL);

  g_strstrip (g_strdelimit (clean, "\r\n\t", ' '));

  return sb_text_head_tail (clean, MAX_TEXT, NULL);
}

/* "/web": the slash is the engine's. Links of old engines, "/web/db", come after the name itself. */
static const char *
get_first_name (JsonObject *object)
{
  JsonArray *names = sb_json_get_array (object, "Names");
  JsonNode *node = names != NULL && json_array_get_length (names) > 0 ? json_array_get_element (names, 0) : NULL;
  const char *name = NULL;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    name = json_node_get_string (node);

  return name != NULL && *name == '/' ? name + 1 : name;
}

static SbContainer *
parse (JsonObject *object)
{
  SbContainer *self = g_object_new (SB_TYPE_CONTAINER, NULL);
  const char *id = sb_json_get_string (object, "Id");
  const char *name = get_first_name (object);

  self->id = dup_line (id);
  self->name = dup_line (name != NULL ? name : id);
  self->image = dup_line (sb_json_get_string (object, "Image"));
  self->state = dup_line (sb_json_get_string (object, "State"));
  self->created = MAX (0, sb_json_get_int (object, "Created", 0));

  return self;
}

static gboolean
is_hidden (JsonObject *object,
           const char *label)
{
  JsonObject *labels = sb_json_get_object (object, "Labels");

  return label != NULL && labels != NULL && json_object_has_member (labels, label);
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  SbContainer *first = *(SbContainer * const *) a;
  SbContainer *second = *(SbContainer * const *) b;

  if (first->created != second->created)
    return first->created > second->created ? -1 : 1;

  return g_strcmp0 (first->id, second->id);
}

static void
sb_container_finalize (GObject *object)
{
  SbContainer *self = SB_CONTAINER (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->image);
  g_free (self->state);

  G_OBJECT_CLASS (sb_container_parent_class)->finalize (object);
}

static void
sb_container_class_init (SbContainerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_container_finalize;
}

static void
sb_container_init (SbContainer *self)
{
}

/* Does no I/O; what is no container is skipped, and of very many the first of the engine's order are taken. */
GPtrArray *
sb_container_parse_all (JsonNode   *answer,
                        const char *hidden_label)
{
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  JsonArray *array = NULL;

  if (answer == NULL || !JSON_NODE_HOLDS_ARRAY (answer))
    return NULL;

  array = json_node_get_array (answer);
  for (guint i = 0; i < json_array_get_length (array) && all->len < MAX_CONTAINERS; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (node) && !is_hidden (json_node_get_object (node), hidden_label))
        g_ptr_array_add (all, parse (json_node_get_object (node)));
    }
  g_ptr_array_sort (all, compare);

  return g_steal_pointer (&all);
}

const char *
sb_container_get_id (SbContainer *self)
{
  g_return_val_if_fail (SB_IS_CONTAINER (self), NULL);

  return self->id;
}

const char *
sb_container_get_name (SbContainer *self)
{
  g_return_val_if_fail (SB_IS_CONTAINER (self), NULL);

  return self->name;
}

const char *
sb_container_get_image (SbContainer *self)
{
  g_return_val_if_fail (SB_IS_CONTAINER (self), NULL);

  return self->image;
}

const char *
sb_container_get_state (SbContainer *self)
{
  g_return_val_if_fail (SB_IS_CONTAINER (self), NULL);

  return self->state;
}

gint64
sb_container_get_created (SbContainer *self)
{
  g_return_val_if_fail (SB_IS_CONTAINER (self), 0);

  return self->created;
}

gboolean
sb_container_equal (SbContainer *self,
                    SbContainer *other)
{
  return self->created == other->created && g_str_equal (self->id, other->id)
         && g_str_equal (self->name, other->name) && g_str_equal (self->image, other->image)
         && g_str_equal (self->state, other->state);
}
