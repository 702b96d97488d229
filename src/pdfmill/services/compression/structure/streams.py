"""The bytes of streams, unpacked within limits and packed again."""

from __future__ import annotations

import base64
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream, StreamDecodeLevel
from pikepdf.exceptions import PikepdfError

from pdfmill.core.context import Context
from pdfmill.engines.libdeflate import pack, unpack
from pdfmill.services.compression.structure.objects import ObjectId, reachable_objects

#: Streams longer than this, plain or packed, are left as they are: packing costs more time than the 4 % are worth.
_LONGEST_REPACKED = 32 * 1024 * 1024

#: A byte of LZW may stand for 2 700 others, and libqpdf does not stop half-way.
_LONGEST_LZW = 256 * 1024

#: Packing again must save this many bytes.
_LEAST_SAVING = 8

_ASCII85, _ASCII_HEX = ("/ASCII85Decode", "/A85"), ("/ASCIIHexDecode", "/AHx")
_FLATE = ("/FlateDecode", "/Fl")
_UNKNOWN = Name("/Unknown")
_OLD = ("/LZWDecode", "/LZW", "/RunLengthDecode", "/RL")


@dataclass(frozen=True)
class _Encoded:
    """Bytes, and the filters that decode them with their parameters (null where there are none), the first first."""

    data: bytes
    filters: tuple[str, ...]
    parameters: tuple[Any, ...]


def decoded(stream: Stream, *, most: int) -> bytes | None:
    """The decoded bytes of a stream, or None if they are damaged, too many, or not packed by a filter for bytes."""
    encoded = _without_ascii_filters(_encoded(stream))
    if len(encoded.data) > most:
        return None
    if not encoded.filters:
        return encoded.data
    if len(encoded.filters) == 1 and encoded.filters[0] in _FLATE and encoded.parameters[0] is None:
        return unpack(encoded.data, most=most)
    return _decoded_by_libqpdf(stream) if encoded.filters[0] in _OLD else None


def repack_streams(pdf: Pdf, ctx: Context, *, packed: Container[ObjectId] = frozenset()) -> int:
    """Deflate streams as tightly as libdeflate can; returns the bytes saved.

    Flate streams keep their predictor (only the last step is done again); streams without any filter, or with LZW or
    RunLength, get Flate; ASCII filters go, whatever stands behind them. Metadata stays plain, so that programs that
    know nothing of PDF find it (ISO 32000-2, 14.3.2).

    Args:
        packed: Streams that are as tight as they can be already, and are not looked at.
    """
    saved = 0
    for each in reachable_objects(pdf, ctx).values():
        ctx.check()
        if not isinstance(each, Stream) or each.objgen in packed:
            continue
        if each.get(Name.Type) not in (Name.Metadata, Name.XRef, Name.ObjStm):
            saved += _repack(each)
    return saved


def _repack(stream: Stream) -> int:
    old_size = len(stream.read_raw_bytes())
    if old_size > _LONGEST_REPACKED or Name.F in stream:  # /F: the bytes are in another file
        return 0
    new = _packed(stream, _without_ascii_filters(_encoded(stream)))
    if len(new.data) > old_size - _LEAST_SAVING:
        return 0
    stream.write(new.data, filter=Array(map(Name, new.filters)), decode_parms=_parameter_array(new))
    if len(new.filters) == 1:
        stream.Filter = Name(new.filters[0])
    return old_size - len(new.data)


def _packed(stream: Stream, encoded: _Encoded) -> _Encoded:
    """The same with Flate at its best, or as it is if that is not possible."""
    plain: bytes | None = None
    parameters: tuple[Any, ...] = (None,)
    if not encoded.filters:
        plain = encoded.data
    elif len(encoded.filters) == 1 and encoded.filters[0] in _FLATE:
        plain, parameters = unpack(encoded.data, most=_LONGEST_REPACKED), encoded.parameters
    elif len(encoded.filters) == 1 and encoded.filters[0] in _OLD and encoded.parameters[0] is None:
        plain = _decoded_by_libqpdf(stream)
    return encoded if plain is None else _Encoded(pack(plain), ("/FlateDecode",), parameters)


def _decoded_by_libqpdf(stream: Stream) -> bytes | None:
    if len(stream.read_raw_bytes()) > _LONGEST_LZW:
        return None
    try:
        return bytes(stream.read_bytes(StreamDecodeLevel.specialized))  # RunLength is special to libqpdf
    except PikepdfError:
        return None


def _encoded(stream: Stream) -> _Encoded:
    filters = _items(stream.get(Name.Filter))
    if not all(isinstance(name, Name) for name in filters):
        filters = [_UNKNOWN]
    entries = _items(stream.get(Name.DecodeParms))
    parameters: list[Any] = [item if isinstance(item, Dictionary) and len(item) else None for item in entries]
    parameters += [None] * (len(filters) - len(parameters))
    return _Encoded(bytes(stream.read_raw_bytes()), tuple(map(str, filters)), tuple(parameters[: len(filters)]))


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _without_ascii_filters(encoded: _Encoded) -> _Encoded:
    """The same with the ASCII filters decoded that stand first; damaged data stays as it is."""
    while encoded.filters and encoded.filters[0] in _ASCII85 + _ASCII_HEX:
        try:
            data = _from_ascii(encoded.data, encoded.filters[0])
        except ValueError:
            break
        encoded = _Encoded(data, encoded.filters[1:], encoded.parameters[1:])
    return encoded


def _from_ascii(text: bytes, name: str) -> bytes:
    """Decode ASCII85 or ASCIIHex (ISO 32000-2, 7.4.2 and 7.4.3).

    Raises:
        ValueError: The text has other characters.
    """
    if name in _ASCII85:
        return base64.a85decode(text.partition(b"~")[0], ignorechars=b" \t\n\r\v\f\0")
    digits = b"".join(text.partition(b">")[0].split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _parameter_array(encoded: _Encoded) -> Any:
    if all(each is None for each in encoded.parameters):
        return None
    return encoded.parameters[0] if len(encoded.parameters) == 1 else Array(encoded.parameters)
