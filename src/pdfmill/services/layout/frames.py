"""Layers of a page by the direction of their text, each seen so that its lines run from left to right."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pdfmill.services.layout.model import Block, Box, Line, Picture, Table

Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Frame:
    """The page turned back by the angle of a layer's text.

    Attributes:
        angle: Degrees clockwise in which the layer's baselines run on the page as shown.
        width: Of the page as shown, in points.
        height: Of the page as shown, in points.
    """

    angle: int
    width: float
    height: float

    @cached_property
    def size(self) -> tuple[float, float]:
        """Width and height of the page when the layer's lines are level."""
        return (self.height, self.width) if self.angle in (90, 270) else (self.width, self.height)

    def level(self, boxes: Boxes, sizes: npt.NDArray[np.float32]) -> Boxes:
        """Boxes of the page, n × 4, as they are when the layer's lines are level.

        Args:
            sizes: n font sizes in points. At slanting angles they tell how high a character is, since the box around
                a slanting character does not.
        """
        if self.angle % 90 == 0:
            return self._quarter_turned(boxes, -self.angle)
        centres = np.stack(((boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2), axis=1)
        sine, cosine = math.sin(math.radians(self.angle)), math.cos(math.radians(self.angle))
        x = centres[:, 0] * cosine + centres[:, 1] * sine
        y = centres[:, 1] * cosine - centres[:, 0] * sine
        wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
        height = np.minimum(sizes, np.minimum(wide, high) / max(abs(sine), abs(cosine)))
        # A box around a slanting character is as wide as |width · cos| + |height · sin|, and the other way round.
        width = np.where(abs(cosine) > abs(sine), wide - height * abs(sine), high - height * abs(cosine))
        width = np.maximum(width / max(abs(sine), abs(cosine)), 0)
        return np.stack((x - width / 2, y - height / 2, x + width / 2, y + height / 2), axis=1).astype(np.float32)

    def level_boxes(self, boxes: Sequence[tuple[float, float, float, float]]) -> list[Box]:
        """Boxes of the page that do not hold characters, as they are when the layer's lines are level."""
        if not boxes:
            return []
        array = np.array(boxes, np.float32)
        return [Box._make(box) for box in self.level(array, np.zeros(len(array), np.float32)).astype(float).tolist()]

    def turn_block(self, block: Block) -> Block:
        """A block found in level lines, with its boxes where they are on the page."""
        return block if self.angle == 0 else _moved_block(block, self.turn_box, self.angle)

    def turn_line(self, line: Line) -> Line:
        """A level line, with its boxes where they are on the page."""
        return line if self.angle == 0 else _moved_line(line, self.turn_box)

    def level_block(self, block: Block) -> Block:
        """A block of the page as it is when the layer's lines are level; for angles of quarters of a circle."""
        if self.angle == 0:
            return block
        return _moved_block(block, self.level_box, (block.angle - self.angle) % 360)

    def level_box(self, box: Box) -> Box:
        """A box of the page as it is when the layer's lines are level; for angles of quarters of a circle."""
        level = self._quarter_turned(np.array([box], np.float32), -self.angle)
        return Box(*level[0].astype(float).round(2).tolist())

    def turn_box(self, box: Box) -> Box:
        """A box found in level lines, where it is on the page."""
        if self.angle % 90 == 0:
            turned = self._quarter_turned(np.array([box], np.float32), self.angle)
        else:
            sine, cosine = math.sin(math.radians(self.angle)), math.cos(math.radians(self.angle))
            corners = [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
            points = np.array([(x * cosine - y * sine, x * sine + y * cosine) for x, y in corners])
            turned = np.concatenate((points.min(axis=0), points.max(axis=0)))[None]
        return Box(*turned[0].astype(float).round(2).tolist())

    def _quarter_turned(self, boxes: Boxes, clockwise: int) -> Boxes:
        """Boxes turned by quarters of a circle; ``clockwise`` below 0 turns page boxes back to level ones."""
        if clockwise % 360 == 0:
            return boxes
        width, height = (self.width, self.height) if clockwise <= 0 else self.size
        left, top, right, bottom = boxes.T
        edges = {
            90: (height - bottom, left, height - top, right),
            180: (width - right, height - bottom, width - left, height - top),
            270: (top, width - right, bottom, width - left),
        }[clockwise % 360]
        return np.stack(edges, axis=1)


def _moved_block(block: Block, move: Callable[[Box], Box], angle: int) -> Block:
    if isinstance(block, Picture):
        lines = tuple(_moved_line(line, move) for line in block.lines)
        return replace(block, box=move(block.box), angle=angle, lines=lines)
    if isinstance(block, Table):
        cells = tuple(
            replace(cell, lines=tuple(_moved_line(line, move) for line in cell.lines), box=move(cell.box))
            for cell in block.cells
        )
        return replace(block, cells=cells, box=move(block.box), angle=angle)
    lines = tuple(_moved_line(line, move) for line in block.lines)
    return replace(block, lines=lines, box=move(block.box), angle=angle)


def _moved_line(line: Line, move: Callable[[Box], Box]) -> Line:
    return Line(tuple(replace(word, box=move(word.box)) for word in line.words), move(line.box))
