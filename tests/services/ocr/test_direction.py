"""How pages seem to lie."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.scans import GERMAN, scan
from pdfmill.services.ocr.direction import hangs_down, lies_sideways
from pdfmill.services.ocr.ink import Ink


@pytest.mark.parametrize("skew", [-5.0, 0.0, 3.0])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_lines_that_run_down_the_page_lie_sideways(turn, skew):
    assert lies_sideways(Ink.of(scan(turn=turn, skew=skew))) == (turn in (90, 270))


def test_rulings_do_not_hide_how_lines_run():
    pixels = scan().copy()
    pixels[:, 60::120] = 0
    assert not lies_sideways(Ink.of(pixels))
    assert lies_sideways(Ink.of(np.ascontiguousarray(np.rot90(pixels))))


@pytest.mark.parametrize("lines", [None, GERMAN])
def test_text_upside_down_hangs_below_its_lines(lines):
    upright = scan() if lines is None else scan(lines * 2)
    assert not hangs_down(upright)
    assert hangs_down(np.ascontiguousarray(np.rot90(upright, 2)))


@given(st.integers(1, 80), st.integers(1, 80), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_whatever_is_no_text_does_neither(height, width, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    assert not hangs_down(pixels)
    assert not lies_sideways(Ink.of(np.full((height, width), 255, np.uint8)))
