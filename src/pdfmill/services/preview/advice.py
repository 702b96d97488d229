"""What to know, and what to do, before a document is converted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pdfmill.services.conversion.targets import Target
from pdfmill.services.layout.model import TextQuality
from pdfmill.services.preview.facts import Facts
from pdfmill.services.preview.probe import Probe

_NAMED_FONTS = 5


@dataclass(frozen=True)
class Advice:
    """A piece of advice; ``name`` is stable. A warning is of something that would be lost, or go wrong."""

    name: str
    severity: Literal["warning", "recommendation"]
    detail: str


def advise(facts: Facts, seen: Probe, target: Target | None, has_tables: bool | None) -> list[Advice]:
    """What there is to say; without a target, what holds for any.

    Args:
        has_tables: Whether a table was found on the pages that were looked at; None if nobody looked.
    """
    return [
        *_about_text(facts, seen, target, has_tables),
        *(_about_archiving(facts) if target is Target.PDFA else _about_rights(facts, target)),
    ]


def _about_text(facts: Facts, seen: Probe, target: Target | None, has_tables: bool | None) -> Iterator[Advice]:
    pictures = seen.numbers(TextQuality.IMAGE_ONLY)
    if pictures and (target is None or target.needs_text):
        yield Advice("run_ocr", "warning" if target else "recommendation", _ocr_words(str(pictures), seen, target))
    unreadable = _names(font.name for font in facts.fonts if not font.readable)
    if unreadable and (target is None or target.needs_text):
        yield Advice(
            "text_may_be_garbled",
            "warning" if target else "recommendation",
            f"The document does not tell which characters the glyphs of {unreadable} are. If its text comes out "
            "garbled, run OCR.",
        )
    if target is not None and target.holds_tables and has_tables is False:
        yield Advice(
            "no_tables",
            "warning",
            "No table was found on the pages that were looked at. Choose other pages, or convert to text.",
        )


def _ocr_words(pages: str, seen: Probe, target: Target | None) -> str:
    of_sample = " of those that were looked at" if seen.is_sample else ""
    if target is None:
        effect = "there is no text on them to take out"
    elif target.holds_pictures:
        effect = f"they will be pictures in the {target} as well"
    else:
        effect = f"nothing of them will be in the {target}"
    return f"Pages {pages}{of_sample} are only pictures: {effect} unless OCR is run first."


def _about_archiving(facts: Facts) -> Iterator[Advice]:
    """PDF/A: what will be refused, and what will be changed."""
    if facts.signed:
        yield Advice("signed", "warning", "The document is signed: archiving rewrites it, which a signature forbids.")
    if facts.encrypted:
        yield Advice("encrypted", "warning", "The document is encrypted, which PDF/A forbids. Send it without.")
    if facts.attachments:
        yield Advice(
            "attachments", "warning", "PDF/A-2 forbids these attachments. Take them out, and keep them beside."
        )
    if missing := _names(font.name for font in facts.fonts if not font.embedded):
        yield Advice("fonts_not_embedded", "warning", f"PDF/A needs its fonts inside; the document has not {missing}.")
    if facts.form != "none":
        yield Advice(
            "form", "warning", "The form's fields will be drawn as they are filled in, and not be fields any more."
        )
    if facts.javascript:
        yield Advice("javascript", "warning", "The scripts of the document will be taken out: PDF/A forbids them.")


def _about_rights(facts: Facts, target: Target | None) -> Iterator[Advice]:
    if facts.signed:
        yield Advice("signed", "recommendation", "The document is signed. Keep it: what is made of it is not.")
    if facts.forbidden:
        words = ", ".join(facts.forbidden).replace("_", " ")
        yield Advice("restricted", "recommendation", f"The document's owner forbids some things: {words}. Respect it.")
    if facts.attachments:
        yield Advice(
            "attachments",
            "warning" if target else "recommendation",
            "The document carries attached files, which are not converted. Take them out first.",
        )
    if facts.form == "xfa":
        yield Advice(
            "xfa_form",
            "warning" if target else "recommendation",
            "The form is an XFA form, whose pages may be a notice only. Print it to a new PDF in Adobe Reader.",
        )
    missing = _names(font.name for font in facts.fonts if not font.embedded)
    if missing and target is not None and target.is_picture:
        yield Advice("fonts_not_embedded", "recommendation", f"Fonts that are not inside are replaced: {missing}.")


def _names(names: Iterator[str] | Sequence[str]) -> str:
    found = sorted({name or "a font without name" for name in names})
    more = f" and {len(found) - _NAMED_FONTS} more" if len(found) > _NAMED_FONTS else ""
    return ", ".join(found[:_NAMED_FONTS]) + more
