/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-form.h"

#include <glib/gi18n.h>

#include "sb-form-field.h"
#include "sb-json.h"
#include "sb-mcp-client.h"

/* A tool with more arguments is filled in as one piece of JSON. */
#define MAX_ARGUMENTS 40

struct _SbForm
{
  GtkWidget parent_instance;

  /* owned */
  GPtrArray *typed; /* of GPtrArray of SbMcpField: what is checked before it goes */

  /* children */
  GtkWidget *box;

  guint    n_fields;
  gboolean whole;    /* one field for all of it */
};

G_DEFINE_FINAL_TYPE (SbForm, sb_form, GTK_TYPE_WIDGET)

static void
add (SbForm    *self,
     GtkWidget *field)
{
  gtk_box_append (GTK_BOX (self->box), field);
  self->n_fields++;
}

static gboolean
is_required (JsonObject *schema,
             const char *name)
{
  JsonArray *required = sb_json_get_array (schema, "required");

  for (guint i = 0; required != NULL && i < json_array_get_length (required); i++)
    {
      JsonNode *node = json_array_get_element (required, i);

      if (json_node_get_value_type (node) == G_TYPE_STRING && g_strcmp0 (json_node_get_string (node), name) == 0)
        return TRUE;
    }

  return FALSE;
}

/* The field for one property, if it is of a kind that forms know. */
static GPtrArray *
parse_property (const char *name,
                JsonNode   *node)
{
  g_autoptr(JsonObject) schema = json_object_new ();
  JsonObject *properties = json_object_new ();

  json_object_set_member (properties, name, json_node_copy (node));
  json_object_set_object_member (schema, "properties", properties);

  return sb_mcp_form_parse (schema, NULL);
}

static void
add_property (SbForm     *self,
              JsonObject *schema,
              const char *name,
              JsonNode   *node)
{
  GPtrArray *fields = parse_property (name, node);
  gboolean required = is_required (schema, name);
  const char *description = NULL;

  if (fields != NULL)
    {
      SbMcpField *field = g_ptr_array_index (fields, 0);

      field->required = required;
      g_ptr_array_add (self->typed, fields);
      add (self, sb_form_field_new (fields, field, TRUE));
      return;
    }

  if (JSON_NODE_HOLDS_OBJECT (node))
    description = sb_json_get_string (json_node_get_object (node), "description");
  add (self, sb_form_field_new_json (name, description, required));
}

static gboolean
check (SbForm      *self,
       JsonObject  *content,
       GError     **error)
{
  for (guint i = 0; i < self->typed->len; i++)
    {
      g_autofree char *problem = sb_mcp_form_find_problem (g_ptr_array_index (self->typed, i), content);

      if (problem != NULL)
        {
          g_set_error (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL, _("“%s” is missing or not valid."), problem);
          return FALSE;
        }
    }

  return TRUE;
}

static void
sb_form_dispose (GObject *object)
{
  g_clear_pointer (&SB_FORM (object)->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_form_parent_class)->dispose (object);
}

static void
sb_form_finalize (GObject *object)
{
  g_ptr_array_unref (SB_FORM (object)->typed);

  G_OBJECT_CLASS (sb_form_parent_class)->finalize (object);
}

static void
sb_form_class_init (SbFormClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_form_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_form_finalize;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
sb_form_init (SbForm *self)
{
  self->typed = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
sb_form_new (GPtrArray *fields)
{
  SbForm *self = g_object_new (SB_TYPE_FORM, NULL);

  g_ptr_array_add (self->typed, g_ptr_array_ref (fields));
  for (guint i = 0; i < fields->len; i++)
    add (self, sb_form_field_new (fields, g_ptr_array_index (fields, i), FALSE));

  return GTK_WIDGET (self);
}

GtkWidget *
sb_form_new_for_schema (JsonObject *schema)
{
  SbForm *self = g_object_new (SB_TYPE_FORM, NULL);
  JsonObject *properties = sb_json_get_object (schema, "properties");
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  self->whole = properties != NULL && json_object_get_size (properties) > MAX_ARGUMENTS;
  if (self->whole)
    add (self, sb_form_field_new_json (_("Arguments"), NULL, TRUE));
  if (self->whole || properties == NULL)
    return GTK_WIDGET (self);

  json_object_iter_init_ordered (&iter, properties);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    add_property (self, schema, name, node);

  return GTK_WIDGET (self);
}

guint
sb_form_get_n_fields (SbForm *self)
{
  g_return_val_if_fail (SB_IS_FORM (self), 0);

  return self->n_fields;
}

JsonObject *
sb_form_dup_content (SbForm  *self,
                     GError **error)
{
  g_autoptr(JsonObject) content = json_object_new ();
  GtkWidget *child;

  g_return_val_if_fail (SB_IS_FORM (self), NULL);

  for (child = gtk_widget_get_first_child (self->box); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      g_autoptr(JsonNode) value = NULL;

      if (!sb_form_field_dup_value (SB_FORM_FIELD (child), &value, error))
        return NULL;
      if (self->whole && value != NULL && JSON_NODE_HOLDS_OBJECT (value))
        return json_node_dup_object (value);
      if (value != NULL)
        json_object_set_member (content, sb_form_field_get_name (SB_FORM_FIELD (child)), g_steal_pointer (&value));
    }

  return check (self, content, error) ? g_steal_pointer (&content) : NULL;
}
