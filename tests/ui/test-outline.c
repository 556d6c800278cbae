/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-outline.h"

/* A list that believes every items-changed: what a view knows of the model. */
typedef struct
{
  /* owned */
  SbOutline *outline;
  GPtrArray *mirror; /* of SbOutlineNode */
  guint      n_signals;
} Fixture;

static void
items_changed_cb (Fixture    *fixture,
                  guint       position,
                  guint       removed,
                  guint       added,
                  GListModel *model)
{
  fixture->n_signals++;
  g_assert_cmpuint (position + removed, <=, fixture->mirror->len);
  if (removed > 0)
    g_ptr_array_remove_range (fixture->mirror, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (fixture->mirror, position + i, g_list_model_get_item (model, position + i));
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->outline = sb_outline_new ();
  fixture->mirror = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect_swapped (fixture->outline, "items-changed", G_CALLBACK (items_changed_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_ptr_array_unref (fixture->mirror);
  g_assert_finalize_object (fixture->outline);
}

static SbOutlineNode *
add (Fixture       *fixture,
     SbOutlineNode *parent,
     const char    *name,
     gboolean       expanded)
{
  g_autoptr(GObject) item = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_set_data (item, "name", (gpointer) name);

  return sb_outline_append (fixture->outline, parent, item, expanded);
}

static char *
describe (GPtrArray *rows)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      SbOutlineNode *node = g_ptr_array_index (rows, i);

      for (int depth = 0; depth < sb_outline_node_get_depth (node); depth++)
        g_string_append_c (text, '.');
      g_string_append_printf (text, "%s ",
                              (char *) g_object_get_data (sb_outline_node_get_item (node), "name"));
    }

  return g_string_free (text, FALSE);
}

static void
assert_rows (Fixture    *fixture,
             const char *expected)
{
  g_autofree char *mirrored = describe (fixture->mirror);

  g_assert_cmpstr (mirrored, ==, expected);
  g_assert_cmpuint (fixture->mirror->len, ==, g_list_model_get_n_items (G_LIST_MODEL (fixture->outline)));
  for (guint i = 0; i < fixture->mirror->len; i++)
    {
      g_autoptr(SbOutlineNode) node = g_list_model_get_item (G_LIST_MODEL (fixture->outline), i);

      g_assert_true (node == g_ptr_array_index (fixture->mirror, i));
      g_assert_cmpuint (sb_outline_get_position (fixture->outline, node), ==, i);
    }
}

/* Children go behind everything below their elder brothers, wherever they arrive. */
static void
test_order (Fixture       *fixture,
            gconstpointer  data)
{
  SbOutlineNode *a = add (fixture, NULL, "a", TRUE);
  SbOutlineNode *b = add (fixture, NULL, "b", TRUE);
  SbOutlineNode *a1 = add (fixture, a, "a1", TRUE);

  add (fixture, b, "b1", TRUE);
  add (fixture, a1, "a11", TRUE);
  add (fixture, a, "a2", TRUE);
  assert_rows (fixture, "a .a1 ..a11 .a2 b .b1 ");
}

static void
test_collapse (Fixture       *fixture,
               gconstpointer  data)
{
  SbOutlineNode *a = add (fixture, NULL, "a", FALSE);
  SbOutlineNode *a1 = add (fixture, a, "a1", TRUE);
  SbOutlineNode *a11 = add (fixture, a1, "a11", TRUE);

  add (fixture, NULL, "b", TRUE);
  assert_rows (fixture, "a b ");
  g_assert_cmpuint (sb_outline_get_position (fixture->outline, a11), ==, G_MAXUINT);

  sb_outline_reveal (fixture->outline, a11);
  assert_rows (fixture, "a .a1 ..a11 b ");
  sb_outline_set_expanded (fixture->outline, a, FALSE);
  assert_rows (fixture, "a b ");
  add (fixture, a, "a2", TRUE);
  assert_rows (fixture, "a b ");
  sb_outline_set_expanded (fixture->outline, a, TRUE);
  assert_rows (fixture, "a .a1 ..a11 .a2 b ");

  sb_outline_toggle (fixture->outline, 1);
  assert_rows (fixture, "a .a1 .a2 b ");
  sb_outline_toggle (fixture->outline, 1);
  sb_outline_toggle (fixture->outline, 4);
  sb_outline_toggle (fixture->outline, 5);
  assert_rows (fixture, "a .a1 ..a11 .a2 b ");
}

static void
test_remove (Fixture       *fixture,
             gconstpointer  data)
{
  SbOutlineNode *a = add (fixture, NULL, "a", TRUE);
  SbOutlineNode *a1 = add (fixture, a, "a1", TRUE);

  add (fixture, a1, "a11", TRUE);
  add (fixture, NULL, "b", TRUE);
  g_assert_true (sb_outline_node_get_expandable (a));
  sb_outline_remove (fixture->outline, a1);
  assert_rows (fixture, "a b ");
  g_assert_false (sb_outline_node_get_expandable (a));

  sb_outline_node_set_container (a, TRUE);
  g_assert_true (sb_outline_node_get_expandable (a));
  sb_outline_clear (fixture->outline);
  assert_rows (fixture, "");
}

static gboolean
has_letter (gpointer item,
            gpointer user_data)
{
  return strchr (g_object_get_data (item, "name"), *(const char *) user_data) != NULL;
}

/* What passes brings all above it, also out of what is collapsed; rows that stay are not announced. */
static void
test_filter (Fixture       *fixture,
             gconstpointer  data)
{
  SbOutlineNode *a = add (fixture, NULL, "a", TRUE);
  SbOutlineNode *b = add (fixture, NULL, "b", FALSE);

  add (fixture, a, "a1", TRUE);
  add (fixture, b, "bx", TRUE);
  add (fixture, b, "b2", TRUE);
  sb_outline_set_filter (fixture->outline, has_letter, (gpointer) "x");
  assert_rows (fixture, "b .bx ");
  add (fixture, a, "ax", TRUE);
  assert_rows (fixture, "a .ax b .bx ");

  fixture->n_signals = 0;
  sb_outline_set_filter (fixture->outline, has_letter, (gpointer) "x");
  g_assert_cmpuint (fixture->n_signals, ==, 0);
  sb_outline_set_filter (fixture->outline, NULL, NULL);
  assert_rows (fixture, "a .a1 .ax b ");
}

static void
test_bulk (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  SbOutlineNode *a = add (fixture, NULL, "a", TRUE);
  static const char * const names[] = { "x", "y", "z" };

  add (fixture, a, "last", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GObject *item = g_object_new (G_TYPE_OBJECT, NULL);

      g_object_set_data (item, "name", (gpointer) names[i]);
      g_ptr_array_add (items, item);
    }

  fixture->n_signals = 0;
  sb_outline_insert (fixture->outline, a, 0, items, FALSE);
  g_assert_cmpuint (fixture->n_signals, ==, 1);
  assert_rows (fixture, "a .x .y .z .last ");
}

static SbOutlineNode *
pick (Fixture *fixture,
      GRand   *random)
{
  SbOutlineNode *node = sb_outline_get_root (fixture->outline);

  while (sb_outline_node_get_n_children (node) > 0 && g_rand_int_range (random, 0, 4) != 0)
    node = sb_outline_node_get_child (node,
                                      g_rand_int_range (random, 0, sb_outline_node_get_n_children (node)));

  return node;
}

static void
collect (SbOutlineNode *node,
         GPtrArray     *rows)
{
  for (guint i = 0; i < sb_outline_node_get_n_children (node); i++)
    {
      SbOutlineNode *child = sb_outline_node_get_child (node, i);

      g_ptr_array_add (rows, child);
      if (sb_outline_node_get_expanded (child))
        collect (child, rows);
    }
}

static void
remove_some (Fixture       *fixture,
             SbOutlineNode *parent,
             GRand         *random)
{
  SbOutlineNode *above = parent != NULL ? parent : sb_outline_get_root (fixture->outline);
  guint n_children = sb_outline_node_get_n_children (above);
  guint first = (guint) g_rand_int_range (random, 0, (gint32) n_children);
  guint n = MIN (3, n_children - first);

  sb_outline_remove_range (fixture->outline, parent, first, n);
}

/* Whatever happens in whatever order, the flat rows are the tree. */
static void
test_random (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (7);

  for (int step = 0; step < 3000; step++)
    {
      SbOutlineNode *node = pick (fixture, random);
      int what = g_rand_int_range (random, 0, 10);
      g_autoptr(GPtrArray) expected = g_ptr_array_new ();

      if (what < 5)
        add (fixture, node, "n", g_rand_boolean (random));
      else if (node == sb_outline_get_root (fixture->outline))
        continue;
      else if (what < 6 && g_rand_boolean (random))
        sb_outline_remove (fixture->outline, node);
      else if (what < 6)
        remove_some (fixture, sb_outline_node_get_parent (node), random);
      else
        sb_outline_set_expanded (fixture->outline, node, !sb_outline_node_get_expanded (node));

      collect (sb_outline_get_root (fixture->outline), expected);
      g_assert_cmpuint (expected->len, ==, fixture->mirror->len);
      for (guint i = 0; i < expected->len; i++)
        g_assert_true (g_ptr_array_index (expected, i) == g_ptr_array_index (fixture->mirror, i));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/outline/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/outline/collapse", Fixture, NULL, set_up, test_collapse, tear_down);
  g_test_add ("/outline/remove", Fixture, NULL, set_up, test_remove, tear_down);
  g_test_add ("/outline/filter", Fixture, NULL, set_up, test_filter, tear_down);
  g_test_add ("/outline/bulk", Fixture, NULL, set_up, test_bulk, tear_down);
  g_test_add ("/outline/random", Fixture, NULL, set_up, test_random, tear_down);

  return g_test_run ();
}
