"""Domain logic, framework-free: each service knows one thing that several operations need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def build_services() -> Mapping[type[Any], Any]:
    """Every service, by its class. Loads the libraries that open documents."""
    from pdfmill.services.answering.classification import ClassificationService
    from pdfmill.services.answering.service import AnsweringService
    from pdfmill.services.archiving.service import ArchivingService
    from pdfmill.services.compression.service import CompressionService
    from pdfmill.services.conversion.service import ConversionService
    from pdfmill.services.conversion.slides.service import SlideService
    from pdfmill.services.conversion.tables import TableService
    from pdfmill.services.conversion.word.service import WordService
    from pdfmill.services.export.service import ExportService
    from pdfmill.services.extraction.invoices.service import InvoiceExtractionService
    from pdfmill.services.extraction.overlay import OverlayService
    from pdfmill.services.extraction.statements.service import BankStatementExtractionService
    from pdfmill.services.extraction.text import TextExtractionService
    from pdfmill.services.ocr.service import OCRService
    from pdfmill.services.preview.service import PreviewService
    from pdfmill.services.summary.service import SummaryService
    from pdfmill.services.translation.service import TranslationService

    services = (
        ArchivingService(),
        CompressionService(),
        ConversionService(),
        TextExtractionService(),
        TableService(),
        SummaryService(),
        AnsweringService(),
        ClassificationService(),
        TranslationService(),
        PreviewService(),
        WordService(),
        SlideService(),
        BankStatementExtractionService(),
        InvoiceExtractionService(),
        OverlayService(),
        ExportService(),
        OCRService(),
    )
    return {type(service): service for service in services}
