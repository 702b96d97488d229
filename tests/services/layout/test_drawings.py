"""What is drawn with lines and areas, and where columns begin and end."""

from builders.sheet import sheets
from services.layout.conftest import texts


def curve(sheet, x, y, size):
    top = sheet.height - y
    sheet._content.append(
        f"2 w {x} {top} m {x} {top - size} {x + size} {top - size} {x + size} {top} c S "
        f"{x} {top} m {x + size} {top - size} l S".encode()
    )


def test_a_drawing_is_a_picture_that_holds_its_labels(page_of):
    def build(sheet):
        sheet.text(72, 80, "Text above the figure of the page")
        curve(sheet, 100, 200, 120)
        sheet.text(130, 260, "label")
        sheet.text(72, 400, "Text below the figure of the page")

    above, drawing, below = page_of(build).blocks
    assert (drawing.kind, drawing.source) == ("picture", "drawing")
    assert [line.text for line in drawing.lines] == ["label"]
    assert drawing.box.holds(drawing.lines[0].box)
    assert texts([above, below]) == ["Text above the figure of the page", "Text below the figure of the page"]


def test_the_frame_of_a_chart_holds_its_title_and_axes(page_of):
    def build(sheet):
        sheet.text(72, 60, "Text above the chart of the page")
        sheet.grid([130, 380], [100, 300])
        curve(sheet, 150, 160, 130)
        sheet.text(200, 130, "Rain by month", size=16).text(135, 290, "0")
        sheet.text(72, 400, "Text below the chart of the page")

    _, chart, _ = page_of(build).blocks
    assert chart.kind == "picture"
    assert [line.text for line in chart.lines] == ["Rain by month", "0"]


def test_a_small_drawing_leaves_the_text_in_its_frame(page_of):
    def build(sheet):
        sheet.grid([100, 400], [100, 300])
        curve(sheet, 110, 120, 40)
        sheet.text(200, 130, "A note beside a sign").text(200, 160, "and what it says")

    blocks = page_of(build).blocks
    assert "A note beside a sign" in " ".join(texts(blocks))


def test_a_drawing_with_much_text_over_it_stands_behind_it(page_of):
    def build(sheet):
        curve(sheet, 60, 90, 300)
        sheet.paragraph(72, 110, [f"line {number} of a text that is read and not looked at" for number in range(18)])

    *text, behind = page_of(build).blocks
    assert behind.source == "background"
    assert len(text) == 1


def test_a_cell_has_the_colour_that_it_is_filled_with(page_of):
    def build(sheet):
        sheet._content.append(f"1 0 0 rg 72 {sheet.height - 340} 100 20 re f 0 g".encode())
        sheet.grid((72, 172, 272), (320, 340, 360))
        for row in range(2):
            for column in range(2):
                sheet.text(76 + 100 * column, 334 + 20 * row, f"cell {row}{column}")

    (table,) = page_of(build).blocks
    assert [cell.fill for cell in table.cells] == ["#ff0000", None, None, None]


def test_columns_with_a_narrow_gutter_are_told_apart(page_of):
    def build(sheet):
        for row in range(14):
            sheet.text(72, 100 + 12 * row, f"l{row + 10} some words of a column here", size=10)
            sheet.text(228, 100 + 12 * row, f"r{row + 10} some words of a column here", size=10)

    page = page_of(build)
    (band,) = page.columns
    assert len(band.boxes) == 2
    assert texts(page.blocks)[0].startswith("l10")
    assert "r10" not in texts(page.blocks[: band.starts[1]])[0]


def test_columns_below_a_title_in_one_of_two_columns_are_three(page_of):
    def build(sheet):
        sheet.text(40, 60, "A Title of the Page", size=16)
        sheet.text(400, 55, "At the right").text(400, 69, "stand three").text(400, 83, "short lines")
        for column, x in enumerate((40, 220, 400)):
            sheet.paragraph(x, 120, [f"c{column} some words of text, {row}." for row in range(10)])

    page = page_of(build)
    assert [len(band.boxes) for band in page.columns][-1] == 3
    beginnings = [text[:2] for text in texts(page.blocks) if text.startswith("c")]
    assert beginnings == sorted(beginnings)


def test_a_paragraph_goes_on_in_the_next_column(page_of):
    def build(sheet):
        sheet.paragraph(72, 120, [f"words of the left column {number} and" for number in range(8)])
        sheet.paragraph(320, 120, [f"words of the right column {number} and" for number in range(8)])

    page = page_of(build)
    assert [block.continues for block in page.blocks] == [False, True]
    assert page.columns[0].starts == (0, 1)


def test_a_sentence_that_ends_with_its_column_does_not(page_of):
    def build(sheet):
        left = [f"words of the left column {number} and" for number in range(7)]
        sheet.paragraph(72, 120, [*left, "the last of the left column is this."])
        sheet.paragraph(320, 120, [f"words of the right column {number} and" for number in range(8)])

    assert [block.continues for block in page_of(build).blocks] == [False, False]


def test_the_number_of_a_page_and_the_box_of_its_text_are_known(ctx, tmp_path):
    from pdfmill.services.layout.service import LayoutService

    def build(number):
        def page(sheet):
            sheet.paragraph(72, 120, ["words that fill a line of the page from left to right"] * 20)
            sheet.text(290, 810, str(number), size=8)

        return page

    path = sheets(tmp_path / "a.pdf", *(build(number) for number in range(5, 10)))
    with LayoutService().open(path, None, ctx) as document:
        common = document.common
    assert common.number_offset == 5
    body = common.body(595, 842)
    assert round(body.left) == 72
    assert body.bottom < 800
    assert common.body(100, 100) is None
