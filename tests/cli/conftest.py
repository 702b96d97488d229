"""The command line called in this process, and a document for it to work on."""

import os
import zlib

import pikepdf
import pytest
from click.testing import CliRunner
from PIL import Image

from pdfmill.cli.entrypoints import Entrypoints
from pdfmill.cli.main import pdfmill_command
from pdfmill.config.settings import Settings


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

    def run(*words, stdin=None, run_reconciler=None, **environment):
        def no_reconciler(settings: Settings):
            raise AssertionError("nobody asked for the reconciler")

        entrypoints = Entrypoints(run_reconciler=run_reconciler or no_reconciler)
        return CliRunner().invoke(
            pdfmill_command, [str(word) for word in words], input=stdin, obj=entrypoints, env=environment
        )

    return run


def picture_pdf(path, *, pictures=1, size=600):
    """A document with square pictures of noise upon a ramp, packed losslessly: there is much to save."""
    ramp = Image.linear_gradient("L").resize((size, size))
    picture = Image.blend(ramp, Image.effect_noise((size, size), 40), 0.3).convert("RGB")
    with pikepdf.new() as pdf:
        for number in range(pictures):
            picture.putpixel((0, 0), (number, 0, 0))  # no two alike: those would be merged
            image = pdf.make_stream(
                zlib.compress(picture.tobytes(), 1),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=size,
                Height=size,
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=pikepdf.Name.FlateDecode,
            )
            page = pdf.add_blank_page(page_size=(200, 200))
            page.add_resource(image, pikepdf.Name.XObject, pikepdf.Name.Picture)
            page.contents_add(b"q 200 0 0 200 0 0 cm /Picture Do Q")
        pdf.save(path)
    return path


@pytest.fixture
def photo(tmp_path):
    return picture_pdf(tmp_path / "here" / "photo.pdf")


@pytest.fixture
def album(tmp_path):
    return picture_pdf(tmp_path / "here" / "album.pdf", pictures=3)


@pytest.fixture
def long_work(tmp_path):
    """A document that keeps a processor busy for seconds."""
    return picture_pdf(tmp_path / "here" / "long.pdf", pictures=4, size=1600)
