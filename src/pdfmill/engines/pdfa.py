"""PDF/A without Ghostscript, by pikepdf's converter and its validator, which approves only what it knows to conform."""

from __future__ import annotations

from pathlib import Path

from pikepdf import Pdf

from pdfmill.core.errors import NotArchivable

_FLAVOUR = "2b"
_NAMED_FINDINGS = 5


def save_archivable(pdf: Pdf, target: Path) -> None:
    """Write a document as PDF/A-2b (ISO 19005-2, level B).

    Raises:
        NotArchivable: It does not pass; nothing is written.
    """
    from pikepdf.pdfa import PdfaError, save

    try:
        save(pdf, target, _FLAVOUR)
    except PdfaError as error:
        findings = [finding.message for finding in error.report.findings]
        named = "; ".join(dict.fromkeys(findings[:_NAMED_FINDINGS]))
        raise NotArchivable(
            f"The document cannot be made a PDF/A-2b: {named[:600]}. Ask for pdf, or use mode=force, which makes "
            "pictures of all pages.",
            findings=findings[:100],
        ) from error
