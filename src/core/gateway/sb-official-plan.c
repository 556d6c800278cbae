/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-official-plan.h"

#include <string.h>

#include "sb-catalog-rewrite.h"
#include "sb-docker-request.h"
#include "sb-server-link.h"
#include "sb-tar.h"

#define PORT "8811/tcp"
#define SOCKET "/var/run/docker.sock"
#define CATALOGS "root/.docker/mcp/catalogs/"
#define SECRETS "run/secrets/mcp_secret"
#define SANDBOX_SECRET "sandbar.sandbox-token"
#define STOP_SECONDS 45

static void
plan_clear (gpointer data)
{
  SbOfficialPlan *self = data;

  g_free (self->image);
  g_free (self->sandbox_token);
  g_ptr_array_unref (self->catalogs);
  g_ptr_array_unref (self->servers);
  g_ptr_array_unref (self->secrets);
  g_strfreev (self->changes);
}

static gboolean
is_sandbox_server (SbCatalogServer *server)
{
  const char *image = sb_catalog_server_get_fields (server)->image;

  return image != NULL && g_str_has_prefix (image, SB_GATEWAY_SANDBOX_IMAGE);
}

static const char *
find_sandbox_server (SbCatalog *catalog)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);

      if (is_sandbox_server (server))
        return sb_catalog_server_get_name (server);
    }

  return NULL;
}

static void
add_server (SbOfficialPlan  *self,
            SbCatalogServer *server)
{
  GPtrArray *secrets = sb_catalog_server_get_fields (server)->secrets;
  const char *name = sb_catalog_server_get_name (server);

  if (g_ptr_array_find_with_equal_func (self->servers, name, g_str_equal, NULL))
    return;

  g_ptr_array_add (self->servers, g_strdup (name));
  for (guint i = 0; i < secrets->len; i++)
    g_ptr_array_add (self->secrets, g_strdup (((SbCatalogPair *) g_ptr_array_index (secrets, i))->name));
}

static gboolean
add_catalog (SbOfficialPlan           *self,
             const SbOfficialOptions  *options,
             SbCatalog                *catalog,
             SbCatalogState           *state,
             GStrvBuilder             *changes,
             GError                  **error)
{
  SbRewriteInput input = {
    .sandbox_server = options->sandbox_url != NULL ? find_sandbox_server (catalog) : NULL,
    .sandbox_url = options->sandbox_url,
    .sandbox_secret = SANDBOX_SECRET,
  };
  g_auto(GStrv) sentences = NULL;
  char *text = sb_catalog_rewrite (sb_catalog_get_text (catalog), &input, &sentences, error);

  if (text == NULL)
    return FALSE;

  g_ptr_array_add (self->catalogs, text);
  g_strv_builder_addv (changes, (const char **) sentences);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);

      /* Programs of this machine were left out. */
      if (sb_catalog_server_get_kind (server) != SB_SERVER_KIND_LOCAL &&
          sb_catalog_state_get_enabled (state, sb_catalog_server_get_name (server)))
        add_server (self, server);
    }

  return TRUE;
}

/**
 * sb_official_plan_new:
 * @catalogs: of SbCatalog
 *
 * Pure. Returns: (transfer full) (nullable): %NULL with the error of sb_catalog_rewrite()
 */
SbOfficialPlan *
sb_official_plan_new (const SbOfficialOptions  *options,
                      GPtrArray                *catalogs,
                      SbCatalogState           *state,
                      GError                  **error)
{
  SbOfficialPlan *self = g_rc_box_new0 (SbOfficialPlan);
  g_autoptr(SbOfficialPlan) owned = self;
  g_autoptr(GStrvBuilder) changes = g_strv_builder_new ();

  self->image = g_strdup (options->image != NULL ? options->image : SB_OFFICIAL_IMAGE);
  self->sandbox_token = g_strdup (options->sandbox_token);
  self->transport = options->transport;
  self->catalogs = g_ptr_array_new_with_free_func (g_free);
  self->servers = g_ptr_array_new_with_free_func (g_free);
  self->secrets = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < catalogs->len; i++)
    if (!add_catalog (self, options, g_ptr_array_index (catalogs, i), state, changes, error))
      return NULL;
  self->changes = g_strv_builder_end (changes);

  return g_steal_pointer (&owned);
}

SbOfficialPlan *
sb_official_plan_ref (SbOfficialPlan *self)
{
  return g_rc_box_acquire (self);
}

void
sb_official_plan_unref (SbOfficialPlan *self)
{
  g_rc_box_release_full (self, plan_clear);
}

static gboolean
lists_equal (GPtrArray *one,
             GPtrArray *other)
{
  if (one->len != other->len)
    return FALSE;

  for (guint i = 0; i < one->len; i++)
    if (!g_str_equal (g_ptr_array_index (one, i), g_ptr_array_index (other, i)))
      return FALSE;

  return TRUE;
}

/* Whether one that runs need not be started anew for the other. */
gboolean
sb_official_plan_equal (SbOfficialPlan *self,
                        SbOfficialPlan *other)
{
  return g_str_equal (self->image, other->image) && self->transport == other->transport &&
         g_strcmp0 (self->sandbox_token, other->sandbox_token) == 0 &&
         lists_equal (self->catalogs, other->catalogs) && lists_equal (self->servers, other->servers);
}

/* The request */

static void
add_argument (JsonArray  *arguments,
              const char *format,
              const char *value)
{
  g_autofree char *argument = g_strconcat (format, value, NULL);

  json_array_add_string_element (arguments, argument);
}

static JsonArray *
new_arguments (SbOfficialPlan *self)
{
  static const char * const transports[] = { "stdio", "sse", "streaming" };
  JsonArray *arguments = json_array_new ();
  g_autoptr(GString) servers = g_string_new (NULL);

  for (guint i = 0; i < self->servers->len; i++)
    g_string_append_printf (servers, "%s%s", i > 0 ? "," : "", (char *) g_ptr_array_index (self->servers, i));

  add_argument (arguments, "--transport=", transports[self->transport]);
  if (self->transport != SB_OFFICIAL_STDIO)
    add_argument (arguments, "--port=", "8811");
  for (guint i = 0; i < self->catalogs->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("sandbar-%u.yaml", i);

      add_argument (arguments, "--catalog=", name);
    }
  add_argument (arguments, "--servers=", servers->str);
  add_argument (arguments, "--secrets=/", SECRETS);
  json_array_add_string_element (arguments, "--long-lived");

  return arguments;
}

/* As the engine sees its own socket. One in a virtual machine has it in the usual place. */
static char *
dup_socket_bind (const char *engine)
{
  static const char scheme[] = "unix://";
  gboolean is_here = g_str_has_prefix (engine, scheme) && strstr (engine, "desktop") == NULL;

  return g_strconcat (is_here ? engine + strlen (scheme) : SOCKET, ":" SOCKET, NULL);
}

static JsonObject *
new_host_config (const char *network,
                 const char *engine)
{
  JsonObject *host = json_object_new ();
  JsonArray *binds = json_array_new ();
  g_autofree char *bind = dup_socket_bind (engine);

  /* Its servers are containers of the same engine, beside it. */
  json_array_add_string_element (binds, bind);
  json_object_set_array_member (host, "Binds", binds);
  json_object_set_boolean_member (host, "Init", TRUE);
  json_object_set_boolean_member (host, "AutoRemove", TRUE);
  json_object_set_string_member (host, "NetworkMode", network);

  return host;
}

static void
publish_port (JsonObject *request,
              JsonObject *host)
{
  JsonObject *exposed = json_object_new ();
  JsonObject *bindings = json_object_new ();
  JsonObject *binding = json_object_new ();
  JsonArray *list = json_array_new ();

  json_object_set_object_member (exposed, PORT, json_object_new ());
  json_object_set_object_member (request, "ExposedPorts", exposed);
  json_object_set_string_member (binding, "HostIp", "127.0.0.1");
  json_object_set_string_member (binding, "HostPort", "0");
  json_array_add_object_element (list, binding);
  json_object_set_array_member (bindings, PORT, list);
  json_object_set_object_member (host, "PortBindings", bindings);
}

/**
 * sb_official_plan_new_request:
 * @network: of its own: what its servers are found by afterwards
 * @engine: its address
 * @token: (nullable): for a transport over HTTP
 *
 * Returns: (transfer full)
 */
JsonObject *
sb_official_plan_new_request (SbOfficialPlan *self,
                              const char     *network,
                              const char     *engine,
                              const char     *token)
{
  static const char * const streams[] = { "OpenStdin", "StdinOnce", "AttachStdin", "AttachStdout", "AttachStderr" };
  JsonObject *request = json_object_new ();
  JsonObject *host = new_host_config (network, engine);

  json_object_set_string_member (request, "Image", self->image);
  json_object_set_array_member (request, "Cmd", new_arguments (self));
  json_object_set_object_member (request, "Labels", sb_docker_request_new_labels (NULL));
  json_object_set_int_member (request, "StopTimeout", STOP_SECONDS);
  json_object_set_boolean_member (request, "Tty", FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    json_object_set_boolean_member (request, streams[i], TRUE);
  if (self->transport != SB_OFFICIAL_STDIO)
    {
      JsonArray *env = json_array_new ();

      add_argument (env, "MCP_GATEWAY_AUTH_TOKEN=", token);
      json_object_set_array_member (request, "Env", env);
      publish_port (request, host);
    }
  json_object_set_object_member (request, "HostConfig", host);

  return request;
}

static void
add_secret (GString    *text,
            const char *name,
            const char *value)
{
  /* A line each; there is no way to write a line end. */
  if (value != NULL && strpbrk (value, "\r\n") == NULL)
    g_string_append_printf (text, "%s=%s\n", name, value);
}

GBytes *
sb_official_plan_new_upload (SbOfficialPlan *self,
                             GHashTable     *values)
{
  static const char * const folders[] = {
    "root/", "root/.docker/", "root/.docker/mcp/", CATALOGS, "run/", "run/secrets/",
  };
  GByteArray *tar = sb_tar_new ();
  g_autoptr(GString) secrets = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    sb_tar_add_directory (tar, folders[i], 0755);
  for (guint i = 0; i < self->catalogs->len; i++)
    {
      const char *text = g_ptr_array_index (self->catalogs, i);
      g_autofree char *name = g_strdup_printf (CATALOGS "sandbar-%u.yaml", i);

      sb_tar_add_file (tar, name, 0644, text, strlen (text));
    }

  for (guint i = 0; i < self->secrets->len; i++)
    add_secret (secrets, g_ptr_array_index (self->secrets, i),
                g_hash_table_lookup (values, g_ptr_array_index (self->secrets, i)));
  add_secret (secrets, SANDBOX_SECRET, self->sandbox_token);
  sb_tar_add_file (tar, SECRETS, 0600, secrets->str, secrets->len);

  return sb_tar_end (tar);
}
