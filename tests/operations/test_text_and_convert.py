"""Extract text and convert, as a client asks for them: outcomes, names, warnings, refusals."""

import json
import zipfile

import pytest

from builders.pdf import text_pdf
from builders.scans import found_part, scan, scan_pdf
from builders.sheet import sheets
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import InvalidOptions, InvalidPageRange
from pdfmill.core.limits import Limits
from pdfmill.core.operation import Inputs
from pdfmill.operations import load_registry
from pdfmill.services.soundness import check_sound


@pytest.fixture
def perform(ctx):
    def perform(name, path, **options):
        operation = load_registry().get(name)
        outcome = operation.run(Inputs((InputFile.at(path),)), operation.parse_options(options), ctx)
        for output in outcome.outputs:
            check_sound(output.path, output.media_type, output.page_count or 0, [], Limits())
        return outcome

    return perform


@pytest.fixture
def mixed(tmp_path):
    """Text, a scan, text in a font without a mapping, a blank page, and another scan."""
    scan = lambda sheet: sheet.picture(0, 0, 595, 842)  # noqa: E731
    return sheets(
        tmp_path / "mixed.pdf",
        lambda sheet: sheet.text(72, 100, "Some text that can be read well enough."),
        scan,
        lambda sheet: sheet.coded(72, 100, "\ue001\ue002\ue003\ue004" * 10),
        lambda sheet: sheet,
        scan,
    )


@pytest.mark.parametrize(
    ("mode", "suffix", "media_type"),
    [
        ("plain", ".txt", "text/plain"),
        ("raw", ".txt", "text/plain"),
        ("layout", ".txt", "text/plain"),
        ("markdown", ".md", "text/markdown"),
        ("json", ".json", "application/json"),
    ],
)
def test_each_mode_gives_a_file_of_its_kind(perform, tmp_path, mode, suffix, media_type):
    (output,) = perform("extract-text", text_pdf(tmp_path / "report.pdf"), mode=mode).outputs
    assert (output.name, output.media_type) == (f"report{suffix}", media_type)
    assert "Hello" in output.path.read_text()


@pytest.mark.parametrize(
    ("name", "options"), [("extract-text", {}), ("extract-text", {"mode": "raw"}), ("convert", {"to": "md"})]
)
def test_pages_that_need_ocr_are_named(perform, mixed, name, options):
    outcome = perform(name, mixed, **options)
    assert outcome.result.needs_ocr == "2-3,5"
    assert outcome.warnings == (
        "There is no text on pages 2,5, only a picture of it: OCR is needed to read it.",
        "The text on page 3 is garbled, because its fonts do not tell what their glyphs mean: OCR is needed to read "
        "it.",
    )


@pytest.mark.parametrize("mode", ["plain", "raw"])
def test_each_page_is_judged_and_counted(perform, mixed, mode):
    result = perform("extract-text", mixed, mode=mode).result
    assert [page.quality for page in result.pages] == ["good", "image_only", "garbled", "blank", "image_only"]
    assert (result.pages[0].words, result.pages[0].characters) == (8, 32)
    assert result.words == sum(page.words for page in result.pages)


def test_raw_text_comes_in_the_order_of_the_file_line_by_line(perform, tmp_path):
    path = sheets(
        tmp_path / "a.pdf",
        lambda sheet: sheet.text(72, 300, "written first").text(72, 100, "stands first").text(300, 100, "beside it"),
    )
    assert perform("extract-text", path, mode="raw").outputs[0].path.read_text() == (
        "written first\nstands first beside it\n"
    )


@pytest.mark.parametrize(
    ("dehyphenate", "text"),
    [
        (True, "a telephone\nand\n"),
        (False, "a tele-\nphone and\n"),
    ],
)
def test_raw_text_puts_divided_words_together(perform, tmp_path, dehyphenate, text):
    path = sheets(tmp_path / "a.pdf", lambda sheet: sheet.text(72, 100, "a tele-").text(72, 114, "phone and"))
    outcome = perform("extract-text", path, mode="raw", dehyphenate=dehyphenate)
    assert outcome.outputs[0].path.read_text() == text


@pytest.mark.parametrize(
    ("dehyphenate", "text"),
    [
        (True, "an international\nparcel\n"),
        (False, "an inter-\nnatio-\nnal parcel\n"),
    ],
)
def test_raw_text_puts_words_together_that_two_line_ends_divide(perform, tmp_path, dehyphenate, text):
    def build(sheet):
        sheet.text(72, 100, "an inter-").text(72, 114, "natio-").text(72, 128, "nal parcel")

    outcome = perform("extract-text", sheets(tmp_path / "a.pdf", build), mode="raw", dehyphenate=dehyphenate)
    assert outcome.outputs[0].path.read_text() == text
    assert outcome.result.words == len(text.split())


@pytest.mark.parametrize("mode", ["plain", "raw"])
def test_the_words_of_scans_are_recognised(perform, tmp_path, language_data, mode):
    outcome = perform("extract-text", scan_pdf(tmp_path / "scan.pdf", scan()), mode=mode)
    assert found_part(outcome.outputs[0].path.read_text()) > 0.9
    assert [page.quality for page in outcome.result.pages] == ["recognised"]
    assert outcome.result.needs_ocr is None


def test_a_document_without_any_text_gives_a_file_all_the_same(perform, tmp_path):
    path = sheets(tmp_path / "scan.pdf", lambda sheet: sheet.picture(0, 0, 595, 842))
    outcome = perform("extract-text", path)
    assert outcome.outputs[0].path.read_text() == "\n"
    assert outcome.result.needs_ocr == "1"


@pytest.mark.parametrize("name", ["extract-text", "convert"])
def test_pages_are_chosen(perform, tmp_path, name):
    outcome = perform(name, text_pdf(tmp_path / "a.pdf", pages=4), pages="3,1")
    assert outcome.outputs[0].path.read_text() == "Hello 3\n\fHello 1\n"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("extract-text", {}),
        ("convert", {}),
        ("convert", {"to": "png"}),
        ("convert", {"to": "docx"}),
        ("convert", {"to": "pptx"}),
    ],
)
def test_a_page_beyond_the_end_is_refused(perform, tmp_path, name, options):
    with pytest.raises(InvalidPageRange, match="There is no page 5: the document has 4 pages"):
        perform(name, text_pdf(tmp_path / "a.pdf", pages=4), pages="2-5", **options)


@pytest.mark.parametrize("to", ["txt", "html", "md", "json", "docx", "pptx", "png", "jpeg", "webp", "tiff"])
def test_a_page_is_converted_to_every_kind(perform, tmp_path, to):
    outcome = perform("convert", text_pdf(tmp_path / "report.pdf"), to=to, dpi=36)
    (output,) = outcome.outputs
    assert output.name == f"report.{to}"
    assert outcome.result.pages == [1]
    assert outcome.result.output_bytes == output.path.stat().st_size


@pytest.mark.parametrize("options", [{"to": "docx"}, {"to": "docx", "layout": "exact"}, {"to": "pptx"}])
def test_pages_without_text_come_as_pictures_and_a_warning_tells_what_to_do(perform, mixed, options):
    outcome = perform("convert", mixed, **options)
    assert outcome.result.pages == [1, 2, 3, 4, 5]
    assert outcome.result.needs_ocr == "2-3,5"
    assert outcome.warnings == (
        "There is no text on pages 2,5, only a picture of it, which came out as a picture: run OCR first, "
        "then convert.",
        "The text on page 3 is garbled, because its fonts do not tell what their glyphs mean: run OCR first, then "
        "convert.",
    )


def test_pictures_of_several_pages_come_as_an_archive(perform, tmp_path):
    (output,) = perform("convert", text_pdf(tmp_path / "report.pdf", pages=2), to="png", dpi=36).outputs
    assert (output.name, output.media_type) == ("report.zip", "application/zip")
    with zipfile.ZipFile(output.path) as archive:
        assert archive.namelist() == ["report-1.png", "report-2.png"]


def test_one_picture_is_put_into_an_archive_when_asked(perform, tmp_path):
    (output,) = perform("convert", text_pdf(tmp_path / "a.pdf"), to="png", dpi=36, archive=True).outputs
    assert output.media_type == "application/zip"


@pytest.mark.parametrize("options", [{"to": "jpeg"}, {"to": "png", "gray": True}])
def test_a_picture_that_cannot_be_transparent_is_refused(options):
    with pytest.raises(InvalidOptions, match="transparent pictures are neither jpeg nor grey"):
        load_registry().get("convert").parse_options({**options, "transparent": True})


def test_two_thousand_pages_become_a_word_document(perform, tmp_path):
    outcome = perform("convert", text_pdf(tmp_path / "long.pdf", pages=2000), to="docx")
    assert outcome.result.pages == list(range(1, 2001))


def test_two_thousand_pages_are_read(perform, tmp_path):
    outcome = perform("extract-text", text_pdf(tmp_path / "long.pdf", pages=2000), mode="json")
    pages = json.loads(outcome.outputs[0].path.read_text())["pages"]
    assert [page["number"] for page in pages] == list(range(1, 2001))


@pytest.mark.parametrize(("to", "name"), [("csv", "list.csv"), ("xlsx", "list.xlsx")])
def test_tables_are_converted(perform, tmp_path, to, name):
    def build(sheet):
        for row in range(4):
            for column in range(3):
                sheet.text(72 + 120 * column, 114 + 16 * row, str(10 * row + column))

    outcome = perform("convert", sheets(tmp_path / "list.pdf", build), to=to)
    assert outcome.outputs[0].name == name
    assert outcome.result.tables == 1
