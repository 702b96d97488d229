"""The finest plan whose output is no larger than wanted: bisection over one number, the coarseness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.services.compression.draft import TidyDocument, finish, open_tidy
from pdfmill.services.compression.images.choice import Choice
from pdfmill.services.compression.images.description import ObjectId
from pdfmill.services.compression.images.workshop import Workshop
from pdfmill.services.compression.levels import Plan, plan_at
from pdfmill.services.compression.report import CompressionReport

#: Halvings of the range of coarseness: after these the size changes by a per cent or so.
_HALVINGS = 6

#: What is aimed at, so that the small differences between estimate and file do not exceed the wanted size.
_AIM = 0.985


@dataclass(frozen=True)
class SizedPlan:
    """What the search found.

    Attributes:
        choices: What the plan makes of each image.
        expected_bytes: Size of the output.
        report: What becomes of the images.
    """

    plan: Plan
    choices: Mapping[ObjectId, Choice]
    expected_bytes: int
    report: CompressionReport


def find_plan(source: Path, draft: Path, most_bytes: int, ctx: Context) -> SizedPlan:
    """Search the finest plan that keeps the output within ``most_bytes``; the coarsest there is if none does.

    Args:
        draft: A path for a draft that is not kept: it tells how large everything but the images is.

    Raises:
        As `draft.write_draft`.
    """
    with open_tidy(source, ctx.stage("", share=0.1)) as document:
        workshop = Workshop(document.images, document.pdf, keep=True)
        stages = ctx.stage("searching", share=0.7)
        tried = _Tried(document, workshop, stages)
        tried.add(0.0)
        tried.add(1.0)
        finish(document, {}, draft, ctx.stage("", share=0.2))
        others = draft.stat().st_size - sum(len(image.stream.read_raw_bytes()) for image in document.images)
        draft.unlink()
        coarseness = _bisect(tried, round(most_bytes * _AIM) - others)
        choices = tried.choices[coarseness]
        report = CompressionReport(page_count=len(document.pdf.pages), images=len(document.images))
        for image in document.images:
            report.count(image.description, choices[image.description.object_id])
        return SizedPlan(plan_at(coarseness), choices, others + tried.image_bytes(choices), report)


class _Tried:
    """The plans that were tried, by their coarseness, with what the images take."""

    def __init__(self, document: TidyDocument, workshop: Workshop, ctx: Context) -> None:
        self._document = document
        self._workshop = workshop
        self._ctx = ctx
        self.choices: dict[float, Mapping[ObjectId, Choice]] = {}

    def add(self, coarseness: float) -> int:
        """Try a plan; returns the bytes of all images."""
        stage = self._ctx.stage("searching", share=1 / (_HALVINGS + 2))
        self.choices[coarseness] = choices = self._workshop.choose_all(plan_at(coarseness), stage)
        return self.image_bytes(choices)

    def image_bytes(self, choices: Mapping[ObjectId, Choice]) -> int:
        total = 0
        for image in self._document.images:
            taken = choices[image.description.object_id].taken
            total += image.description.stored_bytes if taken is None else taken.stored_bytes
        return total


def _bisect(tried: _Tried, most_bytes: int) -> float:
    """The smallest coarseness whose images fit, or the greatest there is."""
    if tried.image_bytes(tried.choices[0.0]) <= most_bytes:
        return 0.0
    if tried.image_bytes(tried.choices[1.0]) > most_bytes:
        return 1.0
    too_fine, fits = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (too_fine + fits) / 2
        if tried.add(middle) <= most_bytes:
            fits = middle
        else:
            too_fine = middle
    return fits
