import pytest

from missing import not_run
from pdfmill.core.language_data import can_orient, installed_languages


@pytest.fixture(autouse=True)
def language_data():
    if "eng" not in installed_languages() or not can_orient():
        not_run("the language data of Tesseract are not installed")
