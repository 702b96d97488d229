"""The parts of a Word document by themselves: fonts, markers, shapes of paragraphs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pdfmill.services.conversion.word.faces import face_of
from pdfmill.services.conversion.word.lists import readings
from pdfmill.services.conversion.word.markup import Look, attribute_of, run
from pdfmill.services.conversion.word.shape import Measure, shape_of
from pdfmill.services.layout.model import Box, Line, Style, Word


def style(font, **look):
    return Style(font, 10.0, look.get("bold", False), False, look.get("monospaced", False), "#000000")


@pytest.mark.parametrize(
    ("font", "family"),
    [
        ("Helvetica-Bold", "Arial"),
        ("HelveticaNeue-Condensed", "Arial Narrow"),
        ("TimesNewRomanPSMT", "Times New Roman"),
        ("CMR10", "Times New Roman"),
        ("DejaVuSans", "Arial"),
        ("LiberationSerif", "Times New Roman"),
        ("Unheard", "Arial"),
    ],
)
def test_a_font_is_replaced_by_one_that_everybody_has(font, family):
    assert face_of(style(font)).family == family


def test_widths_are_those_of_the_font():
    assert face_of(style("Helvetica")).width("Wi") == pytest.approx(0.944 + 0.222)
    assert face_of(style("Courier", monospaced=True)).width("Wi") == pytest.approx(1.2)
    assert face_of(style("Helvetica")).width("שלום") is None


@pytest.mark.parametrize(
    ("marker", "reading"),
    [
        ("3.", ("decimal", "{}.", 3)),
        ("(b)", ("lowerLetter", "({})", 2)),
        ("iv)", ("lowerRoman", "{})", 4)),
        ("i.", ("lowerRoman", "{}.", 1)),
        ("C.", ("upperLetter", "{}.", 3)),
        ("XIX.", ("upperRoman", "{}.", 19)),
    ],
)
def test_markers_are_read(marker, reading):
    assert readings(marker)[0] == reading


@given(st.text())
def test_any_text_is_well_formed_and_says_the_same(text):
    names = 'xmlns:w="w"'
    element = etree.fromstring(f"<r {names} a={attribute_of(text)}>{run(text, Look(), Look())}</r>")
    shown = "".join(element.itertext())
    assert shown == "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c in shown)


def lines_at(*extents, top=100.0):
    found = []
    for row, (left, right) in enumerate(extents):
        box = Box(left, top + 12 * row, right, top + 12 * row + 11)
        found.append(Line.of((Word("word", box, style("Helvetica")),)))
    return found


@pytest.mark.parametrize(
    ("extents", "alignment"),
    [
        ([(72, 500), (72, 499.5), (72, 500), (72, 200)], "both"),
        ([(72, 480), (72, 499), (72, 440), (72, 200)], ""),
        ([(150, 422), (200, 372), (100, 472)], "center"),
        ([(150, 500), (200, 500), (100, 500)], "end"),
        ([(236, 336)], "center"),
        ([(72, 200)], ""),
        ([(400, 500)], "end"),
    ],
)
def test_alignment_is_seen(extents, alignment):
    assert shape_of(lines_at(*extents), Measure(72, 500), leftwards=False).alignment == alignment


def test_a_line_that_had_room_for_the_next_word_was_ended_by_its_author():
    words = [("a", 72, 100), ("b", 72, 480), ("c", 72, 110)]
    lines = []
    for row, (text, left, right) in enumerate(words):
        box = Box(left, 100 + 12 * row, min(left + 20, right), 111 + 12 * row)
        rest = Box(box.right, box.top, right, box.bottom)
        lines.append(Line.of((Word(text, box, style("Helvetica")), Word(text, rest, style("Helvetica")))))
    assert shape_of(lines, Measure(72, 500), leftwards=False).breaks == {0}


coordinates = st.floats(0, 600, allow_nan=False).map(lambda value: round(value, 2))


@given(st.lists(st.tuples(coordinates, coordinates).map(sorted), min_size=1, max_size=6), coordinates, st.booleans())
def test_a_shape_always_leaves_room_for_text(extents, left, leftwards):
    measure = Measure(left, left + 200)
    lines = lines_at(*((start, end + 1) for start, end in extents))
    shape = shape_of(lines, measure, leftwards=leftwards)
    assert measure.width - shape.start - shape.end > 0
    assert shape.pitch > 0
    assert shape.height >= shape.pitch
