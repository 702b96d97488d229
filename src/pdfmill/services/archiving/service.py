"""ArchivingService: a document as PDF/A-2b, or the reasons why it cannot be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pikepdf import Dictionary, Name, Pdf

from pdfmill.core.context import Context
from pdfmill.core.errors import NotArchivable
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfa import Finding, save_as_pdfa
from pdfmill.engines.pdfium import open_drawn
from pdfmill.engines.pikepdf import is_signed, open_pdf
from pdfmill.services.archiving.embedding import embed_standard_fonts
from pdfmill.services.archiving.press_colours import UNDEFINED, define_press_colours
from pdfmill.services.archiving.tidying import tidy
from pdfmill.services.compression.similarity import structural_similarity
from pdfmill.services.preview.facts import read_facts
from pdfmill.services.readable import readable

#: At this resolution each page is compared with the original.
COMPARED_DPI = 50
_COMPARED_PIXELS = 1_000_000
#: pikepdf leaves pages as they are; what differs more is an accident. PDFium draws some fields in a way of its own.
_LEAST_SIMILARITY = 0.98
_LEAST_SIMILARITY_OF_FORMS = 0.9

_MOST_REASONS = 20

_EXPORT = "Export it anew, as PDF/A, from the program that made it."
#: What to do, by the beginning of a rule's number; the first that fits.
_ADVICE = (
    (
        "ISO_19005_2:6.2.11.4.1",
        "Embed its fonts: export it anew, with all fonts embedded, from the program that made it.",
    ),
    ("ISO_19005_2:6.2", _EXPORT),
    ("pikepdf:", f"It may be allowed, but cannot be checked here. {_EXPORT}"),
)


@dataclass(frozen=True)
class Archived:
    """A PDF/A file: how many pages it has, and sentences about what was changed."""

    page_count: int
    changes: tuple[str, ...]


class ArchivingService:
    """Makes PDF/A files."""

    def archive(self, source: Path, target: Path, ctx: Context) -> Archived:
        """Write ``target`` as PDF/A-2b; each page is drawn and compared with the original.

        Raises:
            NotArchivable: It cannot be, or not without loss; ``reasons`` tells of each.
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            TooManyPixels: The pages are more than may be drawn.
            Cancelled, DeadlineExceeded: As the context says.
        """
        writing = ctx.stage("writing", share=0.4)
        with open_pdf(source, ctx.limits) as pdf:
            _refuse_what_would_be_lost(pdf)
            path, units = readable(pdf, source, ctx)
            facts = read_facts(pdf, ctx)
            missing = sorted({font.name for font in facts.fonts if not font.embedded})
            page_count = len(pdf.pages)
            changes = tidy(pdf)
            if (sentence := embed_standard_fonts(pdf, ctx)) is not None:
                changes.append(sentence)
            writing.advance(1, 2)
            written = save_as_pdfa(pdf, target)
            if any(finding.rule == UNDEFINED for finding in written.findings):
                changes.append(define_press_colours(pdf))
                written = save_as_pdfa(pdf, target)
        writing.advance(2, 2)
        if written.findings:
            raise _error([_reason(finding, missing) for finding in written.findings[:_MOST_REASONS]])
        least = _LEAST_SIMILARITY if facts.form == "none" else _LEAST_SIMILARITY_OF_FORMS
        _require_same_looks(path, target, units, least, ctx.stage("comparing", share=1.0))
        ctx.meter.pages += page_count
        return Archived(page_count, (*changes, *written.changes))


def _refuse_what_would_be_lost(pdf: Pdf) -> None:
    found = []
    if is_signed(pdf):
        found.append(
            ("signed", "It is signed, and PDF/A means writing it anew, which breaks the signature.", "Keep it.")
        )
    if pdf.is_encrypted:
        found.append(
            (
                "encrypted",
                "It is encrypted to restrict what may be done with it; PDF/A allows no encryption.",
                "Have its owner send it without.",
            )
        )
    if len(pdf.attachments) or _has_attachment_annotation(pdf):
        found.append(
            (
                "attachments",
                "It carries other files; PDF/A-2 allows none but PDF/A files.",
                "Take them out, and keep them beside it.",
            )
        )
    if pdf.Root.get(Name.NeedsRendering):
        found.append(
            ("xfa_form", "It is an XFA form, whose pages Adobe Reader makes up.", "Print it to a new PDF there.")
        )
    if found:
        raise _error([{"rule": rule, "detail": detail, "advice": advice, "count": 1} for rule, detail, advice in found])


def _has_attachment_annotation(pdf: Pdf) -> bool:
    return any(isinstance(each, Dictionary) and each.get(Name.Subtype) == Name.FileAttachment for each in pdf.objects)


def _reason(finding: Finding, fonts: list[str]) -> dict[str, Any]:
    detail = f"{finding.message[:1].upper()}{finding.message[1:]}."
    if finding.rule.startswith("ISO_19005_2:6.2.11.4.1") and fonts:
        detail = f"Fonts are not embedded: {', '.join(name or 'one without name' for name in fonts[:10])}."
    advice = next((words for rule, words in _ADVICE if finding.rule.startswith(rule)), _EXPORT)
    return {"rule": finding.rule, "detail": detail, "advice": advice, "count": finding.count}


def _error(reasons: list[dict[str, Any]]) -> NotArchivable:
    first = reasons[0]
    more = f" Further reasons: {len(reasons) - 1}." if len(reasons) > 1 else ""
    return NotArchivable(
        f"The document cannot be made PDF/A-2b. {first['detail']} {first['advice']}{more}", reasons=reasons
    )


def _require_same_looks(source: Path, target: Path, user_units: Sequence[float], least: float, ctx: Context) -> None:
    changed = []
    with open_drawn(source, user_units, ctx.pixels) as before, open_drawn(target, user_units, ctx.pixels) as after:
        for index in range(before.page_count):
            drawings = [each.draw(index, dpi=COMPARED_DPI, max_pixels=_COMPARED_PIXELS) for each in (before, after)]
            same = drawings[0].shape == drawings[1].shape
            if not same or structural_similarity(*drawings) < least:
                changed.append(index + 1)
            ctx.advance(index + 1, before.page_count, unit="pages")
    if changed:
        pages = PageRanges.of(changed)
        raise _error(
            [
                {
                    "rule": "looks",
                    "detail": f"Pages {pages} would look different.",
                    "advice": _EXPORT,
                    "count": len(changed),
                }
            ]
        )
