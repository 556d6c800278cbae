/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-serve.h"

static gboolean
is_token (const char *token)
{
  for (gsize i = 0; token[i] != '\0'; i++)
    if (token[i] <= ' ' || token[i] > '~')
      return FALSE;

  return token[0] != '\0';
}

static void
accept_cb (SbMcpTransport *transport,
           gpointer        user_data)
{
  sb_mcp_server_accept (user_data, transport);
}

/**
 * sb_mcp_serve_take_token:
 * @variable: of the environment; children do not inherit it any more
 * @given: (nullable): instead of it, from a file
 * @made: (out): neither was there: somebody has to be told
 *
 * What clients have to send. Never from an argument, which everybody on the computer can read.
 *
 * Returns: (transfer full) (nullable): with G_OPTION_ERROR_BAD_VALUE for what no header can hold
 */
char *
sb_mcp_serve_take_token (const char  *variable,
                         const char  *given,
                         gboolean    *made,
                         GError     **error)
{
  g_autofree char *token = g_strdup (given != NULL ? given : g_getenv (variable));

  g_unsetenv (variable);
  *made = token == NULL || token[0] == '\0';
  if (*made)
    return g_uuid_string_random ();
  if (is_token (g_strstrip (token)))
    return g_steal_pointer (&token);

  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       "The token must be one word of printable ASCII; write it into the token file, or the "
                       "environment.");

  return NULL;
}

/* Returns: (transfer full) (nullable): serves every client with server, which must outlive it */
SbMcpHttpServer *
sb_mcp_serve_http (SbMcpServer                   *server,
                   const SbMcpHttpServerOptions  *options,
                   GError                       **error)
{
  SbMcpHttpServer *http = sb_mcp_http_server_new (options, accept_cb, server, error);

  if (http != NULL)
    sb_mcp_http_server_set_header_check (http, sb_mcp_server_check_headers, server);

  return http;
}
