"""The preview tells what a document is, and what converting it would give, cost and lose."""

import io
import zipfile

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from builders.pdf import encrypted_pdf, rich_pdf, signed_pdf, text_pdf
from builders.sheet import sheets
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import InvalidPageRange
from pdfmill.core.limits import Limits
from pdfmill.core.operation import Inputs
from pdfmill.core.work import PastRun, Work
from pdfmill.operations import load_registry
from pdfmill.services.soundness import check_sound


@pytest.fixture
def preview(ctx):
    def preview(path, **options):
        operation = load_registry().get("convert-preview")
        outcome = operation.run(Inputs((InputFile.at(path),)), operation.parse_options(options), ctx)
        for output in outcome.outputs:
            check_sound(output.path, output.media_type, output.page_count or 0, [], Limits())
        return outcome

    return preview


def names(outcome):
    """Names of the advice, warnings with a mark."""
    return [each.name + ("!" if each.severity == "warning" else "") for each in outcome.result.advice]


def scan(sheet):
    sheet.picture(0, 0, 595, 842)


def test_pages_sizes_and_kinds_are_told(preview, tmp_path):
    path = sheets(tmp_path / "a.pdf", lambda sheet: sheet.text(72, 72, "Some words."), scan, lambda sheet: sheet)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[1].Rotate = 90
        pdf.save(path)
    result = preview(path).result
    assert (result.page_count, result.image_only, result.blank, result.looked_at) == (3, "2", "3", "1-3")
    assert [(size.name, size.pages) for size in result.page_sizes] == [("A4", "1,3"), ("A4 landscape", "2")]
    assert result.expected is None


def test_a_size_without_a_name_is_told_in_millimetres(preview, tmp_path):
    path = text_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].MediaBox, pdf.pages[0].UserUnit = Array([0, 0, 144, 72]), 2
        pdf.save(path)
    (size,) = preview(path).result.page_sizes
    assert (size.name, size.width_pt, size.height_pt) == ("102 × 51 mm", 288, 144)


def test_fonts_are_told_with_what_they_lack(preview, tmp_path):
    def both(sheet):
        sheet.text(72, 72, "Helvetica")
        sheet.coded(72, 100, "without a map", mapped=False)

    outcome = preview(sheets(tmp_path / "a.pdf", both), to="md")
    assert [(font.name, font.kind, font.embedded, font.readable) for font in outcome.result.fonts] == [
        ("Helvetica", "CIDFontType2", False, False),
        ("Helvetica", "Type1", False, True),
    ]
    assert names(outcome) == ["text_may_be_garbled!"]


def test_thumbnails_are_small_pictures_of_the_first_pages(preview, tmp_path):
    (output,) = preview(text_pdf(tmp_path / "report.pdf", pages=12), thumbnails=3, thumbnail_width=90).outputs
    assert output.name == "report-thumbnails.zip"
    with zipfile.ZipFile(output.path) as archive:
        assert archive.namelist() == ["report-01.jpg", "report-02.jpg", "report-03.jpg"]
        with Image.open(io.BytesIO(archive.read("report-03.jpg"))) as image:
            assert (image.format, image.width) == ("JPEG", 90)


def test_no_thumbnails_no_file(preview, tmp_path):
    assert preview(text_pdf(tmp_path / "a.pdf"), thumbnails=0).outputs == ()


@pytest.mark.parametrize(
    ("to", "expected"),
    [("md", ["run_ocr!"]), ("xlsx", ["run_ocr!", "no_tables!"]), ("png", []), (None, ["run_ocr"])],
)
def test_a_scan_needs_ocr_where_text_is_wanted(preview, tmp_path, to, expected):
    outcome = preview(sheets(tmp_path / "a.pdf", scan), to=to)
    assert names(outcome) == expected
    assert len(outcome.warnings) == sum(name.endswith("!") for name in expected)


def test_tables_are_looked_for_when_tables_are_wanted(preview, tmp_path):
    def table(sheet):
        sheet.grid([72, 172, 272], [72, 92, 112, 132])
        for row in range(3):
            for column in range(2):
                sheet.text(76 + 100 * column, 86 + 20 * row, f"{row}{column}")

    path = sheets(tmp_path / "a.pdf", table)
    assert preview(path, to="csv").result.has_tables is True
    assert preview(path, to="txt").result.has_tables is None


def test_what_a_document_carries_is_told(preview, tmp_path):
    result = preview(rich_pdf(tmp_path / "a.pdf")).result
    assert (result.attachments, result.form, result.form_fields, result.tagged) == (1, "acroform", 1, True)
    assert (result.signed, result.encrypted, result.javascript) == (False, False, False)


def test_what_pdfa_would_refuse_or_change_is_told_before(preview, tmp_path):
    assert names(preview(rich_pdf(tmp_path / "a.pdf"), to="pdfa")) == ["attachments!", "fonts_not_embedded!", "form!"]
    assert names(preview(signed_pdf(tmp_path / "b.pdf"), to="pdfa"))[0] == "signed!"
    assert names(preview(encrypted_pdf(tmp_path / "c.pdf", user=""), to="pdfa"))[0] == "encrypted!"


def test_restrictions_signatures_and_special_forms_are_told(preview, tmp_path):
    restricted = rich_pdf(
        tmp_path / "a.pdf",
        encryption=pikepdf.Encryption(
            user="", owner="x", allow=pikepdf.Permissions(extract=False, modify_assembly=False)
        ),
    )
    outcome = preview(restricted, to="txt")
    assert outcome.result.forbidden == ["extract", "modify_assembly"]
    assert names(outcome) == ["restricted", "attachments!"]
    assert names(preview(signed_pdf(tmp_path / "b.pdf"), to="txt")) == ["signed"]


def test_scripts_are_found_wherever_they_are(preview, tmp_path):
    path = text_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("1"))
        pdf.save(path)
    assert preview(path).result.javascript


def test_a_long_document_is_sampled(preview, tmp_path):
    result = preview(text_pdf(tmp_path / "a.pdf", pages=2000), thumbnails=0).result
    assert result.page_count == 2000
    assert result.page_sizes[0].pages == "1-2000"
    assert len(result.looked_at.split(",")) == 100
    assert result.looked_at.startswith("1,")
    assert result.looked_at.endswith(",2000")
    assert 2000 * 6 <= result.characters <= 2000 * 10


def test_a_page_beyond_the_end_is_refused(preview, tmp_path):
    with pytest.raises(InvalidPageRange, match="There is no page 9"):
        preview(text_pdf(tmp_path / "a.pdf"), pages="9")


def test_the_past_runs_of_the_server_tell_what_to_expect(preview, ctx, tmp_path):
    ctx.past_runs = [
        PastRun(work=Work(pages=n, characters=7 * n), input_bytes=900, output_bytes=50 * n, cpu_s=n / 10, wall_s=n / 5)
        for n in range(1, 30)
    ]
    expected = preview(text_pdf(tmp_path / "a.pdf", pages=10), to="txt").result.expected
    assert expected.jobs_seen == 29
    assert expected.seconds == pytest.approx(2, rel=0.2)
    assert expected.output_bytes == pytest.approx(500, rel=0.2)
