"""Domain logic, framework-free: each service knows one thing that several operations need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

#: Where each service is.
_PLACES = (
    "archiving.service:ArchivingService",
    "compression.service:CompressionService",
    "conversion.service:ConversionService",
    "conversion.slides.service:SlideService",
    "conversion.tables:TableService",
    "conversion.word.service:WordService",
    "extraction.text:TextExtractionService",
    "extraction.invoices.service:InvoiceExtractionService",
    "extraction.statements.service:BankStatementExtractionService",
    "extraction.overlay:OverlayService",
    "export.service:ExportService",
    "ocr.service:OCRService",
    "preview.service:PreviewService",
    "summary.service:SummaryService",
    "answering.service:AnsweringService",
    "answering.classification:ClassificationService",
    "translation.service:TranslationService",
)


class Services(Mapping[type[Any], Any]):
    """Every service by its class, each built when it is first asked for: its libraries are loaded for it alone."""

    def __init__(self) -> None:
        self._built: dict[type[Any], Any] = {}

    def __getitem__(self, kind: type[Any]) -> Any:
        if f"{kind.__module__.removeprefix(f'{__name__}.')}:{kind.__name__}" not in _PLACES:
            raise KeyError(kind)
        if kind not in self._built:
            self._built[kind] = kind()
        return self._built[kind]

    def __iter__(self) -> Iterator[type[Any]]:
        """The classes; loads the libraries of all."""
        for place in _PLACES:
            module, _, name = place.partition(":")
            yield getattr(import_module(f"{__name__}.{module}"), name)

    def __len__(self) -> int:
        return len(_PLACES)

    def load(self) -> None:
        """Load and build all of them, so that the first to ask need not wait."""
        from pdfmill.engines.ocrmypdf import load_renderer

        for kind in self:
            self[kind]
        load_renderer()
