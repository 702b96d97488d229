"""Pages are drawn within bounds that are known before anything is drawn."""

import pikepdf
import pytest

from builders.pdf import text_pdf
from pdfmill.core.errors import TooManyPixels
from pdfmill.core.limits import Limits, PixelBudget
from pdfmill.engines.pdfium import open_drawn, open_read


def page_of_size(path, width, height):
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(100, 100))
        pdf.pages[0].MediaBox = pikepdf.Array([0, 0, width, height])
        pdf.save(path)
    return path


def test_a_page_of_kilometres_is_drawn_coarser(tmp_path):
    path = page_of_size(tmp_path / "a.pdf", 10_000_000, 1_000_000)
    with open_drawn(path, [1.0], PixelBudget(Limits(max_page_megapixels=1))) as document:
        drawn = document.draw(0, dpi=150, max_pixels=4_000_000)
    assert 900_000 < drawn.size <= 1_010_000


def test_a_page_without_extent_is_drawn_all_the_same(tmp_path):
    with open_drawn(page_of_size(tmp_path / "a.pdf", 0, 0), [1.0]) as document:
        assert document.draw(0, dpi=72, max_pixels=1_000_000).size > 0


def test_a_document_is_drawn_until_its_budget_is_used_up(tmp_path):
    budget = PixelBudget(Limits(max_job_megapixels=1))
    with open_drawn(text_pdf(tmp_path / "a.pdf", pages=3), [1.0] * 3, budget) as document:
        document.draw(0, dpi=72, max_pixels=1_000_000)
        document.draw(1, dpi=72, max_pixels=1_000_000)
        with pytest.raises(TooManyPixels):
            document.draw(2, dpi=72, max_pixels=1_000_000)


@pytest.mark.parametrize(
    ("name", "bold"),
    [
        ("NimbusRomNo9L-Medi", True),
        ("NimbusRomNo9L-MediItal", True),
        ("NimbusRomNo9L-Regu", False),
        ("ABCDEF+SFRB1000", True),
        ("ABCDEF+SFRM1000", False),
        ("CMMIB10", True),
        ("HelveticaNeueLTPro-Bd", True),
        ("FranklinGothic-Medium", False),
    ],
)
def test_the_name_of_a_font_tells_its_weight(tmp_path, name, bold):
    path = text_pdf(tmp_path / "named.pdf", text="Heavy or not")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for font in pdf.pages[0].Resources.Font.values():
            font.BaseFont = pikepdf.Name(f"/{name}")
        pdf.save(path)
    with open_read(path, [1.0]) as document, document.page(0) as page:
        assert {run.font.bold for run in page.characters().runs} == {bold}
