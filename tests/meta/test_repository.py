"""What the README tells is what CI runs, and no file names a machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT_SUFFIXES = {".py", ".md", ".toml", ".sh", ".yml", ".yaml", ".lock", ".txt", ""}


def _files():
    skip = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
    for path in ROOT.rglob("*"):
        if path.is_file() and not skip & set(path.parts) and path.suffix in TEXT_SUFFIXES:
            yield path


def test_the_readme_names_the_commands_that_ci_runs():
    readme = (ROOT / "README.md").read_text()
    ci = (ROOT / ".ci" / "run").read_text()
    assert "make run" in readme
    assert "make test" in readme
    assert "make test" in ci or "scripts/test" in ci


@pytest.mark.parametrize("name", ["run", "test", "setup", "lock"])
def test_a_script_is_plain_shell(name):
    script = ROOT / "scripts" / name
    assert script.read_text().startswith("#!/bin/sh")
    subprocess.run(["sh", "-n", script], check=True)


def test_make_targets_are_thin_names_for_scripts():
    makefile = (ROOT / "Makefile").read_text()
    for target in ("run", "test"):
        assert re.search(rf"^{target}:\n\t.*scripts/{target}", makefile, re.MULTILINE)


def test_no_file_names_an_index_or_a_folder_of_some_machine():
    # Written apart, so that this file does not find itself.
    forbidden = re.compile("|".join(["--(extra-)?index" + "-url", r"(^|[\s'\"=(])/" + "work/", "/" + "root/"]))
    for path in _files():
        assert not forbidden.search(path.read_text(errors="replace")), path


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_hashes(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[a-zA-Z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    assert entries
    for entry in entries:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
