"""The layout of a document: pages hold blocks, blocks hold lines, lines hold words.

All boxes are left, top, right, bottom in PDF points (1/72 inch). The origin is the top left corner of the page as it is
shown: its crop box, with /Rotate and /UserUnit applied (ISO 32000-1, 7.7.3.3 and 14.11.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple, TypeAlias

from pydantic import PlainSerializer, SerializationInfo


class Box(NamedTuple):
    """Left, top, right, bottom in points from the top left of the page as shown."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def area(self) -> float:
        return max(self.width, 0) * max(self.height, 0)

    def holds(self, other: Box, slack: float = 0.0) -> bool:
        """Whether the centre of another box lies inside this one, or no more than ``slack`` points beside it."""
        x, y = other.centre
        return self.left - slack <= x <= self.right + slack and self.top - slack <= y <= self.bottom + slack

    def intersection(self, other: Box) -> Box:
        """What both cover; of negative extent where they do not meet."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


def union(boxes: Iterator[Box]) -> Box:
    """The smallest box around some boxes, of which there is at least one."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


@dataclass(frozen=True, slots=True)
class Style:
    """How a word is set.

    Attributes:
        font: Base font without its subset tag.
        size: Height of the em in points, as shown.
        colour: ``#rrggbb``; null where it is a pattern.
        serif: Whether its font says that it has serifs.
        role: Its standard structure type in a tagged document (ISO 32000-1, 14.8.4), such as ``H1``; empty if none.
    """

    font: str
    size: float
    bold: bool
    italic: bool
    monospaced: bool
    colour: str | None
    invisible: bool = False
    role: str = ""
    serif: bool = False


def _style_index(style: Style, info: SerializationInfo) -> int:
    """In JSON a word names its style by its place in a table, which the context collects: `dict[Style, int]`."""
    styles = info.context
    assert isinstance(styles, dict)
    index: int = styles.setdefault(style, len(styles))
    return index


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a space between them, ligatures taken apart, right-to-left text in logical order.

    Attributes:
        box: Its advance widths wide, from ascent to descent high.
        style: How it is set; in JSON its index in the document's table of styles.
        link: The address that it links to; null if none.
    """

    text: str
    box: Box
    style: Annotated[Style, PlainSerializer(_style_index)]
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline, in the order in which one reads them."""

    words: tuple[Word, ...]
    box: Box

    @classmethod
    def of(cls, words: tuple[Word, ...]) -> Line:
        return cls(words, words[0].box if len(words) == 1 else union(word.box for word in words))

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def size(self) -> float:
        """The font size of most of its characters."""
        sizes = {word.style.size for word in self.words}
        if len(sizes) == 1:
            return sizes.pop()
        weights: dict[float, int] = {}
        for word in self.words:
            weights[word.style.size] = weights.get(word.style.size, 0) + len(word.text)
        return max(weights, key=lambda size: weights[size])

    @property
    def bold(self) -> bool:
        """Whether nearly all of it is bold."""
        looks = {word.style.bold for word in self.words}
        if len(looks) == 1:
            return looks.pop()
        bold = sum(len(word.text) for word in self.words if word.style.bold)
        return bold >= 0.85 * sum(len(word.text) for word in self.words)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text.

    Attributes:
        angle: Degrees clockwise by which its lines are turned on the page; nearly always 0.
        continues: Whether it goes on with the paragraph before it, which the end of a column or of a page cuts.
    """

    lines: tuple[Line, ...]
    box: Box
    angle: int = 0
    continues: bool = False
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` is 1 to 6."""

    lines: tuple[Line, ...]
    box: Box
    level: int
    angle: int = 0
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class ListItem:
    """An item of a list.

    Attributes:
        lines: Its text without the marker.
        marker: The bullet or number as it stands there, such as ``•`` or ``3.``.
        level: How deep it is nested, from 1.
        ordered: Whether the marker counts.
    """

    lines: tuple[Line, ...]
    box: Box
    marker: str
    level: int
    ordered: bool
    angle: int = 0
    kind: Literal["list_item"] = "list_item"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; ``row`` and ``column`` count from 0, spans from 1.

    Attributes:
        fill: The colour that it is filled with, as ``#rrggbb``; null for none.
        angle: Degrees clockwise in which its lines run, if those of its table are level.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    lines: tuple[Line, ...]
    box: Box
    fill: str | None = None
    angle: int = 0

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        cells: Those that hold text or span others, row by row.
        ruled: Whether lines show its cells; else white space does.
    """

    cells: tuple[Cell, ...]
    row_count: int
    column_count: int
    box: Box
    ruled: bool
    angle: int = 0
    kind: Literal["table"] = "table"

    def grid(self) -> list[list[str]]:
        """The text of its cells, row by row; where a cell spans others these are empty."""
        rows = [[""] * self.column_count for _ in range(self.row_count)]
        for cell in self.cells:
            rows[cell.row][cell.column] = cell.text
        return rows


@dataclass(frozen=True, slots=True)
class Picture:
    """What is looked at and not read.

    Attributes:
        source: An image of pixels, a drawing of lines and areas, or a drawing that only stands behind text.
        lines: The words within a drawing, such as labels of a chart.
    """

    box: Box
    angle: int = 0
    source: Literal["image", "drawing", "background"] = "image"
    lines: tuple[Line, ...] = ()
    kind: Literal["picture"] = "picture"


TextBlock: TypeAlias = Paragraph | Heading | ListItem
Block: TypeAlias = Paragraph | Heading | ListItem | Table | Picture


class TextQuality(StrEnum):
    """What the text of a page is worth.

    ``garbled`` text has characters, but not those that one sees: its fonts do not tell what their glyphs mean.
    """

    GOOD = "good"
    BLANK = "blank"
    IMAGE_ONLY = "image_only"
    GARBLED = "garbled"
    #: It was a picture, and its words were recognised.
    RECOGNISED = "recognised"

    @property
    def needs_ocr(self) -> bool:
        return self in (TextQuality.IMAGE_ONLY, TextQuality.GARBLED)


@dataclass(frozen=True, slots=True)
class ColumnBand:
    """A stretch of a page where text runs in columns side by side.

    Attributes:
        starts: For each column, in reading order, the index of its first block.
        end: Index after the last block of the last column.
        boxes: What is around the blocks of each column.
    """

    starts: tuple[int, ...]
    end: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as one reads it.

    Attributes:
        number: From 1.
        width: Points, as shown.
        height: Points, as shown.
        blocks: In reading order; text that stands across the rest, such as a watermark, comes last.
        headers: Lines that stand above the text of many pages, page numbers included.
        footers: Lines that stand below it.
        columns: Where blocks stand in columns side by side, from top to bottom.
        turned: Degrees clockwise in which lines run on the page as shown, if everything here is as it is when the page
            is turned back by that; else 0.
    """

    number: int
    width: float
    height: float
    quality: TextQuality
    blocks: tuple[Block, ...]
    headers: tuple[Line, ...] = ()
    footers: tuple[Line, ...] = ()
    columns: tuple[ColumnBand, ...] = ()
    turned: int = 0
