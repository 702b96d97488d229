"""What a document holds besides its looks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream
from pikepdf.exceptions import PikepdfError

ObjectId = tuple[int, int]

_ROOT_ENTRIES = (
    "/AcroForm",
    "/MarkInfo",
    "/StructTreeRoot",
    "/Lang",
    "/OutputIntents",
    "/OCProperties",
    "/Metadata",
    "/Names",
    "/Dests",
    "/PageLabels",
    "/AF",
)

#: What a link or an outline item may lead to is a few levels deep: an action, its destination, a page.
_DEEPEST_TARGET = 6


def inventory(pdf: Pdf) -> dict[str, Any]:
    """Everything that a rewrite must not lose, in words for a warning: counted, written out, or as digests."""
    root = pdf.Root
    page_numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    found: dict[str, Any] = {
        "the number of pages": len(pdf.pages),
        "the size of pages": [_box(page.obj) for page in pdf.pages],
        "annotations": _annotations(pdf),
        "the targets of links": [_target(each, page_numbers) for each in _links(pdf)],
        "the outline": [_outline_item(each, page_numbers) for each in _outline_items(root.get(Name.Outlines))],
        "attachments": _attachments(pdf),
        "the structure tree": _structure_elements(root.get(Name.StructTreeRoot)),
        "encryption": pdf.is_encrypted,
        "form fields": _size(_entry(root, Name.AcroForm, Name.Fields)),
        "the XFA form": _size(_entry(root, Name.AcroForm, Name.XFA)),
        "layers": _size(_entry(root, Name.OCProperties, Name.OCGs)),
    }
    for entry in _ROOT_ENTRIES:
        value = root.get(entry)
        found[f"the document's {entry[1:]}"] = _size(value)
    return found


def _entry(holder: Any, *path: Any) -> Any:
    value: Any = holder
    for key in path:
        value = value.get(key) if isinstance(value, Dictionary) else None
    return value


def _size(value: Any) -> Any:
    if isinstance(value, Stream):
        return len(value.read_bytes())
    if isinstance(value, Array | Dictionary):
        return len(value)
    return None if value is None else str(value)


def _box(page: Dictionary) -> tuple[Any, ...]:
    boxes = (page.get(Name.MediaBox), page.get(Name.CropBox))
    return (*(tuple(map(float, box)) if isinstance(box, Array) else None for box in boxes), page.get(Name.Rotate))


def _annotations(pdf: Pdf) -> Counter[str]:
    return Counter(str(each.get(Name.Subtype)) for each in _annotation_dictionaries(pdf))


def _annotation_dictionaries(pdf: Pdf) -> Iterator[Dictionary]:
    for page in pdf.pages:
        annotations = page.obj.get(Name.Annots)
        for each in annotations if isinstance(annotations, Array) else ():
            if isinstance(each, Dictionary):
                yield each


def _links(pdf: Pdf) -> Iterator[Dictionary]:
    return (each for each in _annotation_dictionaries(pdf) if each.get(Name.Subtype) == Name.Link)


def _outline_items(outlines: Any) -> Iterator[Dictionary]:
    """Items of the outline; each comes once, since hostile outlines run in circles."""
    seen: set[tuple[int, int]] = set()
    waiting = [outlines]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Dictionary) or item.objgen in seen:
            continue
        seen.add(item.objgen)
        yield item
        waiting += [item.get(Name.First), item.get(Name.Next)]


def _outline_item(item: Dictionary, page_numbers: Mapping[ObjectId, int]) -> tuple[str, str]:
    return str(item.get(Name.Title)), _target(item, page_numbers)


def _target(holder: Dictionary, page_numbers: Mapping[ObjectId, int]) -> str:
    """Where a link or an outline item leads: its destination and its action (ISO 32000-2, 12.3.2 and 12.6)."""
    return _written([holder.get(Name.Dest), holder.get(Name.A)], page_numbers, 0)


def _written(value: Any, page_numbers: Mapping[ObjectId, int], depth: int) -> str:
    """A value so that two documents can be compared: objects by what they hold, pages by their number."""
    if isinstance(value, Dictionary | Stream) and value.objgen in page_numbers:
        return f"page {page_numbers[value.objgen]}"
    if depth > _DEEPEST_TARGET or isinstance(value, Stream):
        return "…"
    if isinstance(value, Array | list):
        return f"[{' '.join(_written(each, page_numbers, depth + 1) for each in value)}]"
    if isinstance(value, Dictionary):
        entries = (f"{key} {_written(value[key], page_numbers, depth + 1)}" for key in sorted(value.keys()))
        return f"<{' '.join(entries)}>"
    return str(value)


def _attachments(pdf: Pdf) -> dict[str, str]:
    """The digest of each attached file's bytes; that of nothing where they cannot be decoded."""
    found = {}
    for name, specification in pdf.attachments.items():
        try:
            content = specification.get_file().read_bytes()
        except (PikepdfError, ValueError, KeyError):  # damaged in both documents, or lost
            content = b""
        found[name] = hashlib.sha256(content).hexdigest()
    return found


def _structure_elements(tree: Any) -> Counter[str]:
    """The elements of the structure tree by their type (ISO 32000-2, 14.7.2); each comes once."""
    kinds: Counter[str] = Counter()
    seen: set[ObjectId] = set()
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Array):
            waiting += list(each)
        elif isinstance(each, Dictionary) and not (each.is_indirect and each.objgen in seen):
            seen.add(each.objgen)
            kinds[str(each.get(Name.S, each.get(Name.Type)))] += 1
            waiting.append(each.get(Name.K))
    return kinds
