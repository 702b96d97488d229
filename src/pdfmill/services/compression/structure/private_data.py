"""What programs keep in a document for themselves."""

from __future__ import annotations

from pikepdf import Name, Pdf, Stream


def drop_private_data(pdf: Pdf) -> int:
    """Remove page thumbnails (ISO 32000-2, 12.3.4) and page-piece dictionaries (14.5): the private data of the program
    that made the document, its pages or its forms.

    Returns:
        How many entries went.
    """
    forms = (each for each in pdf.objects if isinstance(each, Stream) and each.get(Name.Subtype) == Name.Form)
    dropped = 0
    for holder in (pdf.Root, *(page.obj for page in pdf.pages), *forms):
        for key in (Name.Thumb, Name.PieceInfo):
            if key in holder:
                del holder[key]
                dropped += 1
    return dropped
