"""Paragraphs, headings, lists, columns and pictures, in the order in which one reads them."""

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from builders.sheet import sheets, with_outline
from services.layout.conftest import texts


def lorem(count, words=8):
    return [f"line {number} " + " ".join(["lorem"] * words) for number in range(count)]


def test_lines_that_follow_closely_are_one_paragraph(page_of):
    def build(sheet):
        below = sheet.paragraph(72, 100, lorem(3))
        sheet.paragraph(72, below + 12, lorem(2))

    assert [len(block.lines) for block in page_of(build).blocks] == [3, 2]


def test_two_tight_lines_beside_a_larger_title_are_not_woven_into_one(page_of):
    def build(sheet):
        sheet.text(72, 100, "The larger title", size=20, look="bold")
        sheet.text(400, 90, "50 to 100", size=12).text(400, 102, "100 and more", size=12)

    found = " | ".join(texts(page_of(build).blocks))
    assert "50 to 100" in found
    assert "100 and more" in found


def test_an_indented_first_line_begins_a_paragraph(page_of):
    def build(sheet):
        below = sheet.paragraph(72, 100, lorem(3))
        sheet.text(90, below, "indented")
        sheet.paragraph(72, below + 13.2, lorem(2))

    assert [len(block.lines) for block in page_of(build).blocks] == [3, 3]


def test_a_line_that_ends_a_sentence_early_ends_its_paragraph(page_of):
    lines = [*lorem(2), "the end.", *lorem(2)]
    assert [len(block.lines) for block in page_of(lambda sheet: sheet.paragraph(72, 100, lines)).blocks] == [3, 2]


def test_columns_are_read_one_after_the_other_between_what_spans_both(page_of):
    def build(sheet):
        sheet.text(72, 80, "A title that runs over both of the columns of this page", size=16)
        sheet.paragraph(72, 120, [f"left {number} lorem ipsum dolor sit amet elit" for number in range(8)])
        sheet.paragraph(320, 120, [f"right {number} lorem ipsum dolor sit amet elit" for number in range(8)])
        sheet.text(72, 260, "A last line that runs over both of the columns of this page, and ends it for good.")

    assert [text.split()[0] for text in texts(page_of(build).blocks)] == ["A", "left", "right", "A"]


def test_entries_side_by_side_are_read_row_by_row(page_of):
    def build(sheet):
        sheet.text(72, 100, "Name:").text(300, 100, "Ada")
        sheet.text(72, 114, "Town:").text(300, 114, "London")

    assert texts(page_of(build).blocks) == ["Name: Ada / Town: London"]


def test_headings_are_ranked_by_their_size(read, tmp_path):
    def build(sheet):
        sheet.text(72, 80, "The Title", size=24)
        sheet.text(72, 120, "A Chapter", size=18, look="bold")
        sheet.paragraph(72, 150, lorem(6))
        sheet.text(72, 260, "A Section", size=14, look="bold")
        sheet.paragraph(72, 290, lorem(6))
        sheet.text(72, 400, "A Bold Line", look="bold")
        sheet.paragraph(72, 420, lorem(6))

    (page,) = read(sheets(tmp_path / "a.pdf", build))
    headings = {block.lines[0].text: block.level for block in page.blocks if block.kind == "heading"}
    assert headings == {"The Title": 1, "A Chapter": 2, "A Section": 3, "A Bold Line": 4}


def test_the_outline_says_how_deep_a_heading_is(read, tmp_path):
    def build(sheet):
        sheet.text(72, 80, "2 Methods", look="bold")
        sheet.paragraph(72, 100, lorem(6))
        sheet.text(72, 200, "2.1 Materials", look="bold")
        sheet.paragraph(72, 220, lorem(6))

    path = sheets(tmp_path / "a.pdf", build)
    (page,) = read(with_outline(path, [("Methods", 0, 1), ("Materials", 0, 2)]))
    assert [block.level for block in page.blocks if block.kind == "heading"] == [1, 2]


def test_bold_numbered_sections_are_as_deep_as_their_numbers(page_of):
    def build(sheet):
        sheet.text(72, 80, "2 Methods", look="bold")
        sheet.paragraph(72, 100, lorem(6))
        sheet.text(72, 200, "2.1 Materials", look="bold")
        sheet.paragraph(72, 220, lorem(6))

    assert [block.level for block in page_of(build).blocks if block.kind == "heading"] == [1, 2]


def test_a_tagged_heading_is_one_whatever_it_looks_like(read, tmp_path):
    def build(sheet):
        sheet.marked("H3", 0, lambda sheet: sheet.text(72, 100, "just like the text"))
        sheet.marked("P", 1, lambda sheet: sheet.paragraph(72, 114, lorem(4)))

    path = sheets(tmp_path / "a.pdf", build)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0].obj
        root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        parts = [
            pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name("/" + tag), P=root, Pg=page, K=mark))
            for mark, tag in enumerate(("H3", "P"))
        ]
        root.K = Array(parts)
        root.ParentTree = Dictionary(Nums=Array([0, Array(parts)]))
        page.StructParents = 0
        pdf.Root.StructTreeRoot, pdf.Root.MarkInfo = root, Dictionary(Marked=True)
        pdf.save(path)
    heading, paragraph = read(path)[0].blocks
    assert (heading.kind, heading.level) == ("heading", 3)
    assert paragraph.kind == "paragraph"


def test_list_items_keep_their_markers_and_hang_together(page_of):
    def build(sheet):
        sheet.text(72, 100, "\u2022").text(90, 100, "first item goes on")
        sheet.text(90, 113, "in a second line")
        sheet.text(90, 126, "-").text(104, 126, "nested item")
        sheet.text(72, 139, "\u2022").text(90, 139, "last item")
        sheet.text(72, 180, "1. counted")
        sheet.text(72, 193, "2. counted again")

    items = page_of(build).blocks
    assert [(item.kind, item.marker, item.level, item.ordered) for item in items] == [
        ("list_item", "•", 1, False),
        ("list_item", "-", 2, False),
        ("list_item", "•", 1, False),
        ("list_item", "1.", 1, True),
        ("list_item", "2.", 1, True),
    ]
    assert texts(items)[0] == "first item goes on / in a second line"


def test_a_picture_follows_the_paragraph_that_it_stands_beside(page_of):
    def build(sheet):
        sheet.paragraph(200, 100, lorem(6, words=6))
        sheet.picture(72, 105, 100, 60)
        sheet.paragraph(72, 260, lorem(2))

    page = page_of(build)
    assert [block.kind for block in page.blocks] == ["paragraph", "picture", "paragraph"]
    assert page.blocks[1].box == pytest.approx((72, 105, 172, 165), abs=0.1)


def test_running_heads_and_feet_are_told_from_the_text(read, tmp_path):
    def build(number):
        def page(sheet):
            sheet.text(72, 40, "Annual Report" if number % 2 else "The Company", size=9)
            sheet.paragraph(72, 100, lorem(20, words=8 - number))
            sheet.text(290, 800, str(number + 5), size=9)

        return page

    pages = read(sheets(tmp_path / "a.pdf", *map(build, range(8))))
    assert [[line.text for line in page.headers] for page in pages] == [["The Company"], ["Annual Report"]] * 4
    assert [[line.text for line in page.footers] for page in pages] == [[str(number + 5)] for number in range(8)]
    assert all(len(page.blocks) == 1 for page in pages)


def test_pages_come_in_the_order_asked_for_and_may_come_twice(read, tmp_path):
    path = sheets(tmp_path / "a.pdf", *(lambda sheet, n=n: sheet.text(72, 100, f"page {n}") for n in (1, 2, 3)))
    assert [page.number for page in read(path, "3,1,1")] == [3, 1, 1]


def test_a_page_of_a_hundred_thousand_characters_is_read(page_of):
    def build(sheet):
        for row in range(200):
            sheet.text(20, 20 + row * 4, "word " * 100, size=1.5)

    assert sum(len(line.words) for block in page_of(build).blocks for line in block.lines) == 20_000


@pytest.mark.parametrize(
    "line",
    [
        "1 Introduction . . . . . . . . . . . 7",
        "Table A4. Prices by country",
        "Definition 12",
        "(as at the end of March)",
        "2017 12.50 3.75 EUR",
        "Please pay the whole sum at once.",
        "• A bold item of a list",
    ],
)
def test_what_is_set_like_a_heading_and_reads_otherwise_is_none(page_of, line):
    def build(sheet):
        sheet.text(72, 100, line, size=14, look="bold")
        sheet.paragraph(72, 130, lorem(6))

    assert not [block for block in page_of(build).blocks if block.kind == "heading"]


@pytest.mark.parametrize("line", ["SHA256", "7.1.1 load() [1/3]", "2 Manifolds and", "<dir>"])
def test_a_heading_may_hold_figures_and_signs(page_of, line):
    def build(sheet):
        sheet.text(72, 100, line, size=14, look="bold")
        sheet.paragraph(72, 130, lorem(6))

    assert [block.lines[0].text for block in page_of(build).blocks if block.kind == "heading"] == [line]


def test_a_row_of_labels_is_no_heading(page_of):
    def build(sheet):
        for x, word in ((72, "Supplier"), (172, "Buyer"), (272, "Number")):
            sheet.text(x, 100, word, size=14, look="bold")
        sheet.paragraph(72, 130, lorem(6))

    assert not [block for block in page_of(build).blocks if block.kind == "heading"]


def test_the_second_line_of_a_numbered_heading_may_hang(page_of):
    def build(sheet):
        sheet.text(72, 100, "2 Manifolds of many", size=20, look="bold").text(
            96, 124, "dimensions", size=20, look="bold"
        )
        sheet.paragraph(72, 160, lorem(6))

    assert [len(block.lines) for block in page_of(build).blocks if block.kind == "heading"] == [2]


def test_on_a_title_page_only_the_largest_line_is_a_heading(read, tmp_path):
    def title(sheet):
        sheet.text(72, 200, "A Manual", size=24).text(72, 260, "Ada Lovelace", size=16).text(
            72, 300, "May 1843", size=14
        )

    def chapter(sheet):
        sheet.text(72, 200, "A Chapter", size=16, look="bold")
        sheet.paragraph(72, 240, lorem(20))

    pages = read(sheets(tmp_path / "a.pdf", title, chapter, chapter))
    headings = [block.lines[0].text for page in pages for block in page.blocks if block.kind == "heading"]
    assert headings == ["A Manual", "A Chapter", "A Chapter"]


def test_a_heading_that_only_counts_is_one_with_its_title(page_of):
    def build(sheet):
        sheet.text(72, 80, "Chapter 3", size=20, look="bold")
        sheet.text(72, 116, "Results of the Work", size=24, look="bold")
        sheet.text(72, 150, "Chapter 3 of this book tells what came out.")
        sheet.text(72, 190, "Sources", size=14, look="bold")
        sheet.text(72, 212, "Letters", size=14, look="bold")
        sheet.paragraph(72, 240, ["some more text of the body that goes on and on"] * 5)

    headings = [block for block in page_of(build).blocks if block.kind == "heading"]
    assert [(" ".join(line.text for line in each.lines), each.level) for each in headings] == [
        ("Chapter 3 Results of the Work", 1),
        ("Sources", 3),
        ("Letters", 3),
    ]
