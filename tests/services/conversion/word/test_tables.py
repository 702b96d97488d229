"""Tables that go on over pages are one table of a Word document."""

import shutil
import subprocess

import pytest
from docx.oxml.ns import qn

from builders.sheet import sheets
from missing import not_run

_ROWS = 37


def _page(first, head=("Number", "Price"), *, left=72, after=""):
    """A table that fills a page under a head, and perhaps a line below it."""

    def build(sheet):
        sheet.grid([left, left + 100, left + 200], [50 + 19 * each for each in range(_ROWS + 2)])
        for row in range(_ROWS + 1):
            texts = head if row == 0 else (str(first + row), f"{first + row},50")
            for column, text in enumerate(texts):
                sheet.text(left + 4 + 100 * column, 63 + 19 * row, text)
        if after:
            sheet.text(72, 63 + 19 * (_ROWS + 2), after)

    return build


def _repeated(table):
    """Whether each row comes again on every page."""
    return [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]


def test_a_table_that_pages_cut_is_one_with_one_head_that_repeats(word_of):
    document = word_of(_page(0), _page(_ROWS), _page(2 * _ROWS))
    (table,) = document.tables
    texts = [[cell.text for cell in row.cells] for row in table.rows]
    assert texts[0] == ["Number", "Price"]
    assert texts[1:] == [[str(number), f"{number},50"] for number in range(1, 3 * _ROWS + 1)]
    assert _repeated(table) == [True] + [False] * (3 * _ROWS)


def test_what_comes_after_it_stays_behind_it(word_of):
    def ending(sheet):
        _page(_ROWS)(sheet)
        sheet.text(72, 63 + 19 * (_ROWS + 2), "That was all.")

    document = word_of(_page(0), ending, lambda sheet: sheet.text(72, 80, "Another page."))
    body = [child.tag for child in document.element.body if child.tag == qn("w:tbl") or "".join(child.itertext())]
    assert body == [qn("w:tbl"), qn("w:p"), qn("w:p")]
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.text] == ["That was all.", "Another page."]


def test_mirrored_margins_shift_no_text_within_its_cells(word_of):
    (table,) = word_of(_page(0), _page(_ROWS, left=90)).tables
    indents = [
        paragraph.paragraph_format.left_indent or 0
        for row in table.rows[1:]
        for cell in row.cells
        for paragraph in cell.paragraphs
    ]
    assert len(set(indents)) == 1


@pytest.mark.parametrize(
    "pages",
    [
        (_page(0), _page(_ROWS, head=("Item", "Weight"))),
        (_page(0, after="Something after it."), _page(_ROWS)),
    ],
    ids=["another head", "something between them"],
)
def test_tables_that_do_not_go_on_stay_apart(word_of, pages):
    tables = word_of(*pages).tables
    assert len(tables) == 2
    assert not any(any(_repeated(table)) for table in tables)


def test_libreoffice_keeps_its_pages(convert, tmp_path):
    for program in ("soffice", "pdftotext"):
        if shutil.which(program) is None:
            not_run(f"{program} is missing")
    document = convert(sheets(tmp_path / "in.pdf", _page(0), _page(_ROWS), _page(2 * _ROWS)))
    document.save(tmp_path / "out.docx")
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    argv = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "out.docx"]
    subprocess.run(argv, capture_output=True, check=True, timeout=120)
    text = subprocess.run(["pdftotext", tmp_path / "out.pdf", "-"], capture_output=True, check=True).stdout.decode()
    pages = text.split("\f")[:-1]
    assert len(pages) == 3
    assert all("Number" in page for page in pages)
