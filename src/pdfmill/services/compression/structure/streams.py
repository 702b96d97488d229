"""The bytes of streams, unpacked within limits and packed again."""

from __future__ import annotations

from typing import Any

import pikepdf
from pikepdf import Array, Name, Pdf, Stream

from pdfmill.core.context import Context
from pdfmill.engines.libdeflate import pack, unpack
from pdfmill.services.compression.structure.objects import reachable_objects

#: Streams longer than this are left as they are: packing them again costs more than the 3 % it saves.
_LONGEST_REPACKED = 32 * 1024 * 1024

#: A byte of LZW stands for up to 2 700 others, and nothing stops libqpdf half-way.
_LONGEST_LZW = 256 * 1024

#: Packing again must save this many bytes.
_LEAST_SAVING = 8

#: Filters that Flate replaces without loss, by how much they may enlarge what they unpack: ISO 32000-2, 7.4.
_OLD_FILTERS = {"/ASCIIHexDecode", "/ASCII85Decode", "/LZWDecode", "/RunLengthDecode", "/AHx", "/A85", "/LZW", "/RL"}
_FLATE = {"/FlateDecode", "/Fl"}


def decoded(stream: Stream, *, most: int) -> bytes | None:
    """The decoded bytes of a stream, or None if they are damaged or too many."""
    if len(stream.read_raw_bytes()) > most:
        return None
    filters, parameters = _filters(stream), _parameters(stream)
    if filters in (["/FlateDecode"], ["/Fl"]) and not parameters:
        return unpack(stream.read_raw_bytes(), most=most)
    return _decoded_by_libqpdf(stream, filters)


def repack_streams(pdf: Pdf, ctx: Context) -> int:
    """Deflate streams as tightly as libdeflate can; returns the bytes saved.

    Flate streams keep their predictor (only the last step is done again), those without any filter or with one of the
    old ones get Flate. Metadata stays plain, so that programs that know nothing of PDF find it (ISO 32000-2, 14.3.2).
    """
    saved = 0
    for each in reachable_objects(pdf, ctx).values():
        ctx.check()
        if isinstance(each, Stream) and each.get(Name.Type) not in (Name.Metadata, Name.XRef, Name.ObjStm):
            saved += _repack(each)
    return saved


def _repack(stream: Stream) -> int:
    filters, parameters = _filters(stream), _parameters(stream)
    old = stream.read_raw_bytes()
    if len(old) > _LONGEST_REPACKED:
        return 0
    if len(filters) == 1 and filters[0] in _FLATE:
        plain, kept = unpack(old, most=_LONGEST_REPACKED), stream.get(Name.DecodeParms)
    elif not parameters and set(filters) <= _OLD_FILTERS | _FLATE:
        plain, kept = _decoded_by_libqpdf(stream, filters), None
    else:
        return 0
    if plain is None:
        return 0
    new = pack(plain)
    if len(new) > len(old) - _LEAST_SAVING:
        return 0
    stream.write(new, filter=Name.FlateDecode, decode_parms=kept)
    return len(old) - len(new)


def _decoded_by_libqpdf(stream: Stream, filters: list[str]) -> bytes | None:
    if {"/LZWDecode", "/LZW"} & set(filters) and len(stream.read_raw_bytes()) > _LONGEST_LZW:
        return None
    try:
        return stream.read_bytes()
    except (pikepdf.PdfError, pikepdf.DataDecodingError):
        return None


def _filters(stream: Stream) -> list[str]:
    """The names of the filters, the outermost first; a name that is none of the standard stops every use of them."""
    value = stream.get(Name.Filter)
    items = list(value) if isinstance(value, Array) else [] if value is None else [value]
    return [str(item) if isinstance(item, Name) else "" for item in items]


def _parameters(stream: Stream) -> list[Any]:
    """The decode parameters that say something."""
    value = stream.get(Name.DecodeParms)
    items = list(value) if isinstance(value, Array) else [value]
    return [item for item in items if item is not None and len(item)]
