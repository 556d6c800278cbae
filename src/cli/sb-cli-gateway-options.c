/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-gateway-options.h"

#include <string.h>

#define DEFAULT_SECRETS "/run/secrets/mcp_secret:/.env"
#define LEFT_OUT "docker-desktop"

typedef enum
{
  FLAG_TEXT,    /* the last one counts */
  FLAG_LIST,    /* with commas, and again */
  FLAG_SWITCH,  /* --flag, --flag=true, --flag=false */
  FLAG_NOTED,   /* a switch of which a sentence says what is done instead, when it is on */
  FLAG_VALUE,   /* the same, with a value */
  FLAG_REFUSED, /* what it asks for must not be left undone silently */
} FlagKind;

typedef struct
{
  const char *name;
  FlagKind    kind;
  gsize       offset;   /* of the first three */
  const char *sentence; /* of the others */
} Flag;

#define OPTION(member) G_STRUCT_OFFSET (SbCliGatewayOptions, member)

static const Flag flags[] = {
  { "transport", FLAG_TEXT, OPTION (transport_name), NULL },
  { "port", FLAG_TEXT, OPTION (port_text), NULL },
  { "host", FLAG_TEXT, OPTION (host), NULL },
  { "secrets", FLAG_TEXT, OPTION (secrets), NULL },
  { "servers", FLAG_LIST, OPTION (servers), NULL },
  { "catalog", FLAG_LIST, OPTION (catalogs), NULL },
  { "additional-catalog", FLAG_LIST, OPTION (catalogs), NULL },
  { "config", FLAG_LIST, OPTION (configs), NULL },
  { "additional-config", FLAG_LIST, OPTION (configs), NULL },
  { "tools", FLAG_LIST, OPTION (tools), NULL },
  { "enable-all-servers", FLAG_SWITCH, OPTION (enable_all), NULL },
  { "allow-unauthenticated", FLAG_SWITCH, OPTION (allow_unauthenticated), NULL },
  { "log-calls", FLAG_SWITCH, OPTION (log_calls), NULL },
  { "verbose", FLAG_SWITCH, OPTION (verbose), NULL },
  { "dry-run", FLAG_SWITCH, OPTION (dry_run), NULL },
  { "help", FLAG_SWITCH, OPTION (help), NULL },

  { "long-lived", FLAG_NOTED, 0, "Servers are long-lived anyway: one instance of each for as long as this runs." },
  { "verify-signatures", FLAG_NOTED, 0, "Signatures of images are not verified; pin images by digest in the catalog." },
  { "block-secrets", FLAG_NOTED, 0, "Calls and results are not searched for secrets; those in the secrets file are "
    "kept out of the log." },
  { "watch", FLAG_NOTED, 0, "Files are not watched; start the gateway again to apply changes." },
  { "debug-dns", FLAG_NOTED, 0, "There is no DNS log here." },
  { "cpus", FLAG_VALUE, 0, "Limits are set for each server in the catalog (x-sandbar: cpus)." },
  { "memory", FLAG_VALUE, 0, "Limits are set for each server in the catalog (x-sandbar: memory)." },

  { "block-network", FLAG_REFUSED, 0,
    "give each server its network in the catalog (x-sandbar: network: none, hosts or full)" },
  { "static", FLAG_REFUSED, 0, "servers that run elsewhere are named by their address in the catalog (remote)" },
  { "interceptor", FLAG_REFUSED, 0, "there are no interceptors here" },
  { "profile", FLAG_REFUSED, 0, "profiles belong to Docker Desktop; name catalogs and servers instead" },
  { "oci-ref", FLAG_REFUSED, 0, "only catalogs in files are read" },
  { "mcp-registry", FLAG_REFUSED, 0, "only catalogs in files are read" },
  { "registry", FLAG_REFUSED, 0, "name the servers with --servers" },
  { "additional-registry", FLAG_REFUSED, 0, "name the servers with --servers" },
  { "tools-config", FLAG_REFUSED, 0, "name the tools with --tools" },
  { "additional-tools-config", FLAG_REFUSED, 0, "name the tools with --tools" },
};

static const Flag *
find_flag (const char *word,
           const char **value)
{
  const char *equals = strchr (word, '=');
  gsize length = equals != NULL ? (gsize) (equals - word) : strlen (word);

  *value = equals != NULL ? equals + 1 : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (strlen (flags[i].name) == length && strncmp (flags[i].name, word, length) == 0)
      return &flags[i];

  return NULL;
}

static gboolean
read_switch (const Flag  *flag,
             const char  *value,
             gboolean    *on,
             GError     **error)
{
  *on = value == NULL || g_str_equal (value, "true") || g_str_equal (value, "1");
  if (*on || g_str_equal (value, "false") || g_str_equal (value, "0"))
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s is true or false, not “%s”.", flag->name, value);

  return FALSE;
}

static void
add_items (GPtrArray  *list,
           const char *value)
{
  g_auto(GStrv) items = g_strsplit (value, ",", -1);

  for (guint i = 0; items[i] != NULL; i++)
    if (g_strstrip (items[i])[0] != '\0')
      g_ptr_array_add (list, g_strdup (items[i]));
}

static gboolean
take_switch (SbCliGatewayOptions  *self,
             const Flag           *flag,
             const char           *value,
             GError              **error)
{
  gboolean on;

  if (!read_switch (flag, value, &on, error))
    return FALSE;
  if (flag->kind == FLAG_SWITCH)
    {
      G_STRUCT_MEMBER (gboolean, self, flag->offset) = on;
    }
  else if (on && flag->kind == FLAG_REFUSED)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, "--%s cannot be honoured: %s.", flag->name,
                   flag->sentence);
      return FALSE;
    }
  else if (on)
    {
      g_ptr_array_add (self->notes, g_strdup_printf ("--%s: %s", flag->name, flag->sentence));
    }

  return TRUE;
}

static void
take_value (SbCliGatewayOptions *self,
            const Flag          *flag,
            const char          *value)
{
  if (flag->kind == FLAG_LIST)
    {
      add_items (G_STRUCT_MEMBER (GPtrArray *, self, flag->offset), value);
    }
  else if (flag->kind == FLAG_TEXT)
    {
      g_free (G_STRUCT_MEMBER (char *, self, flag->offset));
      G_STRUCT_MEMBER (char *, self, flag->offset) = g_strdup (value);
    }
  else
    {
      g_ptr_array_add (self->notes, g_strdup_printf ("--%s: %s", flag->name, flag->sentence));
    }
}

static gboolean
has_value (const Flag *flag)
{
  return flag->kind == FLAG_TEXT || flag->kind == FLAG_LIST || flag->kind == FLAG_VALUE;
}

static gboolean
read_transport (SbCliGatewayOptions  *self,
                GError              **error)
{
  static const struct
  {
    const char *name;
    SbCliGatewayTransport transport;
  } names[] = {
    { "stdio", SB_CLI_GATEWAY_STDIO }, { "sse", SB_CLI_GATEWAY_SSE }, { "streaming", SB_CLI_GATEWAY_STREAMING },
    { "http", SB_CLI_GATEWAY_STREAMING }, { "streamable", SB_CLI_GATEWAY_STREAMING },
    { "streamable-http", SB_CLI_GATEWAY_STREAMING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (!g_str_equal (names[i].name, self->transport_name))
        continue;
      self->transport = names[i].transport;
      return TRUE;
    }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "There is no transport “%s”; use stdio, sse or streaming.", self->transport_name);

  return FALSE;
}

static gboolean
read_port (SbCliGatewayOptions  *self,
           GError              **error)
{
  guint64 port = SB_MCP_HTTP_SERVER_DEFAULT_PORT;

  if (self->port_text != NULL && self->transport == SB_CLI_GATEWAY_STDIO)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "--port needs --transport=sse or --transport=streaming.");
      return FALSE;
    }
  if (self->port_text != NULL && !g_ascii_string_to_unsigned (self->port_text, 10, 0, G_MAXUINT16, &port, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "“%s” is no port.", self->port_text);
      return FALSE;
    }

  self->port = port;

  return TRUE;
}

void
sb_cli_gateway_options_init (SbCliGatewayOptions *self)
{
  self->transport_name = g_strdup ("stdio");
  self->secrets = g_strdup (DEFAULT_SECRETS);
  self->servers = g_ptr_array_new_with_free_func (g_free);
  self->catalogs = g_ptr_array_new_with_free_func (g_free);
  self->configs = g_ptr_array_new_with_free_func (g_free);
  self->tools = g_ptr_array_new_with_free_func (g_free);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->log_calls = TRUE;
  self->verbose = TRUE;
}

void
sb_cli_gateway_options_clear (SbCliGatewayOptions *self)
{
  g_free (self->transport_name);
  g_free (self->port_text);
  g_free (self->host);
  g_free (self->secrets);
  g_ptr_array_unref (self->servers);
  g_ptr_array_unref (self->catalogs);
  g_ptr_array_unref (self->configs);
  g_ptr_array_unref (self->tools);
  g_ptr_array_unref (self->notes);
}

/**
 * sb_cli_gateway_options_parse:
 * @argv: without the command's own name, ended by NULL; as Docker's gateway takes it: --flag=value or --flag value,
 *   switches --flag or --flag=false
 *
 * An error for what cannot be honoured and must not be left out; notes for the rest.
 */
gboolean
sb_cli_gateway_options_parse (SbCliGatewayOptions  *self,
                              char                **argv,
                              GError              **error)
{
  for (guint i = 0; argv[i] != NULL; i++)
    {
      const char *value = NULL;
      const Flag *flag = g_str_has_prefix (argv[i], "--") ? find_flag (argv[i] + 2, &value) : NULL;

      if (flag == NULL)
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, "There is no option “%s”.", argv[i]);
          return FALSE;
        }
      if (!has_value (flag))
        {
          if (!take_switch (self, flag, flag->kind == FLAG_REFUSED ? NULL : value, error))
            return FALSE;
          continue;
        }
      if (value == NULL)
        value = argv[++i];
      if (value == NULL)
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s needs a value.", flag->name);
          return FALSE;
        }
      take_value (self, flag, value);
    }

  if (strstr (self->secrets, LEFT_OUT) != NULL)
    g_ptr_array_add (self->notes,
                     g_strdup ("--secrets: Docker Desktop's store is not read, only the files behind it."));

  return read_transport (self, error) && read_port (self, error);
}

const char *
sb_cli_gateway_options_help (void)
{
  return "Usage: sandbar-cli gateway [OPTION…]\n"
         "\n"
         "Runs the servers of catalogs and serves their tools to any MCP client, as Docker's\n"
         "gateway does and with its flags.\n"
         "\n"
         "  --transport=stdio|sse|streaming   how clients reach it (stdio)\n"
         "  --port=N, --host=ADDRESS          where it listens (8811 on 127.0.0.1; in a\n"
         "                                    container on every address)\n"
         "  --catalog=FILE                    again for more; below ~/.docker/mcp/catalogs when\n"
         "                                    it is not there; a later one counts\n"
         "  --servers=A,B                     which servers run; without this and the next:\n"
         "  --enable-all-servers              those that are switched on in the window\n"
         "  --tools=TOOL,SERVER:TOOL          which tools are offered; SERVER:* for all of one\n"
         "  --secrets=FILE                    NAME=VALUE a line\n"
         "  --config=FILE                     values for the servers, in YAML\n"
         "  --allow-unauthenticated           no token; otherwise it is MCP_GATEWAY_AUTH_TOKEN,\n"
         "                                    or one that is made up and printed\n"
         "  --log-calls=false, --verbose=false  less on standard error\n"
         "  --dry-run                         start everything, say how it went, and end\n";
}
