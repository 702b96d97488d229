"""Reading one page: as it is, and again in other ways when it looks as if words were lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from pdfmill.engines.tesseract import FoundLine, FoundWord, Tesseract
from pdfmill.services.ocr.direction import hangs_down, lies_sideways
from pdfmill.services.ocr.ink import PixelBox, without
from pdfmill.services.ocr.insertion import inserted
from pdfmill.services.ocr.languages import LanguageChooser
from pdfmill.services.ocr.model import Suspicion, Treatment
from pdfmill.services.ocr.sheet import Sheet

#: Page segmentation modes of Tesseract.
_ANY_PAGE, _ONE_BLOCK, _SCATTERED = 3, 6, 11

#: Mean confidences. Pages that lie on their side or on their head have 25 to 40, upright ones in a font that is read
#: badly from 40, most from 75.
_DOUBTFUL, _SURE = 60.0, 75.0
#: Part of the ink. Pages of which most was lost have 0.3, pages that were read from 0.7; charts lie between. From the
#: second on nothing is looked for.
_COVERED, _COMPLETE = 0.6, 0.8
#: Confidence and coverage of a treated page from which it is not read plainly as well, to compare. Of 20 pages whose
#: resolution was wrong none with both read better plainly by a point of F1; of those with less, one by 25.
_PLAINLY_GOOD = (90.0, _COMPLETE)
#: Characters with a lower confidence count nothing for a reading; a reading must be so many times better to win, and
#: that of a treated page so many times better than the plain one.
_WORTHLESS, _BETTER, _WORTH_TREATING = 40.0, 1.03, 1.01
#: Part of a page's rows that is read to see whether a way of reading it is good, and characters that suffice.
_STRIP, _ENOUGH = 0.12, 30
#: How many times, and by how many characters more, a strip must be read better to have the page read again; and how
#: often that is done.
_CLEARLY_BETTER, _LEAST_GAIN, _MOST_AGAIN = 1.1, 10.0, 2
#: Letters and digits of a word that is found between what was read: single ones are specks more often, and parts of
#: pictures look like two (with confidences up to 70, measured).
_LEAST_LETTERS, _ENOUGH_LETTERS = 2, 3
#: Orientation data below this confidence only guess.
_ORIENTATION_GUESS = 2.0

#: A page of which neither side is within these (inches) has a resolution that is wrong: it is read as if it had the
#: usual one.
_PLAUSIBLE_INCHES, _USUAL_DPI = (3.0, 17.5), 300.0
#: Resolutions that differ by less are read alike.
_ANOTHER_DPI = 30.0
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
        total = sum(word.confidence * len(word.text) for word in self.words)
        return total / self.length if self.length else 0.0

    @cached_property
    def coverage(self) -> float:
        return self.sheet.ink.coverage(word.box for word in self.words)

    @cached_property
    def worth(self) -> float:
        """Characters, the less sure the less they count: readings of one page compare by it."""
        return _worth(self.words)

    @property
    def is_sideways(self) -> bool:
        """Whether most characters stand in lines that run up or down: Tesseract reads these as well, in odd order."""
        sizes = [(line.box[2] - line.box[0], line.box[3] - line.box[1], line) for line in self.lines]
        upright = sum(_length(line) for wide, high, line in sizes if high > 2 * wide and _length(line) > 2)
        return upright > sum(_length(line) for *_, line in sizes) / 2

    @property
    def words(self) -> list[FoundWord]:
        return [word for line in self.lines for word in line.words]

    @property
    def length(self) -> int:
        """Characters without spaces."""
        return sum(map(_length, self.lines))

    @property
    def text(self) -> str:
        return "\n".join(" ".join(word.text for word in line.words) for line in self.lines)

    def worth_within(self, rows: slice) -> float:
        """The worth of the words whose middle lies in some rows of the sheet."""
        return _worth(word for word in self.words if rows.start <= (word.box[1] + word.box[3]) / 2 < rows.stop)

    def with_more(self, lines: Sequence[FoundLine]) -> Reading:
        """With those words of other lines that are certain enough, each line where one would read it."""
        more = []
        for line in lines:
            words = tuple(word for word in line.words if _is_certain(word))
            if words:
                more.append(replace(line, words=words, box=around([word.box for word in words])))
        return replace(self, lines=inserted(self.lines, more)) if more else self

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
        best = self._as_it_seems_to_lie(page)
        if best.confidence < _DOUBTFUL or best.is_sideways:
            best = self._upright(page, best)
        better = self._languages.of_text(best.text, best.languages)
        if better is not None:
            best = _better(best, self._read(best.sheet, better))
        best = self._not_worse_than_plain(page, best)
        if best.confidence >= _SURE:
            self._languages.settle(best.languages)
        return self._in_the_best_way(best)

    def _read(self, sheet: Sheet, languages: str, *, dpi: float | None = None, layout: int = _ANY_PAGE) -> Reading:
        self._check()
        if dpi is None:
            dpi = plausible_dpi(sheet)
        treatments = sheet.treatments
        if dpi != sheet.dpi:
            treatments = (*treatments, Treatment.RESOLUTION_CORRECTED)
        lines = self._tesseract.read(sheet.pixels, languages, dpi=dpi, layout=layout)
        return Reading(sheet, lines, languages, dpi, treatments)

    def _strip(self, sheet: Sheet, languages: str) -> Reading:
        """The fullest rows of a sheet, read: a sample."""
        strip = sheet.strip(sheet.ink.fullest_rows(_STRIP))
        return self._read(strip, languages, dpi=plausible_dpi(sheet), layout=_ONE_BLOCK)

    def _as_it_seems_to_lie(self, page: Sheet) -> Reading:
        """The page prepared and read; turned, where its ink looks so and it reads well so."""
        for sheet in _likely_sheets(page):
            reading = self._read(sheet, self._languages.first)
            if reading.confidence >= _DOUBTFUL and reading.length >= _ENOUGH and not reading.is_sideways:
                break
        return reading

    def _upright(self, page: Sheet, best: Reading) -> Reading:
        """The page turned, or read in another script, if a strip of it reads better so, and then all of it."""
        turns, script = ((90, 270), "") if best.is_sideways else self._turns(best)
        sheets = [page.turned(turn).prepared() if turn else best.sheet for turn in turns]
        choices = [
            (sheet, languages)
            for sheet in sheets
            for languages in (best.languages, *self._languages.of_script(script, best.languages))
        ]
        if choices == [(best.sheet, best.languages)]:
            return best
        sheet, languages = max(choices, key=lambda choice: self._strip(*choice).worth)
        if (sheet, languages) == (best.sheet, best.languages):
            return best
        found = self._read(sheet, languages)
        # Lines that run up or down are read as well as level ones, but do not follow one another.
        return found if best.is_sideways and found.confidence >= _DOUBTFUL else _better(best, found)

    def _turns(self, reading: Reading) -> tuple[tuple[int, ...], str]:
        """Turns that may make a page upright that was hardly read, and its script, empty if unknown."""
        found = self._tesseract.orientation(reading.sheet.pixels, dpi=reading.dpi)
        if found is None or (found.turn == 0 and found.confidence < _ORIENTATION_GUESS):
            return (0, 180, 90, 270), ""
        return tuple({0: None, found.turn: None}), found.script if found.confidence >= _ORIENTATION_GUESS else ""

    def _not_worse_than_plain(self, page: Sheet, best: Reading) -> Reading:
        """The page read as the file has it, only upright, unless what was done to it has it read better.

        Level lines, even light and a usual resolution save most pages that they are meant for, and cost others words:
        small letters become blurred, a table falls into other columns.
        """
        confidence, coverage = _PLAINLY_GOOD
        is_plain = set(best.treatments) <= {Treatment.TURNED}
        if is_plain or (best.confidence >= confidence and best.coverage >= coverage):
            return best
        turn = best.sheet.turn
        sheet = replace(page.turned(turn) if turn else page, skew=best.sheet.skew)
        plain = self._read(sheet, best.languages, dpi=sheet.dpi)
        return best if best.worth > _WORTH_TREATING * plain.worth else plain

    def _in_the_best_way(self, first: Reading) -> Reading:
        """A page of which words seem to be lost, read in the way that is best for the strip that was read worst."""
        best = self._completed(first)
        if not best.suspicions:
            return best
        sheet = first.sheet
        rows = sheet.ink.fullest_rows(_STRIP, (word.box for word in best.words if word.confidence >= _DOUBTFUL))
        strip = sheet.strip(rows)
        worth = best.worth_within(rows)
        promising = (way for way in self._ways(first) if way(strip).worth > _CLEARLY_BETTER * worth + _LEAST_GAIN)
        for way in islice(promising, _MOST_AGAIN):
            best = _better(best, self._completed(way(sheet)))
            if not best.suspicions:
                break
        return best

    def _completed(self, reading: Reading) -> Reading:
        """A reading with the words that are found when those that were read are painted over.

        Tesseract takes what stands close to rulings, or in letters of another size, for a picture; by itself it is
        read. With less left to read, this takes a tenth of the time.
        """
        if reading.coverage >= _COMPLETE:
            return reading
        sheet = replace(reading.sheet, pixels=without(reading.sheet.pixels, (word.box for word in reading.words)))
        found = self._read(sheet, reading.languages, dpi=reading.dpi, layout=_SCATTERED)
        return reading.with_more(in_rows(found.lines))

    def _ways(self, first: Reading) -> Iterator[Callable[[Sheet], Reading]]:
        """Other ways to read a sheet, or a strip of it; the more promising first."""
        languages, dpi = first.languages, first.dpi
        if Treatment.LIGHT_EVENED not in first.treatments:
            yield lambda sheet: self._read(sheet.evened(), languages, dpi=dpi)
        factor = _enlargement(first)
        if factor > 1:
            yield lambda sheet: self._read(sheet.enlarged(factor), languages, dpi=dpi * factor)
        if abs(_USUAL_DPI - dpi) > _ANOTHER_DPI:
            yield lambda sheet: self._read(sheet, languages, dpi=_USUAL_DPI)
        yield lambda sheet: _marked(
            self._read(sheet, languages, dpi=dpi, layout=_SCATTERED), Treatment.AS_SCATTERED_WORDS, in_rows
        )
        yield lambda sheet: _marked(self._read(sheet, languages, dpi=dpi, layout=_ONE_BLOCK), Treatment.AS_ONE_BLOCK)


def _likely_sheets(page: Sheet) -> Iterator[Sheet]:
    """The page prepared as it may lie, by its ink: the more likely first, as it is shown at last."""
    if lies_sideways(page.ink):
        first = page.turned(90).prepared()
        if hangs_down(first.pixels):
            yield page.turned(270).prepared()
            yield first
        else:
            yield first
            yield page.turned(270).prepared()
        yield page.prepared()
        return
    upright = page.prepared()
    if hangs_down(upright.pixels):
        yield page.turned(180).prepared()
    yield upright


def _length(line: FoundLine) -> int:
    return sum(len(word.text) for word in line.words)


def _worth(words: Iterable[FoundWord]) -> float:
    return sum(max(0.0, word.confidence - _WORTHLESS) / (100 - _WORTHLESS) * len(word.text) for word in words)


def _is_certain(word: FoundWord) -> bool:
    """Whether a word that was found between others is one."""
    letters = sum(map(str.isalnum, word.text))
    return letters >= _LEAST_LETTERS and word.confidence >= (_DOUBTFUL if letters >= _ENOUGH_LETTERS else _SURE)


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
        found.append(FoundLine(tuple(words), around([line.box for line in row]), None, 0, 0))
    return tuple(found)


def around(boxes: Sequence[PixelBox]) -> PixelBox:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _enlargement(reading: Reading) -> float:
    """How many times larger a page of small letters reads better; 1 if it has none, or would become too large."""
    heights = sorted(word.box[3] - word.box[1] for word in reading.words)
    if not heights:
        return 1.0
    height = heights[len(heights) // 2]
    pixels = reading.sheet.pixels.size
    factor = min(_LIKED / max(height, 8), 2.0)
    return factor if height < _SMALL and pixels * factor**2 <= _MOST_ENLARGED_PIXELS else 1.0
