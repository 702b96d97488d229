"""What this machine, or the container we are in, can bear."""

from __future__ import annotations

from pathlib import Path

from pdfmill.config.logging import get_logger
from pdfmill.config.settings import Settings
from pdfmill.core.limits import MIB

log = get_logger(__name__)

#: Part of the memory that is left to the system, the database and our own processes.
_LEFT_TO_OTHERS = 0.2

_MEMINFO = Path("/proc/meminfo")
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def memory_bytes(meminfo: Path = _MEMINFO, cgroup_limit: Path = _CGROUP_LIMIT) -> int:
    """The memory there is: of the machine (proc_meminfo(5)), or less where a container is given less (cgroups v2)."""
    total = int(meminfo.read_text().partition("MemTotal:")[2].split()[0]) * 1024
    try:
        limit = cgroup_limit.read_text().strip()
    except OSError:
        return total
    return total if limit == "max" else min(total, int(limit))


def jobs_at_once(settings: Settings, wanted: int | None = None) -> int:
    """How many jobs a worker may run at once: as many as wanted, but no more than fit into the memory together.

    Each may use its whole limit at the same moment; a machine that runs out of memory kills whom it likes.
    """
    wanted = wanted or settings.worker.concurrency
    free = int(memory_bytes() * (1 - _LEFT_TO_OTHERS))
    fitting = max(1, free // (settings.limits.memory_mib * MIB))
    if fitting < wanted:
        log.warning(
            "fewer jobs at once than asked for: lower PDFMILL_LIMITS__MEMORY_MIB for more",
            wanted=wanted,
            jobs_at_once=fitting,
            memory_mib=free // MIB,
            memory_of_a_job_mib=settings.limits.memory_mib,
        )
    return min(wanted, fitting)
