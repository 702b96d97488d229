"""A document as sentences."""

from builders.prose import prose_pdf
from pdfmill.core.documents import InputFile
from pdfmill.services.language.source import read_source


def test_lines_of_a_table_of_contents_are_no_sentences(tmp_path, ctx):
    contents = ["1 Introduction . . . . . . . . . . . . . . . . 3", "2 Measurements ................ 7"]
    path = prose_pdf(tmp_path / "a.pdf", [*contents, "The pump was measured twice, at noon and at night."])
    sentences = [each.text for each in read_source(InputFile.at(path), None, ctx).sentences]
    assert any("measured twice" in text for text in sentences)
    assert not any(". . ." in text or "...." in text for text in sentences)
