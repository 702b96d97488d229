"""Lists whose numbers count, as the document counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pdfmill.engines.docx import WordDocument
from pdfmill.services.layout.model import ListItem

_MARKER = re.compile(r"(\(?)(\w+)([.)])")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_BULLETS = {"o": "◦", "*": "•", "∙": "•", "·": "•", "●": "•"}


@dataclass
class _Running:
    """A list that may go on."""

    number: int
    number_format: str
    text: str
    following: int


class Numbering:
    """Finds for each item of a list the numbering of the word processor that gives it its marker."""

    def __init__(self, document: WordDocument) -> None:
        self._document = document
        self._running: dict[int, _Running] = {}
        self._bullets: dict[tuple[str, int], int] = {}

    def of(self, item: ListItem) -> tuple[int, int]:
        """The list's number, and the item's level from 0."""
        level = item.level - 1
        for deeper in [each for each in self._running if each > level]:
            del self._running[deeper]
        if not item.ordered:
            bullet = _BULLETS.get(item.marker, item.marker)
            if (bullet, level) not in self._bullets:
                self._bullets[bullet, level] = self._document.numbering("bullet", bullet, level, 1)
            return self._bullets[bullet, level], level
        running = self._running.get(level)
        for number_format, text, value in readings(item.marker):
            if running and (running.number_format, running.text, running.following) == (number_format, text, value):
                running.following += 1
                return running.number, level
        number_format, text, value = readings(item.marker)[0]
        number = self._document.numbering(number_format, text, level, value)
        self._running[level] = _Running(number, number_format, text, value + 1)
        return number, level


def readings(marker: str) -> list[tuple[str, str, int]]:
    """What a marker such as ``(iv)`` may be: number format (ST_NumberFormat), its text with ``{}``, and its value.

    A single letter that is a Roman digit may be either; ``i`` is more often a number, the others are letters.
    """
    found = _MARKER.fullmatch(marker)
    assert found, marker
    before, middle, after = found.groups()
    text = f"{before}{{}}{after}"
    if middle.isdigit():
        return [("decimal", text, int(middle))]
    case = "upper" if middle.isupper() else "lower"
    letters = middle.lower()
    roman = [(f"{case}Roman", text, _roman(letters))] if set(letters) <= set(_ROMAN) else []
    letter = [(f"{case}Letter", text, ord(letters) - ord("a") + 1)] if len(letters) == 1 else []
    return roman + letter if letters == "i" else letter + roman


def _roman(letters: str) -> int:
    values = [_ROMAN[letter] for letter in letters]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))
