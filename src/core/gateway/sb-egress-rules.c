/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-egress-rules.h"

#include <string.h>

#include "sb-catalog.h"

/* As many as sandbar-init listens on. */
#define MAX_HOSTS 64
#define MAX_NAME 253
#define HTTPS 443
#define HTTP 80
#define LOOPBACK 0x7f000001u
#define FIRST_LOCAL 0x7f000101u /* 127.0.1.1 */

struct _SbEgressRules
{
  /* owned */
  GPtrArray *hosts; /* of SbEgressHost */

  guint32    next_local;
};

/* A network, as its first bits */
typedef struct
{
  guint8 bytes[4];
  guint8 length;
} Prefix;

/* IANA's special-purpose registry (RFC 6890 and later): nothing of it is somewhere on the internet. */
static const Prefix special_v4[] = {
  { { 0 }, 8 }, { { 10 }, 8 }, { { 100, 64 }, 10 }, { { 127 }, 8 }, { { 169, 254 }, 16 }, { { 172, 16 }, 12 },
  { { 192, 0, 0 }, 24 }, { { 192, 0, 2 }, 24 }, { { 192, 88, 99 }, 24 }, { { 192, 168 }, 16 }, { { 198, 18 }, 15 },
  { { 198, 51, 100 }, 24 }, { { 203, 0, 113 }, 24 }, { { 224 }, 3 },
};
static const Prefix global_v6 = { { 0x20 }, 3 };
static const Prefix special_v6[] = {
  { { 0x20, 0x01, 0x00 }, 23 }, { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, { { 0x20, 0x02 }, 16 }, { { 0x3f, 0xff }, 20 },
};
/* IPv4 addresses in the form of IPv6: mapped, and NAT64 */
static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
static const guint8 nat64[12] = { 0, 0x64, 0xff, 0x9b };

static void
host_free (gpointer data)
{
  SbEgressHost *host = data;

  g_free (host->name);
  g_clear_object (&host->literal);
  g_free (host);
}

static gboolean
has_prefix (const guint8 *bytes,
            const Prefix *prefix)
{
  for (guint bit = 0; bit < prefix->length; bit++)
    if ((bytes[bit / 8] ^ prefix->bytes[bit / 8]) & (0x80 >> bit % 8))
      return FALSE;

  return TRUE;
}

static gboolean
is_public_v4 (const guint8 *bytes)
{
  for (guint i = 0; i < G_N_ELEMENTS (special_v4); i++)
    if (has_prefix (bytes, &special_v4[i]))
      return FALSE;

  return TRUE;
}

static gboolean
is_public_v6 (const guint8 *bytes)
{
  if (memcmp (bytes, mapped, sizeof mapped) == 0 || memcmp (bytes, nat64, sizeof nat64) == 0)
    return is_public_v4 (bytes + 12);

  for (guint i = 0; i < G_N_ELEMENTS (special_v6); i++)
    if (has_prefix (bytes, &special_v6[i]))
      return FALSE;

  return has_prefix (bytes, &global_v6);
}

static gboolean
is_public (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  return g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4 ? is_public_v4 (bytes) : is_public_v6 (bytes);
}

/* Reading the list */

static gboolean
refuse (GError     **error,
        const char  *server,
        const char  *entry,
        const char  *why)
{
  g_autofree char *message = g_strdup_printf ("“%.100s” was not started: its “allowHosts” has “%.100s”, %s", server,
                                              entry, why);
  g_autofree char *valid = g_utf8_make_valid (message, -1);

  g_set_error_literal (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER, valid);

  return FALSE;
}

static gboolean
is_host_name (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= MAX_NAME && name[0] != '-' && name[0] != '.' && strstr (name, "..") == NULL
         && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-._") == length;
}

/* The part behind the last slash says what is spoken there; everything is carried as it is. */
static char *
cut_protocol (const char *entry,
              guint16    *port)
{
  const char *slash = strrchr (entry, '/');

  *port = slash != NULL && g_str_equal (slash, "/http") ? HTTP : HTTPS;

  return slash != NULL ? g_strndup (entry, slash - entry) : g_strdup (entry);
}

/* "name", "name:port", "1.2.3.4:port", "[::1]:port" */
static char *
cut_port (const char *text,
          guint16    *port)
{
  const char *end = text[0] == '[' ? strchr (text, ']') : NULL;
  const char *colon = strrchr (end != NULL ? end : text, ':');
  guint64 number = 0;

  if (text[0] == '[' && end == NULL)
    return NULL;
  if (colon != NULL && !g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &number, NULL))
    return NULL;
  if (end != NULL && end[1] != '\0' && end + 1 != colon)
    return NULL;
  if (colon != NULL)
    *port = (guint16) number;
  if (end != NULL)
    return g_strndup (text + 1, end - text - 1);

  return colon != NULL ? g_strndup (text, colon - text) : g_strdup (text);
}

static guint32
read_v4 (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4)
    return 0;

  return (guint32) bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

/* A name has one address, however many ports. An address other than of the loopback has no way out of there: listing it
 * only allows a listed name to mean it. */
static guint32
find_local (SbEgressRules *self,
            SbEgressHost  *host)
{
  guint32 address;

  if (host->literal != NULL)
    {
      address = read_v4 (host->literal);

      return address >> 24 == 127 ? address : 0;
    }

  for (guint i = 0; i < self->hosts->len; i++)
    if (g_str_equal (sb_egress_rules_get (self, i)->name, host->name))
      return sb_egress_rules_get (self, i)->local;

  return self->next_local++;
}

static gboolean
is_listed (SbEgressRules      *self,
           const SbEgressHost *host)
{
  for (guint i = 0; i < self->hosts->len; i++)
    if (g_str_equal (sb_egress_rules_get (self, i)->name, host->name) &&
        sb_egress_rules_get (self, i)->port == host->port)
      return TRUE;

  return FALSE;
}

static void
take_host (SbEgressRules *self,
           const char    *name,
           GInetAddress  *literal,
           guint16        port)
{
  SbEgressHost *host = g_new0 (SbEgressHost, 1);

  host->literal = literal != NULL ? g_object_ref (literal) : NULL;
  host->name = literal != NULL ? g_inet_address_to_string (literal) : g_strdup (name);
  host->port = port;
  host->local = find_local (self, host);
  if (is_listed (self, host))
    host_free (host);
  else
    g_ptr_array_add (self->hosts, host);
}

static gboolean
add_entry (SbEgressRules  *self,
           const char     *server,
           const char     *entry,
           GError        **error)
{
  guint16 port = 0;
  g_autofree char *text = cut_protocol (entry, &port);
  g_autofree char *host = cut_port (text, &port);
  g_autofree char *ascii = host != NULL ? g_hostname_to_ascii (host) : NULL;
  g_autofree char *name = ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;
  g_autoptr(GInetAddress) literal = host != NULL ? g_inet_address_new_from_string (host) : NULL;

  if (strchr (entry, '*') != NULL)
    return refuse (error, server, entry, "and names with “*” cannot be kept apart. List each host by its name.");
  /* Every container calls its own loopback so. */
  if (literal == NULL && g_strcmp0 (name, "localhost") == 0)
    literal = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  if (literal == NULL && name != NULL && g_str_has_suffix (name, "."))
    name[strlen (name) - 1] = '\0';
  if (literal == NULL && (name == NULL || !is_host_name (name)))
    return refuse (error, server, entry, "which is no host. Write “name:port”.");
  if (self->hosts->len == MAX_HOSTS)
    return refuse (error, server, entry, "and no more than 64 hosts can be listed. Use “network: full” instead.");

  take_host (self, name, literal, port);

  return TRUE;
}

/**
 * sb_egress_rules_new:
 * @server: for messages
 * @allow_hosts: entries as Docker's gateway reads them, "host:port/protocol"; without a port 443, or 80 for /http
 *
 * Returns: (transfer full) (nullable): with SB_CATALOG_ERROR_SERVER when an entry cannot be enforced
 */
SbEgressRules *
sb_egress_rules_new (const char          *server,
                     const char * const  *allow_hosts,
                     GError             **error)
{
  g_autoptr(SbEgressRules) self = g_rc_box_new0 (SbEgressRules);

  self->hosts = g_ptr_array_new_with_free_func (host_free);
  self->next_local = FIRST_LOCAL;
  for (guint i = 0; allow_hosts[i] != NULL; i++)
    if (!add_entry (self, server, allow_hosts[i], error))
      return NULL;

  return g_steal_pointer (&self);
}

SbEgressRules *
sb_egress_rules_ref (SbEgressRules *self)
{
  return g_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  SbEgressRules *self = data;

  g_ptr_array_unref (self->hosts);
}

void
sb_egress_rules_unref (SbEgressRules *self)
{
  g_rc_box_release_full (self, clear);
}

guint
sb_egress_rules_count (SbEgressRules *self)
{
  return self->hosts->len;
}

const SbEgressHost *
sb_egress_rules_get (SbEgressRules *self,
                     guint          index)
{
  return g_ptr_array_index (self->hosts, index);
}

GStrv
sb_egress_rules_dup_names (SbEgressRules *self)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->hosts->len; i++)
    {
      const SbEgressHost *host = sb_egress_rules_get (self, i);
      g_autofree char *line = g_strdup_printf ("%s:%u.%u.%u.%u", host->name, host->local >> 24,
                                               host->local >> 16 & 0xff, host->local >> 8 & 0xff, host->local & 0xff);

      if (host->literal == NULL && g_hash_table_add (seen, host->name))
        g_strv_builder_add (builder, line);
    }

  return g_strv_builder_end (builder);
}

/**
 * sb_egress_rules_permits:
 * @address: what a listed name was resolved to, or a listed address
 *
 * Whoever keeps a name's records could let it mean this machine or the network around it: those addresses are only for
 * who has listed them.
 */
gboolean
sb_egress_rules_permits (SbEgressRules *self,
                         GInetAddress  *address,
                         guint16        port)
{
  if (is_public (address))
    return TRUE;

  for (guint i = 0; i < self->hosts->len; i++)
    {
      const SbEgressHost *host = sb_egress_rules_get (self, i);

      if (host->literal != NULL && host->port == port && g_inet_address_equal (host->literal, address))
        return TRUE;
    }

  return FALSE;
}
