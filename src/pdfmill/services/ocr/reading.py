"""Reading one page: as it is, and again in other ways when it looks as if words were lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from pdfmill.engines.tesseract import FoundLine, Tesseract
from pdfmill.services.ocr.languages import LanguageChooser
from pdfmill.services.ocr.model import Suspicion, Treatment
from pdfmill.services.ocr.sheet import Sheet

#: Page segmentation modes of Tesseract.
_ANY_PAGE, _ONE_BLOCK, _SCATTERED = 3, 6, 11

#: Mean confidences. Pages that lie on their side or on their head have 25 to 40, upright ones in a font that is read
#: badly from 40, most from 75.
_DOUBTFUL, _SURE = 60.0, 75.0
#: Part of the ink. Pages of which most was lost have 0.3, pages that were read from 0.7; charts lie between.
_COVERED = 0.6
#: Characters with a lower confidence count nothing for a reading; a reading must be so many times better to win.
_WORTHLESS, _BETTER = 40.0, 1.03
#: Orientation data below this confidence only guess.
_ORIENTATION_GUESS = 2.0

#: A page of which neither side is within these (inches) has a resolution that is wrong: it is read as if it had the
#: usual one.
_PLAUSIBLE_INCHES, _USUAL_DPI = (3.0, 17.5), 300.0
_OTHER_DPI = (300.0, 200.0, 0.0)
#: Pixels of a word's height that are too few for Tesseract, and the height that it likes.
_SMALL, _LIKED = 18.0, 32.0
_MOST_ENLARGED_PIXELS = 12_000_000


@dataclass(frozen=True)
class Reading:
    """What was found on a sheet, and in which way.

    Attributes:
        lines: In pixels of the sheet.
        dpi: Resolution by which the layout was judged; 0 if Tesseract guessed it.
    """

    sheet: Sheet
    lines: tuple[FoundLine, ...]
    languages: str
    dpi: float
    treatments: tuple[Treatment, ...] = ()

    @cached_property
    def confidence(self) -> float:
        """0 to 100, by characters; 0 without any."""
        characters = sum(len(word.text) for line in self.lines for word in line.words)
        total = sum(word.confidence * len(word.text) for line in self.lines for word in line.words)
        return total / characters if characters else 0.0

    @cached_property
    def coverage(self) -> float:
        return self.sheet.ink.coverage(word.box for line in self.lines for word in line.words)

    @cached_property
    def worth(self) -> float:
        """Characters, the less sure the less they count: readings of one page compare by it."""
        return sum(
            max(0.0, word.confidence - _WORTHLESS) / (100 - _WORTHLESS) * len(word.text)
            for line in self.lines
            for word in line.words
        )

    @property
    def is_sideways(self) -> bool:
        """Whether most characters stand in lines that run up or down: Tesseract reads these as well, in odd order."""
        sizes = [(line.box[2] - line.box[0], line.box[3] - line.box[1], line) for line in self.lines]
        upright = sum(_length(line) for wide, high, line in sizes if high > 2 * wide and _length(line) > 2)
        return upright > sum(_length(line) for *_, line in sizes) / 2

    @property
    def text(self) -> str:
        return "\n".join(" ".join(word.text for word in line.words) for line in self.lines)

    @property
    def suspicions(self) -> tuple[Suspicion, ...]:
        """Why it may be incomplete or wrong."""
        found = []
        if self.lines and self.confidence < _DOUBTFUL:
            found.append(Suspicion.LOW_CONFIDENCE)
        if self.coverage < _COVERED:
            found.append(Suspicion.UNREAD_INK)
        return tuple(found)


class PageReader:
    """Reads pages with Tesseract.

    Args:
        check: Raises when the job was cancelled or is out of time.
    """

    def __init__(self, tesseract: Tesseract, languages: LanguageChooser, check: Callable[[], None]) -> None:
        self._tesseract = tesseract
        self._languages = languages
        self._check = check

    def read(self, page: Sheet) -> Reading:
        """The best reading of a page that is shown as it was scanned.

        Raises:
            EngineFailed: Tesseract cannot read it.
        """
        best = self._read(page.prepared(), self._languages.first)
        if best.is_sideways:
            best = max((self._turned(page, best, turn) for turn in (90, 270)), key=lambda reading: reading.worth)
        elif best.confidence < _DOUBTFUL:
            best = self._upright(page, best)
        better = self._languages.of_text(best.text, best.languages)
        if better is not None:
            best = _better(best, self._read(best.sheet, better))
        if best.confidence >= _SURE:
            self._languages.settle(best.languages)
        for again in self._ways(best):
            if not best.suspicions:
                break
            self._check()
            best = _better(best, again())
        return best

    def _read(self, sheet: Sheet, languages: str, *, dpi: float | None = None, layout: int = _ANY_PAGE) -> Reading:
        if dpi is None:
            dpi = plausible_dpi(sheet)
        treatments = sheet.treatments
        if dpi != sheet.dpi:
            treatments = (*treatments, Treatment.RESOLUTION_CORRECTED)
        return Reading(
            sheet, self._tesseract.read(sheet.pixels, languages, dpi=dpi, layout=layout), languages, dpi, treatments
        )

    def _turned(self, page: Sheet, best: Reading, turn: int) -> Reading:
        self._check()
        return self._read(page.turned(turn).prepared(), best.languages)

    def _upright(self, page: Sheet, best: Reading) -> Reading:
        """The page turned, or read in another script, if it reads better so."""
        found = self._tesseract.orientation(best.sheet.pixels, dpi=best.dpi)
        script = found.script if found is not None and found.confidence >= _ORIENTATION_GUESS else ""
        turns = (180, 90, 270) if found is None else (found.turn,)
        if found is not None and found.turn == 0 and found.confidence < _ORIENTATION_GUESS:
            turns = (180, 90, 270)
        for turn in turns:
            turned = self._turned(page, best, turn) if turn else best
            best = _better(best, turned)
            if best.confidence >= _SURE:
                return best
            for languages in self._languages.of_script(script, best.languages):
                self._check()
                best = _better(best, self._read(turned.sheet, languages))
        return best

    def _ways(self, first: Reading) -> Iterator[Callable[[], Reading]]:
        """Other ways to read a page, the more promising first."""
        sheet, languages = first.sheet, first.languages
        for dpi in _OTHER_DPI:
            if abs(dpi - first.dpi) > 30:
                yield lambda dpi=dpi: self._read(sheet, languages, dpi=dpi)  # type: ignore[misc]
        yield lambda: _marked(self._read(sheet, languages, layout=_SCATTERED), Treatment.AS_SCATTERED_WORDS, in_rows)
        if Treatment.LIGHT_EVENED not in sheet.treatments:
            yield lambda: self._read(sheet.evened(), languages)
        factor = _enlargement(first)
        if factor > 1:
            yield lambda: self._read(sheet.enlarged(factor), languages)
        yield lambda: _marked(self._read(sheet, languages, layout=_ONE_BLOCK), Treatment.AS_ONE_BLOCK)


def _length(line: FoundLine) -> int:
    return sum(len(word.text) for word in line.words)


def plausible_dpi(sheet: Sheet) -> float:
    """The resolution of a sheet, or the usual one where it says that the page is no page."""
    inches = [side / 72 for side in sheet.size]
    low, high = _PLAUSIBLE_INCHES
    return sheet.dpi if low <= max(inches) <= high and min(inches) <= high else _USUAL_DPI


def _better(best: Reading, other: Reading) -> Reading:
    return other if other.worth > _BETTER * best.worth else best


def _marked(
    reading: Reading,
    treatment: Treatment,
    order: Callable[[tuple[FoundLine, ...]], tuple[FoundLine, ...]] = lambda lines: lines,
) -> Reading:
    return replace(reading, lines=order(reading.lines), treatments=(*reading.treatments, treatment))


def in_rows(lines: tuple[FoundLine, ...]) -> tuple[FoundLine, ...]:
    """Scattered pieces, those side by side put into one line, from the top of the page to its bottom."""
    rows: list[list[FoundLine]] = []
    for line in sorted(lines, key=lambda line: line.box[1] + line.box[3]):
        middle = (line.box[1] + line.box[3]) / 2
        if rows and rows[-1][0].box[1] <= middle <= rows[-1][0].box[3]:
            rows[-1].append(line)
        else:
            rows.append([line])
    found = []
    for row in rows:
        words = sorted((word for line in row for word in line.words), key=lambda word: word.box[0])
        boxes = [line.box for line in row]
        box = (
            min(each[0] for each in boxes),
            min(each[1] for each in boxes),
            max(each[2] for each in boxes),
            max(each[3] for each in boxes),
        )
        found.append(FoundLine(tuple(words), box, None, 0, 0))
    return tuple(found)


def _enlargement(reading: Reading) -> float:
    """How many times larger a page of small letters reads better; 1 if it has none, or would become too large."""
    heights = sorted(word.box[3] - word.box[1] for line in reading.lines for word in line.words)
    if not heights:
        return 1.0
    height = heights[len(heights) // 2]
    pixels = reading.sheet.pixels.size
    factor = min(_LIKED / max(height, 8), 2.0)
    return factor if height < _SMALL and pixels * factor**2 <= _MOST_ENLARGED_PIXELS else 1.0
