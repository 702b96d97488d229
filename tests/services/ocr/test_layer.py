"""Where the words are put under a page."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Matrix

from pdfmill.engines.pdfium.geometry import PageGeometry
from pdfmill.services.layout.model import Box
from pdfmill.services.ocr.layer import upright_matrix
from pdfmill.services.ocr.model import (
    PageOutcome,
    ReadBlock,
    ReadLine,
    ReadPage,
    ReadWord,
    Treatment,
    as_level,
    as_scanned,
)

rotations = st.sampled_from([0, 90, 180, 270])
edges = st.floats(-500, 500)


@given(edges, edges, st.floats(10, 2000), st.floats(10, 2000), rotations, st.sampled_from([1.0, 2.0, 10.0]), st.data())
def test_points_of_the_upright_page_go_where_the_reader_shows_them(left, bottom, width, height, rotation, unit, data):
    geometry = PageGeometry((left, bottom, left + width, bottom + height), rotation, unit)
    shown_width, shown_height = geometry.size
    x = data.draw(st.floats(0, shown_width))
    y = data.draw(st.floats(0, shown_height))
    matrix = upright_matrix(geometry.bounds, rotation, unit)
    user = Matrix(matrix).transform((x, y))
    shown = geometry.shown(np.array([[*user, *user]], np.float64))[0]
    assert shown[:2] == pytest.approx([x, shown_height - y], abs=0.01 * unit)


def page_of(words, skew, treatments=(Treatment.STRAIGHTENED,)):
    line = ReadLine(tuple(ReadWord("word", box, 90.0) for box in words), words[0])
    return ReadPage(
        1,
        600,
        800,
        PageOutcome.RECOGNISED,
        skew=skew,
        treatments=treatments,
        blocks=(ReadBlock((line,), words[0]),),
    )


@given(st.floats(-7, 7), st.floats(0, 500), st.floats(0, 700))
def test_words_of_a_level_reading_lie_on_the_slanting_scan(skew, left, top):
    page = page_of([Box(left, top, left + 60, top + 10)], skew)
    assert as_level(page).words[0].box == pytest.approx(page.words[0].box)
    scanned = as_scanned(page).words[0].box
    assert (scanned.width, scanned.height) == pytest.approx((60, 10), abs=0.01)
    # A reading of the scan as it is, made level, is where the level reading was.
    as_it_is = page_of([scanned], skew, treatments=())
    assert as_level(as_it_is).words[0].box == pytest.approx(page.words[0].box, abs=0.01)


def test_on_a_page_that_slants_clockwise_the_right_lies_lower():
    page = page_of([Box(0, 400, 20, 410), Box(580, 400, 600, 410)], 3.0)
    first, last = as_scanned(page).words
    assert last.box.top - first.box.top == pytest.approx(580 * 0.0523, abs=0.1)
    assert as_scanned(page).lines[0].slope == pytest.approx(0.0524, abs=0.001)
