"""CompressionService: the recipe."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from pikepdf import Pdf

from pdfmill.core.context import Context
from pdfmill.core.errors import DamagedInput
from pdfmill.engines.pikepdf import is_signed, open_pdf
from pdfmill.services.compression.draft import Decide, Draft, write_draft
from pdfmill.services.compression.images.choice import Choice
from pdfmill.services.compression.images.description import ObjectId
from pdfmill.services.compression.images.survey import SurveyedImage
from pdfmill.services.compression.images.workshop import choose_all
from pdfmill.services.compression.levels import Plan
from pdfmill.services.compression.report import CompressionReport, Step, Unchanged
from pdfmill.services.compression.verify import Comparison, compare

#: How often a draft that did not pass is written again, with less changed each time.
_MOST_RETREATS = 2


class CompressionService:
    """Makes PDF files smaller, never larger, and never different in what they say."""

    def compress(self, source: Path, target: Path, plan: Plan, ctx: Context) -> CompressionReport:
        """Write a smaller document to ``target``, or the original's bytes where there is none.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            Cancelled, DeadlineExceeded: As the context says.
        """
        with open_pdf(source, ctx.limits) as pdf:
            page_count, signed = len(pdf.pages), is_signed(pdf)
        if signed:
            report = CompressionReport(page_count, Unchanged.SIGNED)
        else:
            report = _write_verified(source, target, plan, ctx)
        if report.unchanged is None and target.stat().st_size >= source.stat().st_size:
            report.unchanged = Unchanged.ALREADY_SMALL
        if report.unchanged is not None:
            shutil.copyfile(source, target)
        return report


def _write_verified(source: Path, target: Path, plan: Plan, ctx: Context) -> CompressionReport:
    """Write, compare, and where the draft is not the same document write again with less changed."""

    def decide(pdf: Pdf, images: list[SurveyedImage], stage: Context) -> Mapping[ObjectId, Choice]:
        return choose_all(images, pdf, plan, stage)

    draft = write_draft(source, target, decide, ctx.stage("", share=0.7))
    warnings: list[str] = []
    for retreats_left in reversed(range(_MOST_RETREATS + 1)):
        comparison = _compared(source, target, draft, ctx.stage("checking", share=0.15))
        damage = _damage(comparison, plan)
        if damage is None:
            return _report(source, target, draft, comparison, warnings)
        warnings.append(damage)
        if not retreats_left:
            break
        kept = _less(draft, comparison, plan, is_last=retreats_left == 1)
        draft = write_draft(source, target, lambda pdf, images, stage, kept=kept: kept, ctx.stage("", share=0.05))
    return CompressionReport(draft.page_count, Unchanged.WOULD_CHANGE, warnings=warnings)


def _compared(source: Path, target: Path, draft: Draft, ctx: Context) -> Comparison:
    try:
        return compare(source, target, draft.touched_pages, ctx)
    except DamagedInput:
        return Comparison(lost="the pages could not be compared")


def _damage(comparison: Comparison, plan: Plan) -> str | None:
    """What is wrong with a draft, as a sentence for the user."""
    if comparison.lost is not None:
        return f"After compressing, {comparison.lost}; less was changed."
    if comparison.changed_text is not None:
        return f"After compressing, the text of page {comparison.changed_text} was another one; less was changed."
    bad = sorted(index + 1 for index in comparison.pages_below(plan.least_page_similarity))
    if bad:
        numbers = ", ".join(map(str, bad[:10])) + ("" if len(bad) <= 10 else ", …")
        return f"The pictures of page {numbers} stayed as they were: the page did not look the same without them."
    return None


def _less(draft: Draft, comparison: Comparison, plan: Plan, *, is_last: bool) -> dict[ObjectId, Choice]:
    """The choices without those that may have done the damage; at last without any that lose something."""
    bad_pages = comparison.pages_below(plan.least_page_similarity)
    suspects = draft.lossy_images
    if bad_pages and not is_last:
        suspects = {each for each in suspects if draft.pages.get(each, set()) & bad_pages}
    left = Choice(None, "its page would look different")
    return {each: left if each in suspects else choice for each, choice in draft.choices.items()}


def _report(
    source: Path, target: Path, draft: Draft, comparison: Comparison, warnings: list[str]
) -> CompressionReport:
    report = CompressionReport(draft.page_count, warnings=warnings)
    report.count_images(draft.images, draft.choices)
    report.duplicates_merged = draft.duplicates_merged
    report.worst_page_similarity = comparison.worst
    saved = source.stat().st_size - target.stat().st_size
    report.saved_bytes[Step.STRUCTURE] = saved - report.saved_bytes.total()
    return report
