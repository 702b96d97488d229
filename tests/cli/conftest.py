"""The command line called in this process, and a document for it to work on."""

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from pikepdf import Pdf

from builders.pdf import add_image, add_text_page, photo, photo_pdf
from pdfmill.cli.main import pdfmill_command


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path, monkeypatch):
    """No setting of the machine, and temporary files where a test can look for what is left of them."""
    for name in [name for name in os.environ if name.startswith("PDFMILL_")]:
        monkeypatch.delenv(name)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("PDFMILL_DATA_DIR", str(tmp_path / "data"))
    # A path that is not written to is not made either; the folder itself is the command's working folder.
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def temporary_files(tmp_path):
    """What commands have left in their temporary folder."""
    return lambda: sorted((tmp_path / "tmp").iterdir())


@pytest.fixture
def pdfmill():
    """Runs a command line; gives exit code, stdout and stderr."""

    def run(*words, stdin=None, **environment):
        return CliRunner().invoke(pdfmill_command, [str(word) for word in words], input=stdin, env=environment)

    return run


@pytest.fixture(name="photo")
def one_photo(tmp_path):
    return photo_pdf(tmp_path / "here" / "photo.pdf", pixels=800, inches=2.0)


@pytest.fixture(scope="session")
def _album(tmp_path_factory):
    path = tmp_path_factory.mktemp("album") / "album.pdf"
    with Pdf.new() as pdf:
        for number in range(3):
            add_image(pdf, add_text_page(pdf), photo(1500, 1500, seed=number), inches=(2, 2))
        pdf.save(path)
    return path


@pytest.fixture
def long_work(_album, tmp_path):
    """A document of three large pictures that keeps a processor busy for a second or more."""
    return Path(shutil.copy(_album, tmp_path / "here"))
