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


def test_sentences_of_a_script_without_spaces_are_all_there(tmp_path, ctx):
    path = tmp_path / "library.txt"
    path.write_text(
        "図書館は月曜日に休みます。本は五冊まで借りられます。\n電話はロビーで使ってください。\n", encoding="utf-8"
    )
    sentences = read_source(InputFile.at(path), None, ctx).sentences
    assert [each.text for each in sentences] == [
        "図書館は月曜日に休みます。",
        "本は五冊まで借りられます。",
        "電話はロビーで使ってください。",
    ]
    assert [[place.box.top for place in each.places] for each in sentences] == [[0.0], [0.0], [1.0]]
