"""Text in frames is read by itself, whatever stands beside it."""

import pytest

STORY = [f"line {row} of a story that runs on beside a box" for row in range(8)]
NOTE = ["Take note", "of this which", "stands in a", "box beside it"]


def box(sheet, left, top, right, bottom):
    for y in (top, bottom):
        sheet.line(left, y, right, y)
    for x in (left, right):
        sheet.line(x, top, x, bottom)


def reading(page):
    return [line.text for block in page.blocks for line in block.lines]


@pytest.mark.parametrize("left", [60, 400])
def test_a_box_beside_a_story_is_read_as_one(page_of, left):
    other = 330 if left == 60 else 60

    def build(sheet):
        box(sheet, left, 95, left + 120, 170)
        for row, text in enumerate(NOTE):
            sheet.text(left + 8, 112 + 16 * row, text)
        for row, text in enumerate(STORY[:2]):
            sheet.text(other, 118 + 21 * row, text)

    found = reading(page_of(build))
    assert found.index(NOTE[-1]) - found.index(NOTE[0]) == len(NOTE) - 1
    assert found.index(STORY[1]) - found.index(STORY[0]) == 1


def test_boxes_of_a_flow_chart_are_read_one_by_one(page_of):
    def text(name, row):
        return f"in the {name} box is a line {row} of some length"

    def build(sheet):
        for column, name in enumerate(("first", "second")):
            left, top = 40 + 270 * column, 100 + 10 * column
            box(sheet, left, top, left + 250, top + 60)
            for row in range(3):
                sheet.text(left + 10, top + 18 + 15 * row, text(name, row), size=9)

    assert reading(page_of(build)) == [text(name, row) for name in ("first", "second") for row in range(3)]


def test_a_frame_within_a_frame_is_read_in_its_place(page_of):
    def build(sheet):
        box(sheet, 60, 100, 300, 260)
        box(sheet, 80, 140, 200, 190)
        sheet.text(70, 120, "above within the large box")
        sheet.text(90, 158, "inner one").text(90, 174, "inner two")
        sheet.text(70, 230, "below within the large box")
        sheet.text(340, 150, "beside the").text(340, 166, "large box")

    found = reading(page_of(build))
    assert found[:4] == ["above within the large box", "inner one", "inner two", "below within the large box"]


def test_a_field_of_a_form_is_read_with_its_label(page_of):
    def build(sheet):
        for row, (label, value) in enumerate((("Name", "Ada"), ("Town", "London"))):
            box(sheet, 120, 100 + 40 * row, 220, 120 + 40 * row)
            sheet.text(72, 114 + 40 * row, label).text(126, 114 + 40 * row, value)

    assert " ".join(reading(page_of(build))).split() == ["Name", "Ada", "Town", "London"]


def test_a_frame_with_nothing_beside_it_changes_nothing(page_of):
    def build(framed):
        def page(sheet):
            if framed:
                box(sheet, 60, 80, 500, 290)
            sheet.paragraph(72, 100, STORY)

        return page_of(page)

    assert [block.kind for block in build(True).blocks] == [block.kind for block in build(False).blocks]
    assert reading(build(True)) == reading(build(False))
