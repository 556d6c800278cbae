/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-kinds-menu.h"

#include <glib/gi18n.h>

/* Underlines are those of names here, and no mnemonics. */
static void
append (GMenu      *menu,
        const char *text,
        const char *profile,
        const char *engine)
{
  g_auto(GStrv) parts = g_strsplit (text, "_", -1);
  g_autofree char *label = g_strjoinv ("__", parts);
  g_autoptr(GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "sandbox.new-of", "(ss)", profile, engine);
  g_menu_append_item (menu, item);
}

static GMenuModel *
profiles_new (SbSandboxManager *manager)
{
  GPtrArray *profiles = sb_sandbox_manager_get_profiles (manager);
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < profiles->len; i++)
    {
      const SbSandboxProfile *profile = g_ptr_array_index (profiles, i);

      append (menu, profile->name, profile->name, "");
    }

  return G_MENU_MODEL (menu);
}

/* Those that can be used, or only lack their image. */
static GMenuModel *
engines_new (SbSandboxManager *manager)
{
  GListModel *engines = G_LIST_MODEL (sb_sandbox_manager_get_engines (manager));
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < g_list_model_get_n_items (engines); i++)
    {
      g_autoptr(SbEngine) engine = g_list_model_get_item (engines, i);
      const char *id = sb_engine_get_id (engine);
      const char *label = sb_engine_get_label (engine);
      g_autofree char *text = g_str_equal (id, label) ? g_strdup (id) : g_strdup_printf ("%s (%s)", label, id);

      if (sb_engine_get_state (engine) == SB_ENGINE_STATE_READY || sb_engine_lacks_image (engine)
          || sb_engine_get_state (engine) == SB_ENGINE_STATE_UNKNOWN)
        append (menu, text, "", id);
    }

  return G_MENU_MODEL (menu);
}

GMenuModel *
sb_kinds_menu_new (SbSandboxManager *manager)
{
  g_autoptr(GMenuModel) profiles = profiles_new (manager);
  g_autoptr(GMenuModel) engines = engines_new (manager);
  GMenu *menu = g_menu_new ();

  g_menu_append_section (menu, _("Of this profile"), profiles);
  g_menu_append_section (menu, _("On this engine"), engines);

  return G_MENU_MODEL (menu);
}
