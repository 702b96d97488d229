"""Text that lines frame: a sidebar, a note, a box of a flow chart. It is read by itself, whatever stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pdfmill.services.layout.columns import Placed, PlacedT
from pdfmill.services.layout.lines import rows_of, segments
from pdfmill.services.layout.model import Box, Line, Picture, Table, Word
from pdfmill.services.layout.rulings import Ruling, closed_boxes

#: Rows of text that a frame holds at least: a single one is a field of a form, which is read with its label.
_ROWS = 2
#: Frames of a page that are looked at.
_MOST = 200
#: Points by which text may stand out of its frame.
_SLACK = 1.0


@dataclass(frozen=True)
class FramedText:
    """What a frame holds: lines, pictures, tables and other frames."""

    box: Box
    items: tuple[Item, ...]


Item = Line | Table | Picture | FramedText


def framed(
    words: Sequence[Word], others: Iterable[Table | Picture], rulings: tuple[list[Ruling], list[Ruling]]
) -> list[Item]:
    """The segments of lines that words make, and other items; frames beside which others stand hold theirs together.

    Args:
        words: Level words that are in no table.
        rulings: The horizontal and the vertical lines.
    """
    rest = list(words)
    items: list[Item] = list(others)
    for box in sorted(closed_boxes(*rulings), key=lambda box: box.area)[:_MOST]:
        inside = [word for word in rest if _is_in(word.box, box)]
        held = [item for item in items if box.holds(item.box, slack=_SLACK)]
        is_full = len(rows_of(inside)) >= _ROWS or any(isinstance(item, FramedText) for item in held)
        if is_full and _is_beside_others(box, [*rest, *items], [*inside, *held]):
            rest, items = _without(rest, inside), _without(items, held)
            items.append(FramedText(box, (*segments(inside), *held)))
    return [*segments(rest), *items]


def _is_in(word: Box, frame: Box) -> bool:
    """Whether a word is between the sides of a frame; it may run out of it below."""
    between = word.left >= frame.left - _SLACK and word.right <= frame.right + _SLACK
    return between and frame.top < word.centre[1] < frame.bottom


def _is_beside_others(frame: Box, all_there: Sequence[Placed], within: Sequence[Placed]) -> bool:
    """Whether something stands beside a frame, and nothing runs across its sides: else it changes no order."""
    inside = set(map(id, within))
    level = [each.box for each in all_there if id(each) not in inside and _overlap(each.box, frame)]
    return bool(level) and not any(box.left < frame.right and box.right > frame.left for box in level)


def _overlap(one: Box, frame: Box) -> bool:
    return frame.top < one.centre[1] < frame.bottom or one.top < frame.centre[1] < one.bottom


def _without(all_there: Sequence[PlacedT], gone: Iterable[Placed]) -> list[PlacedT]:
    identities = set(map(id, gone))
    return [each for each in all_there if id(each) not in identities]
