"""No more jobs at once than the memory bears."""

import pytest

from pdfmill.config import machine
from pdfmill.config.machine import jobs_at_once, memory_bytes
from pdfmill.config.settings import load_settings
from pdfmill.core.limits import MIB


@pytest.fixture
def meminfo(tmp_path):
    path = tmp_path / "meminfo"
    path.write_text("MemTotal:        4194304 kB\nMemFree: 1 kB\n")
    return path


def test_a_machine_has_what_it_says(meminfo, tmp_path):
    assert memory_bytes(meminfo, tmp_path / "absent") == 4096 * MIB


@pytest.mark.parametrize(("limit", "mib"), [("max", 4096), (str(1024 * MIB), 1024), (str(9999 * MIB), 4096)])
def test_a_container_has_what_it_is_given(meminfo, tmp_path, limit, mib):
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    assert memory_bytes(meminfo, tmp_path / "memory.max") == mib * MIB


@pytest.mark.parametrize(("gib", "wanted", "jobs"), [(64, None, 2), (64, 8, 8), (4, 8, 2), (1, 8, 1)])
def test_jobs_at_once_fit_into_the_memory(monkeypatch, gib, wanted, jobs):
    monkeypatch.setattr(machine, "memory_bytes", lambda: gib * 1024 * MIB)
    settings = load_settings(limits={"memory_mib": 1536}, worker={"concurrency": 2})
    assert jobs_at_once(settings, wanted) == jobs
