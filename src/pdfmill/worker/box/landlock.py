"""Landlock: which files a process may touch, whatever its user may (landlock(7))."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from pdfmill.worker.box import libc

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH = 1
_VERSION_QUERY = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ALL_FILE_RIGHTS = (1 << 16) - 1
_FILE_ONLY_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

_READ = _EXECUTE | _READ_FILE | _READ_DIR
_BIND_AND_CONNECT_TCP = 3
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3


def landlock_abi() -> int:
    """The Landlock version of the running kernel; 0 where it has none."""
    try:
        return libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION_QUERY))
    except OSError:
        return 0


def restrict_files(readable: Iterable[Path], writable: Iterable[Path], devices: Iterable[Path]) -> None:
    """Let this process and its children touch nothing but these, and no TCP port, abstract socket or foreign process.

    It must come after all mounts: a process under Landlock may not mount.

    Args:
        readable: Files and folders to read and execute.
        writable: Folders in which everything is allowed but making device nodes.
        devices: Device files to read and write.

    Raises:
        OSError: The kernel refused.
    """
    abi = landlock_abi()
    handled = _ALL_FILE_RIGHTS
    for least_abi, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        if abi < least_abi:
            handled &= ~right
    network = _BIND_AND_CONNECT_TCP if abi >= 4 else 0
    scope = _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    attributes = struct.pack("QQQ", handled, network, scope)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint(0))
    try:
        for paths, rights in (
            (readable, _READ),
            (writable, handled & ~(_MAKE_CHAR | _MAKE_BLOCK)),
            (devices, _READ_FILE | _WRITE_FILE),
        ):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        libc.set_no_new_privileges()
        libc.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return  # a folder that this system does not have, or this user cannot reach, needs no permission
    try:
        if not path.is_dir():
            rights &= _FILE_ONLY_RIGHTS
        rule = struct.pack("=Qi", rights, descriptor)
        libc.syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_RULE_PATH_BENEATH), rule, ctypes.c_uint(0))
    finally:
        os.close(descriptor)
