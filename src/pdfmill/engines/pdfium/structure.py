"""What a document says about itself: outline, links, and the structure tree of a tagged page."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pypdfium2.raw as raw

from pdfmill.engines.pdfium.geometry import PageGeometry

# Hostile documents hold millions of these; no reader wants so many.
_MOST_OUTLINE_ITEMS = 20_000
_MOST_LINKS = 2_000
_MOST_ELEMENTS = 100_000
_DEEPEST_ELEMENT = 60

_TEXT_BYTES = 4096


@dataclass(frozen=True)
class OutlineItem:
    """An entry of the outline; ``level`` counts from 1, ``page_index`` is None where it leads nowhere."""

    level: int
    title: str
    page_index: int | None


@dataclass(frozen=True)
class Link:
    """A link annotation with a URI action, where it is shown: left, top, right, bottom in points."""

    uri: str
    box: tuple[float, float, float, float]


def read_outline(document: Any) -> tuple[OutlineItem, ...]:
    """The outline in its order, circles cut."""
    return tuple(
        OutlineItem(bookmark.level + 1, bookmark.get_title(), _page_index(bookmark))
        for bookmark in islice(document.get_toc(), _MOST_OUTLINE_ITEMS)
    )


def _page_index(bookmark: Any) -> int | None:
    destination = bookmark.get_dest()
    index = destination.get_index() if destination else None
    return index if index is not None and index >= 0 else None


def read_links(document: Any, page: Any, geometry: PageGeometry) -> tuple[Link, ...]:
    """The web links of a page of pypdfium2, annotations only: an address in the text is no link yet."""
    found = []
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    for _ in range(_MOST_LINKS):
        if not raw.FPDFLink_Enumerate(page.raw, position, link):
            break
        rectangle = raw.FS_RECTF()
        uri = _uri(document, link)
        if uri and raw.FPDFLink_GetAnnotRect(link, rectangle):
            edges = [[rectangle.left, rectangle.bottom, rectangle.right, rectangle.top]]
            box = geometry.shown(np.array(edges, np.float32))[0].tolist()
            found.append(Link(uri, tuple(box)))
    return tuple(found)


def _uri(document: Any, link: Any) -> str:
    action = raw.FPDFLink_GetAction(link)
    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return ""
    buffer = ctypes.create_string_buffer(_TEXT_BYTES)
    raw.FPDFAction_GetURIPath(document.raw, action, buffer, _TEXT_BYTES)
    return buffer.value.decode("utf-8", errors="replace").strip()


def read_structure_types(page: Any) -> dict[int, tuple[str, ...]]:
    """For each marked-content id of a tagged page, the standard structure types it lies in, outermost first.

    See ISO 32000-1, 14.8.4. A page without a structure tree gives an empty dictionary.
    """
    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    if not tree:
        return {}
    try:
        budget = iter(range(_MOST_ELEMENTS))
        found: dict[int, tuple[str, ...]] = {}
        for index in range(max(raw.FPDF_StructTree_CountChildren(tree), 0)):
            found.update(_marks(raw.FPDF_StructTree_GetChildAtIndex(tree, index), (), budget))
        return found
    finally:
        raw.FPDF_StructTree_Close(tree)


def _marks(element: Any, parents: tuple[str, ...], budget: Iterator[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    if not element or len(parents) >= _DEEPEST_ELEMENT or next(budget, None) is None:
        return
    buffer = ctypes.create_string_buffer(_TEXT_BYTES)
    length = raw.FPDF_StructElement_GetType(element, buffer, _TEXT_BYTES)
    types = (*parents, buffer.raw[: max(min(length, _TEXT_BYTES) - 2, 0)].decode("utf-16-le", errors="replace"))
    for index in range(max(raw.FPDF_StructElement_CountChildren(element), 0)):
        mark = raw.FPDF_StructElement_GetChildMarkedContentID(element, index)
        if mark >= 0:
            yield mark, types
        else:
            yield from _marks(raw.FPDF_StructElement_GetChildAtIndex(element, index), types, budget)
