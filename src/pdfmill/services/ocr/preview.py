"""What OCR would find in a document, without doing all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.work import Work
from pdfmill.services.layout.model import TextQuality
from pdfmill.services.ocr.languages import guess_language, iso_639_1
from pdfmill.services.ocr.model import PageOutcome, ReadPage
from pdfmill.services.ocr.page_work import PageWork
from pdfmill.services.ocr.plan import OcrPlan
from pdfmill.services.ocr.skew import skew_of
from pdfmill.services.preview.forecast import forecast

#: Pages that are read for real, which takes a second or two each.
_MOST_SAMPLES = 6
#: Letters below which a text does not tell its language.
_ENOUGH_LETTERS = 60
#: Resolution of scans below which letters of usual size are too small to be read well.
_COARSE_DPI = 140.0
#: Characters of the sample that are shown.
_SAMPLE = 2000


class Need(StrEnum):
    """Why a page needs OCR."""

    IMAGE_ONLY = "image_only"
    GARBLED = "garbled"
    #: A scan with a stamp or a header that is text.
    SPARSE = "sparse"
    #: Something is painted that is neither picture nor text, such as letters as outlines.
    DRAWN = "drawn"


class Recommendation(StrEnum):
    """What to do with the document."""

    NOTHING = "nothing"
    OCR = "ocr"
    FORCE = "ocr_with_mode_force"
    SCAN_AGAIN = "scan_again"


@dataclass(frozen=True)
class LookedAt:
    """A page.

    Attributes:
        need: Why it needs OCR; None if it does not.
        turn: Degrees clockwise by which it must be turned to stand upright; None for pages that were not read.
        skew: Degrees clockwise by which its lines slant; None for pages that need no OCR.
        dpi: Resolution of the scan; None if it is none.
        language: ISO 639-1, guessed from its text; None if there is too little, or it was not read.
    """

    number: int
    has_text: bool
    need: Need | None
    turn: int | None
    skew: float | None
    dpi: float | None
    language: str | None


@dataclass(frozen=True)
class OcrPreview:
    """What was found out.

    Attributes:
        sample: A page that was read for real, as `OCRService` would; None if none needs it.
        expected_s: From past jobs; None where too few are known.
        jobs_seen: Past jobs that this was reckoned from.
    """

    pages: tuple[LookedAt, ...]
    recommendation: Recommendation
    sample: ReadPage | None
    expected_s: float | None
    jobs_seen: int


def look_at(
    source: Path, user_units: Sequence[float], page_indices: Sequence[int], plan: OcrPlan, ctx: Context
) -> OcrPreview:
    """Look at the pages of a PDF, and read a few of them.

    Raises:
        DamagedInput, TooManyPixels: A page cannot be drawn.
        Cancelled, DeadlineExceeded: As the context says.
    """
    work = PageWork(source, user_units, plan, ctx.pixels, ctx.check)
    looking, reading = ctx.stage("looking", share=0.5), ctx.stage("reading samples", share=0.5)
    try:
        pages = []
        for done, index in enumerate(page_indices, start=1):
            pages.append(_look(work, index, plan))
            looking.advance(done, len(page_indices), unit="pages")
        needing = [page.number for page in pages if page.need is not None]
        samples: dict[int, ReadPage] = {}
        for number in _spread(needing):
            samples[number] = work.read(number - 1)
            reading.advance(len(samples), min(len(needing), _MOST_SAMPLES), unit="pages")
        reading.advance(1, 1)
    finally:
        work.close()
    # One from the middle: the first page is often a title.
    sample = list(samples.values())[len(samples) // 2] if samples else None
    expected = forecast(ctx.past_runs, Work(pages=len(needing)), source.stat().st_size) if needing else None
    return OcrPreview(
        tuple(_with_sample(page, samples.get(page.number)) for page in pages),
        _recommendation(pages, sample),
        sample,
        expected.seconds if expected else None,
        expected.runs if expected else 0,
    )


def _look(work: PageWork, index: int, plan: OcrPlan) -> LookedAt:
    found = work.find(index)
    text = " ".join(word.text for word in found.words)
    has_text = found.quality is TextQuality.GOOD
    language = guess_language(text, ())[0] if has_text and sum(map(str.isalpha, text)) >= _ENOUGH_LETTERS else None
    dpi = round(found.scan_dpi, 1) if found.is_scan else None
    page = LookedAt(index + 1, has_text, None, None, None, dpi, language)
    if found.is_readable_as_it_is(plan.mode):
        return page
    sheet = work.sheet(index, found)
    if sheet.ink.is_absent:
        return page
    need = {
        TextQuality.IMAGE_ONLY: Need.IMAGE_ONLY,
        TextQuality.GARBLED: Need.GARBLED,
        TextQuality.BLANK: Need.DRAWN,
        TextQuality.GOOD: Need.SPARSE,
    }[found.quality]
    return replace(page, need=need, skew=skew_of(sheet.ink))


def _spread(numbers: Sequence[int]) -> list[int]:
    """A few of the pages, from all over the document."""
    step = max(1.0, len(numbers) / _MOST_SAMPLES)
    return [numbers[int(place * step)] for place in range(min(len(numbers), _MOST_SAMPLES))]


def _with_sample(page: LookedAt, sample: ReadPage | None) -> LookedAt:
    if sample is None:
        return page
    language = page.language or (iso_639_1(sample.language.partition("+")[0]) or None)
    if sample.outcome is not PageOutcome.RECOGNISED:
        return replace(page, language=language)
    return replace(page, turn=sample.turn, skew=sample.skew, language=language)


def _recommendation(pages: Sequence[LookedAt], sample: ReadPage | None) -> Recommendation:
    needing = [page for page in pages if page.need is not None]
    if not needing:
        return Recommendation.NOTHING
    coarse = sum(page.dpi is not None and page.dpi < _COARSE_DPI for page in needing)
    if sample is not None and sample.suspicions and coarse > len(needing) / 2:
        return Recommendation.SCAN_AGAIN
    garbled = sum(page.need is Need.GARBLED for page in needing)
    return Recommendation.FORCE if garbled > len(needing) / 2 else Recommendation.OCR


def excerpt(page: ReadPage) -> str:
    """The beginning of what was read."""
    return page.text[:_SAMPLE]
