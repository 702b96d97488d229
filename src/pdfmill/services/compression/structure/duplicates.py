"""Objects that say the same become one."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from pdfmill.core.context import Context
from pdfmill.services.compression.structure.objects import ObjectId, reachable_objects, references, slots

#: Dictionaries that are only read, so that one can stand for many. Pages, annotations, structure elements, signatures
#: and the like are what they are by their place, and stay as many as they were.
_MERGED_DICTIONARIES = (Name.Font, Name.FontDescriptor, Name.Encoding, Name.ExtGState)

#: Streams that are found by their place, or belong to this form of the file.
_LONELY_STREAMS = (Name.Metadata, Name.XRef, Name.ObjStm)

#: The first item of arrays that are colour spaces with parameters (ISO 32000-2, 8.6).
_COLOUR_SPACES = ("/ICCBased", "/Indexed", "/Separation", "/DeviceN", "/CalRGB", "/CalGray", "/Lab")

#: These tie a stream to one place in the structure tree (ISO 32000-2, 14.7.5).
_STRUCTURE_KEYS = (Name.StructParent, Name.StructParents)


def merge_duplicates(pdf: Pdf, ctx: Context) -> int:
    """Let equal streams, fonts, graphics states and colour spaces be one; returns how many objects went.

    Objects are equal if their entries and bytes are. Merging two images can make the forms that use them equal, and so
    on: whatever refers to a merged object is looked at again, until nothing more becomes equal.
    """
    objects = reachable_objects(pdf, ctx)
    referrers = _referrers(pdf, objects)
    first: dict[bytes, Any] = {}
    digests: dict[ObjectId, bytes] = {}
    gone: set[ObjectId] = set()
    waiting = {object_id for object_id, each in objects.items() if _may_merge(each)}
    while waiting:
        substitutes: dict[ObjectId, Any] = {}
        for object_id in sorted(waiting):
            ctx.check()
            each = objects[object_id]
            if first.get(digests.get(object_id, b"")) is each:
                del first[digests[object_id]]
            digests[object_id] = _digest(each)
            original = first.setdefault(digests[object_id], each)
            if original is not each:
                substitutes[object_id] = original
        gone |= substitutes.keys()
        changed = _redirect(substitutes, referrers, pdf)
        waiting = {object_id for object_id in changed if object_id in digests} - gone
    return len(gone)


def stream_digest(stream: Stream) -> bytes:
    """A digest of the entries and the bytes of a stream, as they stand in the file."""
    digest = hashlib.sha256(_entries(stream))
    digest.update(stream.read_raw_bytes())
    return digest.digest()


def _digest(each: Any) -> bytes:
    if isinstance(each, Stream):
        return stream_digest(each)
    return hashlib.sha256(_entries(each) if isinstance(each, Dictionary) else each.unparse(resolved=True)).digest()


def _entries(dictionary: Any) -> bytes:
    """The entries in a fixed order; references as they are. /Length follows from the bytes."""
    return b"\0".join(
        key.encode() + b" " + _written(dictionary[key]) for key in sorted(dictionary.keys()) if key != "/Length"
    )


def _written(value: Any) -> bytes:
    return value.unparse() if isinstance(value, Object) else repr(value).encode()


def _may_merge(each: Any) -> bool:
    if isinstance(each, Stream):
        return each.get(Name.Type) not in _LONELY_STREAMS and not any(key in each for key in _STRUCTURE_KEYS)
    if isinstance(each, Dictionary):
        return each.get(Name.Type) in _MERGED_DICTIONARIES
    return _is_colour_space(each) or _is_list_of_numbers(each)


def _is_colour_space(array: Array) -> bool:
    return len(array) > 0 and isinstance(array[0], Name) and str(array[0]) in _COLOUR_SPACES


def _is_list_of_numbers(array: Array) -> bool:
    """Widths of glyphs, above all; fonts are equal only when these are one."""
    return len(array) > 0 and not any(isinstance(item, Object) for item in array)


def _referrers(pdf: Pdf, objects: Mapping[ObjectId, Any]) -> dict[ObjectId, list[Any]]:
    """For each object those that refer to it, the trailer included."""
    found: dict[ObjectId, list[Any]] = defaultdict(list)
    for each in (pdf.trailer, *objects.values()):
        for target in {target.objgen for target in references(each)}:
            found[target].append(each)
    return found


def _redirect(substitutes: Mapping[ObjectId, Any], referrers: dict[ObjectId, list[Any]], pdf: Pdf) -> set[ObjectId]:
    """Point every reference to the object that stays; returns the objects that were changed."""
    changed: set[ObjectId] = set()
    for object_id, original in substitutes.items():
        for container in referrers.pop(object_id, []):
            for holder, key, value in list(slots(container)):
                if value.objgen == object_id:
                    holder[key] = original
            referrers[original.objgen].append(container)
            if container.objgen != pdf.trailer.objgen:
                changed.add(container.objgen)
    return changed
