"""What is to be done to a document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pdfmill.core.pages import PageRanges


class Mode(StrEnum):
    """What becomes of text that is there.

    SKIP: pages with good text stay as they are.
    REDO: text that an earlier OCR laid under a scan is taken away, and the page is read again.
    FORCE: every page becomes a picture of itself, and is read.
    """

    SKIP = "skip"
    REDO = "redo"
    FORCE = "force"


class EngineChoice(StrEnum):
    """Who reads."""

    AUTO = "auto"
    TESSERACT = "tesseract"
    RAPIDOCR = "rapidocr"


@dataclass(frozen=True)
class OcrPlan:
    """How a document is read.

    Attributes:
        languages: Tesseract's codes; empty for "find out".
        pages: Those to read; None for all.
        page_s: Seconds that a page may take.
        job_s: Seconds after which no further page is begun; None for as long as the attempt may take.
        cores: Processes that read at once; 0 for one on each core of the machine.
    """

    languages: tuple[str, ...] = ()
    pages: PageRanges | None = None
    mode: Mode = Mode.SKIP
    engine: EngineChoice = EngineChoice.AUTO
    page_s: float = 300.0
    job_s: float | None = None
    cores: int = 0
