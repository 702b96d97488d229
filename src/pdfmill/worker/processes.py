"""The processes of pdfmill on this host: each main process leaves a note, and whoever asks adds up what it holds."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pdfmill.worker.box.process_tree import descendants, open_files, proportional_bytes, start_ticks


@dataclass(frozen=True)
class PartUse:
    """What the processes of one part hold: ``web``, ``worker`` (with its sandboxes) or ``reconciler``."""

    part: str
    processes: int
    memory_bytes: int
    open_files: int


def announce(run_dir: Path, part: str) -> None:
    """Note that this process is the main process of ``part``, and forget those of this host that have ended.

    The note holds the process's start time as well, because a process id alone is used again sooner or later. Each host
    has a folder of its own: containers share data directories, but not their process ids.
    """
    folder = _folder(run_dir)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    running = {f"{part}.{pid}" for part, pid in _running(folder)}
    for note in folder.iterdir():
        if note.name not in running:
            note.unlink(missing_ok=True)
    pid = os.getpid()
    (folder / f"{part}.{pid}").write_text(str(start_ticks(pid)))


def parts_in_use(run_dir: Path) -> list[PartUse]:
    """What each part holds that runs on this host."""
    trees: dict[str, list[int]] = {}
    for part, pid in _running(_folder(run_dir)):
        trees.setdefault(part, []).extend([pid, *descendants(pid)])
    return [
        PartUse(part, len(tree), sum(map(proportional_bytes, tree)), sum(map(open_files, tree)))
        for part, tree in sorted(trees.items())
    ]


def _folder(run_dir: Path) -> Path:
    return run_dir / "processes" / socket.gethostname()


def _running(folder: Path) -> Iterator[tuple[str, int]]:
    for note in folder.glob("*.*"):
        part, _, pid = note.name.rpartition(".")
        with suppress(FileNotFoundError):  # another process has just forgotten it
            if note.read_text() == str(start_ticks(int(pid))):
                yield part, int(pid)
