"""The registry that a process is told to have."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from pdfmill.core import crash_points, named_registry
from pdfmill.operations import load_registry
from stacks import rehearsal


def test_without_a_name_there_are_the_products_operations(monkeypatch):
    monkeypatch.delenv(named_registry.VARIABLE, raising=False)
    assert "echo" not in [operation.name for operation in load_registry()]


def test_a_test_puts_its_operations_in(monkeypatch):
    monkeypatch.setenv(named_registry.VARIABLE, "stacks.rehearsal:load_registry")
    assert {"echo", "compress"} <= {operation.name for operation in load_registry()}
    assert named_registry.folder("stacks.rehearsal:load_registry") == Path(rehearsal.__file__).parent


def test_a_process_dies_once_at_the_place_that_is_named(tmp_path):
    (tmp_path / "here").touch()
    code = "from pdfmill.core.crash_points import crash_point; crash_point('there'); crash_point('here')"
    environment = {**os.environ, crash_points.VARIABLE: str(tmp_path)}
    ends = [subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode for _ in range(2)]
    assert ends == [-signal.SIGKILL, 0]
