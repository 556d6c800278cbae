/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* The short name of a guarantee, translated where its id is known. */
const char *sb_fact_text_title (const SbSandboxFact *fact);

G_END_DECLS
