"""What the encoder writes, PDFium reads back pixel by pixel."""

import shutil
import subprocess

import numpy as np
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from builders.images import bilevel_pdf
from missing import not_run
from pdfmill.engines.jbig2 import encode_generic_region
from pdfmill.engines.pillow import decode_fax, encode_group4

#: PDFium draws a page of as many points as the image has pixels, so that each pixel is one of the drawing.
pictures = st.builds(
    lambda height, width, share, seed: np.random.default_rng(seed).random((height, width)) < share,
    st.integers(3, 70),
    st.integers(3, 70),
    st.sampled_from([0.0, 0.02, 0.5, 0.98, 1.0]),
    st.integers(0, 1000),
)


def _drawn(black, data, name):
    document = pypdfium2.PdfDocument(bilevel_pdf(black, data, name))
    grey = document[0].render(scale=1, grayscale=True).to_numpy()
    document.close()
    return grey.reshape(black.shape) < 128


@settings(max_examples=40, deadline=None)
@given(pictures)
def test_a_reader_sees_every_pixel(black):
    assert np.array_equal(_drawn(black, encode_generic_region(black), "/JBIG2Decode"), black)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_a_second_reader_sees_every_pixel(tmp_path, share):
    """Ink that comes in strokes, empty rows, a width of no whole bytes; by poppler's decoder."""
    if not shutil.which("pdfimages"):
        not_run("pdfimages is missing: apt-get install poppler-utils")
    black = np.kron(np.random.default_rng(3).random((40, 23)) < share, np.ones((7, 9), dtype=bool))
    black[100:140] = False
    (tmp_path / "in.pdf").write_bytes(bilevel_pdf(black, encode_generic_region(black), "/JBIG2Decode"))
    subprocess.run(["pdfimages", "-png", tmp_path / "in.pdf", tmp_path / "out"], check=True)
    assert np.array_equal(np.array(Image.open(tmp_path / "out-000.png").convert("L")) < 128, black)


@settings(max_examples=40, deadline=None)
@given(pictures)
def test_group_4_comes_back_as_it_was(black):
    height, width = black.shape
    assert np.array_equal(decode_fax(encode_group4(black), width, height, -1), black)


def test_equal_rows_cost_next_to_nothing():
    row = np.random.default_rng(1).random(1000) < 0.5
    one, many = (len(encode_generic_region(np.tile(row, (rows, 1)))) for rows in (2, 400))
    assert many < one + 20


@pytest.mark.parametrize("rows", [255, 256, 257, 600])
def test_contexts_reach_across_the_rows_that_are_coded_at_once(rows):
    black = np.random.default_rng(2).random((rows, 40)) < 0.3
    assert np.array_equal(_drawn(black, encode_generic_region(black), "/JBIG2Decode"), black)
