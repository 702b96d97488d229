"""Jobs run side by side, and a job that crashed before runs alone."""

import os
import signal
import subprocess
import sys
import time

import pytest

from pdfmill.worker import gate as gate_module
from pdfmill.worker.gate import Gate


@pytest.fixture
def gate(tmp_path):
    return Gate(tmp_path / "gate.lock")


def test_many_may_be_beside_each_other_and_nobody_alone_then(gate):
    with gate.beside_others(), gate.beside_others(), gate.alone() as place:
        assert place is None


def test_one_may_be_alone_and_keeps_others_out(gate, tmp_path):
    with gate.alone() as place:
        assert place.is_alone
        assert not others_get_in(tmp_path)
        with gate.alone() as second:
            assert second is None
    assert others_get_in(tmp_path)


def test_after_a_while_others_are_let_in(gate, tmp_path, monkeypatch):
    monkeypatch.setattr(gate_module, "ALONE_AT_MOST_S", 0.05)
    with gate.alone() as place:
        place.let_others_in_when_due()
        assert not others_get_in(tmp_path)
        time.sleep(0.06)
        place.let_others_in_when_due()
        assert not place.is_alone
        assert others_get_in(tmp_path)


def test_a_process_that_is_killed_leaves_the_gate_open(gate, tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from pdfmill.worker.gate import Gate\n"
        "with Gate(Path(sys.argv[1])).alone() as place:\n    print(place.is_alone, flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, tmp_path / "gate.lock"], stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout.readline() == "True\n"
        assert not others_get_in(tmp_path)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    assert others_get_in(tmp_path)


def others_get_in(folder):
    """Whether another process could go in at this moment; flock(1) asks without waiting."""
    done = subprocess.run(["flock", "--shared", "--nonblock", folder / "gate.lock", "true"], check=False)
    return done.returncode == 0
