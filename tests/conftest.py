"""Fixtures that several rooms use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from missing import not_run
from pdfmill.core.context import Context
from pdfmill.core.language_data import can_orient, installed_languages
from pdfmill.operations import load_registry
from pdfmill.services import Services

#: A busy machine makes no test fail.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")


class RecordingReporter:
    """Keeps what was reported; ``cancel_at`` cancels at the n-th report."""

    def __init__(self):
        self.seen = []
        self.cancel_at = None

    def report(self, progress):
        self.seen.append(progress)

    def is_cancelled(self):
        return self.cancel_at is not None and len(self.seen) >= self.cancel_at


@pytest.fixture
def reporter():
    return RecordingReporter()


@pytest.fixture
def ctx(tmp_path, reporter):
    """A context as the sandbox makes it, with real services."""
    work_dir = tmp_path / "work"
    work_dir.mkdir()
    return Context(work_dir, reporter=reporter, services=Services())


@pytest.fixture
def logged(capsys, caplog):
    """What was logged so far, wherever it goes: an earlier test of this process may have set up logging, or not."""
    caplog.set_level("DEBUG")
    return lambda: "".join([*capsys.readouterr(), caplog.text])


@pytest.fixture
def language_data():
    """For tests that recognise text."""
    if "eng" not in installed_languages() or not can_orient():
        not_run("the language data of Tesseract are not installed")


@pytest.fixture(scope="session")
def registry():
    return load_registry()


@pytest.fixture(scope="session")
def corpus():
    """The folder of real documents, where it is at hand; it is not part of the project."""
    folder = Path(os.environ.get("PDFMILL_TEST_CORPUS") or Path(__file__).parents[2] / "shared" / "corpus")
    if not folder.is_dir():
        pytest.skip("the folder of real documents is not here (PDFMILL_TEST_CORPUS names it)")
    return folder
