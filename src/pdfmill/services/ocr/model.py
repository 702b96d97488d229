"""What was read from a page.

All boxes are left, top, right, bottom in PDF points from the top left corner of the page as it stands upright: as a
reader shows it, turned by `ReadPage.turn`. Of a page that was straightened to be read they are those of the level page;
`as_scanned` has them where they are on the scan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import TypeAdapter

from pdfmill.services.layout.model import Box, union


class PageOutcome(StrEnum):
    """What became of a page."""

    RECOGNISED = "recognised"
    #: It has text that is good, which stays.
    HAS_TEXT = "has_text"
    #: Nothing is painted on it.
    BLANK = "blank"
    #: Something is painted on it, and no words were found.
    NO_TEXT_FOUND = "no_text_found"
    #: It took longer than a page may.
    TIMED_OUT = "timed_out"
    #: The process that read it died, or the engine failed.
    FAILED = "failed"
    #: The time for the whole document was over before its turn came.
    NOT_REACHED = "not_reached"


class Suspicion(StrEnum):
    """Why what was read from a page may be incomplete or wrong."""

    LOW_CONFIDENCE = "low_confidence"
    #: Much of what looks like text lies outside of all words.
    UNREAD_INK = "unread_ink"
    GARBLED_TEXT_BELOW = "garbled_text_below"


class Treatment(StrEnum):
    """What was done to a page's image, or to the way of reading it, before it read best."""

    STRAIGHTENED = "straightened"
    LIGHT_EVENED = "light_evened"
    TURNED = "turned"
    ENLARGED = "enlarged"
    RESOLUTION_CORRECTED = "resolution_corrected"
    AS_ONE_BLOCK = "as_one_block"
    AS_SCATTERED_WORDS = "as_scattered_words"
    SECOND_ENGINE = "second_engine"


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word; ``confidence`` is 0 to 100."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of text.

    Attributes:
        slope: Of its baseline: how many points it sinks for each point to the right.
        intercept: Where the baseline crosses the left edge of ``box``: points below its bottom edge, so mostly
            negative or 0.
    """

    words: tuple[ReadWord, ...]
    box: Box
    slope: float = 0.0
    intercept: float = 0.0

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class ReadBlock:
    """A paragraph."""

    lines: tuple[ReadLine, ...]
    box: Box


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page, read.

    Attributes:
        number: From 1.
        width: Points, upright.
        height: Points, upright.
        turn: Degrees clockwise by which the page as shown must be turned to stand upright: 0, 90, 180 or 270.
        skew: Degrees clockwise by which its lines slant, upright.
        dpi: Resolution at which it was read; 0 if it was not.
        language: Tesseract's code; several joined by ``+``; empty if nothing was read.
        confidence: 0 to 100, by characters; 0 if nothing was read.
        coverage: How much of the ink that looks like text lies inside of words, 0 to 1.
        blocks: In reading order. Of a page that has text these are its own words.
    """

    number: int
    width: float
    height: float
    outcome: PageOutcome
    turn: int = 0
    skew: float = 0.0
    dpi: float = 0.0
    language: str = ""
    confidence: float = 0.0
    coverage: float = 1.0
    treatments: tuple[Treatment, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    blocks: tuple[ReadBlock, ...] = ()

    @property
    def tilt(self) -> float:
        """Degrees clockwise about the centre of the page by which its boxes must be turned to lie on the scan."""
        return self.skew if Treatment.STRAIGHTENED in self.treatments else 0.0

    @property
    def lines(self) -> tuple[ReadLine, ...]:
        return tuple(line for block in self.blocks for line in block.lines)

    @property
    def words(self) -> tuple[ReadWord, ...]:
        return tuple(word for line in self.lines for word in line.words)

    @property
    def text(self) -> str:
        """A line for each line, an empty one between blocks."""
        return "\n\n".join("\n".join(line.text for line in block.lines) for block in self.blocks)


#: Reads and writes pages as JSON.
READ_PAGE = TypeAdapter(ReadPage)


def as_scanned(page: ReadPage) -> ReadPage:
    """The page with its boxes where they are on the scan."""
    return _tilted(page, page.tilt)


def as_level(page: ReadPage) -> ReadPage:
    """The page with its boxes where they are once the scan was made level."""
    return _tilted(page, page.tilt - page.skew)


def _tilted(page: ReadPage, degrees: float) -> ReadPage:
    """The page with its words turned clockwise about its centre.

    A word's box keeps its width and height around a moved centre: a box around a slanting word would reach over the
    lines above and below. Lines are boxes around their words.
    """
    if degrees == 0:
        return page
    angle = math.radians(degrees)
    sine, cosine = math.sin(angle), math.cos(angle)
    middle_x, middle_y = page.width / 2, page.height / 2

    def moved(x: float, y: float) -> tuple[float, float]:
        x, y = x - middle_x, y - middle_y
        return x * cosine - y * sine + middle_x, x * sine + y * cosine + middle_y

    def moved_word(word: ReadWord) -> ReadWord:
        x, y = moved(*word.box.centre)
        wide, high = word.box.width / 2, word.box.height / 2
        return replace(word, box=Box(*(round(each, 3) for each in (x - wide, y - high, x + wide, y + high))))

    def moved_line(line: ReadLine) -> ReadLine:
        words = tuple(map(moved_word, line.words))
        box = union(word.box for word in words)
        slope = math.tan(math.atan(line.slope) + angle)
        x, y = moved(line.box.left, line.box.bottom + line.intercept)
        return ReadLine(words, box, round(slope, 5), round(y + slope * (box.left - x) - box.bottom, 3))

    def moved_block(block: ReadBlock) -> ReadBlock:
        lines = tuple(map(moved_line, block.lines))
        return ReadBlock(lines, union(line.box for line in lines))

    return replace(page, blocks=tuple(map(moved_block, page.blocks)))
