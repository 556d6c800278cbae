/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-oauth-store.h"
#include "sb-redactor.h"

G_BEGIN_DECLS

/* Opens an address in the user's browser. */
typedef void (*SbOAuthOpenFunc) (const char *uri,
                                 gpointer    user_data);

/* What signing in to one server needs. */
typedef struct
{
  SbOAuthStore    *store;         /* nullable: nothing is kept */
  SbRedactor      *redactor;      /* nullable */
  SbOAuthOpenFunc  open;          /* nullable: nobody can sign in */
  gpointer         open_data;
  gboolean         unasked;       /* opens the browser as soon as a sign-in is needed, else only when told to */

  /* A client that is registered by hand; all nullable. */
  const char      *client_id;
  const char      *client_secret;
  const char      *client_issuer; /* the only one that may see them */
  /* The https address of a document that describes this application (CIMD); nullable. */
  const char      *client_document;
} SbOAuthOptions;

G_END_DECLS
