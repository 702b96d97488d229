"""What programs keep in a document for themselves."""

from __future__ import annotations

from pikepdf import Name, Pdf, Stream

#: Names of this form are pdfTeX's own (ISO 32000-2, annex E).
_PDFTEX_PREFIX = "/PTEX."


def drop_private_data(pdf: Pdf) -> int:
    """Remove thumbnails of pages, private data of programs, and what pdfTeX notes about the files it included.

    Thumbnails are ISO 32000-2, 12.3.4; private data of whatever made the document, a page or a form is a page-piece
    dictionary, 14.5.

    Returns:
        How many entries went.
    """
    forms = (each for each in pdf.objects if isinstance(each, Stream) and each.get(Name.Subtype) == Name.Form)
    dropped = 0
    for holder in (pdf.Root, *(page.obj for page in pdf.pages), *forms):
        for key in list(holder.keys()):
            if key in ("/Thumb", "/PieceInfo") or key.startswith(_PDFTEX_PREFIX):
                del holder[key]
                dropped += 1
    return dropped
