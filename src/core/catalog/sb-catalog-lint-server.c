/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-lint-private.h"

#include "sb-server-mount.h"
#include "sb-template.h"

#include <string.h>

static SbYamlNode *
node_of (SbCatalogServer *server,
         const char      *key)
{
  SbYamlNode *node = sb_yaml_node_get (sb_catalog_server_get_node (server), key);

  return node != NULL ? node : sb_catalog_server_get_node (server);
}

static const char *
text_of (SbYamlNode *node,
         const char *key)
{
  SbYamlNode *value = sb_yaml_node_get (node, key);

  return value != NULL && value->kind == SB_YAML_SCALAR ? value->text : "";
}

static SbYamlEdit *
edit_set (GStrv       path,
          SbYamlNode *value)
{
  SbYamlEdit *edit = sb_yaml_edit_new_set ((const char * const *) path, value);

  g_strfreev (path);

  return edit;
}

static SbYamlEdit *
edit_remove (GStrv path)
{
  SbYamlEdit *edit = sb_yaml_edit_new_remove ((const char * const *) path);

  g_strfreev (path);

  return edit;
}

static void
check_image (SbLint          *lint,
             SbCatalogServer *server)
{
  const char *image = sb_catalog_server_get_fields (server)->image;
  const char *name = image;

  /* Without a name: an image that was built here, by its id. */
  if (image == NULL || strstr (image, "@sha256:") != NULL || g_str_has_prefix (image, "sha256:"))
    return;

  if (g_str_has_prefix (name, "docker.io/"))
    name += strlen ("docker.io/");
  if (g_str_has_prefix (name, "mcp/"))
    sb_lint_add (lint, node_of (server, "image"), SB_LINT_ERROR, "unpinned-mcp", NULL, NULL,
                 "“%.100s” is not pinned. Docker's gateway does not start with images of mcp/ that have no digest "
                 "(@sha256:…).", image);
  else
    sb_lint_add (lint, node_of (server, "image"), SB_LINT_HINT, "unpinned", NULL, NULL,
                 "“%.100s” is not pinned: whatever has this name tomorrow is run. Pin it by its digest (@sha256:…).",
                 image);
}

/* The mode is what is behind the second colon. */
static SbYamlEdit *
make_read_only (SbLint              *lint,
                const SbServerMount *mount,
                const char          *index)
{
  g_autofree char *text = g_strdup_printf ("%s:%s:ro", mount->source, mount->target);

  return edit_set (sb_lint_path (lint, "volumes", index, NULL), sb_yaml_node_new_text (text));
}

static SbYamlEdit *
make_named_volume (SbLint              *lint,
                   const SbServerMount *mount,
                   const char          *index)
{
  g_autofree char *base = g_path_get_basename (mount->source);
  g_autofree char *raw = g_strdup_printf ("%s-%s", lint->server, base);
  g_autofree char *name = g_strcanon (g_strdup (raw), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-", '-');
  g_autofree char *text = g_strdup_printf ("%s%s:%s", g_ascii_isalnum (name[0]) ? "" : "v", name, mount->target);

  return edit_set (sb_lint_path (lint, "volumes", index, NULL), sb_yaml_node_new_text (text));
}

static void
check_volume (SbLint     *lint,
              SbYamlNode *item,
              const char *index)
{
  g_autoptr(SbServerMount) mount = NULL;

  if (item->kind != SB_YAML_SCALAR || sb_template_is_template (item->text))
    return;

  mount = item->text[0] != '-' ? sb_server_mount_parse (item->text, g_get_home_dir (), NULL, NULL, NULL) : NULL;
  if (mount == NULL)
    sb_lint_add (lint, item, SB_LINT_WARNING, "bad-volume", edit_remove (sb_lint_path (lint, "volumes", index, NULL)),
                 "Remove it", "“%.100s” is no volume (source:target:mode).", item->text);
  else if (mount->answer == SB_BIND_NEVER)
    sb_lint_add (lint, item, SB_LINT_ERROR, "bind-refused",
                 edit_remove (sb_lint_path (lint, "volumes", index, NULL)), "Remove it",
                 "%s Docker's gateway leaves the whole server out.", mount->reason);
  else if (mount->is_path && !mount->read_only)
    sb_lint_add (lint, item, SB_LINT_WARNING, "bind-writable", make_read_only (lint, mount, index),
                 "Make it read-only", "“%.100s” is writable. Docker's gateway leaves the server out unless it was "
                 "allowed on its side; Sandbar asks.", item->text);
  else if (mount->answer == SB_BIND_ASK)
    sb_lint_add (lint, item, SB_LINT_HINT, "bind-asks", make_named_volume (lint, mount, index),
                 "Use a volume of the engine", "“%.100s” is a folder of yours. Docker's gateway leaves the server out "
                 "unless it was allowed on its side; Sandbar asks.", item->text);
}

static void
check_volumes (SbLint          *lint,
               SbCatalogServer *server)
{
  SbYamlNode *list = node_of (server, "volumes");

  for (guint i = 0; list->kind == SB_YAML_SEQUENCE && i < list->children->len; i++)
    {
      g_autofree char *index = g_strdup_printf ("%u", i);

      check_volume (lint, g_ptr_array_index (list->children, i), index);
    }
}

/* What people call the variable of a secret: github.token goes to GITHUB_TOKEN. */
static char *
variable_name (const char *secret)
{
  g_autofree char *upper = g_ascii_strup (secret, -1);

  return g_strcanon (g_steal_pointer (&upper), G_CSET_A_2_Z G_CSET_DIGITS "_", '_');
}

static void
check_secrets (SbLint          *lint,
               SbCatalogServer *server)
{
  SbYamlNode *list = node_of (server, "secrets");

  for (guint i = 0; list->kind == SB_YAML_SEQUENCE && i < list->children->len; i++)
    {
      SbYamlNode *item = g_ptr_array_index (list->children, i);
      g_autofree char *index = g_strdup_printf ("%u", i);
      g_autofree char *variable = variable_name (text_of (item, "name"));

      if (item->kind != SB_YAML_MAPPING)
        continue;
      if (text_of (item, "name")[0] == '\0')
        sb_lint_add (lint, item, SB_LINT_ERROR, "secret-without-name",
                     edit_remove (sb_lint_path (lint, "secrets", index, NULL)), "Remove it",
                     "This secret has no name.");
      else if (text_of (item, "env")[0] == '\0')
        sb_lint_add (lint, item, SB_LINT_ERROR, "secret-without-env",
                     edit_set (sb_lint_path (lint, "secrets", index, "env", NULL), sb_yaml_node_new_text (variable)),
                     "Name the variable after it", "The secret “%.100s” goes nowhere: “env” is missing.",
                     text_of (item, "name"));
    }
}

static void
check_env (SbLint          *lint,
           SbCatalogServer *server)
{
  SbYamlNode *list = node_of (server, "env");

  for (guint i = 0; list->kind == SB_YAML_SEQUENCE && i < list->children->len; i++)
    {
      SbYamlNode *item = g_ptr_array_index (list->children, i);
      g_autofree char *index = g_strdup_printf ("%u", i);

      if (item->kind == SB_YAML_MAPPING && text_of (item, "value")[0] == '\0')
        sb_lint_add (lint, item, SB_LINT_WARNING, "empty-env", edit_remove (sb_lint_path (lint, "env", index, NULL)),
                     "Remove it", "“%.100s” is empty, and a variable that is empty is not set at all.",
                     text_of (item, "name"));
    }
}

static const char *
guess_transport (const char *url)
{
  return g_str_has_suffix (url, "/sse") ? "sse" : "streamable-http";
}

static void
check_transport (SbLint          *lint,
                 SbCatalogServer *server)
{
  static const char * const known[] = { "sse", "http", "streamable", "streaming", "streamable-http", NULL };
  const SbCatalogFields *fields = sb_catalog_server_get_fields (server);
  SbYamlNode *remote = node_of (server, "remote");
  const char *guess = guess_transport (fields->url);
  SbYamlEdit *fix;

  if (fields->transport != NULL && g_strv_contains (known, fields->transport))
    return;

  fix = edit_set (sb_lint_path (lint, "remote", "transport_type", NULL), sb_yaml_node_new_text (guess));
  if (fields->transport == NULL)
    sb_lint_add (lint, remote, SB_LINT_ERROR, "no-transport", fix, "Say what the address looks like",
                 "“transport_type” is missing: sse or streamable-http.");
  else
    sb_lint_add (lint, remote, SB_LINT_ERROR, "bad-transport", fix, "Say what the address looks like",
                 "“%.60s” is no transport; there are sse and streamable-http.", fields->transport);
}

static void
check_remote (SbLint          *lint,
              SbCatalogServer *server)
{
  static const char * const pointless[] = { "disableNetwork", "allowHosts", "extraHosts", "volumes", "command",
                                            "user" };
  const SbCatalogFields *fields = sb_catalog_server_get_fields (server);
  SbYamlNode *node = sb_catalog_server_get_node (server);
  gboolean nested = sb_yaml_node_get (node, "remote") != NULL;

  if (sb_catalog_server_get_kind (server) != SB_SERVER_KIND_REMOTE)
    return;

  check_transport (lint, server);
  if (g_str_has_prefix (fields->url, "http://"))
    {
      g_autofree char *url = g_strconcat ("https://", fields->url + strlen ("http://"), NULL);
      GStrv path = nested ? sb_lint_path (lint, "remote", "url", NULL) : sb_lint_path (lint, "sseEndpoint", NULL);

      sb_lint_add (lint, node_of (server, nested ? "remote" : "sseEndpoint"), SB_LINT_WARNING, "insecure-url",
                   edit_set (path, sb_yaml_node_new_text (url)), "Use https",
                   "Docker's gateway speaks https only unless it is told otherwise, and so should secrets.");
    }
  for (guint i = 0; i < G_N_ELEMENTS (pointless); i++)
    if (sb_yaml_node_get (node, pointless[i]) != NULL)
      sb_lint_add (lint, sb_yaml_node_get (node, pointless[i]), SB_LINT_WARNING, "pointless-on-remote",
                   edit_remove (sb_lint_path (lint, pointless[i], NULL)), "Remove it",
                   "“%s” has no effect on a server that runs elsewhere.", pointless[i]);
}

static void
check_kind (SbLint          *lint,
            SbCatalogServer *server)
{
  SbYamlNode *node = sb_catalog_server_get_node (server);
  const SbCatalogFields *fields = sb_catalog_server_get_fields (server);

  if (sb_catalog_server_get_kind (server) == SB_SERVER_KIND_NONE)
    sb_lint_add (lint, node, SB_LINT_ERROR, "nothing-to-start", NULL, NULL,
                 "“%.100s” has no “image” and no “remote”: there is nothing to start.", lint->server);
  if (sb_catalog_server_get_kind (server) == SB_SERVER_KIND_TOOLS)
    sb_lint_add (lint, node_of (server, "tools"), SB_LINT_WARNING, "tool-parameters", NULL, NULL,
                 "Clients see these tools without their parameters: Docker's gateway does not pass the schema on.");
  if (fields->allow_hosts[0] != NULL && !fields->disable_network && fields->url == NULL)
    sb_lint_add (lint, node_of (server, "allowHosts"), SB_LINT_HINT, "hosts-not-blocked", NULL, NULL,
                 "In Docker's gateway “allowHosts” keeps no other host away unless it runs with --block-network; "
                 "Sandbar allows these only.");
  if (fields->allow_hosts[0] != NULL && fields->disable_network)
    sb_lint_add (lint, node_of (server, "allowHosts"), SB_LINT_WARNING, "hosts-without-network",
                 edit_remove (sb_lint_path (lint, "allowHosts", NULL)), "Remove “allowHosts”",
                 "“allowHosts” has no effect together with “disableNetwork”.");
}

void
sb_lint_check_server (SbLint          *lint,
                      SbCatalogServer *server)
{
  check_kind (lint, server);
  check_image (lint, server);
  check_volumes (lint, server);
  check_secrets (lint, server);
  check_env (lint, server);
  check_remote (lint, server);
}
