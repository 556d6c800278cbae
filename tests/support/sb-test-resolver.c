/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-resolver.h"

struct _SbTestResolver
{
  GResolver   parent_instance;

  /* owned */
  GHashTable *names; /* name → addresses */

  guint       n_lookups;
};

G_DEFINE_FINAL_TYPE (SbTestResolver, sb_test_resolver, G_TYPE_RESOLVER)

static void
free_addresses (gpointer data)
{
  g_resolver_free_addresses (data);
}

static void
sb_test_resolver_lookup_by_name_async (GResolver           *resolver,
                                       const char          *name,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data)
{
  SbTestResolver *self = SB_TEST_RESOLVER (resolver);
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  const char *known = g_hash_table_lookup (self->names, name);
  g_auto(GStrv) words = g_strsplit (known != NULL ? known : "", " ", -1);
  GList *list = NULL;

  self->n_lookups++;
  for (guint i = 0; words[i] != NULL; i++)
    list = g_list_append (list, g_inet_address_new_from_string (words[i]));
  if (list == NULL)
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "There is no host “%s”.", name);
  else
    g_task_return_pointer (task, list, free_addresses);
}

static GList *
sb_test_resolver_lookup_by_name_finish (GResolver     *resolver,
                                        GAsyncResult  *result,
                                        GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
sb_test_resolver_finalize (GObject *object)
{
  g_hash_table_unref (SB_TEST_RESOLVER (object)->names);

  G_OBJECT_CLASS (sb_test_resolver_parent_class)->finalize (object);
}

static void
sb_test_resolver_class_init (SbTestResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sb_test_resolver_finalize;
  resolver_class->lookup_by_name_async = sb_test_resolver_lookup_by_name_async;
  resolver_class->lookup_by_name_finish = sb_test_resolver_lookup_by_name_finish;
}

static void
sb_test_resolver_init (SbTestResolver *self)
{
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

SbTestResolver *
sb_test_resolver_install (void)
{
  SbTestResolver *self = g_object_new (SB_TYPE_TEST_RESOLVER, NULL);

  g_resolver_set_default (G_RESOLVER (self));

  return self;
}

void
sb_test_resolver_set (SbTestResolver *self,
                      const char     *name,
                      const char     *addresses)
{
  if (*addresses == '\0')
    g_hash_table_remove (self->names, name);
  else
    g_hash_table_replace (self->names, g_strdup (name), g_strdup (addresses));
}

guint
sb_test_resolver_get_n_lookups (SbTestResolver *self)
{
  return self->n_lookups;
}
