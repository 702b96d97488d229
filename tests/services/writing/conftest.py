"""Pages are read from documents, and written as the operations write them."""

import pytest

from builders.sheet import sheets
from pdfmill.services.extraction.text import TextExtractionService
from pdfmill.services.writing.manner import Manner, TextForm


@pytest.fixture
def written(ctx, tmp_path):
    """What becomes of a document whose pages some functions build."""

    def written(form, *build, **manner):
        target = tmp_path / "out"
        source = sheets(tmp_path / "in.pdf", *build)
        TextExtractionService().extract(source, target, TextForm(form), Manner(**manner), None, ctx)
        return target.read_text(encoding="utf-8")

    return written
