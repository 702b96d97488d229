"""Domain logic, framework-free: each service knows one thing that several operations need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def build_services() -> Mapping[type[Any], Any]:
    """Every service, by its class. Loads the libraries that open documents."""
    from pdfmill.services.compression.service import CompressionService

    return {CompressionService: CompressionService()}
