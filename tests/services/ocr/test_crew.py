"""Several processes on the pages of one document."""

import os
import time

import pytest

from pdfmill.core.errors import Cancelled
from pdfmill.services.ocr.crew import work_through
from pdfmill.services.ocr.model import PageOutcome

FOREVER = float("inf")


def go_through(pages, work, ctx, **changes):
    settings = {"cores": 2, "page_s": 30, "until": FOREVER} | changes
    return {end.page: end.failure for end in work_through(pages, lambda: work, ctx, **settings)}


def test_each_page_is_done_once_whoever_does_it(ctx, tmp_path):
    def work(page):
        with (tmp_path / str(page)).open("x") as file:
            file.write(str(os.getpid()))

    assert go_through(range(20), work, ctx) == dict.fromkeys(range(20))
    workers = {(tmp_path / str(page)).read_text() for page in range(20)}
    assert len(workers) <= 2
    assert str(os.getpid()) not in workers


def test_a_page_that_kills_its_process_fails_alone(ctx):
    def work(page):
        if page == 3:
            os.abort()
        if page == 4:
            raise ValueError("told to the boss")

    ends = list(work_through(range(8), lambda: work, ctx, cores=2, page_s=30, until=FOREVER))
    assert {end.page: end.failure for end in ends} == dict.fromkeys(range(8)) | {
        3: PageOutcome.FAILED,
        4: PageOutcome.FAILED,
    }
    assert [end.page for end in ends if "told to the boss" in end.cause] == [4]


def test_a_page_that_takes_too_long_is_left(ctx):
    ended = go_through(range(4), lambda page: time.sleep(60 if page == 1 else 0), ctx, page_s=0.3)
    assert ended == {0: None, 1: PageOutcome.TIMED_OUT, 2: None, 3: None}


def test_no_page_is_begun_when_the_time_is_over(ctx):
    assert go_through([5, 6], print, ctx, until=time.monotonic() - 1) == dict.fromkeys([5, 6], PageOutcome.NOT_REACHED)


def test_cancelling_leaves_no_process(ctx, reporter, tmp_path):
    def work(page):
        (tmp_path / str(page)).write_text(str(os.getpid()))
        if page:
            time.sleep(60)

    reporter.cancel_at = 0
    with pytest.raises(Cancelled):
        for _ in work_through(range(3), lambda: work, ctx, cores=2, page_s=60, until=FOREVER):
            pass
    for path in tmp_path.glob("[0-9]"):
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.read_text()), 0)
