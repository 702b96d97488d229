"""CompressionService: the recipe."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.errors import DamagedInput
from pdfmill.engines.pikepdf import is_signed, open_pdf
from pdfmill.services.compression.draft import Decide, Draft, TidyDocument, write_draft
from pdfmill.services.compression.estimate import estimate
from pdfmill.services.compression.images.choice import Choice
from pdfmill.services.compression.images.description import ObjectId
from pdfmill.services.compression.images.workshop import Workshop
from pdfmill.services.compression.levels import Plan
from pdfmill.services.compression.report import CompressionReport, report_on
from pdfmill.services.compression.target_size import find_plan
from pdfmill.services.compression.unchanged import Unchanged
from pdfmill.services.compression.verify import Comparison, compare

#: So many pages are named in a warning.
_NAMED_PAGES = 10

#: How often a draft that did not pass is written again, with less changed each time.
_MOST_RETREATS = 2

#: How often the images of unlike pages are made better, and what they then may lose, of that which would just suffice
#: if their page lost in proportion; it does not, since readers alias grain.
_MOST_APPROACHES, _CLOSER = 2, 0.75


class CompressionService:
    """Makes PDF files smaller, never larger, and never different in what they say."""

    def compress(self, source: Path, target: Path, plan: Plan, ctx: Context) -> CompressionReport:
        """Write a smaller document to ``target``, or the original's bytes where there is none.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            Cancelled, DeadlineExceeded: As the context says.
        """
        report = _if_signed(source, ctx) or _write_verified(source, target, _by_plan(plan), plan, ctx)
        return _published(source, target, report, ctx)

    def compress_to_size(self, source: Path, target: Path, most_bytes: int, ctx: Context) -> CompressionReport:
        """The same, as fine as ``most_bytes`` allow; a warning tells if they do not suffice.

        Raises:
            As `compress`.
        """
        report = _if_signed(source, ctx)
        if report is None:
            found = find_plan(source, ctx.path("search.pdf"), most_bytes, ctx.stage("", share=0.6))
            report = _write_verified(source, target, _as_chosen(found.choices), found.plan, ctx.stage("", share=0.4))
        report = _published(source, target, report, ctx)
        _warn_if_larger(report, target.stat().st_size, most_bytes)
        return report

    def estimate(self, source: Path, plan: Plan, ctx: Context) -> tuple[int, CompressionReport]:
        """The size in bytes that `compress` would reach, expected from a sample of the images.

        Raises:
            As `compress`.
        """
        report = _if_signed(source, ctx)
        if report is not None:
            return source.stat().st_size, report
        expected, report = estimate(source, ctx.path("estimate.pdf"), plan, ctx.stage("", share=1.0))
        return _never_larger(source, expected, report)

    def estimate_to_size(self, source: Path, most_bytes: int, ctx: Context) -> tuple[int, CompressionReport]:
        """The size in bytes that `compress_to_size` would reach: all images are tried, as it does.

        Raises:
            As `compress`.
        """
        report = _if_signed(source, ctx)
        if report is None:
            found = find_plan(source, ctx.path("search.pdf"), most_bytes, ctx.stage("", share=1.0))
            expected, report = _never_larger(source, found.expected_bytes, found.report)
        else:
            expected = source.stat().st_size
        _warn_if_larger(report, expected, most_bytes)
        return expected, report


def _if_signed(source: Path, ctx: Context) -> CompressionReport | None:
    """A report that leaves a signed document alone, whose signature a rewrite would break; None if it is not signed."""
    with open_pdf(source, ctx.limits) as pdf:
        return CompressionReport(len(pdf.pages), Unchanged.SIGNED) if is_signed(pdf) else None


def _never_larger(source: Path, expected: int, report: CompressionReport) -> tuple[int, CompressionReport]:
    """What is expected of a job that gives the original back where nothing can be saved."""
    size = source.stat().st_size
    if expected < size:
        return expected, report
    report.unchanged = Unchanged.ALREADY_SMALL
    return size, report


def _warn_if_larger(report: CompressionReport, reached: int, most_bytes: int) -> None:
    if reached > most_bytes:
        report.warnings.append(
            f"The document cannot be made as small as {most_bytes} bytes; {reached} is the smallest. What is left "
            "is text, fonts, and pictures that would no longer be recognised."
        )


def _published(source: Path, target: Path, report: CompressionReport, ctx: Context) -> CompressionReport:
    """The report, once the original's bytes stand in for an output that is not smaller or was not made."""
    if report.unchanged is None and target.stat().st_size >= source.stat().st_size:
        report = CompressionReport(report.page_count, Unchanged.ALREADY_SMALL, warnings=report.warnings)
    if report.unchanged is not None:
        shutil.copyfile(source, target)
    ctx.stage("done", share=1.0).advance(1, 1)
    return report


def _write_verified(source: Path, target: Path, decide: Decide, plan: Plan, ctx: Context) -> CompressionReport:
    """Write, compare, and where the draft is not the same document write again with less changed."""
    draft, comparison = _drafted(source, target, decide, plan, ctx.stage("", share=0.8))
    for _ in range(_MOST_APPROACHES):
        if comparison.pages_below(plan.least_page_similarity):
            draft, comparison = _drafted(
                source, target, _closer(draft, comparison, plan), plan, ctx.stage("", share=0.05)
            )
    warnings: list[str] = []
    for retreats_left in reversed(range(_MOST_RETREATS + 1)):
        bad_pages = comparison.pages_below(plan.least_page_similarity)
        damage = _damage(comparison, bad_pages)
        if damage is None:
            return report_on(source, target, draft, comparison.worst, warnings)
        warnings.append(damage)
        if retreats_left:
            choices, fonts = _less(draft, bad_pages, is_last=retreats_left == 1)
            stage = ctx.stage("", share=0.05)
            draft, comparison = _drafted(source, target, _as_chosen(choices), plan, stage, fonts=fonts)
    return CompressionReport(draft.page_count, Unchanged.WOULD_CHANGE, warnings=warnings)


def _drafted(
    source: Path, target: Path, decide: Decide, plan: Plan, ctx: Context, *, fonts: bool = True
) -> tuple[Draft, Comparison]:
    """A draft, written to ``target``, and how it differs from the original."""
    draft = write_draft(source, target, decide, ctx.stage("", share=0.85), fonts=fonts)
    checking = ctx.stage("checking", share=0.15)
    safe = draft.safe_pages(plan.least_page_similarity)
    try:
        return draft, compare(source, target, draft.pages_to_draw, checking, safe_pages=safe)
    except DamagedInput:
        return draft, Comparison(lost="the pages could not be drawn")


def _by_plan(plan: Plan) -> Decide:
    return lambda document, ctx: Workshop(document.images, document.pdf).choose_all(plan, ctx)


def _as_chosen(choices: Mapping[ObjectId, Choice]) -> Decide:
    return lambda document, ctx: choices


def _damage(comparison: Comparison, bad_pages: set[int]) -> str | None:
    """What is wrong with a draft, as a sentence for the user."""
    if comparison.lost is not None:
        return f"Compressed as asked, {comparison.lost}; so less was changed."
    if comparison.changed_text is not None:
        return f"Compressed as asked, the text of page {comparison.changed_text} was another one; so less was changed."
    if bad_pages:
        numbers = ", ".join(str(index + 1) for index in sorted(bad_pages)[:_NAMED_PAGES])
        more = ", …" if len(bad_pages) > _NAMED_PAGES else ""
        return f"Compressed as asked, page {numbers}{more} did not look the same; so its pictures stayed as they were."
    return None


def _closer(draft: Draft, comparison: Comparison, plan: Plan) -> Decide:
    """The same choices, but the images of pages that are too unlike lose less, in the measure in which their page must.

    A page is drawn by a reader, which shrinks images in its own way; grain shows what that makes of it.
    """
    bad_pages = comparison.pages_below(plan.least_page_similarity)
    needed: dict[ObjectId, float] = {}
    for each in draft.lossy_images:
        similarities = [comparison.similarities[page] for page in draft.pages.get(each, set()) & bad_pages]
        taken = draft.choices[each].taken
        if similarities and taken is not None:
            part = (1 - plan.least_page_similarity) / (1 - min(similarities)) * _CLOSER
            needed[each] = 1 - (1 - taken.similarity) * part

    def decide(document: TidyDocument, ctx: Context) -> dict[ObjectId, Choice]:
        images = [image for image in document.images if image.description.object_id in needed]
        return {**draft.choices, **Workshop(images, document.pdf).choose_all(plan, ctx, needed)}

    return decide


def _less(draft: Draft, bad_pages: set[int], *, is_last: bool) -> tuple[dict[ObjectId, Choice], bool]:
    """The choices without those that may have done the damage, and whether fonts may be changed.

    At last nothing is left that loses anything.
    """
    suspects = draft.lossy_images
    if not is_last:
        suspects = {each for each in suspects if draft.pages.get(each, set()) & bad_pages}
    stays = Choice(None, "its page would look different")
    choices = {each: stays if each in suspects else choice for each, choice in draft.choices.items()}
    return choices, bool(suspects) and not is_last
