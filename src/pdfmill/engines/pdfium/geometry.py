"""From a page's user space to what a reader sees: points, with the origin at the top left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pdfmill.core.errors import DamagedInput

Boxes = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PageGeometry:
    """How a page is shown.

    Attributes:
        bounds: The visible part of user space (crop box within media box): left, bottom, right, top.
        rotation: Degrees clockwise by which the page is turned when it is shown: 0, 90, 180 or 270.
        user_unit: Points in one unit of user space (ISO 32000-1, 14.11.2); PDFium itself takes 1.
    """

    bounds: tuple[float, float, float, float]
    rotation: int = 0
    user_unit: float = 1.0

    @classmethod
    def of(cls, page: Any, user_unit: float) -> PageGeometry:
        """The geometry of a page of pypdfium2.

        Raises:
            DamagedInput: The page has no finite size.
        """
        left, bottom, right, top = (float(edge) for edge in page.get_bbox())
        bounds = (left, bottom, right, top)
        if not all(map(math.isfinite, bounds)):
            raise DamagedInput("A page of the file has no size. Print it to a new PDF and send that.")
        return cls(bounds, int(page.get_rotation()), user_unit)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as shown, in points."""
        left, bottom, right, top = self.bounds
        width, height = (right - left) * self.user_unit, (top - bottom) * self.user_unit
        return (height, width) if self.rotation in (90, 270) else (width, height)

    def shown(self, boxes: Boxes) -> Boxes:
        """Boxes of user space as they are shown.

        Args:
            boxes: n × 4: two opposite corners x, y, x, y in user space.

        Returns:
            n × 4: left, top, right, bottom in points from the top left of the page.
        """
        left, bottom, right, top = self.bounds
        xs, ys = boxes[:, 0::2], boxes[:, 1::2]
        across, down = {
            0: (xs - left, top - ys),
            90: (ys - bottom, xs - left),
            180: (right - xs, ys - bottom),
            270: (top - ys, right - xs),
        }[self.rotation]
        edges = np.stack((across.min(1), down.min(1), across.max(1), down.max(1)), axis=1)
        return np.asarray(edges * self.user_unit, dtype=np.float32)
