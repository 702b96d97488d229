"""What a document's pages have in common: its body size, the sizes of its headings, its running heads and feet.

Read from a sample of the pages, so that a document of thousands takes no more memory than one of dozens.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from pdfmill.services.layout.looks import Look, recurring_looks
from pdfmill.services.layout.model import Box, Line, Style

#: Parts of a page's height in which running heads and feet stand.
_HEAD, _FOOT = 0.12, 0.2
#: Lines of a page's top and bottom that may be running ones.
_RUNNING_LINES = 3
#: A size is one of headings if it is so many times that of the body.
_LARGER = 1.1
_DEEPEST_HEADING = 6
#: Pages that follow a title page at least, and characters of a page that is none.
_FEWEST_BEHIND_TITLE = 2
_RUNNING_TEXT = 700

_NUMBER = re.compile(r"\d+|\b[ivxlc]{1,7}\b")


@dataclass(frozen=True)
class PageSketch:
    """What of a sampled page is compared with others.

    Attributes:
        lines: All level lines of its main layer, columns not told apart.
        ruled: Where tables are, whose rows are no running lines.
    """

    page_index: int
    width: float
    height: float
    lines: tuple[Line, ...] = field(repr=False)
    ruled: Sequence[Box] = ()


@dataclass(frozen=True)
class Slot:
    """A place where running heads or feet stand: the middle's distance from the page's top or bottom in points."""

    at_top: bool
    distance: float
    size: float

    def fits(self, line: Line, page_height: float) -> bool:
        middle = line.box.centre[1]
        distance = middle if self.at_top else page_height - middle
        return abs(distance - self.distance) <= 3 and abs(line.size - self.size) <= 0.6


@dataclass(frozen=True)
class Profile:
    """What pages have in common.

    Attributes:
        body_size: The font size of most characters, in points.
        heading_sizes: Sizes of headings that are larger than the body, the largest first.
        body_bold: Whether the body itself is bold.
        slots: Where running heads and feet stand.
        number_offset: What is printed on a page as its number, less its page index; None if nothing is.
        body_style: How most of the text is set; None if there is none.
        titles: The largest font size of each title page, by page index.
        bodies: Boxes around the text of pages, running lines apart, by their width and height in whole points.
        looks: How headings may look that are no larger than the body.
    """

    body_size: float
    heading_sizes: tuple[float, ...]
    body_bold: bool
    slots: tuple[Slot, ...]
    number_offset: int | None = None
    body_style: Style | None = None
    bodies: dict[tuple[int, int], Box] = field(default_factory=dict)
    titles: dict[int, float] = field(default_factory=dict)
    looks: frozenset[Look] = frozenset()

    def body(self, width: float, height: float) -> Box | None:
        """The box around the text of pages of a size; None if the sample has none."""
        return self.bodies.get((round(width), round(height)))

    def level_of_size(self, size: float) -> int | None:
        """The level of a heading of that size; None if it is not larger than the body."""
        for level, heading_size in enumerate(self.heading_sizes, start=1):
            if size >= heading_size - 0.3:
                return min(level, _DEEPEST_HEADING)
        return None


def profile(sketches: Sequence[PageSketch]) -> Profile:
    """What some pages have in common."""
    slots, number_offset = running_slots(sketches)
    weights: Counter[tuple[float, bool]] = Counter()
    pages_of_size: dict[float, set[int]] = defaultdict(set)
    for page in sketches:
        for line in page.lines:
            if not any(slot.fits(line, page.height) for slot in slots):
                weights[line.size, line.bold] += len(line.text)
                if any(map(str.isalpha, line.text)):
                    pages_of_size[round(line.size * 2) / 2].add(page.page_index)
    if not weights:
        return Profile(10.0, (), False, slots, number_offset)
    sizes: Counter[float] = Counter()
    for (size, _), weight in weights.items():
        sizes[size] += weight
    body = sizes.most_common(1)[0][0]
    body_bold = weights[body, True] > weights[body, False]
    larger = {size: len(pages) for size, pages in pages_of_size.items() if size >= _LARGER * body}
    body_style = _body_style(sketches)
    return Profile(
        body,
        _heading_sizes(larger),
        body_bold,
        slots,
        number_offset,
        body_style,
        _bodies(sketches, slots),
        _titles(sketches, body),
        recurring_looks((line for page in sketches for line in page.lines), body_style),
    )


def plain_profile(sketches: Sequence[PageSketch]) -> Profile:
    """What pages have in common of which only the text matters: their running heads and feet."""
    slots, number_offset = running_slots(sketches)
    return Profile(10.0, (), False, slots, number_offset)


def _body_style(sketches: Sequence[PageSketch]) -> Style:
    # Words of one run share a style: it is compared with others once, not for each of them.
    shared: dict[int, int] = defaultdict(int)
    styles: dict[int, Style] = {}
    for page in sketches:
        for line in page.lines:
            for word in line.words:
                shared[id(word.style)] += len(word.text)
                styles[id(word.style)] = word.style
    weights: Counter[Style] = Counter()
    for key, weight in shared.items():
        weights[styles[key]] += weight
    return weights.most_common(1)[0][0]


def _titles(sketches: Sequence[PageSketch], body: float) -> dict[int, float]:
    """The largest size of each of the pages, of a document of several, that stand before the first with running text.

    What is smaller there, such as authors and dates, is no heading.
    """
    pages = sorted(sketches, key=lambda page: page.page_index)
    before = list(takewhile(lambda page: _has_little(page, body), pages))
    if len(before) + _FEWEST_BEHIND_TITLE > len(pages):
        return {}
    return {page.page_index: max(line.size for line in page.lines) for page in before if page.lines}


def _has_little(page: PageSketch, body: float) -> bool:
    """Whether a page has hardly any text, and less of it in the body's size than in others."""
    characters = sum(len(line.text) for line in page.lines)
    in_body = sum(len(line.text) for line in page.lines if abs(line.size - body) < 0.3)
    return characters < _RUNNING_TEXT and in_body <= characters / 2


def _bodies(sketches: Sequence[PageSketch], slots: Sequence[Slot]) -> dict[tuple[int, int], Box]:
    """The box around the text of each size of pages; a few lines that stick out do not count."""
    boxes: dict[tuple[int, int], list[list[Box]]] = defaultdict(list)
    for page in sketches:
        lines = [line.box for line in page.lines if not any(slot.fits(line, page.height) for slot in slots)]
        if lines:
            boxes[round(page.width), round(page.height)].append(lines)
    found = {}
    for size, pages in boxes.items():
        lefts = sorted(box.left for page in pages for box in page)
        rights = sorted(box.right for page in pages for box in page)
        few = len(lefts) // 50
        tops, bottoms = (
            [min(box.top for box in page) for page in pages],
            [max(box.bottom for box in page) for page in pages],
        )
        found[size] = Box(lefts[few], min(tops), rights[-1 - few], max(bottoms))
    return found


def _heading_sizes(pages_of_size: dict[float, int]) -> tuple[float, ...]:
    """Sizes of headings by level, those that hardly differ taken together.

    What is larger than any size that comes back on a second page is a title: however many sizes a cover has, they are
    of one level.
    """
    sizes = sorted(pages_of_size, reverse=True)
    recurring = [size for size in sizes if pages_of_size[size] > 1]
    kept: list[float] = []
    if recurring and sizes[0] > recurring[0]:
        kept.append(min(size for size in sizes if size > recurring[0]))
        sizes = [size for size in sizes if size <= recurring[0]]
    for size in sizes:
        if not kept or size < 0.94 * kept[-1]:
            kept.append(size)
    return tuple(kept[:_DEEPEST_HEADING])


def running_slots(sketches: Sequence[PageSketch]) -> tuple[tuple[Slot, ...], int | None]:
    """Places whose lines repeat on many pages, or count the pages; and the printed number less the page index."""
    places: dict[tuple[bool, int, float], list[tuple[int, Slot, str]]] = defaultdict(list)
    for page in sketches:
        for at_top, line in _marginal_lines(page):
            middle = line.box.centre[1]
            distance = middle if at_top else page.height - middle
            slot = Slot(at_top, distance, line.size)
            places[at_top, round(distance / 3), round(line.size)].append((page.page_index, slot, line.text))
    least = 2 if len(sketches) <= 4 else max(3, len(sketches) // 8)
    found, offsets = [], Counter[int]()
    for seen in places.values():
        if len({index for index, _, _ in seen}) >= least and (_repeats(seen, least) or _counts(seen, least)):
            found.append(seen[0][1])
            if _counts(seen, least):
                offsets.update(_offsets(seen))
    return tuple(found), offsets.most_common(1)[0][0] if offsets else None


def _marginal_lines(page: PageSketch) -> Iterable[tuple[bool, Line]]:
    lines = [line for line in page.lines if not any(box.holds(line.box) for box in page.ruled)]
    ordered = sorted(lines, key=lambda line: line.box.top)
    for line in ordered[:_RUNNING_LINES]:
        if line.box.bottom <= _HEAD * page.height:
            yield True, line
    for line in ordered[-_RUNNING_LINES:]:
        if line.box.top >= (1 - _FOOT) * page.height:
            yield False, line


def _repeats(seen: Sequence[tuple[int, Slot, str]], least: int) -> bool:
    """Whether one text, numbers apart, stands there on enough pages; numbers alone may be rows of a table."""
    texts = Counter(_NUMBER.sub("#", text) for _, _, text in seen)
    text, count = texts.most_common(1)[0]
    same = max(Counter(text for _, _, text in seen).values())
    return same >= least or (count >= least and (any(map(str.isalpha, text)) or _counts(seen, least)))


def _counts(seen: Sequence[tuple[int, Slot, str]], least: int) -> bool:
    """Whether numbers there grow as the pages do."""
    offsets = _offsets(seen)
    return bool(offsets) and offsets.most_common(1)[0][1] >= least


def _offsets(seen: Sequence[tuple[int, Slot, str]]) -> Counter[int]:
    offsets: Counter[int] = Counter()
    for page_index, _, text in seen:
        offsets.update({int(number) - page_index for number in re.findall(r"\d{1,5}", text)})
    return offsets
