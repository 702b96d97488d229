"""All that an operation may touch besides its inputs.

No operation reads settings, the clock, the environment or the database, so it runs the same in a worker's sandbox, on
the command line and in a test.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pdfmill.core.errors import Cancelled, DeadlineExceeded, InternalError
from pdfmill.core.limits import MEGAPIXEL, Limits, PixelBudget
from pdfmill.core.progress import NullReporter, Progress, Reporter
from pdfmill.core.provider import NoProvider, Provider
from pdfmill.core.tools import CompletedTool, run_tool
from pdfmill.core.work import Meter, PastRun, Work

ServiceT = TypeVar("ServiceT")

#: In the work directory.
CHECKPOINT = "checkpoint"


class Context:
    """Work directory, progress, cancellation, programs, services and provider of one attempt.

    Args:
        work_dir: Private to the attempt; made and removed by whoever runs it.
        limits: What the attempt may use; ``pixels`` is what is left to draw.
        reporter: Where progress goes.
        services: Service instances by their class.
        past_runs: What jobs cost that the operation may foretell, see `Operation.foretells`; none without a server.
        provider: Whom to ask for what a language model or a translator does; nobody by default.
        deadline: On the clock of `time.monotonic`; by default ``limits.wall_s`` from now.
    """

    def __init__(
        self,
        work_dir: Path,
        *,
        limits: Limits | None = None,
        reporter: Reporter | None = None,
        services: Mapping[type[Any], Any] | None = None,
        past_runs: Sequence[PastRun] = (),
        provider: Provider | None = None,
        deadline: float | None = None,
    ) -> None:
        self.work_dir = work_dir
        self.provider: Provider = provider or NoProvider()
        self.limits = limits or Limits()
        self.deadline = time.monotonic() + self.limits.wall_s if deadline is None else deadline
        self.pixels = PixelBudget(self.limits)
        self.meter = Meter()
        self.past_runs = past_runs
        self._reporter = reporter or NullReporter()
        self._services = services or {}
        self._name = ""
        self._start, self._span, self._given_away = 0.0, 1.0, 0.0

    def path(self, name: str) -> Path:
        """A path in the work directory.

        Raises:
            ValueError: The name would leave the work directory.
        """
        path = self.work_dir / name
        if not path.resolve().is_relative_to(self.work_dir.resolve()):
            raise ValueError(f"{name!r} leaves the work directory")
        return path

    @property
    def checkpoint(self) -> Path:
        """A folder that outlives the attempt: the next one at the same job on the same machine finds what is in it.

        Nothing promises that, so an operation must do without. What it holds was written by a process that had opened
        the document: validate it when you read it. It counts as the attempt's own disk space, and goes with the job.
        """
        return self.work_dir / CHECKPOINT

    def service(self, kind: type[ServiceT]) -> ServiceT:
        """The service of that class.

        Raises:
            InternalError: The composition root did not provide it.
        """
        try:
            service = self._services[kind]
        except KeyError:
            raise InternalError() from LookupError(f"no {kind.__name__} among the services")
        assert isinstance(service, kind)
        return service

    @property
    def work(self) -> Work:
        """What was done so far."""
        return Work(
            pages=self.meter.pages,
            characters=self.meter.characters,
            megapixels=round(self.pixels.drawn / MEGAPIXEL, 3),
            picture_megapixels=round(self.meter.picture_pixels / MEGAPIXEL, 3),
        )

    def stage(self, name: str, *, share: float) -> Context:
        """A part of the work with its own stretch of the progress bar.

        Args:
            name: What is being done, in a word or two, for people: "reading", "pictures".
            share: Which part of this context's stretch it takes, 0 to 1. Stages follow one another; shares that add
                up to less than 1 leave the rest at the end.
        """
        stage = Context(
            self.work_dir,
            limits=self.limits,
            reporter=self._reporter,
            services=self._services,
            past_runs=self.past_runs,
            provider=self.provider,
            deadline=self.deadline,
        )
        stage.pixels, stage.meter = self.pixels, self.meter
        share = min(share, 1.0 - self._given_away)
        stage._name = name
        stage._start = self._start + self._span * self._given_away
        stage._span = self._span * share
        self._given_away += share
        stage.advance(0, 0)
        return stage

    def advance(self, current: int, total: int, *, unit: str = "", message: str = "") -> None:
        """Report that ``current`` of ``total`` units of this stage are done. This is the cancellation point.

        Raises:
            Cancelled: The user asked for it.
            DeadlineExceeded: The attempt has used up its time.
        """
        self.check()
        fraction = self._start + self._span * (min(current / total, 1.0) if total > 0 else 0.0)
        self._reporter.report(
            Progress(
                percent=round(min(fraction, 1.0) * 100, 1),
                stage=self._name,
                current=current,
                total=total,
                unit=unit,
                message=message[:200],
            )
        )

    def check(self) -> None:
        """Stop here if the job was cancelled or is out of time; for loops too fine to report.

        Raises:
            Cancelled: The user asked for it.
            DeadlineExceeded: The attempt has used up its time.
        """
        if self._reporter.is_cancelled():
            raise Cancelled("The job was cancelled. The original file is as it was.")
        if time.monotonic() > self.deadline:
            raise DeadlineExceeded(
                f"The job took longer than {self.limits.wall_s:g} seconds. Send a smaller document, or raise "
                "PDFMILL_LIMITS__WALL_S.",
                limit_s=self.limits.wall_s,
            )

    def run_tool(self, argv: Sequence[str | Path], *, stdin: bytes | None = None, check: bool = True) -> CompletedTool:
        """Run a program in the work directory, under this attempt's deadline and cancellation.

        Raises:
            MissingDependency: The program is not installed.
            EngineFailed: It ended with another status than 0, and ``check`` is set. Status 0 proves nothing: look at
                what it wrote.
            Cancelled, DeadlineExceeded: As `check`; the program's whole process group is killed.
        """
        return run_tool(argv, cwd=self.work_dir, stdin=stdin, check=check, poll=self.check)
