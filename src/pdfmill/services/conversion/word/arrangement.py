"""How the blocks of a page stand to each other: in columns, beside one another, with white between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pdfmill.services.layout.model import Block, Box, ColumnBand, Page, Picture, Table

#: Points by which the columns of two pages may differ and still be one section's.
_SAME_COLUMNS = 8.0
#: Part of the lower block's height that two blocks share, if they stand side by side.
_BESIDE = 0.3


def stretches_of(page: Page) -> Iterator[tuple[ColumnBand | None, list[Sequence[Block]]]]:
    """The blocks of a page from top to bottom: those over its whole width, and those in columns."""
    start, any_yet = 0, False
    for band in page.columns:
        if band.starts[0] > start:
            yield None, [page.blocks[start : band.starts[0]]]
        ends = (*band.starts[1:], band.end)
        yield band, [page.blocks[first:last] for first, last in zip(band.starts, ends, strict=True)]
        start, any_yet = band.end, True
    if start < len(page.blocks) or not any_yet:
        yield None, [page.blocks[start:]]


def are_alike(one: ColumnBand | None, other: ColumnBand | None) -> bool:
    if one is None or other is None:
        return one is other
    return len(one.boxes) == len(other.boxes) and all(
        abs(a.left - b.left) < _SAME_COLUMNS and abs(a.right - b.right) < _SAME_COLUMNS
        for a, b in zip(one.boxes, other.boxes, strict=True)
    )


def gaps_to_cut(blocks: Sequence[Block], top: float, bottom: float) -> dict[int, float]:
    """By how many points the white above blocks is less, by their identity, for all of them to stay on the page.

    Blocks that stand side by side come one below the other here; the last gaps give way first.
    """
    gaps = []
    y = top
    for block in blocks:
        if block.angle or (isinstance(block, Picture) and block.source == "background"):
            continue
        gaps.append((id(block), max(block.box.top - y, 0.0)))
        y = max(block.box.top, y) + _height(block)
    found, over = {}, y - bottom
    for identity, gap in reversed(gaps):
        if over <= 0:
            break
        found[identity] = min(gap, over)
        over -= found[identity]
    return found


def _height(block: Block) -> float:
    """Points that a block is high at least, with lines as high as their largest letters."""
    if isinstance(block, Table | Picture):
        return block.box.height
    return max(block.box.height, sum(max(word.style.size for word in line.words) for line in block.lines))


def stands_beside(block: Table | Picture, page: Page) -> bool:
    """Whether something stands to the left or right of a block, in the same column."""
    band = next((band for band in page.columns if any(box.holds(block.box) for box in band.boxes)), None)
    column = next((box for box in band.boxes if box.holds(block.box)), None) if band else None
    return any(
        each is not block and _share_height(each.box, block.box) and (column is None or column.holds(each.box))
        for each in page.blocks
    )


def _share_height(one: Box, other: Box) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > _BESIDE * min(one.height, other.height)
