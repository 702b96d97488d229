"""CompressionService: the recipe."""

from __future__ import annotations

import shutil
from pathlib import Path

from pikepdf import Name, Pdf, Stream

from pdfmill.core.context import Context
from pdfmill.core.errors import PdfMillError
from pdfmill.engines.pikepdf import is_signed, open_pdf, save_pdf
from pdfmill.services.compression.images import apply, is_eligible, replacement_for
from pdfmill.services.compression.levels import Plan
from pdfmill.services.compression.placements import ObjectId, Placements, find_placements
from pdfmill.services.compression.report import CompressionReport, Unchanged
from pdfmill.services.compression.structure import drop_private_data, merge_duplicates, repack_streams
from pdfmill.services.compression.verify import find_damage


class CompressionService:
    """Makes PDF files smaller, never larger, and never different in what they say."""

    def compress(self, source: Path, target: Path, plan: Plan, ctx: Context) -> CompressionReport:
        """Write a smaller document to ``target``, or the original's bytes where there is none.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            Cancelled, DeadlineExceeded: As the context says.
        """
        report = self._attempt(source, target, plan, ctx, lossy=True)
        if report.unchanged is Unchanged.WOULD_CHANGE and report.images_recompressed:
            careful = self._attempt(source, target, plan, ctx, lossy=False)
            careful.warnings = report.warnings + careful.warnings
            report = careful
        if report.unchanged is None and target.stat().st_size >= source.stat().st_size:
            report.unchanged = Unchanged.ALREADY_SMALL
        if report.unchanged is not None:
            shutil.copyfile(source, target)
        return report

    def _attempt(self, source: Path, target: Path, plan: Plan, ctx: Context, *, lossy: bool) -> CompressionReport:
        report = CompressionReport()
        touched: set[int] = set()
        with open_pdf(source, ctx.limits) as pdf:
            report.page_count = len(pdf.pages)
            if is_signed(pdf):
                report.unchanged = Unchanged.SIGNED
                return report
            placements = find_placements(pdf, ctx.stage("reading", share=0.1))
            report.images = len(placements.inches)
            if lossy:
                touched = _shrink_images(pdf, placements, plan, ctx.stage("pictures", share=0.5), report)
            _tidy(pdf, ctx.stage("structure", share=0.4), report)
            save_pdf(pdf, target)
        damage = _damage(source, target, touched, plan, ctx.stage("checking", share=1.0))
        if damage:
            report.unchanged = Unchanged.WOULD_CHANGE
            report.warnings.append(_warning(damage, lossy=lossy))
        return report


def _shrink_images(pdf: Pdf, placements: Placements, plan: Plan, ctx: Context, report: CompressionReport) -> set[int]:
    """Replace what pays; returns the indices of the pages that paint a replaced image."""
    touched: set[int] = set()
    images = _images(pdf, placements)
    for number, (image, inches) in enumerate(images, start=1):
        replacement = replacement_for(image, inches, plan, ctx.limits) if is_eligible(image) else None
        if replacement is not None:
            apply(image, replacement)
            touched |= placements.page_indices[image.objgen]
            report.images_recompressed += 1
            report.images_downsampled += replacement.downsampled
        ctx.advance(number, len(images), unit="images")
    return touched


def _images(pdf: Pdf, placements: Placements) -> list[tuple[Stream, tuple[float, float] | None]]:
    """The painted images with their sizes, which are unknown where the document could not be followed to its end."""
    soft_masks: set[ObjectId] = set()
    found = []
    for each in pdf.objects:
        if isinstance(each, Stream) and each.get(Name.Subtype) == Name.Image:
            soft_mask = each.get(Name.SMask)
            if isinstance(soft_mask, Stream):
                soft_masks.add(soft_mask.objgen)
            if each.objgen in placements.inches:
                found.append((each, placements.inches[each.objgen] if placements.complete else None))
    return [(image, inches) for image, inches in found if image.objgen not in soft_masks]


def _tidy(pdf: Pdf, ctx: Context, report: CompressionReport) -> None:
    drop_private_data(pdf)
    report.duplicates_merged = merge_duplicates(pdf, ctx)
    ctx.advance(1, 2)
    repack_streams(pdf, ctx)
    ctx.advance(2, 2)


def _damage(source: Path, target: Path, touched: set[int], plan: Plan, ctx: Context) -> str | None:
    try:
        return find_damage(source, target, touched, plan.least_page_similarity, ctx)
    except PdfMillError as error:
        if error.kind.name in ("CANCELLED", "TIMED_OUT"):
            raise
        return "the pages could not be compared"


def _warning(damage: str, *, lossy: bool) -> str:
    if lossy:
        return f"After compressing the pictures {damage}, so they were left as they were."
    return f"After tidying the file {damage}, so it was left as it was."
