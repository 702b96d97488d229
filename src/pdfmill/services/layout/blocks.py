"""From the regions of a page to its blocks: paragraphs, headings, list items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import merge

from pdfmill.services.layout.headings import HeadingFinder
from pdfmill.services.layout.lines import box_of, join
from pdfmill.services.layout.markers import marker_of
from pdfmill.services.layout.model import Block, Heading, Line, ListItem, Paragraph, Picture, Table
from pdfmill.services.layout.paragraphs import paragraphs

_DEEPEST_LIST = 6

Item = Line | Table | Picture


@dataclass(frozen=True)
class BlockFinder:
    """Makes blocks of a page's regions."""

    headings: HeadingFinder
    page_index: int

    def blocks(self, regions: Iterable[Sequence[Item]]) -> list[Block]:
        """The blocks of the regions, in their order."""
        found: list[Block] = []
        for region in regions:
            text = self._text_blocks([item for item in region if isinstance(item, Line)])
            others = [item for item in region if not isinstance(item, Line)]
            # A picture beside a paragraph follows it: it does not cut it in two.
            found += merge(text, others, key=lambda block: block.box.top)
        return _nested(_continued(found))

    def _text_blocks(self, parts: Sequence[Line]) -> list[Block]:
        return [self._text_block(tuple(lines)) for lines in paragraphs(join(parts))]

    def _text_block(self, lines: tuple[Line, ...]) -> Block:
        box = box_of(lines)
        level = self.headings.level(lines, self.page_index)
        if level is not None:
            return Heading(lines, box, level)
        marker = marker_of(lines[0])
        if marker is not None:
            first = Line.of(lines[0].words[1:])
            return ListItem((first, *lines[1:]), box, marker.text, 1, marker.ordered)
        return Paragraph(lines, box)


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
