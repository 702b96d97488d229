"""libqpdf and PDFium find the same pages in a file, whatever its page tree says."""

import zipfile
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from builders.page_trees import ODD_PAGE_TREES
from builders.pdf import text_pdf
from pdfmill.core.documents import InputFile, MediaType
from pdfmill.core.errors import DamagedInput
from pdfmill.core.operation import Inputs
from pdfmill.engines.pdfium import finds_pages, open_drawn, open_read
from pdfmill.engines.pikepdf import open_pdf
from pdfmill.operations import BUILTIN
from pdfmill.services.readable import readable

_THREE = ["This is page 1", "This is page 2", "This is page 3"]


@pytest.fixture(params=sorted(ODD_PAGE_TREES))
def odd(request, tmp_path):
    path = tmp_path / "odd.pdf"
    path.write_bytes(ODD_PAGE_TREES[request.param])
    return path


@pytest.fixture
def run(ctx):
    operations = {operation.name: operation for operation in BUILTIN}

    def run(name, source, **options):
        operation = operations[name]
        inputs = Inputs((InputFile(source, source.name, MediaType.PDF),))
        return operation.run(inputs, operation.parse_options(options), ctx)

    return run


def test_pdfium_finds_the_pages_of_libqpdf(odd, ctx):
    with open_pdf(odd) as pdf:
        path, units = readable(pdf, odd, ctx)
    assert len(units) == 3
    with open_drawn(path, units) as document:
        assert [document.text(index) for index in range(document.page_count)] == _THREE


def test_a_sound_file_is_read_as_it_is(tmp_path, ctx):
    source = text_pdf(tmp_path / "sound.pdf", pages=2)
    with open_pdf(source) as pdf:
        assert readable(pdf, source, ctx) == (source, [1.0, 1.0])


def test_text_is_that_of_the_page_that_was_asked_for(odd, run):
    (output,) = run("extract-text", odd, pages="3").outputs
    assert output.path.read_text().strip() == _THREE[2]


def test_markdown_holds_all_pages(odd, run):
    (output,) = run("convert", odd, to="md").outputs
    assert [line for line in output.path.read_text().splitlines() if line.startswith("This")] == _THREE


def test_pictures_are_those_of_all_pages(odd, run):
    (output,) = run("convert", odd, to="png").outputs
    with zipfile.ZipFile(output.path) as archive:
        pages = []
        for name in archive.namelist():
            with archive.open(name) as file, Image.open(file) as image:
                pages.append(np.asarray(image.convert("L")))
    assert len(pages) == 3
    assert all((one != other).any() for one, other in pairwise(pages))


def test_a_preview_counts_them_once(odd, run):
    result = run("convert-preview", odd).result
    assert (result.page_count, result.page_sizes[0].pages) == (3, "1-3")


def test_a_smaller_file_has_them_all(odd, run):
    outcome = run("compress", odd)
    with open_pdf(outcome.outputs[0].path) as pdf:
        assert len(pdf.pages) == outcome.result.pages == 3


@pytest.mark.parametrize("open_document", [open_read, open_drawn])
def test_pages_that_pdfium_counts_otherwise_are_never_read(tmp_path, open_document):
    source = tmp_path / "odd.pdf"
    source.write_bytes(ODD_PAGE_TREES["a count that is too small"])
    assert not finds_pages(source, 3)
    with pytest.raises(DamagedInput, match="cannot be counted"), open_document(source, [1.0] * 3):
        pass
