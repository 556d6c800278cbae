/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-secrets.h"

#include <libsecret/secret.h>
#include <string.h>

struct _SbSecrets
{
  GObject     parent_instance;

  /* owned */
  GHashTable *session;    /* name -> secret: what the service did not take */

  /* state */
  gboolean    persistent; /* the service has answered, or was not asked yet */
  gboolean    has_bus;
};

typedef struct
{
  char *name;
  char *secret;
} Wish;

enum
{
  PROP_0,
  PROP_PERSISTENT,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbSecrets, sb_secrets, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static const SecretSchema schema = {
  "io.github.sandbar.Sandbar",
  SECRET_SCHEMA_NONE,
  { { "name", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

static void
secret_free (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

static void
wish_free (Wish *wish)
{
  g_free (wish->name);
  secret_free (wish->secret);
  g_free (wish);
}

/* Asking GIO for a bus that is not there would start one. */
static gboolean
find_session_bus (void)
{
  g_autofree char *socket = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

  return g_getenv ("DBUS_SESSION_BUS_ADDRESS") != NULL || g_file_test (socket, G_FILE_TEST_EXISTS);
}

static void
set_persistent (SbSecrets *self,
                gboolean   persistent)
{
  if (self->persistent == persistent)
    return;

  self->persistent = persistent;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PERSISTENT]);
}

static void
keep_for_session (SbSecrets  *self,
                  const char *name,
                  const char *secret)
{
  if (secret != NULL)
    g_hash_table_replace (self->session, g_strdup (name), g_strdup (secret));
  else
    g_hash_table_remove (self->session, name);
}

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSecrets *self = g_task_get_source_object (task);
  g_autoptr(GError) error = NULL;
  g_autofree char *secret = secret_password_lookup_finish (result, &error);

  if (g_task_return_error_if_cancelled (task))
    return;

  set_persistent (self, error == NULL && g_hash_table_size (self->session) == 0);
  g_task_return_pointer (task, g_steal_pointer (&secret), (GDestroyNotify) secret_free);
}

static void
finish_store (GTask    *task,
              gboolean  taken)
{
  SbSecrets *self = g_task_get_source_object (task);
  Wish *wish = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return;

  set_persistent (self, taken);
  keep_for_session (self, wish->name, taken ? NULL : wish->secret);
  g_task_return_boolean (task, TRUE);
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;

  finish_store (task, secret_password_store_finish (result, NULL));
}

static void
cleared_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;

  secret_password_clear_finish (result, &error);
  finish_store (task, error == NULL);
}

static void
sb_secrets_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  SbSecrets *self = SB_SECRETS (object);

  switch (prop_id)
    {
    case PROP_PERSISTENT:
      g_value_set_boolean (value, self->persistent);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_secrets_finalize (GObject *object)
{
  SbSecrets *self = SB_SECRETS (object);

  g_hash_table_unref (self->session);

  G_OBJECT_CLASS (sb_secrets_parent_class)->finalize (object);
}

static void
sb_secrets_class_init (SbSecretsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_secrets_get_property;
  object_class->finalize = sb_secrets_finalize;

  properties[PROP_PERSISTENT] =
    g_param_spec_boolean ("persistent", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_secrets_init (SbSecrets *self)
{
  self->session = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) secret_free);
  self->has_bus = find_session_bus ();
  self->persistent = self->has_bus;
}

SbSecrets *
sb_secrets_new (void)
{
  return g_object_new (SB_TYPE_SECRETS, NULL);
}

/**
 * sb_secrets_get_persistent:
 *
 * Returns: whether secrets outlive this session: FALSE once no Secret Service has answered
 */
gboolean
sb_secrets_get_persistent (SbSecrets *self)
{
  g_return_val_if_fail (SB_IS_SECRETS (self), FALSE);

  return self->persistent;
}

/**
 * sb_secrets_lookup_async:
 * @name: under which it was stored
 *
 * Asks for a secret. May take as long as the user takes to unlock the keyring.
 */
void
sb_secrets_lookup_async (SbSecrets           *self,
                         const char          *name,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  const char *kept;

  g_return_if_fail (SB_IS_SECRETS (self));
  g_return_if_fail (name != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_secrets_lookup_async);

  kept = g_hash_table_lookup (self->session, name);
  if (kept != NULL || !self->has_bus)
    g_task_return_pointer (task, g_strdup (kept), (GDestroyNotify) secret_free);
  else
    secret_password_lookup (&schema, cancellable, looked_up_cb, g_steal_pointer (&task), "name", name, NULL);
}

/**
 * sb_secrets_lookup_finish:
 *
 * Returns: (transfer full) (nullable): the secret; NULL without an error if there is none. The only error is
 *   that it was cancelled.
 */
char *
sb_secrets_lookup_finish (SbSecrets     *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_secrets_store_async:
 * @secret: (nullable): NULL forgets it
 *
 * Hands a secret to the Secret Service, or keeps it for this session if there is none.
 */
void
sb_secrets_store_async (SbSecrets           *self,
                        const char          *name,
                        const char          *secret,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autofree char *label = NULL;
  Wish *wish;

  g_return_if_fail (SB_IS_SECRETS (self));
  g_return_if_fail (name != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_secrets_store_async);
  wish = g_new0 (Wish, 1);
  wish->name = g_strdup (name);
  wish->secret = g_strdup (secret);
  g_task_set_task_data (task, wish, (GDestroyNotify) wish_free);
  label = g_strdup_printf ("Sandbar: %s", name);

  if (!self->has_bus)
    finish_store (task, FALSE);
  else if (secret != NULL)
    secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, secret, cancellable,
                           stored_cb, g_steal_pointer (&task), "name", name, NULL);
  else
    secret_password_clear (&schema, cancellable, cleared_cb, g_steal_pointer (&task), "name", name, NULL);
}

/**
 * sb_secrets_store_finish:
 *
 * Returns: TRUE if it is kept (sb_secrets_get_persistent() says how long); FALSE if it was cancelled
 */
gboolean
sb_secrets_store_finish (SbSecrets     *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
