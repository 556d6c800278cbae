/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-serve-options.h"

#include "sb-mcp-serve.h"

#define TOKEN_VARIABLE "SANDBAR_MCP_TOKEN"

static gboolean
check_transport (SbServeOptions  *self,
                 GError         **error)
{
  if (self->transport == NULL || g_str_equal (self->transport, "stdio"))
    return TRUE;

  self->over_http = TRUE;
  self->kind = SB_MCP_HTTP_SERVE_STREAMABLE;
  if (g_str_equal (self->transport, "streaming"))
    return TRUE;
  self->kind = SB_MCP_HTTP_SERVE_SSE;
  if (g_str_equal (self->transport, "sse"))
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "There is no transport “%s”; use stdio, streaming or sse.", self->transport);

  return FALSE;
}

static gboolean
find_token (SbServeOptions  *self,
            GError         **error)
{
  g_autofree char *given = NULL;

  if (self->token_file != NULL && !g_file_get_contents (self->token_file, &given, NULL, error))
    return FALSE;

  self->token = sb_mcp_serve_take_token (TOKEN_VARIABLE, given, &self->made_token, error);

  return self->token != NULL;
}

/**
 * sb_serve_options_check:
 *
 * Checks what was given and finds the token: in the file, in SANDBAR_MCP_TOKEN, or a new one.
 */
gboolean
sb_serve_options_check (SbServeOptions  *self,
                        GError         **error)
{
  if (!check_transport (self, error))
    return FALSE;
  if (!self->over_http && (self->host != NULL || self->port >= 0 || self->token_file != NULL))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "--host, --port and --token-file need --transport streaming or sse.");
      return FALSE;
    }
  if (self->port > G_MAXUINT16)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "A port is at most 65535.");
      return FALSE;
    }

  return !self->over_http || find_token (self, error);
}

void
sb_serve_options_clear (SbServeOptions *self)
{
  g_free (self->transport);
  g_free (self->host);
  g_free (self->token_file);
  g_free (self->token);
}
