/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-lint-private.h"

#include "sb-catalog-schema.h"

#include <string.h>

/* Each fix may bring up the next problem; this many rounds are enough for any file a person wrote. */
#define MAX_FIXES 500

struct _SbCatalogProblem
{
  GObject         parent_instance;

  /* owned */
  char           *code;
  char           *message;
  char           *server;
  char           *label;
  SbYamlEdit     *fix;

  guint           line;
  SbLintSeverity  severity;
};

enum
{
  PROP_0,
  PROP_LINE,
  PROP_MESSAGE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbCatalogProblem, sb_catalog_problem, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

void
sb_lint_add (SbLint         *lint,
             SbYamlNode     *at,
             SbLintSeverity  severity,
             const char     *code,
             SbYamlEdit     *fix,
             const char     *label,
             const char     *format,
             ...)
{
  g_autoptr(SbCatalogProblem) self = g_object_new (SB_TYPE_CATALOG_PROBLEM, NULL);
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  /* A name that was too long may have been cut in the middle of a character. */
  self->message = g_utf8_make_valid (message, -1);
  self->line = at->line;
  self->severity = severity;
  self->code = g_strdup (code);
  self->fix = fix;
  self->label = fix != NULL ? g_strdup (label) : NULL;
  self->server = g_strdup (lint->server);
  g_list_store_append (lint->problems, self);
}

GStrv
sb_lint_path (SbLint *lint,
              ...)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  const char *step;
  va_list args;

  if (lint->form == SB_CATALOG_FORM_REGISTRY)
    g_strv_builder_add_many (builder, "registry", lint->server, NULL);
  va_start (args, lint);
  while ((step = va_arg (args, const char *)) != NULL)
    g_strv_builder_add (builder, step);
  va_end (args);

  return g_strv_builder_end (builder);
}

/* The value in the type that is asked for, where it is plain what was meant. */
static SbYamlNode *
convert (SbYamlNode *node,
         const char *wanted)
{
  static const char * const booleans[] = { "true", "false", "yes", "no", "on", "off", NULL };
  SbYamlNode *list;

  if (node->kind != SB_YAML_SCALAR || node->text[0] == '\0')
    return NULL;
  if (g_str_has_prefix (wanted, "true") && g_strv_contains (booleans, node->text))
    return sb_yaml_node_new_word (node->text);
  if (g_str_has_suffix (wanted, "number") && strspn (node->text, "0123456789") == strlen (node->text))
    return sb_yaml_node_new_word (node->text);
  if (strcmp (wanted, "a list of texts") != 0)
    return NULL;

  list = sb_yaml_node_new_sequence ();
  sb_yaml_node_append (list, sb_yaml_node_new_text (node->text));

  return list;
}

static void
add_wrong_type (SbLint             *lint,
                SbYamlNode         *node,
                const char * const *path,
                const char         *wanted)
{
  SbYamlNode *value = convert (node, wanted);
  guint depth = g_strv_length ((char **) path);
  SbYamlEdit *fix = value != NULL ? sb_yaml_edit_new_set (path, value) : NULL;

  sb_lint_add (lint, node, SB_LINT_ERROR, "wrong-type", fix, "Write it as what it must be",
               "“%.60s” must be %s. Docker's gateway does not start with this catalog.",
               depth > 0 ? path[depth - 1] : "", wanted);
}

static void
add_unknown_key (SbLint             *lint,
                 SbYamlNode         *key,
                 const char * const *path,
                 const char         *meant)
{
  g_autofree char *label = meant != NULL ? g_strdup_printf ("Rename it to “%s”", meant) : g_strdup ("Remove it");
  SbYamlEdit *fix = meant != NULL ? sb_yaml_edit_new_rename (path, meant) : sb_yaml_edit_new_remove (path);

  if (meant != NULL)
    sb_lint_add (lint, key, SB_LINT_WARNING, "misspelt-key", fix, label,
                 "“%.60s” is not read by anybody; “%s” is probably meant.", key->text, meant);
  else
    sb_lint_add (lint, key, SB_LINT_WARNING, "unknown-key", fix, label, "“%.60s” is not read by anybody.", key->text);
}

static void
add_unread_key (SbLint             *lint,
                SbYamlNode         *key,
                const char * const *path)
{
  static const char * const rights[] = { "privileged", "cap_add", "gpus", "docker_args", NULL };
  gboolean matters = g_strv_contains (rights, key->text);

  sb_lint_add (lint, key, matters ? SB_LINT_WARNING : SB_LINT_HINT, matters ? "ignored-right" : "ignored-key",
               sb_yaml_edit_new_remove (path), "Remove it",
               matters ? "“%s” has no effect: no catalog can give a server more rights." :
               "“%s” is found in many catalogs, but nothing reads it.", key->text);
}

static void
finding_cb (SbSchemaFinding     finding,
            SbYamlNode         *node,
            const char * const *path,
            const char         *name,
            gpointer            user_data)
{
  SbLint *lint = user_data;

  switch (finding)
    {
    case SB_SCHEMA_UNKNOWN:
      add_unknown_key (lint, node, path, name);
      break;

    case SB_SCHEMA_UNREAD:
      add_unread_key (lint, node, path);
      break;

    case SB_SCHEMA_TWICE:
      sb_lint_add (lint, node, SB_LINT_ERROR, "duplicate-key", sb_yaml_edit_new_remove_second (path),
                   "Remove the second one", "“%.60s” is set twice. Docker's gateway does not start with this catalog.",
                   node->text);
      break;

    case SB_SCHEMA_WRONG_TYPE:
    default:
      add_wrong_type (lint, node, path, name);
      break;
    }
}

static void
check_entry (SbLint     *lint,
             SbYamlNode *key,
             SbYamlNode *node,
             const char *name,
             GObject    *owner)
{
  g_autoptr(SbCatalogServer) server = sb_catalog_server_new (name, key, node, owner);
  g_auto(GStrv) path = NULL;

  lint->server = name;
  path = sb_lint_path (lint, NULL);
  if (node->kind != SB_YAML_MAPPING)
    {
      add_wrong_type (lint, node, (const char * const *) path, "a mapping (key: value)");
      return;
    }

  sb_catalog_schema_check (node, sb_catalog_entry_keys, (const char * const *) path, finding_cb, lint);
  sb_lint_check_server (lint, server);
  sb_lint_check_templates (lint, server);
  sb_lint_check_tools (lint, server);
  lint->server = NULL;
}

static void
check_registry (SbLint     *lint,
                SbYamlNode *registry,
                GObject    *owner)
{
  const char *path[] = { "registry", NULL, NULL };

  if (sb_yaml_node_is_null (registry))
    return;
  if (registry->kind != SB_YAML_MAPPING)
    {
      add_wrong_type (lint, registry, path, "a mapping of names to servers");
      return;
    }

  for (guint i = 0; i < registry->keys->len; i++)
    {
      SbYamlNode *key = g_ptr_array_index (registry->keys, i);
      SbYamlNode *node = g_ptr_array_index (registry->children, i);

      path[1] = key->text;
      if (sb_yaml_node_get (registry, key->text) != node)
        finding_cb (SB_SCHEMA_TWICE, key, path, NULL, lint);
      else
        check_entry (lint, key, node, key->text, owner);
    }
}

static gboolean
is_entry (SbYamlNode *root)
{
  return sb_yaml_node_get (root, "registry") == NULL && sb_yaml_node_get (root, "servers") == NULL &&
         (sb_yaml_node_get (root, "image") != NULL || sb_yaml_node_get (root, "remote") != NULL ||
          sb_yaml_node_get (root, "type") != NULL || sb_yaml_node_get (root, "x-sandbar") != NULL);
}

static void
check_root (SbLint     *lint,
            SbYamlNode *root,
            GObject    *owner)
{
  static const char * const nowhere[] = { NULL };
  static const char * const registry[] = { "registry", NULL };

  if (root->kind != SB_YAML_MAPPING)
    {
      sb_lint_add (lint, root, SB_LINT_ERROR, "no-catalog", NULL, NULL, "A catalog must be a mapping (key: value).");
    }
  else if (is_entry (root))
    {
      SbYamlNode *name = sb_yaml_node_get (root, "name");

      lint->form = SB_CATALOG_FORM_ENTRY;
      check_entry (lint, root, root, name != NULL && name->kind == SB_YAML_SCALAR ? name->text : "", owner);
    }
  else
    {
      sb_catalog_schema_check (root, sb_catalog_root_keys, nowhere, finding_cb, lint);
      if (sb_yaml_node_get (root, "registry") != NULL)
        check_registry (lint, sb_yaml_node_get (root, "registry"), owner);
      else if (sb_yaml_node_get (root, "servers") == NULL)
        sb_lint_add (lint, root, SB_LINT_ERROR, "no-registry",
                     sb_yaml_edit_new_set (registry, sb_yaml_node_new_mapping ()), "Add an empty registry",
                     "There is no “registry”: the catalog has no servers.");
    }
}

/* Docker's gateway reads catalogs below one folder only, since v0.43.1. */
static void
check_path (SbLint     *lint,
            SbYamlNode *root,
            const char *path)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), ".docker", "mcp", "catalogs", NULL);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  if (!g_str_has_prefix (absolute, folder))
    sb_lint_add (lint, root, SB_LINT_WARNING, "outside-folder", NULL, NULL,
                 "Docker's gateway reads catalogs in ~/.docker/mcp/catalogs only; copy the file there.");
}

static int
compare_lines (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  const SbCatalogProblem *first = a, *second = b;

  return first->line < second->line ? -1 : first->line > second->line;
}

static void
sb_catalog_problem_get_property (GObject    *object,
                                 guint       id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  SbCatalogProblem *self = SB_CATALOG_PROBLEM (object);

  switch (id)
    {
    case PROP_LINE:
      g_value_set_uint (value, self->line);
      break;

    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sb_catalog_problem_finalize (GObject *object)
{
  SbCatalogProblem *self = SB_CATALOG_PROBLEM (object);

  g_free (self->code);
  g_free (self->message);
  g_free (self->server);
  g_free (self->label);
  g_clear_pointer (&self->fix, sb_yaml_edit_free);

  G_OBJECT_CLASS (sb_catalog_problem_parent_class)->finalize (object);
}

static void
sb_catalog_problem_class_init (SbCatalogProblemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_catalog_problem_get_property;
  object_class->finalize = sb_catalog_problem_finalize;

  properties[PROP_LINE] = g_param_spec_uint ("line", NULL, NULL, 0, G_MAXUINT, 0,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_catalog_problem_init (SbCatalogProblem *self)
{
}

guint
sb_catalog_problem_get_line (SbCatalogProblem *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_PROBLEM (self), 0);

  return self->line;
}

SbLintSeverity
sb_catalog_problem_get_severity (SbCatalogProblem *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_PROBLEM (self), SB_LINT_HINT);

  return self->severity;
}

/**
 * sb_catalog_problem_get_code:
 *
 * Returns: (transfer none): a word for machines, which stays: "bind-refused"
 */
const char *
sb_catalog_problem_get_code (SbCatalogProblem *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_PROBLEM (self), NULL);

  return self->code;
}

const char *
sb_catalog_problem_get_message (SbCatalogProblem *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_PROBLEM (self), NULL);

  return self->message;
}

/**
 * sb_catalog_problem_get_server:
 *
 * Returns: (transfer none) (nullable): NULL for what concerns the whole file
 */
const char *
sb_catalog_problem_get_server (SbCatalogProblem *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_PROBLEM (self), NULL);

  return self->server;
}

const char *
sb_catalog_problem_get_fix (SbCatalogProblem *self)
{
  g_return_val_if_fail (SB_IS_CATALOG_PROBLEM (self), NULL);

  return self->label;
}

/**
 * sb_catalog_problem_apply:
 * @text: what was linted
 *
 * Returns: (transfer full) (nullable): the text without the problem; NULL with SB_YAML_ERROR. Lint it anew: places of
 * other problems may have moved.
 */
char *
sb_catalog_problem_apply (SbCatalogProblem  *self,
                          const char        *text,
                          GError           **error)
{
  g_return_val_if_fail (SB_IS_CATALOG_PROBLEM (self) && self->fix != NULL, NULL);

  return sb_yaml_edit_apply (self->fix, text, error);
}

/**
 * sb_catalog_lint:
 *
 * Finds what Docker's gateway passes over in silence, does differently, or dies of, and offers what can be done about
 * it. Pure but for the links of folders that are named.
 *
 * Returns: (transfer full)
 */
GListModel *
sb_catalog_lint (const char *text,
                 const char *path)
{
  g_autoptr(SbYamlNode) root = NULL;
  g_autoptr(GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr(GHashTable) tools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GError) error = NULL;
  SbLint lint = { g_list_store_new (SB_TYPE_CATALOG_PROBLEM), tools, SB_CATALOG_FORM_REGISTRY, NULL };

  g_return_val_if_fail (text != NULL, NULL);

  root = sb_yaml_parse_lenient (text, -1, &error);
  if (root == NULL)
    {
      SbYamlNode at = { .line = 1 };
      const char *message = error->message;

      if (g_str_has_prefix (message, "line "))
        at.line = g_ascii_strtoull (message + strlen ("line "), NULL, 10);
      if (strchr (message, ':') != NULL)
        message = strchr (message, ':') + 2;
      sb_lint_add (&lint, &at, SB_LINT_ERROR, "syntax", NULL, NULL, "This cannot be read: %s.", message);
      return G_LIST_MODEL (lint.problems);
    }

  check_root (&lint, root, owner);
  if (path != NULL)
    check_path (&lint, root, path);
  g_list_store_sort (lint.problems, compare_lines, NULL);

  return G_LIST_MODEL (lint.problems);
}

/* The first problem from @skip on that has a fix. */
static SbCatalogProblem *
find_fixable (GListModel *problems,
              guint      *skip)
{
  for (; *skip < g_list_model_get_n_items (problems); (*skip)++)
    {
      g_autoptr(SbCatalogProblem) problem = g_list_model_get_item (problems, *skip);

      if (problem->fix != NULL && problem->severity > SB_LINT_HINT)
        return g_steal_pointer (&problem);
    }

  return NULL;
}

/**
 * sb_catalog_lint_fix:
 * @changes: (out) (transfer full): a sentence for each change
 *
 * Applies the fixes of all errors and warnings that have one, one after the other.
 *
 * Returns: (transfer full): the new text
 */
char *
sb_catalog_lint_fix (const char *text,
                     GStrv      *changes)
{
  g_autofree char *fixed = g_strdup (text);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  guint skip = 0;

  for (guint n = 0; n < MAX_FIXES; n++)
    {
      g_autoptr(GListModel) problems = sb_catalog_lint (fixed, NULL);
      g_autoptr(SbCatalogProblem) problem = find_fixable (problems, &skip);
      g_autofree char *next = problem != NULL ? sb_yaml_edit_apply (problem->fix, fixed, NULL) : NULL;
      g_autofree char *sentence = NULL;

      if (problem == NULL)
        break;
      if (next == NULL)
        {
          skip++;
          continue;
        }
      sentence = g_strdup_printf ("line %u: %s %s.", problem->line, problem->message, problem->label);
      g_strv_builder_add (builder, sentence);
      g_free (fixed);
      fixed = g_steal_pointer (&next);
    }
  *changes = g_strv_builder_end (builder);

  return g_steal_pointer (&fixed);
}
