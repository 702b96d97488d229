"""Several processes that work on the pages of one document.

Processes, not threads: PDFium is not made for threads, and a page on which Tesseract hangs, crashes or takes all the
memory must be stopped without the others. A page's result goes into a file, so that it outlives whoever made it.
"""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

from pdfmill.core.context import Context
from pdfmill.services.ocr.model import PageOutcome

#: Seconds between two looks at the clock and at a cancellation.
_LOOK_EVERY_S = 0.2


@dataclass(frozen=True)
class PageEnd:
    """How the work on a page ended.

    Attributes:
        failure: None if it was done.
        cause: For the log: the traceback of what was raised; empty where the process died or was killed.
    """

    page: int
    failure: PageOutcome | None
    cause: str = ""


#: Does one page, by its index; made in each process, so that what it opens is its own.
WorkOnPage = Callable[[int], None]

#: Characters of a traceback.
_MOST_CAUSE = 4000

_FORK = multiprocessing.get_context("fork")


@dataclass
class _Worker:
    process: ForkProcess
    orders: Connection
    answers: Connection
    page: int | None = None
    since: float = field(default_factory=time.monotonic)


def work_through(
    pages: Sequence[int],
    begin: Callable[[], WorkOnPage],
    ctx: Context,
    *,
    cores: int,
    page_s: float,
    until: float,
) -> Iterator[PageEnd]:
    """Do pages in as many processes as there are cores; yields each as it ends.

    Args:
        begin: Called in each process before its first page.
        page_s: Seconds that a page may take; then its process is killed.
        until: On the clock of `time.monotonic`: no page is begun later.

    Raises:
        Cancelled, DeadlineExceeded: As the context says; no process is left.
    """
    waiting = list(reversed(pages))
    crew = [_hire(begin) for _ in range(min(cores, len(pages)))]
    try:
        while waiting or any(worker.page is not None for worker in crew):
            if time.monotonic() > until:
                yield from (PageEnd(page, PageOutcome.NOT_REACHED) for page in reversed(waiting))
                waiting.clear()
            for worker in crew:
                if worker.page is None and waiting:
                    worker.page, worker.since = waiting.pop(), time.monotonic()
                    with suppress(BrokenPipeError):  # it is dead; that is noticed below
                        worker.orders.send(worker.page)
            ready = wait([worker.answers for worker in crew if worker.page is not None], _LOOK_EVERY_S)
            ctx.check()
            for position, worker in enumerate(crew):
                end = _end_of(worker, worker.answers in ready, page_s)
                if end is None:
                    continue
                worker.page = None
                if end.failure is not None:  # what is left of it may be in any state
                    _dismiss(worker)
                    crew[position] = _hire(begin)
                yield end
    finally:
        for worker in crew:
            _dismiss(worker)


def _end_of(worker: _Worker, has_answered: bool, page_s: float) -> PageEnd | None:
    if worker.page is None:
        return None
    if has_answered:
        try:
            cause = str(worker.answers.recv())
        except (EOFError, OSError):
            return PageEnd(worker.page, PageOutcome.FAILED)
        return PageEnd(worker.page, PageOutcome.FAILED if cause else None, cause)
    if time.monotonic() - worker.since > page_s:
        return PageEnd(worker.page, PageOutcome.TIMED_OUT)
    return None


def _hire(begin: Callable[[], WorkOnPage]) -> _Worker:
    their_orders, orders = _FORK.Pipe(duplex=False)
    answers, their_answers = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_work, args=(begin, their_orders, their_answers, (orders, answers)), daemon=True)
    process.start()
    # Without these ends an answer that will never come is seen as one.
    their_orders.close()
    their_answers.close()
    return _Worker(process, orders, answers)


def _dismiss(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.process.close()
    worker.orders.close()
    worker.answers.close()


def _work(
    begin: Callable[[], WorkOnPage], orders: Connection, answers: Connection, others: tuple[Connection, ...]
) -> None:
    """In a process of the crew, until it is killed or nobody gives orders."""
    for other in others:
        other.close()
    work_on = begin()
    while True:
        try:
            page = orders.recv()
        except EOFError:
            return
        cause = ""
        try:
            work_on(page)
        except Exception:  # noqa: BLE001 - told to whoever gave the order
            cause = traceback.format_exc()[-_MOST_CAUSE:]
        answers.send(cause)
