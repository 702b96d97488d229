"""From the regions of a page to its blocks: paragraphs, headings, list items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from itertools import pairwise

from pdfmill.services.layout.columns import Band, bands
from pdfmill.services.layout.framed_text import FramedText, Item
from pdfmill.services.layout.headings import HeadingFinder, with_titles
from pdfmill.services.layout.lines import box_of, join
from pdfmill.services.layout.markers import marker_of, ordinal, ordinal_of
from pdfmill.services.layout.model import Block, ColumnBand, Heading, Line, ListItem, Paragraph, union
from pdfmill.services.layout.paragraphs import SENTENCE_ENDS, paragraphs

_DEEPEST_LIST = 6


@dataclass(frozen=True)
class BlockFinder:
    """Makes blocks of a page's regions."""

    headings: HeadingFinder
    page_index: int

    def page(self, bands: Iterable[Band[Item]]) -> tuple[list[Block], tuple[ColumnBand, ...]]:
        """The blocks of a page in their order, and where they stand in columns side by side."""
        found: list[Block] = []
        side_by_side = []
        for band in bands:
            starts, columns = [], []
            for column in band:
                starts.append(len(found))
                columns.append(self.blocks(column))
                found += _continuing(found[-1] if len(starts) > 1 else None, columns[-1])
            if len(columns) > 1:
                boxes = tuple(union(block.box for block in blocks) for blocks in columns)
                side_by_side.append(ColumnBand(tuple(starts), len(found), boxes))
        return self._with_text(found), tuple(side_by_side)

    def blocks(self, regions: Iterable[Sequence[Item]]) -> list[Block]:
        """The blocks of the regions of one column, in their order."""
        found: list[Block] = []
        for region in regions:
            text = self._text_blocks(join(item for item in region if isinstance(item, Line)))
            others = [item for item in region if not isinstance(item, Line)]
            # A picture beside a paragraph follows it: it does not cut it in two.
            for item in merge(text, others, key=lambda block: block.box.top):
                found += self._framed(item) if isinstance(item, FramedText) else [item]
        return _nested(self._itemised(with_titles(_continued(found))))

    def _framed(self, text: FramedText) -> list[Block]:
        return [block for band in bands(text.items) for column in band for block in self.blocks(column)]

    def running_text(self, lines: Sequence[Line]) -> list[Block]:
        """The blocks of a column whose lines are known, from top to bottom."""
        found = self._itemised(with_titles(_continued(self._text_blocks(lines))))
        return _nested(self._with_text(found))

    def _itemised(self, blocks: Sequence[Block]) -> list[Block]:
        """The blocks, with headings that only count on to the next made items of a list."""
        found = list(blocks)
        for index, (block, following) in enumerate(pairwise(blocks)):
            if isinstance(block, Heading) and self._counts_on(block, following):
                found[index] = _running(block.lines)
                if isinstance(following, Heading):
                    found[index + 1] = _running(following.lines)
        return found

    def _counts_on(self, heading: Heading, following: Block) -> bool:
        """Whether what follows a heading directly is the next of a list; a name makes a heading for sure."""
        number = ordinal_of(heading.lines[0])
        if number is None or self.headings.is_named(heading.lines, self.page_index):
            return False
        if isinstance(following, ListItem):
            return following.ordered and ordinal(following.marker) == number + 1
        return (
            isinstance(following, Heading)
            and following.level == heading.level
            and ordinal_of(following.lines[0]) == number + 1
            and not self.headings.is_named(following.lines, self.page_index)
        )

    def _text_blocks(self, lines: Sequence[Line]) -> list[Block]:
        common = self.headings.profile
        looks = (common.body_style, common.looks) if common.body_style is not None and common.looks else None
        found = paragraphs(lines, looks)
        around = zip(([], *found), found, (*found[1:], []), strict=False)
        return [self._text_block(tuple(paragraph), before, after) for before, paragraph, after in around]

    def _text_block(self, lines: tuple[Line, ...], before: Sequence[Line], after: Sequence[Line]) -> Block:
        level = self.headings.level(lines, self.page_index, before, after)
        return _running(lines) if level is None else Heading(lines, box_of(lines), level)

    def _with_text(self, blocks: list[Block]) -> list[Block]:
        """The blocks of a page; a last one that only looks like a heading is none, since it heads nothing."""
        last = blocks[-1] if len(blocks) > 1 else None
        if isinstance(last, Heading) and self.headings.is_only_by_look(last.lines, self.page_index):
            blocks[-1] = _running(last.lines)
        return blocks


def _running(lines: tuple[Line, ...]) -> Paragraph | ListItem:
    """A paragraph, or a list item if it begins with a marker."""
    marker = marker_of(lines[0])
    if marker is None:
        return Paragraph(lines, box_of(lines))
    return ListItem((Line.of(lines[0].words[1:]), *lines[1:]), box_of(lines), marker.text, 1, marker.ordered)


def _continued(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with each paragraph that stands under the text of a list item above it made a part of that item."""
    found: list[Block] = []
    for block in blocks:
        above = found[-1] if found else None
        if isinstance(block, Paragraph) and isinstance(above, ListItem) and _hangs_under(block, above):
            lines = (*above.lines, *block.lines)
            found[-1] = ListItem(lines, box_of(lines), above.marker, above.level, above.ordered)
        else:
            found.append(block)
    return found


def _continuing(before: Block | None, blocks: list[Block]) -> list[Block]:
    """The blocks, the first one marked if it goes on with the one before."""
    if before is not None and blocks and (joined := continuation(before, blocks[0])) is not None:
        return [joined, *blocks[1:]]
    return blocks


def continuation(before: Block, block: Block) -> Paragraph | None:
    """A paragraph that goes on with the block before it, which the end of a column or of a page cuts; else None.

    It does if the text before fills its last line and ends no sentence, and the paragraph looks the same and begins in
    the middle of one.
    """
    if not isinstance(block, Paragraph) or not isinstance(before, Paragraph | ListItem) or block.angle != before.angle:
        return None
    last, first = before.lines[-1], block.lines[0]
    same = abs(last.size - first.size) < 0.3 and last.bold == first.bold
    full = last.box.right > before.box.right - 2 * last.size or last.box.left < before.box.left + 2 * last.size
    begins_within = first.text[:1].islower() or last.text.endswith(("-", "\u2010", ","))
    if same and full and begins_within and len(before.lines) > 1 and not last.text.endswith(SENTENCE_ENDS):
        return replace(block, continues=True)
    return None


def _hangs_under(block: Paragraph, item: ListItem) -> bool:
    text_left = item.lines[0].box.left
    close = 0 <= block.box.top - item.lines[-1].box.bottom < 0.6 * item.lines[-1].size
    return close and abs(block.box.left - text_left) < 0.5 * item.lines[0].size


def _nested(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with list items that follow one another nested by how far they are indented."""
    found: list[Block] = []
    indents: list[float] = []
    for block in blocks:
        if not isinstance(block, ListItem):
            indents = []
            found.append(block)
            continue
        left = block.box.left
        while indents and left < indents[-1] - 3:
            indents.pop()
        if not indents or left > indents[-1] + 3:
            indents.append(left)
        level = min(len(indents), _DEEPEST_LIST)
        found.append(ListItem(block.lines, block.box, block.marker, level, block.ordered))
    return found
