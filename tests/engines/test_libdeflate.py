"""Packing: smaller than zlib, readable by zlib, and no bomb is unpacked."""

import zlib

from hypothesis import given
from hypothesis import strategies as st

from pdfmill.engines.libdeflate import pack, unpack


@given(st.binary(max_size=5000))
def test_what_is_packed_unpacks_to_the_same(plain):
    packed = pack(plain)
    assert zlib.decompress(packed) == plain
    assert unpack(packed, most=5000) == plain


def test_text_packs_tighter_than_with_zlib():
    text = b"".join(b"%d 0 R /Font %d Tf\n" % (number, number * 7919 % 1000) for number in range(5000))
    assert len(pack(text)) < len(zlib.compress(text, 9))


def test_a_bomb_is_not_unpacked():
    assert unpack(zlib.compress(bytes(1_000_000)), most=1000) is None


def test_damaged_bytes_are_none_and_bytes_after_the_end_are_ignored():
    packed = pack(b"hello")
    assert unpack(packed[:-5], most=100) is None
    assert unpack(b"hello", most=100) is None
    assert unpack(packed + b"\n", most=100) == b"hello"
