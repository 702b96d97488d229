"""How a compressed document is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pikepdf import Name, ObjectStreamMode, Pdf

from pdfmill.engines.pikepdf import claims_pdfa1

#: Versions of PDF/X that are based on PDF 1.3 and 1.4 (ISO 15930-1, -3, -4 and -6); later ones are on 1.6.
_EARLY_PDFX = ("PDF/X-1", "PDF/X-2", "PDF/X-3")


@dataclass(frozen=True)
class SaveOptions:
    """How to save.

    Attributes:
        object_streams: Whether objects are packed into object streams, which need PDF 1.5 (libqpdf raises the version
            that the file states).
        encrypted: Whether the encryption that the file came with is kept.
    """

    object_streams: bool
    encrypted: bool

    def keywords(self) -> dict[str, Any]:
        """The same as arguments of `pikepdf.Pdf.save`."""
        return {
            "object_stream_mode": ObjectStreamMode.generate if self.object_streams else ObjectStreamMode.disable,
            "encryption": True if self.encrypted else None,
            "compress_streams": True,
            # libqpdf's own recompression undoes PNG predictors, which makes such files up to 39 % larger.
            "recompress_flate": False,
            # The XMP packet stays byte for byte; pikepdf would rewrite it for the PDF version, or fail at a bad one.
            "fix_metadata_version": False,
        }


def save_options(pdf: Pdf) -> SaveOptions:
    """Object streams wherever the document's standard allows them, and the encryption that it has.

    PDF/A-1 (ISO 19005-1, 6.1.4) and the versions of PDF/X before 4 do not allow them.
    """
    return SaveOptions(object_streams=not (claims_pdfa1(pdf) or _claims_early_pdfx(pdf)), encrypted=pdf.is_encrypted)


def _claims_early_pdfx(pdf: Pdf) -> bool:
    return str(pdf.docinfo.get(Name("/GTS_PDFXVersion"), "")).startswith(_EARLY_PDFX)
