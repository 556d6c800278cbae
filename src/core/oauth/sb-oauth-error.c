/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-error.h"

G_DEFINE_QUARK (sb-oauth-error-quark, sb_oauth_error)
