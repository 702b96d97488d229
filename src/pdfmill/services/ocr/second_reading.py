"""Reading a page with RapidOCR: by itself, or again where Tesseract read it badly."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from pdfmill.engines.rapidocr import SCRIPTS, FoundPiece, is_installed, read_pieces
from pdfmill.engines.tesseract import FoundLine, FoundWord
from pdfmill.services.ocr.languages import script_of
from pdfmill.services.ocr.model import PageOutcome, ReadPage, Suspicion, Treatment
from pdfmill.services.ocr.plan import EngineChoice, OcrPlan
from pdfmill.services.ocr.reading import Reading, in_rows
from pdfmill.services.ocr.sheet import Sheet

#: Pages that Tesseract is less sure of are read again; good prints have 93 and more, receipts up to 88.
_GOOD_ENOUGH = 89.0

#: Words of so many letters at least, of which Tesseract is so sure, are right in 98 of 100 cases; how many of them a
#: second reading must share, where there are enough. Better ones shared 0.82 and more, one without its spaces 0.74.
_LETTERS, _SURE, _ENOUGH_SURE, _SHARED = 3, 90.0, 10, 0.77
#: Characters with a lower confidence count nothing.
_WORTHLESS = 40.0

#: What its result calls the language: RapidOCR does not tell.
_UNKNOWN = ""


def wants_second_reading(page: ReadPage, plan: OcrPlan) -> bool:
    """Whether a page that Tesseract read is worth the time of RapidOCR."""
    if plan.engine is not EngineChoice.AUTO or not is_installed():
        return False
    is_read = page.outcome in (PageOutcome.RECOGNISED, PageOutcome.NO_TEXT_FOUND)
    if not is_read or Treatment.SECOND_ENGINE in page.treatments:
        return False
    is_known = page.confidence < 60 or script_of(page.language.partition("+")[0]) in SCRIPTS
    doubts = set(page.suspicions) - {Suspicion.GARBLED_TEXT_BELOW}
    return is_known and (bool(doubts) or page.confidence < _GOOD_ENOUGH)


def read_with_rapidocr(sheet: Sheet) -> Reading:
    """What RapidOCR finds on a sheet."""
    pieces = (_line(piece) for piece in read_pieces(sheet.pixels))
    reading = Reading(sheet, in_rows(tuple(pieces)), _UNKNOWN, sheet.dpi, sheet.treatments)
    return replace(reading, treatments=(*reading.treatments, Treatment.SECOND_ENGINE))


def better_of(first: ReadPage, second: ReadPage) -> ReadPage:
    """Which of Tesseract's and RapidOCR's readings of a page counts.

    Their confidences have different scales: RapidOCR is as sure of a word in a script that it does not know, or of two
    without the space between them. Words that Tesseract is sure of are mostly right, so a reading that has not found
    most of these is the worse one, however sure it is.
    """
    sure = Counter(word.text for word in first.words if word.confidence >= _SURE and len(word.text) >= _LETTERS)
    shared = sure & Counter(word.text for word in second.words)
    if sure.total() >= _ENOUGH_SURE and shared.total() < _SHARED * sure.total():
        return first
    return second if _worth(second) > _worth(first) else first


def _worth(page: ReadPage) -> float:
    """Characters, the less sure the less they count."""
    return sum(len(word.text) * max(0.0, word.confidence - _WORTHLESS) for word in page.words)


def _line(piece: FoundPiece) -> FoundLine:
    """A line whose words are as high as it is: RapidOCR's own boxes of words are a little askew."""
    _, top, _, bottom = piece.box
    words = tuple(FoundWord(text, (box[0], top, box[2], bottom), piece.confidence) for text, box in piece.words)
    return FoundLine(words, piece.box, None, 0, 0)
