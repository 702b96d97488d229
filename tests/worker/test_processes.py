"""What the processes of this host hold, told by the notes that they leave."""

import multiprocessing
import os
import signal

import pytest

from pdfmill.worker.processes import announce, parts_in_use

spawning = multiprocessing.get_context("fork")


def announce_and_hold(run_dir, part, mebibytes, ready):
    announce(run_dir, part)
    held = bytearray(os.urandom(mebibytes << 20))
    ready.set()
    signal.pause()
    assert held


@pytest.fixture
def holding(tmp_path):
    """Start a process that announces itself as a part and holds memory until the test ends."""
    started = []

    def start(part, mebibytes):
        ready = spawning.Event()
        process = spawning.Process(target=announce_and_hold, args=(tmp_path, part, mebibytes, ready))
        process.start()
        started.append(process)
        assert ready.wait(30)
        return process

    yield start
    for process in started:
        process.kill()
        process.join()


def test_nothing_is_in_use_where_nothing_was_announced(tmp_path):
    assert parts_in_use(tmp_path) == []


def test_each_part_is_counted_with_what_it_holds(tmp_path, holding):
    holding("worker", 32)
    holding("worker", 32)
    holding("reconciler", 1)
    reconciler, worker = parts_in_use(tmp_path)
    assert (reconciler.part, reconciler.processes) == ("reconciler", 1)
    assert (worker.part, worker.processes) == ("worker", 2)
    assert worker.memory_bytes > reconciler.memory_bytes + (48 << 20)
    assert worker.open_files >= 6


def test_processes_below_a_part_belong_to_it(tmp_path, holding):
    announce(tmp_path, "web")
    child = holding("web", 1)
    (web,) = parts_in_use(tmp_path)
    assert web.processes >= 2
    assert child.is_alive()


def test_a_process_that_has_ended_is_left_out_and_forgotten(tmp_path, holding):
    process = holding("worker", 1)
    (ended,) = (tmp_path / "processes").glob("*/worker.*")
    process.kill()
    process.join()
    assert parts_in_use(tmp_path) == []
    announce(tmp_path, "web")
    assert not ended.exists()


def test_another_process_under_the_same_id_is_not_taken_for_it(tmp_path):
    announce(tmp_path, "web")
    (note,) = (tmp_path / "processes").glob("*/web.*")
    note.write_text("1")
    assert parts_in_use(tmp_path) == []
