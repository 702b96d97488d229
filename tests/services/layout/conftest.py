"""Documents are read as the operations read them."""

import pytest

from builders.sheet import sheets
from pdfmill.core.pages import PageRanges
from pdfmill.services.layout.service import LayoutService


@pytest.fixture
def read(ctx):
    """The pages of a document, in the order asked for."""

    def read(path, pages=None):
        wanted = None if pages is None else PageRanges.parse(pages)
        with LayoutService().open(path, wanted, ctx) as document:
            return [document.page(page_index) for page_index in document.page_indices]

    return read


@pytest.fixture
def page_of(read, tmp_path):
    """The only page of a document that a function builds."""

    def page_of(build):
        (page,) = read(sheets(tmp_path / "page.pdf", build))
        return page

    return page_of


def texts(blocks):
    """The text of blocks, lines parted by a stroke."""
    return [" / ".join(line.text for line in block.lines) for block in blocks if block.kind not in ("table", "picture")]
