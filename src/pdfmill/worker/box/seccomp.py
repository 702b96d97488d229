"""The system-call filter of a job: no network, no namespaces, no other process's memory, no kernel interfaces."""

from __future__ import annotations

import errno
import os
import socket

from pdfmill.worker.box import libc

_DENIED = [
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "kcmp",
    "pidfd_getfd",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "mount_setattr",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "move_mount",
    "open_tree",
    "unshare",
    "setns",
    "bpf",
    "perf_event_open",
    "keyctl",
    "add_key",
    "request_key",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "open_by_handle_at",
    "name_to_handle_at",
    "mknod",
    "mknodat",
    "swapon",
    "swapoff",
    "reboot",
    "syslog",
    "acct",
    "quotactl",
    "settimeofday",
    "clock_settime",
    "adjtimex",
    "iopl",
    "ioperm",
]

_NAMESPACE_FLAGS = (
    libc.CLONE_NEWNS,
    libc.CLONE_NEWCGROUP,
    libc.CLONE_NEWUTS,
    libc.CLONE_NEWIPC,
    libc.CLONE_NEWUSER,
    libc.CLONE_NEWPID,
    libc.CLONE_NEWNET,
)
_HIGHEST_SOCKET_FAMILY = 46
_TIOCSTI = 0x5412  # pushes characters into a terminal's input


def compile_filter(*, deny_unix_sockets: bool) -> bytes:
    """The filter as a BPF program for `libc.load_seccomp_filter`; compiled once, in the fork server.

    Args:
        deny_unix_sockets: Without namespaces of its own, a job could reach the sockets of broker and database.

    Raises:
        OSError, ImportError, RuntimeError: libseccomp is not installed, or does not know this machine.
    """
    import pyseccomp  # here: it loads libseccomp when it is imported, which a lower tier goes without

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    # clone3 hides its flags behind a pointer, where a filter cannot see them; glibc falls back to clone.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    refuse = pyseccomp.ERRNO(errno.EPERM)
    for flag in _NAMESPACE_FLAGS:
        rules.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    for name in _DENIED:
        rules.add_rule(refuse, name)
    first = socket.AF_UNIX if deny_unix_sockets else socket.AF_UNIX + 1
    for family in range(first, _HIGHEST_SOCKET_FAMILY):
        rules.add_rule(pyseccomp.ERRNO(errno.EACCES), "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    rules.add_rule(refuse, "ioctl", pyseccomp.Arg(1, pyseccomp.EQ, _TIOCSTI))
    with os.fdopen(os.memfd_create("seccomp"), "w+b") as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
