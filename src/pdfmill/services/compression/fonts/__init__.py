"""Embedded fonts reduced to what a document shows."""

from pdfmill.services.compression.fonts.report import FontReport, LeftAlone
from pdfmill.services.compression.fonts.subset import subset_fonts

__all__ = ["FontReport", "LeftAlone", "subset_fonts"]
