"""Markers of list items, and numbers of headings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pdfmill.services.layout.model import Line

_BULLET = re.compile(r"[•●▪■◦‣∙·○◻❖➢✓★\-–—*o]")
_ORDINAL = re.compile(r"\(?(\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]")
#: What leads to the page number of an entry of a table of contents.
_LEADER = re.compile(r"(\. ?){4,} *[\divxlc]+$", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,7}", re.IGNORECASE)
#: Ems of white before a page number that no dots lead to.
_WIDE = 2.0
_SECTION = re.compile(r"(\d{1,2}(\.\d{1,2})*)\.?|[A-Z]\.|[IVX]{1,5}\.")


@dataclass(frozen=True)
class Marker:
    """What an item of a list begins with, such as ``•`` or ``3.``."""

    text: str
    ordered: bool


def marker_of(line: Line) -> Marker | None:
    """The marker that a line begins with; a line that holds nothing else is no item."""
    first = line.words[0].text
    if len(line.words) < 2:
        return None
    if _BULLET.fullmatch(first):
        return Marker(first, ordered=False)
    if _ORDINAL.fullmatch(first):
        return Marker(first, ordered=True)
    return None


def ordinal_of(line: Line) -> int | None:
    """What the marker counts that a line begins with; None if it counts nothing."""
    marker = marker_of(line)
    return ordinal(marker.text) if marker is not None and marker.ordered else None


def ordinal(marker: str) -> int | None:
    """What a marker counts, from 1, in figures or single letters; None if in Roman numerals."""
    text = marker.strip("().").lower()
    if text.isdigit():
        return int(text)
    return ord(text) - ord("a") + 1 if len(text) == 1 else None


def is_marker(word: str) -> bool:
    """Whether a word that stands first in a line may mark an item of a list."""
    return bool(_BULLET.fullmatch(word) or _ORDINAL.fullmatch(word))


def is_entry_of_contents(line: Line) -> bool:
    """Whether a line ends an entry of a table of contents: dots or white lead to the number of a page."""
    if len(line.words) < 2 or not _PAGE_NUMBER.search(line.words[-1].text):
        return False
    before, last = line.words[-2:]
    gap = max(last.box.left - before.box.right, before.box.left - last.box.right)
    is_set_apart = gap > _WIDE * line.size and bool(_PAGE_NUMBER.fullmatch(last.text))
    return is_set_apart or bool(_LEADER.search(line.text))


def section_depth(line: Line) -> int | None:
    """How deep the section is that a line's number names: 1 for ``2``, 3 for ``2.1.4``; None without a number."""
    first = line.words[0].text
    if len(line.words) < 2 or not _SECTION.fullmatch(first):
        return None
    return first.rstrip(".").count(".") + 1
