"""The Linux system calls that Python 3.11 does not offer, each as a function that raises OSError."""

from __future__ import annotations

import ctypes
import os
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC = 1, 2, 4, 8, 32, 4096, 16384
MS_PRIVATE = 1 << 18

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 22, 36, 38
_PR_SET_DUMPABLE = 4
_SECCOMP_MODE_FILTER = 2
_PTRACE_SEIZE = 0x4206
_LINUX_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, call: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
    return result


def _prctl(option: int, value: int) -> None:
    words = [ctypes.c_ulong(each) for each in (option, value, 0, 0, 0)]
    _checked(_libc.prctl(*words), f"prctl {option}")


def set_parent_death_signal(number: int) -> None:
    """Have this process signalled when the *thread* that made it ends; prctl(2)."""
    _prctl(_PR_SET_PDEATHSIG, number)


def set_child_subreaper() -> None:
    """Become the parent of every descendant whose own parent ends; prctl(2)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def set_no_new_privileges() -> None:
    """Have set-uid programs run without their privilege; prctl(2)."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def load_seccomp_filter(program: bytes) -> None:
    """Install a compiled BPF program; seccomp(2). ``no_new_privs`` must be set."""
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    words = (ctypes.c_ulong(_PR_SET_SECCOMP), ctypes.c_ulong(_SECCOMP_MODE_FILTER))
    _checked(_libc.prctl(*words, ctypes.create_string_buffer(header, len(header)), 0, 0), "prctl seccomp")


def unshare(flags: int) -> None:
    """Leave the namespaces that the flags name; `os.unshare` comes with Python 3.12."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Attach a file system."""
    words = [None if word is None else word.encode() for word in (source, target, kind, data)]
    done = _libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3])
    _checked(done, f"mount {target}")


def drop_capabilities() -> None:
    """Empty all capability sets of this process; capset(2)."""
    header = struct.pack("Ii", _LINUX_CAPABILITY_VERSION_3, 0)
    _checked(_libc.capset(header, bytes(24)), "capset")


def trace(pid: int) -> None:
    """Attach to a process as a debugger does; ptrace(2)."""
    words = [ctypes.c_long(each) for each in (_PTRACE_SEIZE, pid, 0, 0)]
    _checked(_libc.ptrace(*words), "ptrace")


def set_dumpable() -> None:
    """Let this process own its /proc/self again, which a change of user takes away; prctl(2)."""
    _prctl(_PR_SET_DUMPABLE, 1)


def syscall(number: int, *arguments: object) -> int:
    """A system call by its number; arguments as ctypes takes them."""
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments), f"syscall {number}")
