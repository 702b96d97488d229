"""Taking out of a document what PDF/A forbids or leaves undefined, and what no page shows.

Each step returns a sentence for the user where he could miss something, and None where he could not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from pdfmill.engines.pikepdf import drop_usage_rights

#: By type of object, entries without which every page looks the same: what happens by itself, slide shows, article
#: threads, reading aids of one viewer, how a printer mixes its black (ISO 32000-1, tables 28, 30, 58, 164, 173).
_CATALOGUE = (Name.OpenAction, Name.AA, Name.Legal, Name.Threads, Name.PieceInfo)
_PAGE = (Name.Trans, Name.Dur, Name.AA, Name.B, Name.PieceInfo)
_ANNOTATION = (Name.AA,)
_LINK = (Name.DA,)
_GRAPHICS_STATE = (Name.BG, Name("/BG2"), Name.UCR, Name("/UCR2"))
#: Entries of the trailer that a reader needs (ISO 32000-1, table 15); those of the file's structure are written anew.
_TRAILER = frozenset({"/Root", "/Info", "/ID", "/Size", "/Prev", "/Encrypt", "/XRefStm"})


def tidy(pdf: Pdf) -> list[str]:
    """Take all of it out; returns what to tell the user."""
    steps: tuple[Callable[[Pdf], str | None], ...] = (
        _drop_from_catalogue,
        _drop_from_pages,
        _drop_from_objects,
        _drop_from_trailer,
        _write_page_labels_anew,
        _flatten_form,
    )
    return [sentence for step in steps if (sentence := step(pdf)) is not None]


def _drop(holder: Any, entries: tuple[Name, ...]) -> bool:
    found = [entry for entry in entries if entry in holder]
    for entry in found:
        del holder[entry]
    return bool(found)


def _drop_from_catalogue(pdf: Pdf) -> str | None:
    drop_usage_rights(pdf)
    preferences = pdf.Root.get(Name.ViewerPreferences)
    if isinstance(preferences, Dictionary):
        _drop(preferences, (Name.Type,))
    acts = Name.OpenAction in pdf.Root or Name.AA in pdf.Root
    _drop(pdf.Root, _CATALOGUE)
    return "What the document did by itself when it was opened was taken out." if acts else None


def _drop_from_pages(pdf: Pdf) -> str | None:
    shows = False
    for page in pdf.pages:
        shows |= Name.Trans in page.obj
        _drop(page.obj, _PAGE)
        for annotation in _annotations(page.obj):
            _drop(annotation, _ANNOTATION)
            if annotation.get(Name.Subtype) == Name.Link:
                _drop(annotation, _LINK)
    return "The transitions between pages were taken out." if shows else None


def _annotations(page: Any) -> Iterator[Any]:
    annotations = page.get(Name.Annots)
    if isinstance(annotations, Array):
        yield from (each for each in annotations if isinstance(each, Dictionary))


def _drop_from_objects(pdf: Pdf) -> None:
    for each in pdf.objects:
        if not isinstance(each, Dictionary) or isinstance(each, Stream):
            continue
        kind = each.get(Name.Type)
        states = each.get(Name.ExtGState)
        for state in states.values() if isinstance(states, Dictionary) else ():
            if isinstance(state, Dictionary):
                _drop(state, _GRAPHICS_STATE)
        if kind == Name.ExtGState:
            _drop(each, _GRAPHICS_STATE)
        elif kind == Name.FontDescriptor:
            _drop(each, (Name.CIDSet,))  # optional in PDF/A-2, and wrong in many files (ISO 19005-2, 6.2.11.4.2)
        elif each.get(Name.Subtype) == Name.CIDFontType2:
            _map_glyphs(each)
        elif Name.Title in each and Name.Parent in each:  # an item of the outline
            _drop(each, (Name.SE,))
            if isinstance(each.Title, String):
                each.Title = String(bytes(each.Title))  # direct, as the validator wants it


def _map_glyphs(font: Any) -> None:
    """Write down the map from codes to glyphs that holds where none is given (ISO 32000-1, table 117)."""
    descriptor = font.get(Name.FontDescriptor)
    if Name.CIDToGIDMap not in font and isinstance(descriptor, Dictionary) and Name.FontFile2 in descriptor:
        font[Name.CIDToGIDMap] = Name.Identity


def _drop_from_trailer(pdf: Pdf) -> None:
    for entry in [str(entry) for entry in pdf.trailer if str(entry) not in _TRAILER]:
        del pdf.trailer[entry]


def _write_page_labels_anew(pdf: Pdf) -> str | None:
    """Make the labels direct objects, as the validator wants them."""
    labels = pdf.Root.get(Name.PageLabels)
    if not isinstance(labels, Dictionary) or Name.Kids in labels:
        return None
    numbers = labels.get(Name.Nums)
    if not isinstance(numbers, Array):
        del pdf.Root[Name.PageLabels]
        return "The labels of the pages, which could not be read, were taken out."
    pdf.Root.PageLabels = Dictionary(
        Nums=Array(Dictionary(dict(each.items())) if isinstance(each, Dictionary) else each for each in numbers)
    )
    return None


def _flatten_form(pdf: Pdf) -> str | None:
    """Draw the fields of a form into its pages; other annotations stay what they are."""
    form = pdf.Root.get(Name.AcroForm)
    if not isinstance(form, Dictionary):
        return None
    fields = form.get(Name.Fields)
    if not isinstance(fields, Array) or not len(fields):
        del pdf.Root[Name.AcroForm]
        return None
    others = []
    for page in pdf.pages:
        kept = [each for each in _annotations(page.obj) if each.get(Name.Subtype) != Name.Widget]
        others.append(kept)
        if kept:
            page.obj[Name.Annots] = Array(
                each for each in _annotations(page.obj) if each.get(Name.Subtype) == Name.Widget
            )
    pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")
    for page, kept in zip(pdf.pages, others, strict=True):
        if kept:
            page.obj[Name.Annots] = Array(kept)
    _drop(pdf.Root, (Name.AcroForm,))
    return "The form's fields were drawn as they are filled in; they cannot be filled in any more."
