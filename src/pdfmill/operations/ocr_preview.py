"""Tell which pages need OCR, and what it would find, before it is done."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType
from pdfmill.core.language_data import INSTALL_LANGUAGE, installed_languages
from pdfmill.core.limits import LimitOverrides
from pdfmill.core.operation import Accepts, Inputs, Inventory, Operation, Options, Outcome, Result
from pdfmill.core.pages import PageRanges


class OcrPreviewOptions(Options):
    """What is looked at."""

    pages: PageRanges | None = Field(None, description="Pages to look at, such as 1-3,7,end; all if not given.")
    languages: tuple[str, ...] = Field(
        ("auto",),
        max_length=10,
        description="Languages to read the sample in, such as eng or deu; auto finds out, among those installed.",
    )
    mode: Literal["skip", "redo", "force"] = Field("skip", description="As of ocr: which pages would be read.")
    engine: Literal["auto", "tesseract", "rapidocr"] = Field(
        "auto", description="As of ocr: the seconds to expect are those of this choice."
    )


class OcrPreviewPage(Result):
    """A page."""

    number: int = Field(description="Page number, from 1.")
    has_text: bool = Field(description="Whether it has text that is good.")
    needs_ocr: bool = Field(description="Whether ocr would read it.")
    why: Literal["image_only", "garbled", "sparse", "drawn"] | None = Field(
        description="Why it needs OCR: it is a picture; its text is garbled; it is a scan whose only text is a stamp; "
        "its letters are drawn. Null if it needs none."
    )
    turn: int | None = Field(
        description="Degrees clockwise by which it must be turned to stand upright; null for pages that were not read."
    )
    skew: float | None = Field(description="Degrees clockwise by which its lines slant; null for pages with text.")
    dpi: float | None = Field(description="Resolution of the scan; null if it is none.")
    language: str | None = Field(
        description="Language (ISO 639-1), guessed; null for too little text and pages that were not read."
    )


class OcrPreviewSample(Result):
    """One of the pages that were read for real."""

    number: int = Field(description="Page number, from 1.")
    text: str = Field(description="What was read, at most 2000 characters.")
    words: int = Field(description="Words that were found.")
    confidence: float = Field(description="How sure the engine was, 0 to 100.")
    coverage: float = Field(description="How much of what looks like text lies inside of words, 0 to 1.")
    suspicions: list[str] = Field(description="Why words may be missing or wrong.")


class OcrPreviewResult(Result):
    """What was found out."""

    page_count: int = Field(description="Pages of the document.")
    pages: list[OcrPreviewPage] = Field(description="The pages that were looked at.")
    needs_ocr: str | None = Field(description="Pages that ocr would read, such as 2,5-7; null if none.")
    recommendation: Literal["nothing", "ocr", "ocr_with_mode_force", "scan_again"] = Field(
        description="What to do: nothing, ocr, ocr with mode=force because text is garbled, or scan the paper again, "
        "with 300 dpi."
    )
    sample: OcrPreviewSample | None = Field(description="A page that was read for real; null if none needs it.")
    expected_seconds: float | None = Field(
        description="Time that ocr is expected to take, from this server's own past jobs; null where too few are known."
    )
    jobs_seen: int = Field(description="Past jobs that this was reckoned from.")


def run(inputs: Inputs, options: OcrPreviewOptions, ctx: Context) -> Outcome[OcrPreviewResult]:
    """Look at the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.engines.rapidocr import is_installed
    from pdfmill.services.ocr.languages import check_languages
    from pdfmill.services.ocr.plan import EngineChoice, Mode, OcrPlan
    from pdfmill.services.ocr.preview import excerpt
    from pdfmill.services.ocr.service import OCRService

    plan = OcrPlan(
        languages=check_languages(options.languages, has_own_models=is_installed()),
        pages=options.pages,
        mode=Mode(options.mode),
        engine=EngineChoice(options.engine),
    )
    page_count, preview = ctx.service(OCRService).preview(inputs.single, plan, ctx)
    needing = [page.number for page in preview.pages if page.need is not None]
    sample = preview.sample
    result = OcrPreviewResult(
        page_count=page_count,
        pages=[
            OcrPreviewPage(
                number=page.number,
                has_text=page.has_text,
                needs_ocr=page.need is not None,
                why=page.need.value if page.need else None,
                turn=page.turn,
                skew=page.skew,
                dpi=page.dpi,
                language=page.language,
            )
            for page in preview.pages
        ],
        needs_ocr=str(PageRanges.of(needing)) if needing else None,
        recommendation=preview.recommendation.value,
        sample=sample
        and OcrPreviewSample(
            number=sample.number,
            text=excerpt(sample),
            words=len(sample.words),
            confidence=sample.confidence,
            coverage=sample.coverage,
            suspicions=[each.value for each in sample.suspicions],
        ),
        expected_seconds=preview.expected_s,
        jobs_seen=preview.jobs_seen,
    )
    return Outcome(result)


ocr_preview = Operation(
    name="ocr-preview",
    title="Preview OCR",
    summary="Tell which pages need OCR and why, and read a few of them.",
    queue="ocr",
    accepts=Accepts((MediaType.PDF, MediaType.PNG, MediaType.JPEG, MediaType.TIFF, MediaType.WEBP, MediaType.HEIC)),
    options=OcrPreviewOptions,
    result=OcrPreviewResult,
    run=run,
    foretells="ocr",
    requires=("pikepdf", "pdfium", "recogniser"),
    inventories=(Inventory("languages", installed_languages, INSTALL_LANGUAGE),),
    limits=LimitOverrides(wall_s=1800, cpu_s=1800),
)
