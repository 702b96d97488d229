"""Tables that lines show, and tables that white space does."""

import json
import re
from collections import Counter

import pytest

from pdfmill.core.pages import PageRanges
from pdfmill.services.layout.service import LayoutService

ROWS = [("Item", "Count", "Price"), ("Apples", "12", "3.50"), ("Pears", "7", "11.00"), ("Plums", "150", "0.25")]


def tables(page):
    return [block for block in page.blocks if block.kind == "table"]


def test_a_ruled_grid_is_a_table(page_of):
    def build(sheet):
        sheet.grid((72, 172, 272, 372), (100, 120, 140, 160, 180))
        for row, texts in enumerate(ROWS):
            for column, text in enumerate(texts):
                sheet.text(76 + 100 * column, 114 + 20 * row, text)

    (table,) = tables(page_of(build))
    assert table.ruled
    assert table.grid() == [list(row) for row in ROWS]


def test_cells_without_a_line_between_them_are_one(page_of):
    def build(sheet):
        for y in (100, 120, 140, 160):
            sheet.line(72, y, 372, y)
        for x in (72, 372):
            sheet.line(x, 100, x, 160)
        for x in (172, 272):
            sheet.line(x, 120, x, 160)
        sheet.text(180, 114, "Fruit of the year")
        for row, texts in enumerate(ROWS[1:3]):
            for column, text in enumerate(texts):
                sheet.text(76 + 100 * column, 134 + 20 * row, text)

    (table,) = tables(page_of(build))
    head = table.cells[0]
    assert (head.text, head.column_span, head.row_span) == ("Fruit of the year", 3, 1)
    assert (table.row_count, table.column_count) == (3, 3)


def test_columns_of_white_space_are_a_table(page_of):
    def build(sheet):
        sheet.paragraph(72, 60, ["Some prose stands above the table and belongs to no cell of it, of course."])
        for row, texts in enumerate(ROWS):
            for column, text in enumerate(texts):
                sheet.text(72 + 120 * column, 114 + 16 * row, text)

    page = page_of(build)
    (table,) = tables(page)
    assert not table.ruled
    assert table.grid() == [list(row) for row in ROWS]
    assert page.blocks[0].kind == "paragraph"


def test_lines_of_one_ruled_row_are_one_row(page_of):
    def build(sheet):
        for y in (100, 120, 150, 170, 190):
            sheet.line(72, y, 420, y)
        sheet.text(72, 114, "Item").text(192, 114, "Count").text(312, 114, "Price")
        sheet.text(72, 132, "Apples from").text(192, 132, "12").text(312, 132, "3.50")
        sheet.text(72, 145, "the garden")
        sheet.text(72, 164, "Pears").text(192, 164, "7").text(312, 164, "11.00")
        sheet.text(72, 184, "Plums").text(192, 184, "150").text(312, 184, "0.25")

    (table,) = tables(page_of(build))
    assert table.grid()[1] == ["Apples from\nthe garden", "12", "3.50"]
    assert table.row_count == 4


@pytest.mark.parametrize("count", [2, 3])
def test_prose_in_columns_is_no_table(page_of, count):
    def build(sheet):
        for column in range(count):
            sheet.paragraph(40 + 520 / count * column, 100, ["lorem ipsum dolor sit amet el"[: 48 // count + 8]] * 20)

    assert tables(page_of(build)) == []


def test_a_frame_around_text_is_no_table(page_of):
    def build(sheet):
        sheet.grid((72, 400), (90, 130)).paragraph(80, 105, ["A box with a remark", "of two lines"])

    assert tables(page_of(build)) == []


def test_a_table_on_a_turned_page_is_found(page_of):
    def build(sheet):
        sheet.grid((100, 120, 140, 160, 180), (200, 300, 400, 500))
        for row, texts in enumerate(ROWS):
            for column, text in enumerate(texts):
                sheet.text(114 + 20 * row, 496 - 100 * column, text, angle=270)

    (table,) = tables(page_of(build))
    assert table.grid() == [list(row) for row in ROWS]
    assert table.angle == 270
    assert table.box == pytest.approx((100, 200, 180, 500), abs=1)


def test_a_turned_head_is_read_in_its_cell(page_of):
    def build(sheet):
        sheet.grid((72, 172, 202, 232), (100, 180, 200, 220))
        sheet.text(76, 114, "Item").text(190, 176, "Apples", angle=270).text(220, 176, "Pears sold", angle=270)
        for row in range(2):
            for column, text in enumerate(("kilograms", "7", "12")):
                sheet.text((76, 176, 206)[column], 194 + 20 * row, text)

    page = page_of(build)
    (table,) = page.blocks
    assert table.grid() == [["Item", "Apples", "Pears sold"], *[["kilograms", "7", "12"]] * 2]
    assert [cell.angle for cell in table.cells[:3]] == [0, 270, 270]


def test_empty_cells_that_a_turned_line_runs_over_are_one(page_of):
    def build(sheet):
        sheet.grid((72, 102, 202, 302), (100, 130, 160, 190))
        sheet.text(92, 184, "fruit of the year", angle=270)
        for row in range(3):
            sheet.text(106, 118 + 30 * row, f"name {row}").text(206, 118 + 30 * row, f"count {row}")

    (table,) = page_of(build).blocks
    head = table.cells[0]
    assert (head.text, head.row_span, head.angle) == ("fruit of the year", 3, 270)
    assert (table.row_count, table.column_count) == (3, 3)


def test_the_tables_of_real_documents_have_the_cells_expected(corpus, ctx):
    scores = []
    for truth_path in sorted((corpus / "tables").glob("*.truth.json")):
        truth = json.loads(truth_path.read_text())
        path = truth_path.with_name(truth_path.name.replace(".truth.json", ".pdf"))
        with LayoutService().open(path, PageRanges.of([truth["page"]]), ctx) as document:
            found = [row for table in tables(document.page(truth["page"] - 1)) for row in table.grid()]
        have, want = _cells(found), _cells(truth["rows"])
        scores.append(2 * (have & want).total() / (have.total() + want.total()))
    assert sum(scores) / len(scores) >= 0.9


def _cells(rows):
    return Counter(text for row in rows for cell in row if (text := re.sub(r"\s", "", cell)))
