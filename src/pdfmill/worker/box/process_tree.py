"""What a process and all below it hold: memory, processor time, open files; and the disk under a folder."""

from __future__ import annotations

import math
import os
from pathlib import Path

#: More files than this are not counted; no honest job makes so many.
_MOST_FILES = 20_000

_PAGE = os.sysconf("SC_PAGE_SIZE")


def descendants(pid: int) -> list[int]:
    """All processes below ``pid`` that still run; zombies hold nothing and are left out."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        try:
            for thread in Path(f"/proc/{parent}/task").iterdir():
                children = [int(word) for word in (thread / "children").read_text().split()]
                found += children
                waiting += children
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    return [child for child in found if not is_gone(child)]


def is_gone(pid: int) -> bool:
    """Whether the process has ended, reaped or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def memory_bytes(pid: int, *, suspicious_above: int) -> int:
    """Memory of a process and all below it.

    Resident memory counts a page once for every process that shares it, so a hundred idle children seem to use
    gigabytes. It is cheap to read, though: only a sum above ``suspicious_above`` is read again as proportional memory
    (proc_pid_smaps(5)).
    """
    tree = [pid, *descendants(pid)]
    resident = sum(_resident(each) for each in tree)
    if resident <= suspicious_above or len(tree) == 1:
        return resident
    return sum(proportional_bytes(each) for each in tree)


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0


def proportional_bytes(pid: int) -> int:
    """Memory of a process, each shared page divided by those who share it (proc_pid_smaps(5)); 0 if unreadable."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        pass
    return 0


def open_files(pid: int) -> int:
    """File descriptors of a process; 0 if unreadable."""
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0


def start_ticks(pid: int) -> int:
    """When a process was started, in clock ticks since the machine was (proc_pid_stat(5)); 0 if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def cpu_seconds(pid: int) -> float:
    """Processor seconds of a process and all below it, ended and awaited children included (proc_pid_stat(5))."""
    ticks = 0
    for each in [pid, *descendants(pid)]:
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(int(word) for word in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def disk_bytes(folder: Path) -> float:
    """Disk that the files below a folder take; infinite where there are too many to look at each."""
    taken = seen = 0
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if seen > _MOST_FILES:
                        return math.inf
                    taken += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
        except (FileNotFoundError, NotADirectoryError):
            continue  # it went while we looked
        except PermissionError:
            return math.inf  # an honest job closes no folder to itself
    return taken
