/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One duplex byte stream on the main context: reads are pushed to a function, writes are queued and never
 * block.
 * Shared by the sandbox channel, MCP over stdio and Docker attach. */
#define SB_TYPE_DUPLEX (sb_duplex_get_type ())
G_DECLARE_FINAL_TYPE (SbDuplex, sb_duplex, SB, DUPLEX, GObject)

typedef void (*SbDuplexDataFunc)   (SbDuplex     *duplex,
                                    const guint8 *data,
                                    gsize         length,
                                    gpointer      user_data);
/* Called once, last. error is NULL when the far end closed in order, or after sb_duplex_close. */
typedef void (*SbDuplexClosedFunc) (SbDuplex     *duplex,
                                    const GError *error,
                                    gpointer      user_data);

/* Stands between the raw bytes and the data function, e.g. to take frames off. */
typedef struct
{
  /* Appends what the data function shall get to out; FALSE closes the duplex with the error. */
  gboolean (*decode)  (gpointer       decoder,
                       const guint8  *data,
                       gsize          length,
                       GByteArray    *out,
                       GError       **error);
  /* At the end of the input: FALSE when the end came too early, or with a last word to tell. */
  gboolean (*finish)  (gpointer       decoder,
                       GError       **error);
  void     (*destroy) (gpointer       decoder);
} SbDuplexDecoder;

SbDuplex *sb_duplex_new            (GInputStream          *input,
                                    GOutputStream         *output,
                                    GObject               *keep_alive);
SbDuplex *sb_duplex_new_for_stream (GIOStream             *stream);
void      sb_duplex_set_decoder    (SbDuplex              *self,
                                    const SbDuplexDecoder *vtable,
                                    gpointer               decoder);
void      sb_duplex_push_back      (SbDuplex              *self,
                                    GBytes                *bytes);
void      sb_duplex_start          (SbDuplex              *self,
                                    SbDuplexDataFunc       data_func,
                                    SbDuplexClosedFunc     closed_func,
                                    gpointer               user_data);
void      sb_duplex_stop           (SbDuplex              *self);
void      sb_duplex_write          (SbDuplex              *self,
                                    GBytes                *bytes);
gsize     sb_duplex_get_pending    (SbDuplex              *self);
void      sb_duplex_set_paused     (SbDuplex              *self,
                                    gboolean               paused);
void      sb_duplex_shutdown_write (SbDuplex              *self);
void      sb_duplex_close          (SbDuplex              *self);

G_END_DECLS
