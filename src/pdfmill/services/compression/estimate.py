"""How small a document would become, from a sample of its images: everything else is done, and thrown away."""

from __future__ import annotations

from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.services.compression.draft import finish, open_tidy
from pdfmill.services.compression.images.survey import SurveyedImage
from pdfmill.services.compression.images.workshop import Workshop
from pdfmill.services.compression.levels import Plan
from pdfmill.services.compression.report import CompressionReport, Step

#: Images that are tried: the largest, of which a few often hold most bytes, and some of the others.
_LARGEST, _OTHERS = 4, 8


def estimate(source: Path, draft: Path, plan: Plan, ctx: Context) -> tuple[int, CompressionReport]:
    """The expected size in bytes, and a report that knows the counts of the sampled images only.

    Args:
        draft: A path for a draft that is not kept.

    Raises:
        As `draft.write_draft`.
    """
    with open_tidy(source, ctx.stage("", share=0.2)) as document:
        sample, rest = _split(document.images)
        choices = Workshop(sample, document.pdf).choose_all(plan, ctx.stage("pictures", share=0.4))
        report = CompressionReport(page_count=len(document.pdf.pages), images=len(document.images))
        for image in sample:
            report.count(image.description, choices[image.description.object_id])
        finish(document, choices, draft, ctx.stage("", share=0.4))
    expected = draft.stat().st_size - _expected_saving(sample, rest, report)
    draft.unlink()
    report.images_sampled = len(sample)
    return min(max(expected, 1), source.stat().st_size), report


def _split(images: list[SurveyedImage]) -> tuple[list[SurveyedImage], list[SurveyedImage]]:
    """The sample and the others; images come largest first."""
    others = images[_LARGEST:]
    step = max(1, len(others) // _OTHERS)
    picked = set(range(0, len(others), step))
    sample = images[:_LARGEST] + [others[index] for index in sorted(picked)]
    return sample, [image for index, image in enumerate(others) if index not in picked]


def _expected_saving(sample: list[SurveyedImage], rest: list[SurveyedImage], report: CompressionReport) -> int:
    """What the others will save if they shrink as the sampled ones beyond the largest did."""
    sampled = sum(image.description.stored_bytes for image in sample)
    saved = report.saved_bytes[Step.IMAGES]
    return round(saved / max(sampled, 1) * sum(image.description.stored_bytes for image in rest))
