/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* An MCP server that wants a token, and its authorization server, on one port; they count what they are asked. */
typedef struct
{
  /* owned */
  SoupServer  *server;
  SoupSession *browser;
  char        *origin;
  char        *url;      /* of the resource */
  char        *token;    /* nullable: the only one that is good */
  char        *resource; /* nullable: what the resource claims to be, if something else than url */
  char        *issuer;   /* nullable: who it claims is asked, if somebody else than origin */
  char        *last_scope;
  char        *last_shown; /* nullable: who asked for the last token: header and body */

  /* How it behaves. */
  gboolean     gives_refresh;
  gboolean     takes_refresh;
  gboolean     denies;       /* the user says no */
  gboolean     spoils_state;
  gboolean     has_documents;

  guint        n_registered;
  guint        n_browsed;
  guint        n_exchanged;
  guint        n_refreshed;
} SbFakeLogin;

SbFakeLogin *sb_fake_login_new    (void);
void         sb_fake_login_free   (SbFakeLogin *self);
/* An SbOAuthOpenFunc for user_data = SbFakeLogin. */
void         sb_fake_login_browse (const char  *uri,
                                   gpointer     user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbFakeLogin, sb_fake_login_free)

G_END_DECLS
