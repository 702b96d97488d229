"""Progress on a terminal: stage, bar, percent, and how many of how many."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from pdfmill.core.progress import Progress


class ProgressBar:
    """A bar on standard error while it is entered; nothing at all where that is no terminal.

    Args:
        quiet: Draw nothing on a terminal either.
    """

    def __init__(self, *, quiet: bool) -> None:
        console = Console(stderr=True)
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[count]}", style="dim"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._task = self._bar.add_task("starting", total=100, count="")

    def show(self, progress: Progress) -> None:
        """Draw a snapshot."""
        count = f"{progress.current} of {progress.total} {progress.unit}".strip() if progress.total else ""
        self._bar.update(
            self._task,
            completed=progress.percent,
            description=progress.stage or "working",
            count=progress.message or count,
            refresh=True,  # snapshots come seldom enough, and a short stage would otherwise never be seen
        )

    def __enter__(self) -> ProgressBar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
