"""Text that runs from right to left is read in the order in which it is written."""

import shutil
import subprocess

import docx
import pytest
from docx.oxml import OxmlElement
from hypothesis import given
from hypothesis import strategies as st

from missing import not_run
from pdfmill.engines.bidi import reordered
from pdfmill.services.layout.directions import is_right_to_left, tokens_in_reading_order

LEFTWARDS = [
    "זהו טקסט בעברית, עם פסיק ונקודה בסוף.",
    'המחיר הוא 1,250.50 ש"ח (כולל מע"מ) לפי החוזה מיום 12/03/2024.',
    "השתמשנו בתוכנה LibreOffice Writer 7.4 כדי ליצור את הקובץ הזה.",
    "האם זה נכון? כן! ראו סעיף 4.2 (עמוד 17) ובהמשך [3].",
    "כתובת האתר: https://example.org/path והדואר info@example.org נמצאים כאן.",
    "بلغت القيمة ١٢٣٫٤ مليون دولار في عام 2023 (بزيادة 15%) وفق التقرير السنوي.",
    "الفصل الأول: مقدمة (راجع الجدول 2-1) ثم الملحق A.",
    "قال المدير: «لا إله إلا الله» ولأن الأمر مهم فلا بد من لاعبين.",
]
RIGHTWARDS = [
    "The Hebrew word שלום means peace, and the Arabic word سلام as well.",
    'See the title "ספר הזהר" (page 12) for details.',
]


def in_order(visual):
    return " ".join(text for text, _ in tokens_in_reading_order(visual, [False] * (len(visual) - 1)))


@pytest.mark.parametrize("text", LEFTWARDS + RIGHTWARDS)
def test_a_line_as_it_stands_gives_what_was_written(text):
    shown = "".join(character for _, character in reordered(text, leftwards=text in LEFTWARDS))
    assert shown != text
    assert in_order(shown) == text


@pytest.mark.parametrize("text", LEFTWARDS + RIGHTWARDS)
def test_brackets_may_come_as_they_look_or_as_they_are_meant(text):
    placed = reordered(text, leftwards=text in LEFTWARDS)
    assert in_order("".join(text[place] for place, _ in placed)) == text


@given(st.text("אבגדה abcde 123 .,:()", min_size=1))
def test_no_character_is_lost_or_doubled(visual):
    places = [place for _, places in tokens_in_reading_order(visual, [False] * (len(visual) - 1)) for place in places]
    assert sorted(places) == [place for place, character in enumerate(visual) if character != " "]


@given(st.text("abcde 123 .,:()", min_size=1))
def test_text_that_runs_rightwards_alone_stays_as_it_is(text):
    if any(map(str.isalpha, text)):
        assert "".join(character for _, character in reordered(text, leftwards=False)) == text


def test_wide_gaps_part_words_without_a_space():
    assert [text for text, _ in tokens_in_reading_order("דגבא", [False, True, False])] == ["אב", "גד"]


def test_libreoffice_s_pages_are_read_to_the_letter(read_paragraphs):
    assert read_paragraphs([*LEFTWARDS, *RIGHTWARDS]) == [*LEFTWARDS, *RIGHTWARDS]


@pytest.fixture
def read_paragraphs(read, tmp_path):
    """What is read from a PDF that LibreOffice makes of paragraphs."""
    if shutil.which("soffice") is None:
        not_run("soffice is missing")

    def read_paragraphs(texts):
        document = docx.Document()
        for text in texts:
            paragraph = document.add_paragraph()
            run = paragraph.add_run(text)
            if is_right_to_left(text) or text in LEFTWARDS:
                paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
                run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))
        document.save(tmp_path / "in.docx")
        profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
        argv = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "in.docx"]
        subprocess.run(argv, capture_output=True, check=True, timeout=120)
        (page,) = read(tmp_path / "in.pdf")
        return [" ".join(line.text for line in block.lines) for block in page.blocks]

    return read_paragraphs
