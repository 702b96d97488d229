"""Whether the smaller file is still the same document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream

from pdfmill.core.context import Context
from pdfmill.engines.pdfium import open_drawn
from pdfmill.engines.pikepdf import open_pdf
from pdfmill.services.compression.similarity import structural_similarity

_DRAWN_PIXELS = 4_000_000

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


@dataclass
class Comparison:
    """How the smaller file differs.

    Attributes:
        lost: What it lost, in words for a warning; None if nothing.
        changed_text: The first page whose text is another one, by number; None if there is none.
        similarities: SSIM of each compared page, by index.
    """

    lost: str | None = None
    changed_text: int | None = None
    similarities: dict[int, float] = field(default_factory=dict)

    def pages_below(self, least: float) -> set[int]:
        """Indices of the pages that did not stay similar enough."""
        return {index for index, similarity in self.similarities.items() if similarity < least}

    @property
    def worst(self) -> float | None:
        return min(self.similarities.values(), default=None)


def compare(original: Path, smaller: Path, touched_pages: Iterable[int], dpi: float, ctx: Context) -> Comparison:
    """Compare structure and text of the whole documents, and the looks of some pages.

    Args:
        touched_pages: Indices of the pages to draw.
        dpi: Resolution at which they are drawn.

    Raises:
        DamagedInput: One of them cannot be drawn.
    """
    found = Comparison()
    with open_pdf(original) as before, open_pdf(smaller) as after:
        found.lost = _lost_structure(before, after)
    if found.lost:
        return found
    touched = set(touched_pages)
    with open_drawn(original) as old, open_drawn(smaller) as new:
        for index in range(old.page_count):
            if old.text(index) != new.text(index):
                found.changed_text = index + 1
                return found
            if index in touched:
                drawings = [each.draw(index, dpi=dpi, max_pixels=_DRAWN_PIXELS) for each in (old, new)]
                same_size = drawings[0].shape == drawings[1].shape
                found.similarities[index] = structural_similarity(*drawings) if same_size else 0.0
            ctx.advance(index + 1, old.page_count, unit="pages")
    return found


def _lost_structure(before: Pdf, after: Pdf) -> str | None:
    had, has = inventory(before), inventory(after)
    for what, amount in had.items():
        if has.get(what) != amount:
            return f"{what} changed"
    return None


def inventory(pdf: Pdf) -> dict[str, Any]:
    """What a document holds besides its looks: counts of everything that a rewrite must not lose."""
    root = pdf.Root
    found: dict[str, Any] = {
        "the number of pages": len(pdf.pages),
        "the size of pages": [_box(page.obj) for page in pdf.pages],
        "annotations": _annotations(pdf),
        "the outline": _outline_items(root.get(Name.Outlines)),
        "attachments": sorted(pdf.attachments.keys()),
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
    kinds: Counter[str] = Counter()
    for page in pdf.pages:
        annotations = page.obj.get(Name.Annots)
        for each in annotations if isinstance(annotations, Array) else ():
            if isinstance(each, Dictionary):
                kinds[str(each.get(Name.Subtype))] += 1
    return kinds


def _outline_items(outlines: Any) -> int:
    """Items of the outline; each is counted once, since hostile outlines run in circles."""
    seen: set[tuple[int, int]] = set()
    waiting = [outlines]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Dictionary) or item.objgen in seen:
            continue
        seen.add(item.objgen)
        waiting += [item.get(Name.First), item.get(Name.Next)]
    return len(seen)
