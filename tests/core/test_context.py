"""Progress, cancellation and programs."""

import sys
import time
from pathlib import Path

import pytest

from pdfmill.core.context import Context
from pdfmill.core.errors import Cancelled, DeadlineExceeded, EngineFailed, MissingDependency
from pdfmill.core.limits import Limits


class Recording:
    def __init__(self):
        self.seen = []
        self.cancelled = False

    def report(self, progress):
        self.seen.append(progress)

    def is_cancelled(self):
        return self.cancelled


def test_stages_share_the_bar(tmp_path):
    reporter = Recording()
    ctx = Context(tmp_path, reporter=reporter)
    reading = ctx.stage("reading", share=0.25)
    reading.advance(1, 2, unit="pages")
    writing = ctx.stage("writing", share=0.75)
    writing.advance(1, 1)
    assert [each.percent for each in reporter.seen] == [0, 12.5, 25, 100]
    assert [each.stage for each in reporter.seen] == ["reading", "reading", "writing", "writing"]


def test_advancing_is_the_cancellation_point(tmp_path):
    reporter = Recording()
    ctx = Context(tmp_path, reporter=reporter)
    reporter.cancelled = True
    with pytest.raises(Cancelled):
        ctx.advance(1, 2)


def test_an_attempt_out_of_time_stops(tmp_path):
    with pytest.raises(DeadlineExceeded, match="longer than 5 seconds"):
        Context(tmp_path, limits=Limits(wall_s=5), deadline=time.monotonic() - 1).check()


def test_a_path_outside_the_work_directory_is_refused(tmp_path):
    with pytest.raises(ValueError, match="leaves the work directory"):
        Context(tmp_path).path("../elsewhere")


def test_a_program_gets_its_input_and_gives_its_output(tmp_path):
    done = Context(tmp_path).run_tool(["cat"], stdin=b"hello")
    assert (done.status, done.stdout) == (0, b"hello")


def test_a_missing_program_is_named(tmp_path):
    with pytest.raises(MissingDependency, match="no-such-program"):
        Context(tmp_path).run_tool(["no-such-program"])


def test_a_failing_program_is_an_engine_failure(tmp_path):
    with pytest.raises(EngineFailed, match="status 3"):
        Context(tmp_path).run_tool(["sh", "-c", "exit 3"])


def test_of_a_talkative_program_the_first_mebibyte_is_kept(tmp_path):
    done = Context(tmp_path).run_tool(["sh", "-c", "head -c 9000000 /dev/zero >&2; echo ok"])
    assert (done.stdout, len(done.stderr)) == (b"ok\n", 1024 * 1024)
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_prints_without_end_is_stopped(tmp_path):
    with pytest.raises(EngineFailed, match="printed without end"):
        Context(tmp_path).run_tool(["yes"])


def test_a_program_that_leaves_its_output_open_to_a_child_has_ended_all_the_same(tmp_path):
    done = Context(tmp_path, limits=Limits(wall_s=20)).run_tool(["sh", "-c", "sleep 60 & echo started"])
    assert done.stdout == b"started\n"


def test_cancelling_kills_the_program_and_its_children(tmp_path):
    reporter = Recording()
    script = "import os,time\nos.fork()\nopen(str(os.getpid()),'w').close()\ntime.sleep(60)"
    started = time.monotonic()

    class Soon(Recording):
        def is_cancelled(self):
            return len(list(tmp_path.iterdir())) == 2

    reporter = Soon()
    with pytest.raises(Cancelled):
        Context(tmp_path, reporter=reporter).run_tool([sys.executable, "-c", script])
    assert time.monotonic() - started < 20
    for pid in (int(path.name) for path in tmp_path.iterdir()):
        assert _gone(pid)


def _gone(pid):
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.05)
    return False
