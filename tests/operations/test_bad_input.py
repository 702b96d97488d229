"""Documents that are no honest pages of text: what `convert` and `convert-preview` do with each is decided.

The table of `docs/conversion.md` says the same for people.
"""

import re
import zipfile
from pathlib import Path

import pytest
from pikepdf import Pdf

from builders.pdf import damaged_pdf, encrypted_pdf, pdf_without_pages, text_pdf
from builders.sheet import sheets
from pdfmill.core.documents import InputFile, MediaType
from pdfmill.core.errors import (
    DamagedInput,
    EmptyInput,
    EncryptedInput,
    InvalidOptions,
    InvalidPageRange,
    NoPages,
    NoTables,
    TooManyPages,
)
from pdfmill.core.limits import Limits
from pdfmill.core.operation import Inputs
from pdfmill.operations import load_registry
from pdfmill.services.conversion.targets import Target

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "conversion.md"

every_target = pytest.mark.parametrize("to", Target)
each_way = pytest.mark.parametrize("name", ["convert", "convert-preview"])


@pytest.fixture
def perform(ctx):
    def perform(name, path, **options):
        operation = load_registry().get(name)
        file = InputFile(path, path.name, MediaType.PDF)
        return operation.run(Inputs((file,)), operation.parse_options(options), ctx)

    return perform


@each_way
@every_target
@pytest.mark.parametrize(
    ("build", "error"),
    [
        (encrypted_pdf, EncryptedInput),
        (damaged_pdf, DamagedInput),
        (pdf_without_pages, NoPages),
        (lambda path: path.touch() or path, EmptyInput),
    ],
)
def test_what_cannot_be_read_is_refused_whatever_is_wanted(perform, tmp_path, name, to, build, error):
    with pytest.raises(error):
        perform(name, build(tmp_path / "in.pdf"), to=to)


@each_way
def test_an_unknown_target_is_refused_and_the_known_ones_are_named(perform, tmp_path, name):
    with pytest.raises(InvalidOptions, match=r"'txt', 'html'.* 'pdfa'"):
        perform(name, text_pdf(tmp_path / "a.pdf"), to="wav")


@each_way
@pytest.mark.parametrize("to", [to for to in Target if to is not Target.PDFA])
def test_a_page_beyond_the_end_is_refused(perform, tmp_path, name, to):
    with pytest.raises(InvalidPageRange, match="There is no page 5: the document has 4 pages"):
        perform(name, text_pdf(tmp_path / "a.pdf", pages=4), to=to, pages="2-5")


def test_a_part_of_a_document_is_not_archived():
    with pytest.raises(InvalidOptions, match="pdfa is made of the whole document"):
        load_registry().get("convert").parse_options({"to": "pdfa", "pages": "1"})


@each_way
@every_target
def test_too_many_pages_are_refused(perform, ctx, tmp_path, name, to):
    ctx.limits = Limits(max_pages=2)
    with pytest.raises(TooManyPages):
        perform(name, text_pdf(tmp_path / "a.pdf", pages=3), to=to)


@pytest.mark.parametrize("to", ["csv", "xlsx"])
def test_without_tables_there_is_an_error_and_a_warning_before(perform, tmp_path, to):
    path = text_pdf(tmp_path / "a.pdf")
    with pytest.raises(NoTables, match="convert the document to text"):
        perform("convert", path, to=to)
    assert any("No table" in warning for warning in perform("convert-preview", path, to=to).warnings)


@pytest.mark.parametrize("to", ["txt", "md", "html", "json"])
def test_a_page_that_is_a_picture_gives_a_warning_that_says_ocr(perform, tmp_path, to):
    path = sheets(tmp_path / "a.pdf", lambda sheet: sheet.picture(0, 0, 595, 842))
    outcome = perform("convert", path, to=to)
    assert (outcome.result.needs_ocr, "OCR" in outcome.warnings[0]) == ("1", True)
    assert "OCR" in perform("convert-preview", path, to=to).warnings[0]


@pytest.mark.parametrize("to", ["md", "png", "pdfa"])
def test_two_thousand_pages_are_converted(perform, tmp_path, to):
    path = tmp_path / "long.pdf"
    with Pdf.new() as pdf:
        for _ in range(2000):
            pdf.add_blank_page(page_size=(72, 72))
        pdf.save(path)
    outcome = perform("convert", path, to=to, dpi=10)
    assert outcome.result.pages == list(range(1, 2001))
    if to == "png":
        with zipfile.ZipFile(outcome.outputs[0].path) as archive:
            assert len(archive.namelist()) == 2000


def test_right_to_left_text_comes_in_reading_order(perform, tmp_path):
    hebrew = "שלום עולם"
    path = sheets(tmp_path / "a.pdf", lambda sheet: sheet.coded(200, 100, hebrew[::-1]))
    assert perform("convert", path, to="txt").outputs[0].path.read_text().strip() == hebrew


@pytest.mark.parametrize("angle", [90, 180, 270, 45])
def test_turned_text_is_read_along_its_lines(perform, tmp_path, angle):
    path = sheets(tmp_path / "a.pdf", lambda sheet: sheet.text(300, 400, "Words along a line", angle=angle))
    assert perform("convert", path, to="txt").outputs[0].path.read_text().strip() == "Words along a line"


def test_a_table_on_a_turned_page_is_turned_upright(perform, tmp_path):
    def build(sheet):
        for row in range(4):
            for column in range(3):
                sheet.text(100 + 20 * row, 100 + 120 * column, f"{row}{column}", angle=90)
        for edge in range(5):
            sheet.line(93 + 20 * edge, 90, 93 + 20 * edge, 450)
        for edge in range(4):
            sheet.line(93, 90 + 120 * edge, 173, 90 + 120 * edge)

    text = perform("convert", sheets(tmp_path / "a.pdf", build), to="csv").outputs[0].path.read_text()
    rows = [line.split(",") for line in text.splitlines()]
    assert sorted(rows) == [["00", "01", "02"], ["10", "11", "12"], ["20", "21", "22"], ["30", "31", "32"]]


def test_every_code_that_is_promised_exists_and_every_error_here_is_promised():
    promised = set(re.findall(r"`([a-z_]+)`", DOCUMENTATION.read_text()))
    used = (
        EncryptedInput, DamagedInput, NoPages, EmptyInput, InvalidOptions, InvalidPageRange, TooManyPages, NoTables,
    )  # fmt: skip
    assert {error.code for error in used} | {"not_archivable", "too_many_pixels", "output_too_large"} <= promised
