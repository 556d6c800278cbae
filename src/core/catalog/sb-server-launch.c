/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-launch.h"

#include "sb-json.h"
#include "sb-template.h"

#include <string.h>

/* What Docker's gateway gives every server; the number of processes it leaves open. */
#define DEFAULT_CPUS 1.0
#define DEFAULT_MEMORY (G_GINT64_CONSTANT (2) * 1024 * 1024 * 1024)
#define DEFAULT_PIDS 512

typedef struct
{
  SbCatalogServer       *server;
  const SbCatalogFields *fields;
  const SbLaunchInput   *input;
  SbServerLaunch        *launch;
  JsonObject            *values; /* owned: what templates see */
} Resolve;

static gboolean
fail (GError         **error,
      SbCatalogError   code,
      const char      *format,
      ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError         **error,
      SbCatalogError   code,
      const char      *format,
      ...)
{
  g_autofree char *message = NULL;
  g_autofree char *valid = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  /* A name that was too long may have been cut in the middle of a character. */
  valid = g_utf8_make_valid (message, -1);
  g_set_error_literal (error, SB_CATALOG_ERROR, code, valid);

  return FALSE;
}

static void
pair_free (gpointer data)
{
  SbLaunchPair *pair = data;

  g_free (pair->name);
  g_free (pair->value);
  g_free (pair);
}

static void
add_pair (GPtrArray  *pairs,
          const char *name,
          char       *value,
          gboolean    secret)
{
  SbLaunchPair *pair = g_new0 (SbLaunchPair, 1);

  pair->name = g_strdup (name);
  pair->value = value;
  pair->secret = secret;
  g_ptr_array_add (pairs, pair);
}

static SbLaunchPair *
find_pair (GPtrArray  *pairs,
           const char *name)
{
  for (guint i = pairs->len; i > 0; i--)
    {
      SbLaunchPair *pair = g_ptr_array_index (pairs, i - 1);

      if (strcmp (pair->name, name) == 0)
        return pair;
    }

  return NULL;
}

/* A variable of a child is NAME=value; anything else would be another variable. */
static gboolean
is_variable_name (const char *name)
{
  return name[0] != '\0' && strpbrk (name, "= \t\r\n") == NULL;
}

/* The schema's defaults, which Docker's gateway leaves out, below what the user set. */
static void
add_defaults (JsonObject *values,
              JsonArray  *config)
{
  for (guint i = 0; i < json_array_get_length (config); i++)
    {
      JsonNode *node = json_array_get_element (config, i);
      JsonObject *schema = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonObject *known = schema != NULL ? sb_json_get_object (schema, "properties") : NULL;
      g_autoptr(GList) names = known != NULL ? json_object_get_members (known) : NULL;

      for (GList *l = names; l != NULL; l = l->next)
        {
          JsonObject *property = sb_json_get_object (known, l->data);

          if (property != NULL && json_object_has_member (property, "default") &&
              !json_object_has_member (values, l->data))
            json_object_set_member (values, l->data, json_node_copy (json_object_get_member (property, "default")));
        }
    }
}

/* Templates find a server's values below its name, in which dots would part keys. */
static JsonObject *
make_values (Resolve *resolve)
{
  g_autofree char *name = g_strdelimit (g_strdup (sb_catalog_server_get_name (resolve->server)), ".", '_');
  JsonObject *own = json_object_new ();
  JsonObject *values = json_object_new ();
  g_autoptr(GList) members = resolve->input->config != NULL ? json_object_get_members (resolve->input->config) : NULL;

  for (GList *l = members; l != NULL; l = l->next)
    json_object_set_member (own, l->data, json_node_copy (json_object_get_member (resolve->input->config, l->data)));
  add_defaults (own, resolve->fields->config);
  json_object_set_object_member (values, name, own);

  return values;
}

static gboolean
add_secrets (Resolve  *resolve,
             GError  **error)
{
  GPtrArray *secrets = resolve->fields->secrets;

  for (guint i = 0; i < secrets->len; i++)
    {
      SbCatalogPair *secret = g_ptr_array_index (secrets, i);
      char *value;

      if (!is_variable_name (secret->value))
        return fail (error, SB_CATALOG_ERROR_SERVER, "The secret “%.100s” of “%.100s” names no variable (“env”).",
                     secret->name, resolve->launch->name);

      value = resolve->input->secret != NULL ? resolve->input->secret (secret->name, resolve->input->user_data) : NULL;
      if (value == NULL || value[0] == '\0')
        {
          g_free (value);
          return fail (error, SB_CATALOG_ERROR_MISSING_SECRET,
                       "“%.100s” needs the secret “%.100s”, which is not stored yet.", resolve->launch->name,
                       secret->name);
        }
      add_pair (resolve->launch->env, secret->value, value, TRUE);
    }

  return TRUE;
}

typedef struct
{
  GPtrArray *pairs;
  gboolean   secret; /* out: one of them was */
} Variables;

static const char *
variable_cb (const char *name,
             gpointer    user_data)
{
  Variables *variables = user_data;
  SbLaunchPair *pair = find_pair (variables->pairs, name);

  if (pair == NULL)
    return NULL;
  variables->secret |= pair->secret;

  return pair->value;
}

static gboolean
add_env (Resolve  *resolve,
         GError  **error)
{
  GPtrArray *env = resolve->fields->env;

  for (guint i = 0; i < env->len; i++)
    {
      SbCatalogPair *pair = g_ptr_array_index (env, i);
      Variables variables = { resolve->launch->env, FALSE };
      g_autofree char *value = NULL;

      if (!is_variable_name (pair->name))
        return fail (error, SB_CATALOG_ERROR_SERVER, "“%.100s” of “%.100s” is no name of a variable.", pair->name,
                     resolve->launch->name);

      if (sb_template_is_template (pair->value))
        value = sb_template_expand_text (pair->value, resolve->values, SB_TEMPLATE_REPAIRED);
      else
        value = sb_template_expand_variables (pair->value, variable_cb, &variables);
      if (value[0] != '\0')
        add_pair (resolve->launch->env, pair->name, g_steal_pointer (&value), variables.secret);
    }

  return TRUE;
}

static GStrv
expand_arguments (Resolve            *resolve,
                  const char * const *items)
{
  g_auto(GStrv) expanded = sb_template_expand_list (items, resolve->values, SB_TEMPLATE_REPAIRED);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  Variables variables = { resolve->launch->env, FALSE };

  for (guint i = 0; expanded[i] != NULL; i++)
    {
      g_autofree char *argument = sb_template_expand_variables (expanded[i], variable_cb, &variables);

      g_strv_builder_add (builder, argument);
    }

  return g_strv_builder_end (builder);
}

static gboolean
add_mounts (Resolve  *resolve,
            GError  **error)
{
  g_auto(GStrv) volumes = sb_template_expand_list ((const char * const *) resolve->fields->volumes, resolve->values,
                                                   SB_TEMPLATE_REPAIRED);

  for (guint i = 0; volumes[i] != NULL; i++)
    {
      g_autoptr(SbServerMount) mount = NULL;

      if (volumes[i][0] == '\0' || volumes[i][0] == '-')
        continue;
      mount = sb_server_mount_parse (volumes[i], g_get_home_dir (), resolve->input->readable,
                                     resolve->input->writable, error);
      if (mount == NULL)
        return FALSE;
      if (mount->answer == SB_BIND_NEVER)
        return fail (error, SB_CATALOG_ERROR_BIND, "“%.100s” was not started. %s", resolve->launch->name,
                     mount->reason);
      g_ptr_array_add (resolve->launch->mounts, g_steal_pointer (&mount));
    }

  return TRUE;
}

/* A word that is not known must not open more than was meant. */
static gboolean
choose_network (Resolve  *resolve,
                GError  **error)
{
  const SbCatalogFields *fields = resolve->fields;
  const char *word = fields->network;
  gboolean listed = fields->allow_hosts[0] != NULL;

  if (word != NULL && !g_str_equal (word, "none") && !g_str_equal (word, "hosts") && !g_str_equal (word, "full"))
    return fail (error, SB_CATALOG_ERROR_SERVER, "“%.100s” has the network “%.60s”. Use none, hosts or full.",
                 resolve->launch->name, word);

  if (fields->disable_network || g_strcmp0 (word, "none") == 0 || (g_strcmp0 (word, "hosts") == 0 && !listed))
    resolve->launch->network = SB_SERVER_NETWORK_NONE;
  else if (listed && g_strcmp0 (word, "full") != 0)
    resolve->launch->network = SB_SERVER_NETWORK_HOSTS;
  else
    resolve->launch->network = SB_SERVER_NETWORK_FULL;

  return TRUE;
}

static gboolean
choose_pull (Resolve  *resolve,
             GError  **error)
{
  const char *word = resolve->fields->pull;

  if (word == NULL || g_str_equal (word, "missing"))
    resolve->launch->pull = SB_SERVER_PULL_MISSING;
  else if (g_str_equal (word, "always"))
    resolve->launch->pull = SB_SERVER_PULL_ALWAYS;
  else if (g_str_equal (word, "never"))
    resolve->launch->pull = SB_SERVER_PULL_NEVER;
  else
    return fail (error, SB_CATALOG_ERROR_SERVER, "“%.100s” is to be pulled “%.60s”. Use missing, always or never.",
                 resolve->launch->name, word);

  return TRUE;
}

static gboolean
resolve_image (Resolve  *resolve,
               GError  **error)
{
  const SbCatalogFields *fields = resolve->fields;
  SbServerLaunch *launch = resolve->launch;
  g_autofree char *user = NULL;

  if (!add_secrets (resolve, error) || !add_env (resolve, error) || !add_mounts (resolve, error) ||
      !choose_network (resolve, error) || !choose_pull (resolve, error))
    return FALSE;

  launch->image = g_strdup (fields->image);
  launch->arguments = expand_arguments (resolve, (const char * const *) fields->command);
  if (fields->user != NULL && sb_template_is_template (fields->user))
    user = sb_template_expand_text (fields->user, resolve->values, SB_TEMPLATE_REPAIRED);
  else
    user = g_strdup (fields->user);
  if (user != NULL && user[0] != '\0')
    launch->user = g_steal_pointer (&user);

  return TRUE;
}

/* Unlike in a container, the arguments of a local process are everybody's to read: no secret gets into them. */
static gboolean
resolve_local (Resolve  *resolve,
               GError  **error)
{
  SbServerLaunch *launch = resolve->launch;

  launch->arguments = sb_template_expand_list ((const char * const *) resolve->fields->local_command, resolve->values,
                                               SB_TEMPLATE_REPAIRED);
  if (launch->arguments[0] == NULL || launch->arguments[0][0] == '\0')
    return fail (error, SB_CATALOG_ERROR_SERVER, "The command of “%.100s” is empty.", launch->name);
  if (!choose_network (resolve, error))
    return FALSE;
  if (launch->network != SB_SERVER_NETWORK_FULL)
    return fail (error, SB_CATALOG_ERROR_SERVER, "“%.100s” is a process of this machine, whose network cannot be "
                 "limited. Give it an image, or the network “full”.", launch->name);
  launch->directory = g_strdup (resolve->fields->local_directory);

  return add_secrets (resolve, error) && add_env (resolve, error);
}

static gboolean
choose_transport (Resolve  *resolve,
                  GError  **error)
{
  static const char * const streamable[] = { "http", "streamable", "streaming", "streamable-http", NULL };
  const char *transport = resolve->fields->transport;

  resolve->launch->sse = g_strcmp0 (transport, "sse") == 0;
  if (resolve->launch->sse || (transport != NULL && g_strv_contains (streamable, transport)))
    return TRUE;

  return fail (error, SB_CATALOG_ERROR_SERVER, "“%.100s” needs “transport_type”: sse or streamable-http.",
               resolve->launch->name);
}

/* A secret is for one issuer: another server could name an issuer of its own and be shown it. */
static gboolean
take_client (Resolve  *resolve,
             GError  **error)
{
  const SbCatalogFields *fields = resolve->fields;
  SbServerLaunch *launch = resolve->launch;

  if (fields->client_secret != NULL && (fields->client_id == NULL || fields->client_issuer == NULL))
    return fail (error, SB_CATALOG_ERROR_SERVER,
                 "“%.100s” has a “clientSecret” under “oauth”: say there whose it is (“clientId”) and the address of "
                 "the only server that may see it (“issuer”), too.", launch->name);

  launch->client_id = g_strdup (fields->client_id);
  launch->client_issuer = g_strdup (fields->client_issuer);
  if (fields->client_secret != NULL)
    launch->client_secret = resolve->input->secret (fields->client_secret, resolve->input->user_data);

  return TRUE;
}

static gboolean
resolve_remote (Resolve  *resolve,
                GError  **error)
{
  SbServerLaunch *launch = resolve->launch;
  g_autoptr(GUri) uri = g_uri_parse (resolve->fields->url, G_URI_FLAGS_NONE, NULL);
  GPtrArray *headers = resolve->fields->headers;

  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_host (uri)[0] == '\0' ||
      (strcmp (g_uri_get_scheme (uri), "https") != 0 && strcmp (g_uri_get_scheme (uri), "http") != 0))
    return fail (error, SB_CATALOG_ERROR_SERVER, "“%.200s” is no web address.", resolve->fields->url);
  if (!choose_transport (resolve, error) || !add_secrets (resolve, error) || !take_client (resolve, error))
    return FALSE;

  launch->url = g_strdup (resolve->fields->url);
  for (guint i = 0; i < headers->len; i++)
    {
      SbCatalogPair *header = g_ptr_array_index (headers, i);
      Variables variables = { launch->env, FALSE };
      g_autofree char *value = sb_template_expand_variables (header->value, variable_cb, &variables);

      if (strpbrk (value, "\r\n") != NULL || strpbrk (header->name, " :\t\r\n") != NULL || header->name[0] == '\0')
        return fail (error, SB_CATALOG_ERROR_SERVER, "The header “%.60s” of “%.100s” has a line end or a blank in it.",
                     header->name, launch->name);
      add_pair (launch->headers, header->name, g_steal_pointer (&value), variables.secret);
    }
  /* The secrets were for the headers; a remote server has no environment of ours. */
  g_ptr_array_set_size (launch->env, 0);

  return TRUE;
}

static SbServerLaunch *
launch_new (SbCatalogServer *server)
{
  const SbCatalogFields *fields = sb_catalog_server_get_fields (server);
  SbServerLaunch *self = g_new0 (SbServerLaunch, 1);

  self->name = g_strdup (sb_catalog_server_get_name (server));
  self->kind = sb_catalog_server_get_kind (server);
  self->prefix = g_strdup (fields->prefix);
  self->mounts = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_server_mount_free);
  self->env = g_ptr_array_new_with_free_func (pair_free);
  self->headers = g_ptr_array_new_with_free_func (pair_free);
  self->extra_hosts = g_strdupv (fields->extra_hosts);
  self->allow_hosts = g_strdupv (fields->allow_hosts);
  self->cpus = fields->cpus > 0 ? fields->cpus : DEFAULT_CPUS;
  self->memory = fields->memory > 0 ? fields->memory : DEFAULT_MEMORY;
  self->pids = fields->pids > 0 ? fields->pids : DEFAULT_PIDS;
  self->long_lived = fields->long_lived;

  return self;
}

static gboolean
resolve_kind (Resolve  *resolve,
              GError  **error)
{
  switch (resolve->launch->kind)
    {
    case SB_SERVER_KIND_IMAGE:
      return resolve_image (resolve, error);

    case SB_SERVER_KIND_LOCAL:
      return resolve_local (resolve, error);

    case SB_SERVER_KIND_REMOTE:
      return resolve_remote (resolve, error);

    case SB_SERVER_KIND_TOOLS:
      return fail (error, SB_CATALOG_ERROR_SERVER,
                   "“%.100s” wants a container for each call, which only Docker's gateway does.",
                   resolve->launch->name);

    case SB_SERVER_KIND_NONE:
    default:
      return fail (error, SB_CATALOG_ERROR_SERVER, "“%.100s” has no image, no address and no command.",
                   resolve->launch->name);
    }
}

/**
 * sb_server_launch_resolve:
 *
 * How to run a server: its entry with the user's values and secrets put in, as Docker's gateway does it but for the
 * repaired templates and the defaults of the configuration. What it cannot do without is an error and never a stand-in:
 * SB_CATALOG_ERROR_MISSING_SECRET names the secret, SB_CATALOG_ERROR_BIND the folder. Mounts that need the user's
 * consent are in the result with SB_BIND_ASK: ask before the start. Blocks for a few look-ups in the file system.
 *
 * Returns: (transfer full) (nullable)
 */
SbServerLaunch *
sb_server_launch_resolve (SbCatalogServer      *server,
                          const SbLaunchInput  *input,
                          GError              **error)
{
  g_autoptr(SbServerLaunch) launch = NULL;
  g_autoptr(JsonObject) values = NULL;
  Resolve resolve = { server, NULL, input, NULL, NULL };

  g_return_val_if_fail (SB_IS_CATALOG_SERVER (server) && input != NULL, NULL);

  if (sb_catalog_server_get_problem (server) != NULL)
    {
      fail (error, SB_CATALOG_ERROR_SERVER, "“%.100s” cannot be read: %s.", sb_catalog_server_get_name (server),
            sb_catalog_server_get_problem (server));
      return NULL;
    }

  launch = launch_new (server);
  resolve.fields = sb_catalog_server_get_fields (server);
  resolve.launch = launch;
  resolve.values = values = make_values (&resolve);

  return resolve_kind (&resolve, error) ? g_steal_pointer (&launch) : NULL;
}

void
sb_server_launch_free (SbServerLaunch *self)
{
  g_free (self->name);
  g_free (self->prefix);
  g_free (self->image);
  g_strfreev (self->arguments);
  g_ptr_array_unref (self->mounts);
  g_free (self->user);
  g_strfreev (self->extra_hosts);
  g_strfreev (self->allow_hosts);
  g_ptr_array_unref (self->env);
  g_free (self->directory);
  g_free (self->url);
  g_ptr_array_unref (self->headers);
  g_free (self->client_id);
  g_free (self->client_secret);
  g_free (self->client_issuer);
  g_free (self);
}
