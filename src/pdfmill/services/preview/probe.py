"""A first look at pages: what kind they are and how much is on them, in a few milliseconds each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import ReadDocument, open_read, picture_share
from pdfmill.services.layout.model import TextQuality
from pdfmill.services.layout.quality import first_look

#: Pages that are looked at; of a longer document, as many that are spread over it evenly.
MOST_LOOKED_AT = 100
#: Sizes of pages that are told of.
_MOST_SIZES = 20

#: ISO 216 and the sizes of North America, in points; the shorter side first.
_SIZES = {
    "A3": (841.9, 1190.6),
    "A4": (595.3, 841.9),
    "A5": (419.5, 595.3),
    "A6": (297.6, 419.5),
    "Letter": (612.0, 792.0),
    "Legal": (612.0, 1008.0),
    "Tabloid": (792.0, 1224.0),
}
#: Points by which a page may miss the size that it is called by.
_MISS = 3.0


@dataclass(frozen=True)
class Look:
    """What a page shows at first sight.

    Attributes:
        size: Width and height in points as shown.
        characters: Spaces included.
        picture_share: Part of the page that pictures cover.
    """

    page_index: int
    size: tuple[float, float]
    quality: TextQuality
    characters: int
    picture_share: float


@dataclass(frozen=True)
class PageSize:
    """Pages of one size: width and height in points as shown, the name of the paper, empty if it has none."""

    width: float
    height: float
    paper: str
    page_numbers: tuple[int, ...]


@dataclass(frozen=True)
class Probe:
    """What was seen.

    Attributes:
        page_indices: The pages that were asked for.
        looks: Of those that were looked at.
        sizes: Of all that were asked for, the most frequent first.
    """

    page_indices: tuple[int, ...]
    looks: tuple[Look, ...]
    sizes: tuple[PageSize, ...]

    @property
    def is_sample(self) -> bool:
        return len(self.looks) < len(set(self.page_indices))

    @property
    def scale(self) -> float:
        """Pages asked for, for each one that was looked at."""
        return len(self.page_indices) / len(self.looks)

    def numbers(self, quality: TextQuality) -> PageRanges | None:
        """The pages of a quality among those that were looked at; None if there is none."""
        found = [look.page_index + 1 for look in self.looks if look.quality is quality]
        return PageRanges.of(found) if found else None


def probe(path: Path, page_indices: Sequence[int], user_units: Sequence[float], ctx: Context) -> Probe:
    """Look at pages.

    Raises:
        DamagedInput: A page cannot be read.
        Cancelled, DeadlineExceeded: As the context says.
    """
    chosen = sorted(set(page_indices))
    if len(chosen) > MOST_LOOKED_AT:
        last = len(chosen) - 1
        chosen = [chosen[round(at * last / (MOST_LOOKED_AT - 1))] for at in range(MOST_LOOKED_AT)]
    looks = []
    with open_read(path, user_units) as document:
        for done, page_index in enumerate(chosen, start=1):
            looks.append(_look(document, page_index))
            ctx.advance(done, len(chosen), unit="pages")
        sizes = _sizes(document, page_indices)
    return Probe(tuple(page_indices), tuple(looks), sizes)


def _look(document: ReadDocument, page_index: int) -> Look:
    with document.page(page_index) as page:
        size, pictures, characters = page.geometry.size, page.pictures(), page.count_characters()
    share = picture_share(pictures, size)
    return Look(page_index, size, first_look(characters, pictures, size), characters, share)


def _sizes(document: ReadDocument, page_indices: Sequence[int]) -> tuple[PageSize, ...]:
    counts: Counter[tuple[float, float]] = Counter()
    numbers: dict[tuple[float, float], list[int]] = defaultdict(list)
    for page_index in sorted(set(page_indices)):
        width, height = document.page_size(page_index)
        size = round(width, 1), round(height, 1)
        counts[size] += 1
        numbers[size].append(page_index + 1)
    return tuple(PageSize(*size, _paper(*size), tuple(numbers[size])) for size, _ in counts.most_common(_MOST_SIZES))


def _paper(width: float, height: float) -> str:
    shorter, longer = sorted((width, height))
    for name, (short, long) in _SIZES.items():
        if abs(shorter - short) <= _MISS and abs(longer - long) <= _MISS:
            return name if width <= height else f"{name} landscape"
    return ""
