"""Words: what stands without a space between it, whichever way it runs."""

import numpy as np
import pikepdf
import pytest

from builders.sheet import sheets
from pdfmill.engines.pdfium import Characters, Font, TextRun
from pdfmill.services.layout.lines import join
from pdfmill.services.layout.model import Box, Line
from pdfmill.services.layout.words import read_layers


def words(page):
    return [word for block in page.blocks for line in block.lines for word in line.words]


def test_words_end_at_spaces_and_at_gaps(page_of):
    page = page_of(lambda sheet: sheet.text(72, 100, "one two").text(130, 100, "three").text(155.5, 100, "four"))
    assert [word.text for word in words(page)] == ["one", "two", "threefour"]


def test_a_box_is_where_the_word_is_shown_in_points_from_the_top_left(page_of):
    (word,) = words(page_of(lambda sheet: sheet.text(100, 200, "Hello", size=20)))
    assert word.box.left == pytest.approx(100, abs=0.5)
    assert word.box.right == pytest.approx(100 + 20 * 2.278, abs=0.5)  # widths of Helvetica: 722+556+222+222+556
    assert word.box.top < 200 - 14  # above the capitals
    assert 200 < word.box.bottom < 206  # below the baseline
    assert word.style.size == 20


@pytest.mark.parametrize(
    ("rotate", "user_unit", "expected"),
    [
        (0, 1, (40, 80)),
        (90, 1, (500 - 80 - 0, 40)),
        (180, 1, (400 - 40, 500 - 80)),
        (270, 1, (80, 400 - 40)),
        (0, 2, (80, 160)),
    ],
)
def test_rotation_crop_box_and_user_unit_are_applied(read, tmp_path, rotate, user_unit, expected):
    path = sheets(tmp_path / "a.pdf", lambda sheet: sheet.text(100, 120, "X", size=1))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        page.CropBox = pikepdf.Array([60, 842 - 40 - 500, 460, 842 - 40])  # 400 × 500, cut 60 left and 40 above
        page.Rotate = rotate
        page.obj.UserUnit = user_unit
        pdf.save(path)
    (page,) = read(path)
    (word,) = words(page)
    assert word.box.centre == pytest.approx(expected, abs=1.5 * user_unit)
    size = (400, 500) if rotate in (0, 180) else (500, 400)
    assert (page.width, page.height) == (size[0] * user_unit, size[1] * user_unit)


def test_text_outside_of_the_page_is_not_read(page_of):
    page = page_of(lambda sheet: sheet.text(72, 100, "inside").text(900, 100, "outside"))
    assert [word.text for word in words(page)] == ["inside"]


def test_ligatures_are_taken_apart(page_of):
    page = page_of(lambda sheet: sheet.coded(72, 100, "e\ufb03cient \ufb02ow"))
    assert [word.text for word in words(page)] == ["efficient", "flow"]


def test_the_bullets_of_symbol_fonts_are_bullets(page_of):
    (item,) = page_of(lambda sheet: sheet.coded(72, 100, "\uf0b7 item")).blocks
    assert (item.kind, item.marker) == ("list_item", "•")


def test_right_to_left_text_comes_in_logical_order(page_of):
    hebrew = "שלום עולם"
    (line,) = page_of(lambda sheet: sheet.coded(72, 100, hebrew[::-1])).blocks[0].lines
    assert line.text == hebrew


def test_numbers_within_right_to_left_text_keep_their_order(page_of):
    shown = "2024 PDF" + " " + "שלום"[::-1]  # as it stands on paper, from left to right
    page = page_of(lambda sheet: sheet.coded(72, 100, shown).coded(72, 120, "עברית כאן"[::-1]))
    assert [line.text for block in page.blocks for line in block.lines] == ["שלום 2024 PDF", "עברית כאן"]


def test_the_letters_of_a_right_to_left_ligature_keep_their_order(page_of):
    page = page_of(lambda sheet: sheet.coded(72, 100, "\u0645\ufefb\u0633"))  # meem, lam-alef, seen on paper
    assert words(page)[0].text == "\u0633\u0644\u0627\u0645"


def test_turned_text_is_read_as_words_of_its_own_layer(page_of):
    def build(sheet):
        sheet.paragraph(72, 100, ["An upright line of text", "and another one below it"])
        sheet.text(40, 400, "On the margin", angle=270)
        sheet.text(200, 500, "DRAFT COPY", size=60, angle=315)

    main, *others = page_of(build).blocks
    assert main.angle == 0
    assert {block.angle: block.lines[0].text for block in others} == {270: "On the margin", 315: "DRAFT COPY"}
    margin = next(block for block in others if block.angle == 270)
    assert margin.box.height > 5 * margin.box.width
    assert margin.box.bottom == pytest.approx(400, abs=1)


def test_a_page_whose_text_is_turned_is_read_as_if_it_were_level(page_of):
    def build(sheet):
        for number, text in enumerate(("First line here", "second line here", "third line here")):
            sheet.text(100 + 14 * number, 600, text, angle=270)

    (paragraph,) = page_of(build).blocks
    assert [line.text for line in paragraph.lines] == ["First line here", "second line here", "third line here"]
    assert paragraph.box.left == pytest.approx(90, abs=3)


def test_vertical_writing_is_read_down_its_columns():
    columns = ("日本語の縦書き", "次の行です")
    text = "".join(columns)
    boxes = [
        (400 - 30 * column, 100 + 20 * row, 420 - 30 * column, 120 + 20 * row)
        for column, written in enumerate(columns)
        for row in range(len(written))
    ]
    run = TextRun(Font("Mincho", False, False, False), 20, 0, "#000000", False, None)
    characters = Characters(
        codepoints=np.array([ord(character) for character in text], np.uint32),
        boxes=np.array(boxes, np.float32),
        run_indices=np.array([0] * len(columns[0]) + [1] * len(columns[1]), np.int32),
        runs=(run, run),
    )
    (layer,) = read_layers(characters, (595, 842), (), {})
    assert layer.frame.angle == 90
    assert [line.text for line in join([Line.of(layer.words)])] == list(columns)
    turned = layer.frame.turn_line(Line.of(layer.words[:1]))
    assert turned.box == Box(400, 100, 420, 240)


def test_words_under_a_link_know_its_address(page_of):
    def build(sheet):
        sheet.text(72, 100, "See the manual here").link(110, 88, 152, 104, "https://example.org/manual")

    assert [word.link for word in words(page_of(build))] == [None, None, "https://example.org/manual", None]


def test_boxes_of_different_places_meet_where_both_are():
    assert Box(0, 0, 10, 10).intersection(Box(5, 5, 20, 20)) == Box(5, 5, 10, 10)
