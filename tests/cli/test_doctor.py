"""Whether the doctor finds what is there, and what is not."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def examined(pdfmill):
    def run(**environment):
        done = pdfmill("doctor", "--json", **environment)
        told = json.loads(done.stdout)
        return done.exit_code, told["ok"], {each["subject"]: each for each in told["findings"]}

    return run


def test_a_machine_that_runs_these_tests_can_work(examined, registry):
    exit_code, ok, findings = examined()
    assert (exit_code, ok) == (0, True)
    for operation in registry:
        assert findings[f"operation {operation.name}"]["state"] == "ok"
        for engine in operation.requires:
            assert operation.name in findings[engine]["operations"]
            assert findings[engine]["found"][0].isdigit()
    assert findings["sandbox"]["found"].startswith("tier ")
    languages = findings["languages of ocr"]
    assert "eng" in languages["found"]
    assert "tesseract-ocr-CODE" in languages["hint"]


def test_without_bubblewrap_the_weaker_sandbox_is_told(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pdfmill", "doctor", "--json"],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    findings = {each["subject"]: each for each in json.loads(done.stdout)["findings"]}
    assert done.returncode == 0
    assert findings["bubblewrap"]["state"] == "weak"
    assert "bubblewrap" in findings["bubblewrap"]["hint"]
    assert findings["sandbox"]["state"] == "weak"


def test_a_data_directory_that_cannot_be_made_is_told(examined, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    exit_code, ok, findings = examined(PDFMILL_DATA_DIR=str(tmp_path / "file" / "data"))
    assert (exit_code, ok) == (11, False)
    assert findings["data directory"]["state"] == "missing"
    assert "--data-dir" in findings["data directory"]["hint"]


def test_a_disk_that_is_too_small_is_told(examined):
    exit_code, _, findings = examined(PDFMILL_STORAGE__MIN_FREE_MIB=str(10**9))
    assert exit_code == 11
    assert "PDFMILL_STORAGE__MIN_FREE_MIB" in findings["disk of the data directory"]["hint"]


def test_a_path_too_long_for_a_socket_is_told(examined, tmp_path):
    exit_code, _, findings = examined(XDG_RUNTIME_DIR=str(tmp_path / ("long" * 30)))
    assert exit_code == 11
    assert findings["broker socket"]["state"] == "missing"
    assert "broker socket" not in examined(PDFMILL_BROKER__URL="redis://host/0")[2]


def test_people_get_a_line_for_each_finding(pdfmill):
    done = pdfmill("doctor")
    lines = done.stdout.splitlines()
    assert any("pikepdf" in line and line.startswith("✓") for line in lines)
    assert any("sandbox" in line for line in lines)


def test_an_installation_with_a_hole_is_examined_all_the_same(tmp_path):
    """A library that cannot be loaded must not take the doctor along."""
    (tmp_path / "pikepdf.py").write_text("raise ImportError('libqpdf.so.30: cannot open shared object file')\n")
    done = subprocess.run(
        [sys.executable, "-m", "pdfmill", "doctor", "--json"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    findings = {each["subject"]: each for each in json.loads(done.stdout)["findings"]}
    assert done.returncode == 11
    assert "libqpdf.so.30" in findings["operations"]["found"]
    assert findings["Python"]["state"] == "ok"
