"""Headings no larger than the text: told by how they look, what stands below them, and whether they count on."""

import pytest

from builders.sheet import sheets
from services.layout.conftest import texts

LINES = ["the text of the body runs over the width of its column", "and goes on for another line of words"]


def sections(*titles, look="", colour=None, gap=26, below=15, lines=LINES):
    """Titles above a few lines of text each."""

    def build(sheet):
        y = 80
        for title in titles:
            if colour:
                sheet._content.append(f"{colour} rg".encode())
            sheet.text(72, y, title, look=look)
            sheet._content.append(b"0 g")
            y = sheet.paragraph(72, y + below, lines * 2) + gap - 13.2

    return build


def headings(page):
    return [" ".join(line.text for line in block.lines) for block in page.blocks if block.kind == "heading"]


@pytest.mark.parametrize(
    ("titles", "setting"),
    [
        (("Water", "Energy", "Growth"), {"colour": "0.1 0.3 0.6"}),
        (("WATER OF THE RIVER", "ENERGY"), {}),
        (("Water", "Energy", "Growth"), {"look": "italic"}),
    ],
)
def test_a_look_that_comes_back_above_running_text_makes_headings(page_of, titles, setting):
    assert headings(page_of(sections(*titles, **setting))) == list(titles)


@pytest.mark.parametrize(
    ("titles", "setting"),
    [
        (("Water", "Energy", "Growth"), {"colour": "0.3 0.3 0.3"}),  # a grey
        (("Water", "Energy"), {"look": "italic"}),  # emphasis
        (("WATER IS THE FIRST, AND COMES ONLY ONCE",), {}),
        (("Water runs.", "Energy runs."), {"colour": "0.1 0.3 0.6"}),
        (("x = y", "y = z", "z = x"), {"look": "italic"}),
        (("WATER", "ENERGY"), {"lines": ["12.00"]}),  # labels of amounts
        (("NEARER ABOVE", "THAN BELOW"), {"gap": 14, "below": 26}),  # captions of what is above
    ],
)
def test_other_looks_make_none(page_of, titles, setting):
    assert headings(page_of(sections(*titles, **setting)))[1:] == []


@pytest.mark.parametrize("leading", [20, 30])
def test_the_lines_of_a_centred_title_are_one_heading(page_of, leading):
    title = ["A report of the river", "and of all the towns", "by it"]

    def build(sheet):
        for index, line in enumerate(title):
            width = 0.6 * 18 * len(line)  # of a typewriter face
            sheet.text(300 - width / 2, 80 + leading * index, line, size=18, look="mono")
        sheet.paragraph(72, 200, LINES * 4)

    assert headings(page_of(build)) == [" ".join(title)]


def test_bold_lines_that_count_on_are_items_of_a_list(page_of):
    def build(sheet):
        for index, item in enumerate(("1. Water", "2. Energy", "3. Growth")):
            sheet.text(72, 80 + 26 * index, item, look="bold")
        sheet.paragraph(72, 180, LINES * 4)

    blocks = page_of(build).blocks
    assert [block.kind for block in blocks] == ["list_item"] * 3 + ["paragraph"]
    assert texts(blocks)[:3] == ["Water", "Energy", "Growth"]


def test_bold_numbered_titles_with_text_between_them_stay_headings(page_of):
    titles = ["1. Water", "2. Energy", "3. Growth"]
    assert headings(page_of(sections(*titles, look="bold"))) == titles


def test_a_bold_line_that_ends_a_page_heads_nothing(read, tmp_path):
    def build(sheet):
        below = sheet.paragraph(72, 80, LINES * 4)
        sheet.text(72, below + 30, "Ada Lovelace", look="bold")

    (page,) = read(sheets(tmp_path / "a.pdf", build))
    assert headings(page) == []
