"""Make scans searchable and readable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType, OutputFile
from pdfmill.core.errors import MissingDependency
from pdfmill.core.language_data import INSTALL_LANGUAGE, installed_languages
from pdfmill.core.limits import LimitOverrides
from pdfmill.core.operation import Accepts, Inputs, Inventory, Operation, Options, Outcome, Result
from pdfmill.core.pages import PageRanges
from pdfmill.core.shared_options import PagesOption

if TYPE_CHECKING:
    from pdfmill.services.ocr.service import Recognised

#: Suffix and media type of each kind of file (hOCR is XHTML, RFC 3236).
_FILES = {
    "pdf": (".pdf", MediaType.PDF.value),
    "pdfa": (".pdf", MediaType.PDF.value),
    "txt": (".txt", "text/plain"),
    "json": (".json", "application/json"),
    "hocr": (".hocr", "text/html"),
    "alto": (".alto.xml", "application/xml"),
}

#: Pages that a warning names.
_NAMED = 10


class OcrOptions(Options):
    """What is read, and what is made of it."""

    to: tuple[Literal["pdf", "pdfa", "txt", "json", "hocr", "alto"], ...] = Field(
        ("pdf",),
        min_length=1,
        max_length=6,
        description="What to make, all from one recognition: a searchable pdf, a pdfa (PDF/A-2b), txt, json with the "
        "box and confidence of each word, hocr, alto.",
    )
    languages: tuple[str, ...] = Field(
        ("auto",),
        max_length=10,
        description="Languages of the text, such as eng or deu (ISO 639-3); auto finds out, among those installed.",
    )
    pages: PagesOption = None
    mode: Literal["skip", "redo", "force"] = Field(
        "skip",
        description="skip leaves pages that have good text, redo replaces the text of an earlier OCR, force makes "
        "pictures of all pages and reads these.",
    )
    rotate: bool = Field(True, description="Turn pages that lie on their side or on their head.")
    deskew: bool = Field(False, description="Make slanting pages level; pictures in them stay as they are.")
    clean: bool = Field(False, description="Replace scans by pictures with even light and white paper.")
    image_quality: int = Field(85, ge=1, le=100, description="Quality of pictures that force or clean make anew.")
    engine: Literal["auto", "tesseract", "rapidocr"] = Field(
        "auto",
        description="Who reads: tesseract, rapidocr where it is installed, or auto, which has rapidocr read again what "
        "tesseract reads badly.",
    )
    page_seconds: float = Field(300, ge=1, le=3600, description="Seconds that a page may take; then it is left unread.")
    job_seconds: float | None = Field(
        None, ge=1, description="Seconds after which no further page is begun; pages that are left are named."
    )


class OcrPage(Result):
    """What became of a page."""

    number: int = Field(description="Page number, from 1.")
    outcome: Literal["recognised", "has_text", "blank", "no_text_found", "timed_out", "failed", "not_reached"] = Field(
        description="has_text is a page with good text, which stays; not_reached one for which the time was too short."
    )
    language: str = Field(description="Language that it was read in; empty if it was not.")
    confidence: float = Field(description="How sure the engine was, 0 to 100, by characters.")
    coverage: float = Field(
        description="How much of what looks like text lies inside of words that were found, 0 to 1."
    )
    turn: int = Field(description="Degrees clockwise by which it must be turned to stand upright.")
    skew: float = Field(description="Degrees clockwise by which its lines slant.")
    dpi: float = Field(description="Resolution at which it was read.")
    treatments: list[str] = Field(description="What was done to its image before it read best.")
    suspicions: list[str] = Field(
        description="Why words may be missing or wrong: low_confidence, unread_ink, garbled_text_below."
    )
    words: int = Field(description="Words that were found, or were there.")


class OcrResult(Result):
    """What was read."""

    page_count: int = Field(description="Pages of the document.")
    pages: list[OcrPage] = Field(description="The pages that were asked for.")
    recognised: int = Field(description="Pages that were read from their picture.")
    words: int = Field(description="Words on all these pages.")
    suspicious: str | None = Field(
        description="Pages whose words may be missing or wrong, such as 2,5-7; null if none."
    )
    unread: str | None = Field(description="Pages that could not be read or were not reached; null if none.")
    output_bytes: int = Field(description="Size of all outputs together.")


def run(inputs: Inputs, options: OcrOptions, ctx: Context) -> Outcome[OcrResult]:
    """Read the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.engines.rapidocr import is_installed
    from pdfmill.services.ocr.document import Changes
    from pdfmill.services.ocr.languages import check_languages
    from pdfmill.services.ocr.plan import EngineChoice, Mode, OcrPlan
    from pdfmill.services.ocr.service import OCRService, OutputKind

    source = inputs.single
    has_rapidocr = is_installed()
    if options.engine == "rapidocr" and not has_rapidocr:
        raise MissingDependency(
            "RapidOCR is not installed. Choose engine=auto, or install it: pip install 'pdfmill[ocr-rapid]'",
            program="rapidocr",
        )
    plan = OcrPlan(
        languages=check_languages(options.languages, has_own_models=has_rapidocr),
        pages=options.pages,
        mode=Mode(options.mode),
        engine=EngineChoice(options.engine),
        page_s=options.page_seconds,
        job_s=options.job_seconds,
    )
    changes = Changes(
        mode=plan.mode,
        rotate=options.rotate,
        deskew=options.deskew,
        clean=options.clean,
        image_quality=options.image_quality,
    )
    kinds = [OutputKind(kind) for kind in dict.fromkeys(options.to)]
    recognised = ctx.service(OCRService).recognise(source, kinds, plan, changes, ctx)
    outputs = []
    for kind, path in recognised.files.items():
        suffix, media_type = _FILES[kind.value]
        pages = recognised.page_count if suffix == ".pdf" else None
        marker = "-pdfa" if kind is OutputKind.PDFA else "-ocr" if suffix == ".pdf" else ""
        outputs.append(OutputFile(path, source.renamed(marker=marker, suffix=suffix), media_type, pages))
    result = _result(recognised)
    return Outcome(result, tuple(outputs), (*recognised.warnings, *_warnings(result)))


def _result(recognised: Recognised) -> OcrResult:
    pages = [
        OcrPage(
            number=page.number,
            outcome=page.outcome.value,
            language=page.language,
            confidence=page.confidence,
            coverage=page.coverage,
            turn=page.turn,
            skew=page.skew,
            dpi=page.dpi,
            treatments=[each.value for each in page.treatments],
            suspicions=[each.value for each in page.suspicions],
            words=recognised.words[page.number],
        )
        for page in recognised.pages
    ]
    suspicious = [page.number for page in pages if page.suspicions]
    unread = [page.number for page in pages if page.outcome in ("timed_out", "failed", "not_reached")]
    return OcrResult(
        page_count=recognised.page_count,
        pages=pages,
        recognised=sum(page.outcome == "recognised" for page in pages),
        words=sum(page.words for page in pages),
        suspicious=str(PageRanges.of(suspicious)) if suspicious else None,
        unread=str(PageRanges.of(unread)) if unread else None,
        output_bytes=sum(path.stat().st_size for path in recognised.files.values()),
    )


_REASONS = {
    "timed_out": "took longer than page_seconds allows",
    "failed": "could not be read",
    "not_reached": "were not reached before the time was over",
}


def _warnings(result: OcrResult) -> list[str]:
    found = []
    for outcome, reason in _REASONS.items():
        numbers = [page.number for page in result.pages if page.outcome == outcome]
        if numbers:
            found.append(f"Pages {PageRanges.of(numbers)} {reason}; they stay as they were.")
    if result.suspicious:
        found.append(
            f"Look at pages {result.suspicious}: words there may be missing or wrong; the result says why for each."
        )
    return found


ocr = Operation(
    name="ocr",
    title="Recognise text",
    summary="Make scans searchable, and read their text with its place on the page.",
    queue="ocr",
    accepts=Accepts((MediaType.PDF, MediaType.PNG, MediaType.JPEG, MediaType.TIFF, MediaType.WEBP, MediaType.HEIC)),
    options=OcrOptions,
    result=OcrResult,
    run=run,
    variant="engine",
    requires=("pikepdf", "pdfium", "ocrmypdf", "recogniser"),
    inventories=(Inventory("languages", installed_languages, INSTALL_LANGUAGE),),
    limits=LimitOverrides(wall_s=7200, cpu_s=7200, memory_mib=2048),
)
