"""Lossless savings: duplicates merged, private data dropped, streams packed better."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from pdfmill.core.context import Context

#: Merging two images can make the forms that use them equal, and so on; deeper chains are rare.
_MERGE_ROUNDS = 4

#: Streams longer than this are left as they are: packing them again costs more than the 2 % it saves.
_LONGEST_REPACKED = 32 * 1024 * 1024

#: Packing again must save at least this part.
_LEAST_SAVING = 0.01

ObjectId = tuple[int, int]


def drop_private_data(pdf: Pdf) -> None:
    """Remove page thumbnails and the private data of authoring programs (ISO 32000-1, 12.3.4 and 14.5)."""
    for holder in (pdf.Root, *(page.obj for page in pdf.pages)):
        for key in (Name.Thumb, Name.PieceInfo):
            if key in holder:
                del holder[key]


def merge_duplicates(pdf: Pdf, ctx: Context) -> int:
    """Let streams of equal dictionary and bytes be one; returns how many went."""
    merged = 0
    for _ in range(_MERGE_ROUNDS):
        substitutes = _find_duplicates(pdf, ctx)
        if not substitutes:
            break
        merged += len(substitutes)
        for each in pdf.objects:
            _redirect(each, substitutes)
        _redirect(pdf.trailer, substitutes)
    return merged


def repack_streams(pdf: Pdf, ctx: Context) -> int:
    """Deflate streams again at the highest level; returns the bytes saved.

    Only streams without a predictor: with one, the bytes are packed well already.
    """
    saved = 0
    for each in pdf.objects:
        ctx.check()
        if not isinstance(each, Stream) or each.get(Name.Filter) != Name.FlateDecode or Name.DecodeParms in each:
            continue
        packed = each.read_raw_bytes()
        plain = _inflate(packed)
        if plain is None:
            continue
        better = zlib.compress(plain, 9)
        if len(better) < len(packed) * (1 - _LEAST_SAVING):
            each.write(better, filter=Name.FlateDecode)
            saved += len(packed) - len(better)
    return saved


def _inflate(packed: bytes) -> bytes | None:
    """The plain bytes, or None if they are damaged or too many (a bomb is not unpacked to the end)."""
    engine = zlib.decompressobj()
    try:
        plain = engine.decompress(packed, _LONGEST_REPACKED)
    except zlib.error:
        return None
    return plain if engine.eof else None


def _find_duplicates(pdf: Pdf, ctx: Context) -> dict[ObjectId, Stream]:
    first: dict[bytes, Stream] = {}
    substitutes: dict[ObjectId, Stream] = {}
    for each in pdf.objects:
        ctx.check()
        if not isinstance(each, Stream) or each.get(Name.Type) in (Name.XRef, Name.ObjStm, Name.Metadata):
            continue
        digest = _digest(each)
        original = first.setdefault(digest, each)
        if original.objgen != each.objgen:
            substitutes[each.objgen] = original
    return substitutes


def _digest(stream: Stream) -> bytes:
    digest = hashlib.sha256()
    for key in sorted(stream.keys()):
        if key != "/Length":
            digest.update(key.encode() + stream[key].unparse() + b"\0" if isinstance(stream[key], Object) else b"")
            if not isinstance(stream[key], Object):
                digest.update(f"{key} {stream[key]!r}\0".encode())
    digest.update(stream.read_raw_bytes())
    return digest.digest()


def _redirect(container: Any, substitutes: dict[ObjectId, Stream]) -> None:
    """Point every reference inside one object to the stream that stays; other indirect objects get their own turn."""
    waiting = [container]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Array):
            entries: list[Any] = list(range(len(each)))
        elif isinstance(each, Dictionary | Stream):
            entries = list(each.keys())
        else:
            continue
        for key in entries:
            value = each[key]
            if not isinstance(value, Object):
                continue
            if value.is_indirect:
                if value.objgen in substitutes:
                    each[key] = substitutes[value.objgen]
            elif isinstance(value, Array | Dictionary):
                waiting.append(value)
