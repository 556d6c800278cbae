/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The system calls that nothing in a sandbox gets: kernel parts that are not split into namespaces, that have a history
 * of escapes, or that make new namespaces in which a program would have capabilities. PID 1 gives itself the filter
 * before it starts anything, in every backend; what an engine filters besides, stays. */

#if defined(__x86_64__)
#define NATIVE_ARCH 0xC000003Eu /* linux/audit.h */
#define X32_BIT 0x40000000u
#elif defined(__aarch64__)
#define NATIVE_ARCH 0xC00000B7u
#endif

#ifdef NATIVE_ARCH

/* Not in the headers of every libc; the numbers are the same on all architectures. */
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
#define NR_QUOTACTL_FD 443
#define NR_MEMFD_SECRET 447
#define NR_OPEN_TREE_ATTR 467

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC \
                    | 0x02000000u /* CLONE_NEWCGROUP */)
#define NEW_TIME 0x80u /* a part of the signal for clone, which cannot make one */

#define TIOCLINUX_CALL 0x541Cu
#define MAX_INSTRUCTIONS 256

/* linux/filter.h and linux/seccomp.h, which musl does not bring. */
enum
{
  LOAD = 0x20,      /* BPF_LD | BPF_W | BPF_ABS */
  EQUAL = 0x15,     /* BPF_JMP | BPF_JEQ | BPF_K */
  AT_LEAST = 0x35,  /* BPF_JMP | BPF_JGE | BPF_K */
  ANY_BIT = 0x45,   /* BPF_JMP | BPF_JSET | BPF_K */
  RETURN = 0x06,    /* BPF_RET | BPF_K */
  AT_NUMBER = 0,    /* offsets in struct seccomp_data */
  AT_ARCH = 4,
  AT_ARGUMENTS = 16,
};
#define ALLOW 0x7FFF0000u
#define KILL 0x80000000u
#define FAIL(number) (0x00050000u | (number))

typedef struct
{
  uint16_t code;
  uint8_t  jump_true;
  uint8_t  jump_false;
  uint32_t operand;
} Instruction;

typedef struct
{
  unsigned short length;
  Instruction   *instructions;
} Program;

/* ptrace of its own children stays: PID 1 is not dumpable. */
static const uint32_t denied[] = {
  SYS_acct, SYS_add_key, SYS_adjtimex, SYS_bpf, SYS_chroot, SYS_clock_adjtime, SYS_clock_settime, SYS_delete_module,
  SYS_fanotify_init, SYS_finit_module, SYS_init_module, SYS_kcmp, SYS_kexec_load, SYS_keyctl, SYS_lookup_dcookie,
  SYS_mount, SYS_nfsservctl, SYS_open_by_handle_at, SYS_perf_event_open, SYS_pivot_root, SYS_quotactl, SYS_reboot,
  SYS_request_key, SYS_setns, SYS_settimeofday, SYS_swapoff, SYS_swapon, SYS_syslog, SYS_umount2, SYS_userfaultfd,
  SYS_vhangup,
#ifdef SYS_kexec_file_load
  SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
  SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib,
#endif
  NR_IO_URING_SETUP, NR_IO_URING_ENTER, NR_IO_URING_REGISTER, NR_OPEN_TREE, NR_MOVE_MOUNT, NR_FSOPEN, NR_FSCONFIG,
  NR_FSMOUNT, NR_FSPICK, NR_MOUNT_SETATTR, NR_QUOTACTL_FD, NR_MEMFD_SECRET, NR_OPEN_TREE_ATTR,
};

/* AF_VSOCK, AF_PACKET and others are not confined by an empty network namespace. */
static const uint8_t families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };

#define N_DENIED (sizeof denied / sizeof denied[0])
#define N_FAMILIES (sizeof families / sizeof families[0])

_Static_assert (2 * N_DENIED + N_FAMILIES + 40 <= MAX_INSTRUCTIONS, "the table outgrew its program");

static void
add (Program *program,
     uint16_t code,
     uint32_t operand,
     uint8_t  jump_true,
     uint8_t  jump_false)
{
  program->instructions[program->length++] = (Instruction) { code, jump_true, jump_false, operand };
}

static void
add_return (Program  *program,
            uint32_t  value)
{
  add (program, RETURN, value, 0, 0);
}

/* The lower half: the calls that are looked at take ints, or ignore what is above them. */
static void
add_load_argument (Program      *program,
                   unsigned int  index)
{
  add (program, LOAD, AT_ARGUMENTS + 8 * index, 0, 0);
}

static void
add_denied (Program  *program,
            uint32_t  number,
            uint32_t  error_number)
{
  add (program, EQUAL, number, 0, 1);
  add_return (program, FAIL (error_number));
}

/* Programs of another architecture, or of the x32 kind, would have other numbers for the same calls. */
static void
add_architecture (Program *program)
{
  add (program, LOAD, AT_ARCH, 0, 0);
  add (program, EQUAL, NATIVE_ARCH, 1, 0);
  add_return (program, KILL);
  add (program, LOAD, AT_NUMBER, 0, 0);
#ifdef X32_BIT
  add (program, AT_LEAST, X32_BIT, 0, 1);
  add_return (program, KILL);
#endif
}

/* clone and unshare without new namespaces are everyday calls. */
static void
add_namespaces (Program  *program,
                uint32_t  number,
                uint32_t  flags)
{
  add (program, EQUAL, number, 0, 4);
  add_load_argument (program, 0);
  add (program, ANY_BIT, flags, 0, 1);
  add_return (program, FAIL (EPERM));
  add_return (program, ALLOW);
}

static void
add_sockets (Program *program)
{
  add (program, EQUAL, SYS_socket, 0, N_FAMILIES + 3);
  add_load_argument (program, 0);
  for (uint8_t i = 0; i < N_FAMILIES; i++)
    add (program, EQUAL, families[i], N_FAMILIES - i, 0);
  add_return (program, FAIL (EPERM));
  add_return (program, ALLOW);
}

/* Typing into a terminal, or pasting into a console, of whoever else reads it. */
static void
add_terminal (Program *program)
{
  add (program, EQUAL, SYS_ioctl, 0, 5);
  add_load_argument (program, 1);
  add (program, EQUAL, TIOCSTI, 1, 0);
  add (program, EQUAL, TIOCLINUX_CALL, 0, 1);
  add_return (program, FAIL (EPERM));
  add_return (program, ALLOW);
}

static void
build (Program *program)
{
  add_architecture (program);
  for (unsigned int i = 0; i < N_DENIED; i++)
    add_denied (program, denied[i], EPERM);
  /* Its flags lie in memory, where a filter cannot look; told that it does not exist, libc uses clone. */
  add_denied (program, NR_CLONE3, ENOSYS);
  add_namespaces (program, SYS_clone, NAMESPACES);
  add_namespaces (program, SYS_unshare, NAMESPACES | NEW_TIME);
  add_sockets (program);
  add_terminal (program);
  add_return (program, ALLOW);
}

static bool
refuses (long number,
         long argument,
         int  error_number)
{
  return syscall (number, argument, -1L, -1L, -1L, -1L, -1L) == -1 && errno == error_number;
}

/* Only behind a filter: what is tried here would do harm without one. */
static bool
refuses_all (void)
{
  bool all = prctl (PR_GET_SECCOMP, 0, 0, 0, 0) == 2;

  for (unsigned int i = 0; i < N_DENIED && all; i++)
    all = refuses (denied[i], -1, EPERM);
  /* No such families: an allowed call would fail in another way. */
  for (unsigned int i = AF_INET6 + 1; i < 64 && all; i++)
    all = i == AF_NETLINK || refuses (SYS_socket, i, EPERM);

  return all && refuses (NR_CLONE3, 0, ENOSYS) && refuses (SYS_clone, CLONE_NEWUSER | SIGCHLD, EPERM)
         && refuses (SYS_unshare, CLONE_NEWUSER, EPERM);
}

/* What PID 1 is told of itself proves nothing for those that it starts: one of them tries. */
static bool
child_is_refused (void)
{
  pid_t pid = fork ();
  int status = -1;

  if (pid == 0)
    _exit (refuses_all () ? 0 : 1);

  return pid > 0 && waitpid (pid, &status, 0) == pid && status == 0;
}

SbWireFilter
seccomp_install (void)
{
  Instruction instructions[MAX_INSTRUCTIONS];
  Program program = { 0, instructions };

  build (&program);
  if (prctl (PR_SET_SECCOMP, 2 /* SECCOMP_MODE_FILTER */, &program, 0, 0) != 0)
    return SB_WIRE_FILTER_BROKEN;

  return child_is_refused () ? SB_WIRE_FILTER_HOLDS : SB_WIRE_FILTER_BROKEN;
}

#else

SbWireFilter
seccomp_install (void)
{
  return SB_WIRE_FILTER_NONE;
}

#endif
