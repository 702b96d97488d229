"""Laws of the codecs that are written here: what goes in comes out."""

import zlib

import numpy as np
import pikepdf
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Dictionary, Name

from pdfmill.engines.mozjpeg import repack_jpeg
from pdfmill.engines.vips import decode_jpeg, encode_jpeg
from pdfmill.services.compression.images.lossless import packed_rows
from pdfmill.services.compression.images.predictor import predict
from pdfmill.services.compression.placements import Matrix

rows = st.builds(
    lambda height, width, distance, seed: (
        np.random.default_rng(seed).integers(0, 256, (height, width * distance), dtype=np.uint8),
        distance,
    ),
    st.integers(1, 300),
    st.integers(1, 9),
    st.sampled_from([1, 2, 3, 4]),
    st.integers(0, 1000),
)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_libqpdf_undoes_every_predictor(case):
    samples, distance = case
    with pikepdf.new() as pdf:
        parameters = Dictionary(Predictor=15, Colors=distance, BitsPerComponent=8, Columns=samples.shape[1] // distance)
        stream = pdf.make_stream(zlib.compress(predict(samples, distance)))
        stream.Filter, stream.DecodeParms = Name.FlateDecode, parameters
        assert stream.read_bytes() == samples.tobytes()


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 2, 4]), st.integers(0, 1000))
def test_packed_values_stand_where_the_standard_says(height, width, bits, seed):
    values = np.random.default_rng(seed).integers(0, 2**bits, (height, width), dtype=np.uint8)
    packed = packed_rows(values, bits)
    per_byte = 8 // bits
    for column in range(width):
        shift = 8 - bits * (column % per_byte + 1)
        assert np.array_equal(packed[:, column // per_byte] >> shift & (2**bits - 1), values[:, column])


numbers = st.floats(-50, 50, allow_nan=False)
matrices = st.builds(Matrix, numbers, numbers, numbers, numbers, numbers, numbers)


@given(matrices, matrices, matrices)
def test_the_order_in_which_matrices_are_joined_does_not_matter(one, two, three):
    left, right = one.then(two).then(three), one.then(two.then(three))
    for name in "abcdef":
        assert abs(getattr(left, name) - getattr(right, name)) <= 1e-6 * max(1, abs(getattr(left, name)))


@given(matrices)
def test_nothing_changes_under_the_identity(matrix):
    assert matrix.then(Matrix()) == Matrix().then(matrix) == matrix


@settings(max_examples=10, deadline=None)
@given(st.integers(9, 70), st.integers(9, 70), st.sampled_from([1, 3, 4]))
def test_a_jpeg_of_high_quality_is_close_to_its_samples(height, width, components):
    ramps = np.add.outer(np.arange(height), np.arange(width))
    samples = np.stack([(ramps * (component + 1)) % 180 for component in range(components)], axis=2).astype(np.uint8)
    smooth = np.sort(samples, axis=1)
    decoded = decode_jpeg(encode_jpeg(smooth, 95), width, height)
    assert decoded.shape == smooth.shape
    assert np.abs(decoded.astype(int) - smooth).mean() < 6


@settings(max_examples=10, deadline=None)
@given(st.integers(9, 70), st.integers(9, 70), st.sampled_from([1, 3, 4]), st.integers(20, 95))
def test_a_jpeg_that_is_packed_again_has_the_same_samples(height, width, components, quality):
    samples = np.random.default_rng(quality).integers(0, 256, (height, width, components), dtype=np.uint8)
    encoded = encode_jpeg(samples, quality)
    repacked = repack_jpeg(encoded)
    assert np.array_equal(decode_jpeg(repacked, width, height), decode_jpeg(encoded, width, height))
