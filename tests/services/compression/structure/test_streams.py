"""Streams are packed tighter and say the same."""

import base64
import zlib

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, StreamDecodeLevel

from builders.fonts import add_page
from pdfmill.services.compression.structure import repack_streams
from pdfmill.services.compression.structure.streams import decoded

TEXT = b"".join(b"%d %d m %d l S\n" % (n, n * 7 % 13, n * 31 % 17) for n in range(2000))


@pytest.fixture
def pdf():
    with Pdf.new() as pdf:
        yield pdf


def keep(pdf, data, **entries):
    """A stream of these raw bytes that the catalog refers to."""
    stream = pdf.make_indirect(Stream(pdf, data))
    for key, value in entries.items():
        stream[f"/{key}"] = value
    pdf.Root.Kept = stream
    return stream


@pytest.mark.parametrize(
    ("data", "filters"),
    [
        (TEXT, None),
        (zlib.compress(TEXT, 1), Name.FlateDecode),
        (zlib.compress(TEXT, 1), Array([Name.FlateDecode])),
        (base64.a85encode(TEXT) + b"~>", Name.ASCII85Decode),
        (base64.a85encode(zlib.compress(TEXT, 9), wrapcol=60) + b"\n~>", Array([Name.ASCII85Decode, Name.FlateDecode])),
        (TEXT.hex().encode() + b">", Name.ASCIIHexDecode),
        (b"".join(b"\0" + bytes([byte]) for byte in TEXT) + b"\x80", Name.RunLengthDecode),
    ],
)
def test_whatever_packed_bytes_is_replaced_by_the_best_flate(pdf, ctx, data, filters):
    stream = keep(pdf, data, **({} if filters is None else {"Filter": filters}))
    before = stream.read_bytes(StreamDecodeLevel.specialized)
    saved = repack_streams(pdf, ctx)
    assert stream.Filter == Name.FlateDecode
    assert stream.read_bytes() == before == decoded(stream, most=10**6) == TEXT
    assert len(data) - len(stream.read_raw_bytes()) == saved > 0
    assert repack_streams(pdf, ctx) == 0


def test_what_is_known_to_be_tight_is_not_packed_again(pdf, ctx):
    loose = zlib.compress(TEXT, 1)
    known, other = (keep(pdf, loose, Filter=Name.FlateDecode) for _ in range(2))
    pdf.Root.Known = known
    assert repack_streams(pdf, ctx, packed={known.objgen}) > 0
    assert known.read_raw_bytes() == loose
    assert len(other.read_raw_bytes()) < len(loose)


def test_a_predictor_stays(pdf, ctx):
    rows = b"".join(b"\2" + bytes([1] * 30) for _ in range(200))
    parameters = Dictionary(Predictor=15, Colors=1, BitsPerComponent=8, Columns=30)
    stream = keep(pdf, zlib.compress(rows, 0), Filter=Name.FlateDecode, DecodeParms=parameters)
    before = stream.read_bytes()
    assert repack_streams(pdf, ctx) > 0
    assert stream.DecodeParms == parameters
    assert stream.read_bytes() == before


def test_text_around_a_jpeg_goes_and_the_jpeg_stays(pdf, ctx):
    jpeg = bytes(range(256)) * 4
    stream = keep(pdf, jpeg.hex().encode() + b">", Filter=Array([Name.ASCIIHexDecode, Name.DCTDecode]))
    repack_streams(pdf, ctx)
    assert stream.Filter == Name.DCTDecode
    assert stream.read_raw_bytes() == jpeg


@pytest.mark.parametrize(
    ("data", "entries"),
    [
        (TEXT, {"Type": Name.Metadata}),
        (b"no flate at all, but long enough", {"Filter": Name.FlateDecode}),
        (b"zz not hex" * 10, {"Filter": Name.ASCIIHexDecode}),
        (TEXT, {"Filter": Name("/Unheard")}),
        (TEXT.hex().encode() + b">", {"Filter": Array([Name.ASCIIHexDecode, 5])}),
        (TEXT, {"F": b"elsewhere"}),
        (zlib.compress(bytes(40 * 1024 * 1024), 1), {"Filter": Name.FlateDecode}),
    ],
    ids=["metadata", "damaged Flate", "damaged hex", "unknown filter", "no filter", "another file", "bomb"],
)
def test_what_must_or_may_not_be_packed_stays_as_it_is(pdf, ctx, data, entries):
    stream = keep(pdf, data, **entries)
    repack_streams(pdf, ctx)
    assert stream.read_raw_bytes() == data


def test_content_of_pages_is_packed(pdf, ctx, tmp_path):
    add_page(pdf, TEXT)
    assert repack_streams(pdf, ctx) > len(TEXT) / 2
    pdf.save(tmp_path / "out.pdf")
    with Pdf.open(tmp_path / "out.pdf") as again:
        assert again.pages[0].Contents.read_bytes() == TEXT
