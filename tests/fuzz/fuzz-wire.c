/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-channel.h"
#include "sb-entries.h"
#include "sb-greeting.h"
#include "sb-processes.h"
#include "sb-listening.h"
#include "sb-wire-codec.h"

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

static void
parse_payload (const SbWireFrame *frame)
{
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_file_info_free);
  g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_listening_port_free);
  g_autoptr(GPtrArray) processes = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_process_free);
  g_autoptr(SbGreeting) greeting = NULL;

  if (frame->type == SB_WIRE_ENTRIES)
    sb_entries_parse (frame->payload, frame->length, 100, infos);
  else if (frame->type == SB_WIRE_PROCESSES_DATA)
    sb_processes_parse (frame->payload, frame->length, 100, processes);
  else if (frame->type == SB_WIRE_GREETING)
    greeting = sb_greeting_parse (frame->payload, frame->length, NULL);
  else if (frame->type == SB_WIRE_PORTS_DATA)
    sb_listening_parse (frame->payload, frame->length, ports);
}

/* The first byte says in what pieces the rest comes. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static SbWireDecoder decoder;
  size_t piece = size > 0 ? (size_t) data[0] + 1 : 1;

  memset (&decoder, 0, offsetof (SbWireDecoder, buffer));
  for (size_t offset = 1; offset < size; offset += piece)
    {
      size_t length = MIN (piece, size - offset);
      const uint8_t *next = data + offset;
      SbWireFrame frame;

      while (sb_wire_decoder_feed (&decoder, &next, &length, &frame) == SB_WIRE_DECODE_FRAME)
        parse_payload (&frame);
    }

  return 0;
}
