"""Word documents are made of pages that tests build, and read again by python-docx."""

import docx
import pytest

from builders.sheet import sheets
from pdfmill.core.limits import Limits
from pdfmill.core.pages import PageRanges
from pdfmill.services.conversion.word.service import WordLayout, WordService
from pdfmill.services.soundness import check_sound

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def convert(ctx):
    """A Word document made of a PDF file."""

    def convert(path, layout="flow", pages=None):
        wanted = None if pages is None else PageRanges.parse(pages)
        written = WordService().write(path, WordLayout(layout), wanted, ctx)
        check_sound(written.path, DOCX, 0, [], Limits())
        return docx.Document(written.path)

    return convert


@pytest.fixture
def word_of(convert, tmp_path):
    """A Word document made of pages that functions build."""

    def word_of(*build, layout="flow"):
        return convert(sheets(tmp_path / "in.pdf", *build), layout)

    return word_of
