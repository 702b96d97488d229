"""Put a document into another language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType, OutputFile
from pdfmill.core.errors import NotExportable
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.core.pages import PageRanges
from pdfmill.core.provider import Need
from pdfmill.core.shared_options import LanguageCode, NeedsOcr, OcrOption, OptionalLanguageCode, Providers, page_list

if TYPE_CHECKING:
    from pdfmill.services.translation.refit import Refitted
    from pdfmill.services.translation.service import TranslatedDocument

#: Media type of each kind of output (RFC 7763 for Markdown).
_FILES = {
    "pdf": MediaType.PDF.value,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown",
    "txt": "text/plain",
}


class TranslateOptions(Options):
    """From which language into which, and what is made of it."""

    target: LanguageCode = Field("en", description="Language to translate into, such as en, de or ar.")
    source: OptionalLanguageCode = Field(None, description="Language of the document; found out if not given.")
    to: Literal["pdf", "docx", "md", "txt"] | None = Field(
        None,
        description="Kind of the output; that of the document if not given. pdf is for PDFs and keeps the layout: each "
        "text is put where the original stood.",
    )
    bilingual: bool = Field(False, description="Show the original beside the translation.")
    pages: PageRanges | None = Field(
        None, description="Pages to translate, such as 1-3,7,end; all if not given. A pdf keeps the others as they are."
    )
    ocr: OcrOption = "auto"
    glossary: tuple[str, ...] = Field(
        (), max_length=500, description="Terms with their translations, each as term=translation."
    )

    @model_validator(mode="after")
    def _has_whole_terms(self) -> Self:
        for entry in self.glossary:
            term, equals, translation = entry.partition("=")
            if not (term.strip() and equals and translation.strip()):
                raise ValueError(f"{entry[:60]!r} is no term of a glossary; write term=translation")
        return self


class OverflowView(Result):
    """A text that did not fit into its place."""

    number: int = Field(description="Number of its note behind the last page.")
    page: int = Field(description="Number of the page where its beginning stands.")
    text: str = Field(description="All of it.")


class TranslateResult(Result):
    """What was translated."""

    source: str = Field(description="Language of the document (ISO 639-1).")
    target: str = Field(description="Language of the translation.")
    pages: list[int] = Field(description="Numbers of the pages that were translated.")
    texts: int = Field(description="Paragraphs, headings, list items and cells that were translated.")
    left: list[str] = Field(description="Texts that stayed as they are; at most 50 are listed.")
    overflows: list[OverflowView] = Field(description="Texts that stand in notes, since they did not fit (pdf).")
    needs_ocr: NeedsOcr
    providers: Providers = ()  # the supervisor writes them down


def run(inputs: Inputs, options: TranslateOptions, ctx: Context) -> Outcome[TranslateResult]:
    """Translate the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.ocr.page_layers import recogniser
    from pdfmill.services.translation.service import TranslationService, TranslationWish

    ctx.provider.offer.require(Need.TRANSLATION)
    source = inputs.single
    form = _form(options, source)
    terms = (entry.partition("=") for entry in options.glossary)
    wish = TranslationWish(
        options.source or None,
        options.target,
        glossary={term.strip(): translation.strip() for term, _, translation in terms},
        emphasis=form in ("md", "docx"),
    )
    document = ctx.service(TranslationService).translate(
        source, options.pages, ctx.stage("translating", share=0.8), wish, recognise=recogniser(options.ocr)
    )
    target = ctx.path(f"translation.{form}")
    refitted = _write(document, source, target, form, options, ctx.stage("writing", share=1.0))
    ctx.advance(1, 1)
    warnings = document.warnings
    if refitted.overflows:
        warnings.append(
            f"{len(refitted.overflows)} texts did not fit into their places even at 70 % of their size; they stand "
            "whole in notes behind the last page."
        )
    name = source.renamed(marker=f"-{options.target}", suffix=f".{form}")
    return Outcome(
        result=TranslateResult(
            source=document.languages.source,
            target=document.languages.target,
            pages=[page.number for page in document.pages if not page.needs_ocr],
            texts=sum(unit.kind.is_translated for page in document.pages for unit in page.units),
            left=document.left[:50],
            overflows=[OverflowView(number=each.number, page=each.page, text=each.text) for each in refitted.overflows],
            needs_ocr=page_list(document.needs_ocr),
        ),
        outputs=(OutputFile(target, name, _FILES[form], refitted.page_count or None),),
        warnings=tuple(warnings),
    )


def _form(options: TranslateOptions, source: InputFile) -> str:
    if source.media_type is MediaType.PDF:
        return options.to or "pdf"
    if options.to == "pdf":
        raise NotExportable("A text has no layout that a PDF could keep. Choose md, txt or docx with `to`.")
    return options.to or ("md" if source.name.lower().endswith((".md", ".markdown")) else "txt")


def _write(
    document: TranslatedDocument, source: InputFile, target: Path, form: str, options: TranslateOptions, ctx: Context
) -> Refitted:
    from pdfmill.services.translation.refit import Refitted, refit
    from pdfmill.services.translation.writing import write_markdown, write_text, write_word

    match form:
        case "pdf":
            return refit(document, source.path, target, ctx, beside=options.bilingual)
        case "docx":
            write_word(document, target, ctx, beside=options.bilingual)
        case "md":
            write_markdown(document, target, beside=options.bilingual)
        case _:
            write_text(document, target, beside=options.bilingual)
    return Refitted()


def _needs(_options: TranslateOptions) -> Need:
    return Need.TRANSLATION


translate = Operation(
    name="translate",
    title="Translate",
    summary="Put a PDF or a text into another language, in its own layout or as text, Markdown or a Word document.",
    queue="ai",
    accepts=Accepts((MediaType.PDF, MediaType.TEXT)),
    options=TranslateOptions,
    result=TranslateResult,
    run=run,
    requires=("pikepdf", "pdfium"),
    asks=(Need.TRANSLATION,),
    needs=_needs,
)
