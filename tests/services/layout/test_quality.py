"""What the text of a page is worth, so that a caller knows when OCR is needed."""

import pytest

from builders.sheet import sheets
from pdfmill.services.layout.model import TextQuality

PROSE = "The quick brown fox jumps over the lazy dog, and the dog does not mind it at all."


def test_text_is_good(page_of):
    assert page_of(lambda sheet: sheet.text(72, 100, PROSE)).quality is TextQuality.GOOD


def test_an_empty_page_is_blank(page_of):
    assert page_of(lambda sheet: sheet).quality is TextQuality.BLANK


def test_a_picture_of_a_page_is_image_only_even_with_a_page_number(page_of):
    page = page_of(lambda sheet: sheet.picture(0, 0, 595, 842).text(290, 820, "17"))
    assert page.quality is TextQuality.IMAGE_ONLY
    assert page.quality.needs_ocr


def test_a_scan_with_the_text_that_ocr_laid_under_it_is_good(page_of):
    def build(sheet):
        sheet.picture(0, 0, 595, 842)
        for line in range(10):
            sheet.text(72, 100 + 20 * line, PROSE, mode=3)

    page = page_of(build)
    assert page.quality is TextQuality.GOOD
    assert "picture" not in [block.kind for block in page.blocks]  # the scan shows what its text says


@pytest.mark.parametrize(
    "text",
    [
        "\ue010\ue011\ue012\ue013" * 12,  # private use
        "Xqzr Wxkd Bfgh Jklm Npqr Stvw " * 5,  # no vowels
    ],
)
def test_characters_that_make_no_words_are_garbled(page_of, text):
    assert page_of(lambda sheet: sheet.coded(20, 100, text, size=5)).quality is TextQuality.GARBLED


@pytest.mark.parametrize(
    "text", ["1,234.50 17.03.2024 88/2 " * 6, "Größe Straße Übermut äöüß " * 6, "日本語の文章です。" * 9]
)
def test_numbers_and_other_scripts_are_good(page_of, text):
    assert page_of(lambda sheet: sheet.coded(20, 100, text, size=5)).quality is TextQuality.GOOD


def test_each_page_is_judged_by_itself(read, tmp_path):
    path = sheets(
        tmp_path / "a.pdf", lambda s: s.text(72, 100, PROSE), lambda s: s.picture(0, 0, 595, 842), lambda s: s
    )
    assert [page.quality.value for page in read(path)] == ["good", "image_only", "blank"]
