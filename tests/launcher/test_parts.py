"""A part is a real process here: started, looked after, restarted, stopped."""

import os
import signal
import sys
import time

import pytest

from pdfmill.launcher import parts as parts_module
from pdfmill.launcher.parts import Part
from pdfmill.worker.box.process_tree import is_gone

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
IGNORE_SIGTERM = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
DEAF = [sys.executable, "-c", IGNORE_SIGTERM]


@pytest.fixture
def make_part():
    made = []

    def make_part(argv=SLEEP, **kwargs):
        kwargs = {"is_ready": lambda: True, "grace_s": 5, **kwargs}
        made.append(Part("part", argv, os.environ, **kwargs))
        return made[-1]

    yield make_part
    for part in made:
        part.kill()
        part.wait()


def step_until(part, condition, seconds=10):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        part.step()
        time.sleep(0.01)


def test_a_part_is_up_when_it_says_so(make_part):
    answers = [False, False, True]
    part = make_part(is_ready=lambda: answers.pop(0))
    part.step()
    assert not part.is_up
    step_until(part, lambda: part.is_up)
    assert answers == []


def test_a_part_that_dies_is_started_again_and_the_second_time_later(make_part):
    part = make_part()
    part.step()
    first = part.process.pid
    os.kill(first, signal.SIGKILL)
    step_until(part, lambda: part.process is not None and part.process.pid != first)
    second = part.process.pid
    os.kill(second, signal.SIGKILL)
    step_until(part, lambda: part.process is None)
    step_until(part, lambda: part.process is not None)
    assert part.process.pid not in (first, second)


def test_a_part_that_stops_answering_is_started_anew(make_part, monkeypatch):
    monkeypatch.setattr(parts_module, "LOOK_EVERY_S", 0.01)
    well = [True]
    part = make_part(is_well=lambda: well[0])
    part.step()
    first = part.process.pid
    time.sleep(0.05)
    part.step()
    assert part.process.pid == first
    well[0] = False
    step_until(part, lambda: part.process is not None and part.process.pid != first)


def test_a_part_that_does_not_stop_in_time_is_killed(make_part):
    part = make_part(DEAF, grace_s=0.2, capture=True)
    part.step()
    pid, told = part.process.pid, part.output
    os.set_blocking(told, True)
    assert os.read(told, 4) == b"deaf"
    part.terminate()
    part.wait()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_a_part_leaves_in_its_group_goes_with_it(make_part, tmp_path):
    note = tmp_path / "child"
    code = (
        f"import os, time\nif os.fork(): os._exit(0)\nopen({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    )
    part = make_part([sys.executable, "-c", code])
    part.step()
    step_until(part, lambda: note.exists() and note.read_text())
    left = int(note.read_text())
    step_until(part, lambda: is_gone(left))
