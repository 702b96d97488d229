"""A presentation has a slide for each page, with its text as text."""

import pikepdf
import pptx
import pytest
from pptx.util import Pt

from builders.sheet import Sheet, sheets
from pdfmill.core.errors import OutputRejected
from pdfmill.core.limits import Limits
from pdfmill.services.conversion.slides.service import SlideService
from pdfmill.services.soundness import check_sound

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


@pytest.fixture
def convert(ctx):
    def convert(path):
        written = SlideService().write(path, None, ctx)
        check_sound(written.path, PPTX, len(written.numbers), [], Limits())
        return pptx.Presentation(written.path)

    return convert


@pytest.fixture
def slides_of(convert, tmp_path):
    def slides_of(*build):
        return list(convert(sheets(tmp_path / "in.pdf", *build)).slides)

    return slides_of


def texts(slide):
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def test_a_slide_is_as_large_as_the_page_and_text_stands_where_it_did(convert, tmp_path):
    path = sheets(tmp_path / "a.pdf", lambda sheet: sheet.text(72, 100, "Some words", size=20))
    presentation = convert(path)
    assert (presentation.slide_width, presentation.slide_height) == (Pt(595), Pt(842))
    (shape,) = presentation.slides[0].shapes
    assert shape.text_frame.text == "Some words"
    assert shape.left == pytest.approx(Pt(72), abs=Pt(1))
    (run,) = shape.text_frame.paragraphs[0].runs
    assert (run.font.size, run.font.bold) == (Pt(20), False)


def test_a_page_of_another_size_is_scaled_to_the_slide(convert, tmp_path):
    path = tmp_path / "sizes.pdf"
    with pikepdf.Pdf.new() as pdf:
        for width, height in ((400, 300), (800, 600)):
            sheet = Sheet(pdf, width, height)
            sheet.text(width / 4, height / 2, "words", size=20)
            sheet.finish()
        pdf.save(path)
    first, second = (slide.shapes[0] for slide in convert(path).slides)
    assert first.left == pytest.approx(second.left, abs=Pt(1))
    assert second.text_frame.paragraphs[0].runs[0].font.size == Pt(10)


def test_a_heading_is_the_title_of_its_slide(slides_of):
    def build(sheet):
        sheet.text(72, 80, "The Title", size=24)
        sheet.paragraph(72, 120, ["some words of text that goes on and on"] * 4)

    (slide,) = slides_of(build)
    assert slide.shapes.title.text_frame.text == "The Title"


def test_tables_are_tables_and_pictures_are_pictures(slides_of):
    def build(sheet):
        sheet.grid((72, 172, 272), (320, 340, 360))
        for row, cells in enumerate((("Key", "Value"), ("n", "1"))):
            for column, text in enumerate(cells):
                sheet.text(76 + 100 * column, 334 + 20 * row, text)
        sheet.picture(72, 400, 200, 100)

    (slide,) = slides_of(build)
    (table,) = [shape.table for shape in slide.shapes if shape.has_table]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["Key", "Value"], ["n", "1"]]
    assert any(shape.shape_type == 13 and shape.width == Pt(200) for shape in slide.shapes)


def test_what_is_drawn_with_lines_stands_behind_the_text(slides_of):
    (slide,) = slides_of(lambda sheet: sheet.text(72, 100, "words").line(72, 200, 300, 300))
    kinds = [shape.shape_type for shape in slide.shapes]
    assert kinds[0] == 13
    assert texts(slide) == ["words"]


def test_links_lead_to_the_web_only(slides_of):
    def build(sheet):
        sheet.text(72, 130, "click").link(70, 118, 110, 134, "javascript:alert(1)")
        sheet.text(72, 160, "web").link(70, 148, 110, 164, "https://example.org/?a=1&b=<")

    (slide,) = slides_of(build)
    external = [relation.target_ref for relation in slide.part.rels.values() if relation.is_external]
    assert external == ["https://example.org/?a=1&b=<"]


def test_slides_are_counted_when_a_presentation_is_checked(ctx, tmp_path):
    path = sheets(tmp_path / "a.pdf", lambda sheet: sheet.text(72, 100, "one"))
    written = SlideService().write(path, None, ctx)
    with pytest.raises(OutputRejected, match="1 slides where 2"):
        check_sound(written.path, PPTX, 2, [], Limits())
