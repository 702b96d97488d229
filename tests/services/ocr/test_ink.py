"""Ink is found on pages of every size."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.services.ocr.ink import Ink


@given(
    height=st.integers(10, 160),
    width=st.integers(10, 160),
    share=st.floats(0.01, 1.0),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_fullest_rows_are_always_enough_to_be_read(height, width, share, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    assert len(pixels[Ink.of(pixels).fullest_rows(share)]) >= 10
