"""Where lines that were found later belong among those that Tesseract has put into reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pdfmill.engines.tesseract import FoundLine


def inserted(lines: Sequence[FoundLine], more: Sequence[FoundLine]) -> tuple[FoundLine, ...]:
    """Lines in reading order, each of the others beside what stands in its row, or below what stands above it.

    A line becomes part of the paragraph and block of the one that it is put next to. What lies within a block is
    compared with that block only, so that the lines of a column stay in it. What has no neighbour comes at the end, as
    a paragraph of its own.
    """
    found = list(lines)
    paragraph = max((line.paragraph for line in lines), default=-1)
    block = max((line.block for line in lines), default=-1)
    for line in more:
        around = _neighbour(line, _of_its_block(line, found))
        if around is None:
            paragraph, block = paragraph + 1, block + 1
            found.append(replace(line, paragraph=paragraph, block=block))
            continue
        neighbour, comes_after = around
        place = next(index for index, each in enumerate(found) if each is neighbour) + comes_after
        found.insert(place, replace(line, paragraph=neighbour.paragraph, block=neighbour.block))
    return tuple(found)


def _of_its_block(line: FoundLine, lines: Sequence[FoundLine]) -> Sequence[FoundLine]:
    """The lines of the smallest block within which a line lies; all where it lies within none."""
    blocks: dict[int, list[FoundLine]] = {}
    for each in lines:
        blocks.setdefault(each.block, []).append(each)
    holding = [(size, block) for block, its in blocks.items() if (size := _size_if_holding(line, its)) is not None]
    return blocks[min(holding)[1]] if holding else lines


def _size_if_holding(line: FoundLine, block: Sequence[FoundLine]) -> float | None:
    lefts, tops, rights, bottoms = zip(*(each.box for each in block), strict=True)
    left, top, right, bottom = min(lefts), min(tops), max(rights), max(bottoms)
    x, y = _middle(line)
    return (right - left) * (bottom - top) if left <= x <= right and top <= y <= bottom else None


def _neighbour(line: FoundLine, lines: Sequence[FoundLine]) -> tuple[FoundLine, bool] | None:
    """The line next to which another one is read, and whether it is read after that; None without any."""
    x, y = _middle(line)
    row = [each for each in lines if each.box[1] <= y <= each.box[3] or line.box[1] <= _middle(each)[1] <= line.box[3]]
    column = [each for each in lines if each.box[0] < line.box[2] and line.box[0] < each.box[2]]
    if left := [each for each in row if _middle(each)[0] <= x]:
        return max(left, key=lambda each: each.box[2]), True
    if row:
        return min(row, key=lambda each: each.box[0]), False
    if above := [each for each in column if _middle(each)[1] <= y]:
        return max(above, key=lambda each: each.box[3]), True
    if column:
        return min(column, key=lambda each: each.box[1]), False
    return None


def _middle(line: FoundLine) -> tuple[float, float]:
    left, top, right, bottom = line.box
    return (left + right) / 2, (top + bottom) / 2
