"""New pages of text: each text has the font that it was written in."""

import pikepdf
import pytest

from missing import not_run
from pdfmill.core.errors import MissingDependency
from pdfmill.engines.fpdf import PLAIN, Face, Look, TextPages
from pdfmill.engines.noto import fonts_for

BOLD = Face(bold=True)


@pytest.mark.parametrize("word", ["הספר", "الكتاب", "หนังสือ"])
def test_text_behind_text_in_another_script_has_its_font(tmp_path, word):
    texts = ["0123456789", word]
    try:
        fonts = {PLAIN: fonts_for(texts), BOLD: fonts_for(texts, bold=True)}
    except MissingDependency as error:
        not_run(str(error))
    pages = TextPages(fonts, rightward=False)
    pages.begin_page(300, 300)
    for row, (text, face) in enumerate(
        [(f"{word} {word}", BOLD), (word, PLAIN), ("4200", PLAIN), (f"{word} 17", PLAIN), ("17", BOLD), ("4200", PLAIN)]
    ):
        look = Look(10, face)
        pages.height_of(text, 200, look)
        pages.write(text, (20, 20 + 20 * row), 200, look)
    pages.save(tmp_path / "made.pdf")
    with pikepdf.open(tmp_path / "made.pdf") as pdf:
        assert list(_fontless(pdf.pages[0])) == []


def _fontless(page):
    """What is shown while no font is set, in any graphics state."""
    font, kept = None, []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                kept.append(font)
            case "Q":
                font = kept.pop()
            case "Tf":
                font = operands[0]
            case "Tj" | "TJ" if font is None:
                yield operands
