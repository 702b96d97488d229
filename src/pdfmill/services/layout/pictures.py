"""Which of the images on a page are pictures that a reader looks at."""

from __future__ import annotations

from collections.abc import Sequence

from pdfmill.engines.pdfium import Graphics
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.model import Box, Picture, Word, union

#: Points: what is smaller is an ornament, or a strip of a background.
_SMALLEST = 12.0
#: Words painted over an image that make it a background.
_OVERPRINTED = 12
#: Images on a page beyond which they are the dots of a drawing.
_MOST = 400


def pictures(graphics: Graphics, words: Sequence[Word], frame: Frame) -> list[Picture]:
    """The pictures of a page; images that touch, as the strips of a scan do, are one.

    Args:
        words: Level words of the page; where they are painted over an image, it is their background.
        frame: That of the words.
    """
    page = Box(0, 0, *frame.size)
    boxes = [page.intersection(box) for box in frame.level_boxes(graphics.pictures[:_MOST])]
    visible = [word.box for word in words if not word.style.invisible]
    found = []
    for box in merged([box for box in boxes if box.width > 0 and box.height > 0]):
        small = min(box.width, box.height) < _SMALLEST
        background = sum(box.holds(word) for word in visible) > _OVERPRINTED
        hidden_text = any(word.style.invisible and box.holds(word.box) for word in words)
        if not (small or hidden_text):
            rounded = Box(*(round(edge, 2) for edge in box))
            found.append(Picture(rounded, source="background" if background else "image"))
    return found


def merged(boxes: Sequence[Box]) -> list[Box]:
    """The boxes around images that touch."""
    found: list[Box] = []
    for box in sorted(boxes, key=lambda each: each.top):
        while touching := [each for each in found if _touch(each, box)]:
            found = [each for each in found if each not in touching]
            box = union(iter([box, *touching]))
        found.append(box)
    return found


def _touch(one: Box, other: Box) -> bool:
    shared = one.intersection(other)
    return shared.width > -0.75 and shared.height > -0.75
