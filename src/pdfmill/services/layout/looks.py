"""What makes a line stand out from the text around it, though it is neither larger nor bold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from pdfmill.services.layout.model import Line, Style

#: Letters of the shortest line that is set in capitals; fewer are an abbreviation.
_FEWEST_CAPITALS = 4
#: Differences between a colour's channels, of 255, from which on it is one and not a grey; and its darkest channel if
#: it can only be read on something dark.
_COLOURED, _LIGHT = 48, 225
#: Lines in which a look comes back, if headings have it; italics are for emphasis and captions as well.
_FEWEST_LINES, _FEWEST_ITALIC = 2, 3
#: Part of the text that headings are at most.
_MOST_TEXT = 0.15
#: Names of fonts whose small letters are small capitals.
_SMALL_CAPITALS = re.compile(r"csc\d|caps\d|small-?cap|smcp|[-,]sc\b", re.IGNORECASE)


class Look(NamedTuple):
    """How a line differs from the body.

    Attributes:
        colour: ``#rrggbb``; empty if it is that of the body, or a grey.
    """

    capitals: bool
    italic: bool
    colour: str

    @property
    def is_only_italic(self) -> bool:
        return self.italic and not (self.capitals or self.colour)


PLAIN = Look(capitals=False, italic=False, colour="")


def look_of(line: Line, body: Style) -> Look:
    """How a line differs from the body; links do not."""
    first = line.words[0]
    if first.link is not None:
        return PLAIN
    style = first.style
    italic = style.italic and not body.italic and all(word.style.italic for word in line.words)
    coloured = style.colour is not None and style.colour != body.colour and _is_seen(style.colour)
    same = coloured and all(word.style.colour == style.colour for word in line.words)
    return Look(_is_in_capitals(line), italic, style.colour or "" if same else "")


def recurring_looks(lines: Iterable[Line], body: Style) -> frozenset[Look]:
    """Looks that headings may have: they come back in several lines, and little of the text has them."""
    counts: Counter[Look] = Counter()
    characters: Counter[Look] = Counter()
    total = 0
    for line in lines:
        length = sum(len(word.text) for word in line.words)
        total += length
        if (line.words[0].style == body and not line.words[0].text.isupper()) or not _has_letters(line):
            continue
        look = look_of(line, body)
        counts[look] += 1
        characters[look] += length
    return frozenset(
        look
        for look, count in counts.items()
        if look != PLAIN
        and count >= (_FEWEST_ITALIC if look.is_only_italic else _FEWEST_LINES)
        and characters[look] <= _MOST_TEXT * total
    )


def _is_in_capitals(line: Line) -> bool:
    text = line.text
    if text.isupper():
        return sum(map(str.isalpha, text)) >= _FEWEST_CAPITALS
    return all(_SMALL_CAPITALS.search(word.style.font) for word in line.words)


def _is_seen(colour: str) -> bool:
    """Whether a colour is none of the greys that text has, black among them."""
    channels = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return max(channels) - min(channels) >= _COLOURED or min(channels) >= _LIGHT


def _has_letters(line: Line) -> bool:
    return any(any(map(str.isalpha, word.text)) for word in line.words)
