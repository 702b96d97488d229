"""Text that stands across the rest of a page: a watermark, a note in the margin, the head of a narrow column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pdfmill.services.layout.columns import regions
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.lines import box_of, join, segments
from pdfmill.services.layout.model import Block, Box, Line, Paragraph, Table
from pdfmill.services.layout.paragraphs import paragraphs
from pdfmill.services.layout.words import Layer

#: Points by which text may stand out of the cell that it is in.
_SLACK = 2.0


@dataclass(frozen=True)
class TurnedLine:
    """A line that runs across the main text, by a quarter of a circle or a half.

    Attributes:
        box: Where it is when the main text is level.
        line: As it is when itself is level.
        frame: In which it is level.
        main: In which the main text is level.
    """

    box: Box
    line: Line = field(repr=False)
    frame: Frame
    main: Frame

    @property
    def angle(self) -> int:
        """Degrees clockwise in which it runs when the main text is level."""
        return (self.frame.angle - self.main.angle) % 360


def turned_lines(layers: Sequence[Layer]) -> list[TurnedLine]:
    """The lines of a page that run square to those of its first layer."""
    main = layers[0].frame
    if main.angle % 90:
        return []
    return [
        TurnedLine(main.level_box(layer.frame.turn_box(line.box)), line, layer.frame, main)
        for layer in layers[1:]
        if layer.frame.angle % 90 == 0
        for line in segments(layer.words)
    ]


def is_within(line: TurnedLine, cell: Box) -> bool:
    return cell.holds(line.box, slack=_SLACK)


def lines_within(cell: Box, lines: Iterable[TurnedLine]) -> tuple[tuple[Line, ...], int]:
    """The turned lines that a cell holds, and the angle at which they run across the main text; none, and 0."""
    held = [each for each in lines if is_within(each, cell)]
    if not held:
        return (), 0
    first = held[0]
    level = join(each.line for each in held if each.frame == first.frame)
    block = first.main.level_block(first.frame.turn_block(Paragraph(tuple(level), box_of(level))))
    assert isinstance(block, Paragraph)
    return block.lines, block.angle


def text_aside(layers: Sequence[Layer], tables: Sequence[Table], shown: Frame) -> Iterator[Block]:
    """The text of all layers but the first that is in no cell, as it is on the page that ``shown`` sees."""
    angled = [cell for table in tables for cell in table.cells if cell.angle]
    in_cells = {
        id(word)
        for each in (turned_lines(layers) if angled else ())
        if any(each.angle == cell.angle and is_within(each, cell.box) for cell in angled)
        for word in each.line.words
    }
    for layer in layers[1:]:
        words = [word for word in layer.words if id(word) not in in_cells]
        for region in regions(segments(words)):
            for lines in paragraphs(join(region)):
                paragraph = Paragraph(tuple(lines), box_of(lines))
                yield shown.level_block(layer.frame.turn_block(paragraph))
