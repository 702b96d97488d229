"""Who works on a job: a process, named so that another process on the same host can tell whether it still lives."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path


def this_owner() -> str:
    """``host/boot/pid/start``: unique among all processes of all hosts, also after a reboot or a reused pid."""
    pid = os.getpid()
    return f"{platform.node()[:80]}/{_boot_id()}/{pid}/{_start_time(pid)}"


def is_known_dead(owner: str | None) -> bool:
    """Whether the process is certainly gone. Of another host, or an older boot, only the lease can tell."""
    if owner is None:
        return False
    host, boot, pid, start = owner.rsplit("/", 3)
    if (host, boot) != (platform.node()[:80], _boot_id()):
        return False
    return _start_time(int(pid)) != start


@cache
def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")[:12]


def _start_time(pid: int) -> str:
    """Field 22 of proc_pid_stat(5), in clock ticks since boot; empty for a process that is gone or a zombie."""
    try:
        # The second field, the program's name, may hold spaces and parentheses; the last ")" ends it.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] in "ZX" else fields[19]
