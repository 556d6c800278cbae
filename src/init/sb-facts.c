/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

typedef struct
{
  uint64_t cap_effective;
  uint64_t cap_permitted;
  uint64_t cap_bounding;
  uint8_t  no_new_privs;
  uint8_t  seccomp_mode;
} ProcStatus;

static void
read_status (ProcStatus *status)
{
  FILE *file = fopen ("/proc/self/status", "re");
  char line[256];
  unsigned long long value;

  /* What cannot be read must not look like a guarantee. */
  memset (status, 0, sizeof *status);
  status->cap_effective = status->cap_permitted = status->cap_bounding = UINT64_MAX;
  /* Asked, not read: gVisor's file has no such line. */
  status->no_new_privs = prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  if (file == NULL)
    return;

  while (fgets (line, sizeof line, file) != NULL)
    {
      if (sscanf (line, "CapEff: %llx", &value) == 1)
        status->cap_effective = value;
      else if (sscanf (line, "CapPrm: %llx", &value) == 1)
        status->cap_permitted = value;
      else if (sscanf (line, "CapBnd: %llx", &value) == 1)
        status->cap_bounding = value;
      else if (sscanf (line, "Seccomp: %llu", &value) == 1)
        status->seccomp_mode = (uint8_t) value;
    }
  fclose (file);
}

static void
put_interfaces (SbWirePacker *packer)
{
  FILE *file = fopen ("/proc/self/net/dev", "re");
  char names[SB_WIRE_MAX_INTERFACES][64];
  char line[512];
  uint32_t count = 0;

  if (file == NULL)
    {
      sb_wire_put_u32 (packer, 1);
      sb_wire_put_string (packer, "?");
      return;
    }

  while (count < SB_WIRE_MAX_INTERFACES && fgets (line, sizeof line, file) != NULL)
    {
      char *colon = strchr (line, ':');

      if (colon != NULL && sscanf (line, " %63[^:]", names[count]) == 1)
        count++;
    }
  fclose (file);

  sb_wire_put_u32 (packer, count);
  for (uint32_t i = 0; i < count; i++)
    sb_wire_put_string (packer, names[i]);
}

static uint64_t
workspace_size (void)
{
  struct statvfs info;

  if (statvfs (config.workspace, &info) != 0)
    return 0;

  return (uint64_t) info.f_blocks * info.f_frsize;
}

static bool
has_option (const char *options,
            const char *wanted)
{
  size_t length = strlen (wanted);

  for (const char *option = options; option != NULL; option = strchr (option, ','))
    {
      option += *option == ',';
      if (strncmp (option, wanted, length) == 0 && (option[length] == ',' || option[length] == '\0'))
        return true;
    }

  return false;
}

/* The last mount on "/" is the one that counts. */
static bool
root_is_mounted_read_only (void)
{
  FILE *file = fopen ("/proc/self/mounts", "re");
  char line[4096];
  char target[256];
  char options[1024];
  bool found = false;

  while (file != NULL && fgets (line, sizeof line, file) != NULL)
    if (sscanf (line, "%*s %255s %*s %1023s", target, options) == 2 && strcmp (target, "/") == 0)
      found = has_option (options, "ro");
  if (file != NULL)
    fclose (file);

  return found;
}

/* gVisor says so only in the list of mounts. */
static bool
root_is_read_only (void)
{
  struct statvfs info;

  return (statvfs ("/", &info) == 0 && (info.f_flag & ST_RDONLY) != 0) || root_is_mounted_read_only ();
}

/* Answers HELLO with what this end sees of its own prison, so that the backend can check instead of hope. */
void
facts_send (const SbWireFrame *hello)
{
  uint8_t payload[4096];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  SbWireUnpacker unpacker = { hello->payload, hello->length, false };
  uint32_t version = sb_wire_get_u32 (&unpacker);
  const void *nonce = sb_wire_get_bytes (&unpacker, SB_WIRE_NONCE);
  ProcStatus status;

  if (!sb_wire_get_end (&unpacker) || version != SB_WIRE_VERSION)
    die (5);

  read_status (&status);
  sb_wire_put_u32 (&packer, SB_WIRE_VERSION);
  sb_wire_put_bytes (&packer, nonce, SB_WIRE_NONCE);
  sb_wire_put_u32 (&packer, (uint32_t) getpid ());
  sb_wire_put_u32 (&packer, (uint32_t) geteuid ());
  sb_wire_put_u32 (&packer, (uint32_t) getegid ());
  sb_wire_put_u64 (&packer, status.cap_effective | status.cap_permitted);
  sb_wire_put_u64 (&packer, status.cap_bounding);
  sb_wire_put_u8 (&packer, status.no_new_privs);
  sb_wire_put_u8 (&packer, status.seccomp_mode);
  sb_wire_put_u8 (&packer, (uint8_t) config.filter);
  sb_wire_put_u8 (&packer, root_is_read_only ());
  sb_wire_put_u8 (&packer, config.has_openat2);
  sb_wire_put_u64 (&packer, workspace_size ());
  sb_wire_put_u64 (&packer, counters_memory_limit ());
  sb_wire_put_u64 (&packer, counters_process_limit ());
  sb_wire_put_u64 (&packer, config.max_memory);
  sb_wire_put_u64 (&packer, config.max_processes);
  put_interfaces (&packer);
  send_packed (SB_WIRE_GREETING, 0, hello->id, &packer);
}
