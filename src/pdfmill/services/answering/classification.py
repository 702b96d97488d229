"""ClassificationService: the kind of a document, by rules; by a language model where one is wanted."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Pdf
from pydantic import BaseModel, ConfigDict, Field

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType
from pdfmill.core.pages import PageRanges
from pdfmill.core.provider import Need
from pdfmill.engines.pikepdf import open_pdf
from pdfmill.services.answering.kinds import DocumentKind, Judgement, kind_of
from pdfmill.services.language.answers import ask_for
from pdfmill.services.language.source import SourceText, read_source
from pdfmill.services.layout.recognition import Recognise
from pdfmill.services.placing import placement

_TASK = """Say which kind of document this is: one of {kinds}. Give up to five short phrases from it, word for word, \
that show it. Use other if no kind fits."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: DocumentKind
    evidence: list[str] = Field(max_length=10)


class ClassificationService:
    """Tells kinds of documents apart."""

    def classify(
        self,
        file: InputFile,
        pages: PageRanges | None,
        ctx: Context,
        *,
        by_model: bool,
        recognise: Recognise | None = None,
    ) -> tuple[SourceText, Judgement]:
        """The kind of a document.

        Args:
            recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

        Raises:
            NoText: There is nothing to read.
            UnknownEncoding: A text file is in another encoding.
            ProviderNotConfigured, ProviderUnavailable, ProviderRefused, ProviderBudgetExceeded: Of the language model.
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages, InvalidPageRange: As the layout service.
            Cancelled, DeadlineExceeded: As the context says.
        """
        landscape, fields = False, 0
        if file.media_type is MediaType.PDF:
            with open_pdf(file.path, ctx.limits) as pdf:
                _, width, height = placement(pdf.pages[0])
                landscape, fields = width > height, _count_fields(pdf)
        source = read_source(file, pages, ctx.stage("reading", share=0.8), recognise)
        if by_model:
            ctx.stage("classifying", share=0.1)
            return source, _by_model(source, ctx)
        return source, kind_of(source, landscape=landscape, fields=fields)


def _by_model(source: SourceText, ctx: Context) -> Judgement:
    portion = ctx.provider.offer.require(Need.COMPLETION).portion
    text = "\n".join(each.text for each in source.sentences)[:portion]
    said = ask_for(_Answer, _TASK.format(kinds=", ".join(DocumentKind)), text, ctx, tokens=500)
    # Only what stands there counts for it.
    compact = " ".join(text.split()).casefold()
    evidence = tuple(each for each in said.evidence if each.strip() and " ".join(each.split()).casefold() in compact)
    return Judgement(said.kind, round(len(evidence) / max(len(said.evidence), 1), 2), evidence)


def _count_fields(pdf: Pdf) -> int:
    form = pdf.Root.get(Name.AcroForm)
    fields = form.get(Name.Fields) if isinstance(form, Dictionary) else None
    return len(fields) if isinstance(fields, Array) else 0
