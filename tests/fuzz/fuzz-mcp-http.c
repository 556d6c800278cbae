/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-mcp-http-guard.h"
#include "sb-mcp-http-header.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* Whatever a header or an endpoint holds: text survives the way there and back, and no address leaves its origin. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr(GUri) base = g_uri_parse ("http://127.0.0.1:8811/a/sse?x=1", G_URI_FLAGS_NONE, NULL);
  g_autoptr(GUri) endpoint = sb_mcp_http_resolve_endpoint (base, text, NULL);
  g_autofree char *decoded = sb_mcp_http_header_decode (text);

  g_assert_true (endpoint == NULL || sb_mcp_http_is_same_origin (base, endpoint));
  g_assert_true (decoded == NULL || g_utf8_validate (decoded, -1, NULL));
  if (g_utf8_validate (text, -1, NULL))
    {
      g_autofree char *encoded = sb_mcp_http_header_encode (text);
      g_autofree char *again = sb_mcp_http_header_decode (encoded);

      g_assert_cmpstr (again, ==, text);
    }
  sb_mcp_http_guard_host_allowed (text, "127.0.0.1", NULL);
  sb_mcp_http_guard_origin_allowed (text, NULL);
  g_assert_true (sb_mcp_http_guard_token_matches (text, "secret") == (g_ascii_strcasecmp (text, "Bearer secret") == 0
                                                                     && strcmp (text + 7, "secret") == 0));
  sb_mcp_http_guard_accepts (text, "text/event-stream");

  return 0;
}
