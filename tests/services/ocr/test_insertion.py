"""Lines that are found later are put where one would read them."""

from hypothesis import given
from hypothesis import strategies as st

from pdfmill.engines.tesseract import FoundLine, FoundWord
from pdfmill.services.ocr.insertion import inserted


def line(text, left, top, right, block=0):
    box = (left, top, right, top + 20)
    return FoundLine((FoundWord(text, box, 90.0),), box, None, block, block)


def texts(lines):
    return [each.words[0].text for each in lines]


LEFT = [line(f"left {number}", 100, 100 + 40 * number, 400) for number in range(3)]
RIGHT = [line(f"right {number}", 500, 100 + 40 * number, 800, block=1) for number in range(3)]


def test_a_price_comes_after_the_thing_in_its_row():
    found = inserted(LEFT, [line("price", 500, 143, 560)])
    assert texts(found) == ["left 0", "left 1", "price", "left 2"]
    assert found[2].paragraph == 0


def test_a_number_comes_before_the_thing_in_its_row():
    assert texts(inserted(LEFT, [line("No. 2", 20, 183, 60)])) == ["left 0", "left 1", "No. 2", "left 2"]


def test_several_in_a_row_come_from_left_to_right():
    found = inserted(LEFT, [line("tax", 600, 143, 650), line("price", 500, 143, 560), line("sum", 700, 143, 750)])
    assert texts(found) == ["left 0", "left 1", "price", "tax", "sum", "left 2"]


def test_a_line_that_was_missed_in_a_column_stays_in_it():
    gap = [RIGHT[0], RIGHT[2]]
    found = inserted([*LEFT, *gap], [line("missed", 500, 140, 800)])
    assert texts(found) == ["left 0", "left 1", "left 2", "right 0", "missed", "right 2"]
    assert found[4].block == 1


def test_a_heading_above_and_a_line_below_a_column_frame_it():
    found = inserted([*LEFT, *RIGHT], [line("head", 500, 20, 700), line("foot", 520, 300, 700)])
    assert texts(found) == ["left 0", "left 1", "left 2", "head", "right 0", "right 1", "right 2", "foot"]


def test_what_has_no_neighbour_is_a_paragraph_at_the_end():
    found = inserted(LEFT, [line("far away", 900, 900, 990)])
    assert texts(found)[-1] == "far away"
    assert found[-1].paragraph == 1
    assert texts(inserted([], [line("alone", 0, 0, 9)])) == ["alone"]


places = st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(1, 300), st.integers(0, 3))


@given(st.lists(places, max_size=8), st.lists(places, max_size=8))
def test_the_order_that_was_there_stays_and_nothing_is_lost(there, later):
    lines = [line(f"old {n}", x, y, x + w, block) for n, (x, y, w, block) in enumerate(there)]
    more = [line(f"new {n}", x, y, x + w, block) for n, (x, y, w, block) in enumerate(later)]
    found = texts(inserted(lines, more))
    assert [text for text in found if text.startswith("old")] == texts(lines)
    assert sorted(found) == sorted(texts([*lines, *more]))
