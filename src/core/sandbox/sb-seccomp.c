/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000u
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef NATIVE_ARCH

/* Not in the headers of every system that this is built on; the numbers are the same on all architectures. */
#define NR_IO_URING_SETUP 425
#define NR_IO_URING_ENTER 426
#define NR_IO_URING_REGISTER 427
#define NR_OPEN_TREE 428
#define NR_MOVE_MOUNT 429
#define NR_FSOPEN 430
#define NR_FSCONFIG 431
#define NR_FSMOUNT 432
#define NR_FSPICK 433
#define NR_CLONE3 435
#define NR_MOUNT_SETATTR 442
#define NR_MEMFD_SECRET 447

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC \
                    | CLONE_NEWCGROUP)

/* What code in a sandbox has no business with: kernel parts that are not split into namespaces, that have a history of
 * escapes, or that make new namespaces in which it would have capabilities. ptrace of its own children stays. */
static const guint32 denied[] = {
  SYS_acct, SYS_add_key, SYS_adjtimex, SYS_bpf, SYS_chroot, SYS_clock_adjtime, SYS_clock_settime, SYS_delete_module,
  SYS_finit_module, SYS_init_module, SYS_kcmp, SYS_kexec_file_load, SYS_kexec_load, SYS_keyctl, SYS_lookup_dcookie,
  SYS_mount, SYS_open_by_handle_at, SYS_perf_event_open, SYS_pivot_root, SYS_quotactl, SYS_reboot, SYS_request_key,
  SYS_setns, SYS_settimeofday, SYS_swapoff, SYS_swapon, SYS_syslog, SYS_umount2, SYS_userfaultfd, SYS_vhangup,
#ifdef SYS_iopl
  SYS_iopl, SYS_ioperm, SYS_modify_ldt,
#endif
  NR_IO_URING_SETUP, NR_IO_URING_ENTER, NR_IO_URING_REGISTER, NR_OPEN_TREE, NR_MOVE_MOUNT, NR_FSOPEN, NR_FSCONFIG,
  NR_FSMOUNT, NR_FSPICK, NR_MOUNT_SETATTR, NR_MEMFD_SECRET,
};

static const guint32 socket_families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };

static void
add (GArray  *program,
     guint16  code,
     guint32  operand,
     guint8   jump_true,
     guint8   jump_false)
{
  struct sock_filter instruction = { code, jump_true, jump_false, operand };

  g_array_append_val (program, instruction);
}

static void
add_load (GArray *program,
          gsize   offset)
{
  add (program, BPF_LD | BPF_W | BPF_ABS, (guint32) offset, 0, 0);
}

static void
add_load_argument (GArray *program,
                   guint   index)
{
  gsize offset = offsetof (struct seccomp_data, args) + index * sizeof (guint64);

#if G_BYTE_ORDER == G_BIG_ENDIAN
  offset += 4;
#endif
  add_load (program, offset);
}

static void
add_return_errno (GArray *program,
                  guint   number)
{
  add (program, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | number, 0, 0);
}

static void
add_allow (GArray *program)
{
  add (program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

static void
add_denied (GArray  *program,
            guint32  number,
            guint    error_number)
{
  add (program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
  add_return_errno (program, error_number);
}

/* Programs of another architecture, or of the x32 kind, would have other numbers for the same calls. */
static void
add_architecture (GArray *program)
{
  add_load (program, offsetof (struct seccomp_data, arch));
  add (program, BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0);
  add_return_errno (program, ENOSYS);
  add_load (program, offsetof (struct seccomp_data, nr));
#ifdef X32_BIT
  add (program, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
  add_return_errno (program, ENOSYS);
#endif
}

/* clone and unshare without new namespaces are everyday calls. */
static void
add_namespaces (GArray  *program,
                guint32  number)
{
  add (program, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
  add_load_argument (program, 0);
  add (program, BPF_JMP | BPF_JSET | BPF_K, (guint32) NAMESPACES, 0, 1);
  add_return_errno (program, EPERM);
  add_allow (program);
}

/* AF_VSOCK, AF_PACKET and others are not confined by an empty network namespace. */
static void
add_sockets (GArray *program)
{
  guint8 count = G_N_ELEMENTS (socket_families);

  add (program, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, count + 3);
  add_load_argument (program, 0);
  for (guint8 i = 0; i < count; i++)
    add (program, BPF_JMP | BPF_JEQ | BPF_K, socket_families[i], count - i, 0);
  add_return_errno (program, EPERM);
  add_allow (program);
}

/* Typing into the terminal of whoever started us. */
static void
add_terminal (GArray *program)
{
  add (program, BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 4);
  add_load_argument (program, 1);
  add (program, BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 0, 1);
  add_return_errno (program, EPERM);
  add_allow (program);
}

/**
 * sb_seccomp_build:
 *
 * A filter for bwrap --seccomp: classic BPF over struct seccomp_data (seccomp(2)). Does no I/O.
 *
 * Returns: (transfer full) (nullable): the program, or NULL on an architecture that has none yet
 */
GBytes *
sb_seccomp_build (void)
{
  g_autoptr(GArray) program = g_array_new (FALSE, FALSE, sizeof (struct sock_filter));

  add_architecture (program);
  for (guint i = 0; i < G_N_ELEMENTS (denied); i++)
    add_denied (program, denied[i], EPERM);
  /* Its flags lie in memory, where a filter cannot look; told that it does not exist, libc uses clone. */
  add_denied (program, NR_CLONE3, ENOSYS);
  add_namespaces (program, SYS_clone);
  add_namespaces (program, SYS_unshare);
  add_sockets (program);
  add_terminal (program);
  add_allow (program);

  return g_bytes_new (program->data, program->len * sizeof (struct sock_filter));
}

#else

GBytes *
sb_seccomp_build (void)
{
  return NULL;
}

#endif
