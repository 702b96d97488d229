"""TranslationService: a document's units in another language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import LanguageNotSupported
from pdfmill.core.pages import PageRanges
from pdfmill.core.provider import Need
from pdfmill.engines.langid import language_of
from pdfmill.services.language.reading import nothing_to_read, read_pages
from pdfmill.services.layout.model import Page
from pdfmill.services.layout.recognition import Recognise, unread_pages
from pdfmill.services.translation.asking import Languages, TextTranslator
from pdfmill.services.translation.emphasis import Runs
from pdfmill.services.translation.units import UnitPage, units_of
from pdfmill.services.writing.flow import Span, joined_text


@dataclass
class TranslatedDocument:
    """A document and its translation.

    Attributes:
        translations: The text of each unit in the other language, in the order of the pages' units; with its emphasis
            if that was asked for.
        flat: Texts whose translation has lost its emphasis, code and links.
        left: Texts that stayed as they were, since nothing believable came for them.
        needs_ocr: Numbers of the pages that could not be read.
    """

    title: str
    languages: Languages
    pages: list[UnitPage]
    translations: list[list[Runs]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    flat: list[str] = field(default_factory=list)

    @property
    def texts(self) -> list[list[str]]:
        """The translations without emphasis."""
        return [self.texts_of(index) for index in range(len(self.pages))]

    def texts_of(self, page_index: int) -> list[str]:
        """Those of one page."""
        return [joined_text(runs) for runs in self.translations[page_index]]

    @property
    def needs_ocr(self) -> list[int]:
        return [page.number for page in self.pages if page.needs_ocr]

    @property
    def warnings(self) -> list[str]:
        """Sentences about what was not translated."""
        found = []
        if self.needs_ocr:
            found.append(unread_pages(PageRanges.of(self.needs_ocr)))
        if self.left:
            found.append(
                f"{len(self.left)} texts stayed as they are, because what the provider said lost or changed figures or "
                "was no translation; `left` lists them."
            )
        if self.flat:
            found.append(
                f"{len(self.flat)} texts are translated, but without their emphasis, code and links: the provider did "
                "not keep the marks around them. Addresses stand behind the text."
            )
        return found


@dataclass(frozen=True)
class TranslationWish:
    """What is asked for.

    Attributes:
        source: The document's language, ISO 639-1; None to find out.
        target: That of the translation.
        glossary: Terms with their translations.
        emphasis: Whether bold and italic words, code and links inside a text are kept apart.
    """

    source: str | None
    target: str
    glossary: Mapping[str, str]
    emphasis: bool


class TranslationService:
    """Translates documents."""

    def translate(
        self,
        file: InputFile,
        pages: PageRanges | None,
        ctx: Context,
        wish: TranslationWish,
        *,
        recognise: Recognise | None = None,
    ) -> TranslatedDocument:
        """Translate the units of a document.

        Args:
            recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

        Raises:
            NoText: There is nothing to read.
            UnknownEncoding: A text file is in another encoding.
            LanguageNotSupported: The document is in that language already, or in none that can be told, or the
                provider does not know one of the two.
            ProviderNotConfigured, ProviderUnavailable, ProviderRefused, ProviderBudgetExceeded: Of the provider.
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages, InvalidPageRange: As the layout service.
            Cancelled, DeadlineExceeded: As the context says.
        """
        read, title = _read(file, pages, ctx.stage("reading", share=0.25), recognise)
        own = wish.source or _language(read)
        if own == wish.target:
            raise LanguageNotSupported(
                f"The document is in {wish.target} already. Choose another language with `target`, or name the "
                "document's own with `source` if it was mistaken."
            )
        document = TranslatedDocument(title, Languages(own, wish.target), read)
        translating = ctx.stage("translating", share=0.9)
        translator = TextTranslator(document.languages, wish.glossary, ctx)
        done = 0
        for group in _groups(read, ctx.provider.offer.require(Need.TRANSLATION).portion):
            translating.advance(done, len(read), unit="pages", message=f"page {group[0].number}")
            document.translations += _translated(group, translator, emphasis=wish.emphasis)
            done += len(group)
        translating.advance(1, 1)
        document.left, document.flat = translator.left, translator.flat
        return document


def _groups(pages: Sequence[UnitPage], size: int) -> Iterator[list[UnitPage]]:
    """Pages that one request may hold together."""
    group: list[UnitPage] = []
    length = 0
    for page in pages:
        own = sum(len(unit.text) for unit in page.units)
        if group and length + own > size:
            yield group
            group, length = [], 0
        group.append(page)
        length += own
    if group:
        yield group


def _translated(pages: Sequence[UnitPage], translator: TextTranslator, *, emphasis: bool) -> list[list[Runs]]:
    """The text of each unit of each page in the other language; what is not translated stays."""
    wanted = [
        unit.runs if emphasis else (Span(unit.text),)
        for page in pages
        for unit in page.units
        if unit.kind.is_translated
    ]
    translated = iter(translator.translate(wanted))
    return [
        [next(translated) if unit.kind.is_translated else (Span(unit.text),) for unit in page.units] for page in pages
    ]


def _read(
    file: InputFile, pages: PageRanges | None, ctx: Context, recognise: Recognise | None
) -> tuple[list[UnitPage], str]:
    found: list[UnitPage] = []

    def take(page: Page) -> None:
        found.append(units_of(page))

    title = read_pages(file, pages, ctx, recognise, take)
    if not any(page.units for page in found):
        raise nothing_to_read([page.number for page in found if page.needs_ocr])
    return found, title


def _language(pages: list[UnitPage]) -> str:
    text = " ".join(unit.text for page in pages[:30] for unit in page.units if unit.kind.is_translated)
    language = language_of(text)
    if language is None:
        raise LanguageNotSupported(
            "There is too little text to tell which language it is in. Name it with `source`, such as de."
        )
    return language
