"""Domain logic, framework-free: each service knows one thing that several operations need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def build_services() -> Mapping[type[Any], Any]:
    """Every service, by its class. Loads the libraries that open documents."""
    from pdfmill.services.compression.service import CompressionService
    from pdfmill.services.conversion.service import ConversionService
    from pdfmill.services.conversion.tables import TableService
    from pdfmill.services.extraction.text import TextExtractionService
    from pdfmill.services.summary.service import SummaryService

    services = (
        CompressionService(),
        ConversionService(),
        TextExtractionService(),
        TableService(),
        SummaryService(),
    )
    return {type(service): service for service in services}
