"""Many images at once: threads, because the codecs release the interpreter's lock, within a bound on memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import MappingProxyType

from pikepdf import Pdf

from pdfmill.core.context import Context
from pdfmill.services.compression.images.choice import Choice, Workpiece, choose, reason_to_leave
from pdfmill.services.compression.images.description import ImageDescription, ObjectId, content_of
from pdfmill.services.compression.images.survey import SurveyedImage
from pdfmill.services.compression.levels import Plan

_MOST_THREADS = 4

#: Samples being worked on at once; each costs about 6 bytes while it is decoded, resampled and compared.
_MOST_SAMPLES_AT_ONCE = 60_000_000

#: Samples that may be kept decoded for a second choice.
_MOST_SAMPLES_KEPT = 150_000_000

#: How often a cancellation is looked for while threads work.
_POLL_S = 0.2


class Workshop:
    """Makes choices for all images of a document.

    Args:
        keep: Whether decoded images are kept, as far as memory allows, for a second choice by another plan.
    """

    def __init__(self, images: Sequence[SurveyedImage], pdf: Pdf, *, keep: bool = False) -> None:
        self._images = images
        self._pdf = pdf
        self._kept: dict[ObjectId, Workpiece] = {}
        self._room = _MOST_SAMPLES_KEPT if keep else 0

    def choose_all(
        self, plan: Plan, ctx: Context, needed: Mapping[ObjectId, float] = MappingProxyType({})
    ) -> dict[ObjectId, Choice]:
        """A choice for every image, by its object.

        The document is read in this thread only; threads see plain bytes.

        Args:
            needed: SSIM that some images have to keep whatever the plan allows.

        Raises:
            Cancelled, DeadlineExceeded: As the context says; threads that still work are left to end by themselves.
        """
        waiting = deque(self._images)
        choices: dict[ObjectId, Choice] = {}
        working: dict[Future[Choice], Workpiece] = {}
        pool = ThreadPoolExecutor(min(_MOST_THREADS, len(os.sched_getaffinity(0))), thread_name_prefix="image")
        try:
            while waiting or working:
                while waiting and _has_room([each.image for each in working.values()], waiting[0].description):
                    taken = self._take(waiting.popleft(), ctx)
                    if isinstance(taken, Workpiece):
                        working[pool.submit(choose, taken, plan, needed.get(taken.image.object_id))] = taken
                    else:
                        choices[taken[0]] = taken[1]
                done, _ = wait(working, timeout=_POLL_S, return_when=FIRST_COMPLETED)
                for future in done:
                    workpiece = working.pop(future)
                    choices[workpiece.image.object_id] = future.result()
                    self._keep(workpiece)
                ctx.advance(len(choices), len(self._images), unit="images")
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return choices

    def _take(self, image: SurveyedImage, ctx: Context) -> Workpiece | tuple[ObjectId, Choice]:
        """The image with its bytes, or the reason to leave it alone."""
        description = image.description
        if description.object_id in self._kept:
            return self._kept[description.object_id]
        reason = reason_to_leave(description, ctx.limits)
        content = None if reason else content_of(image.stream, self._pdf, description.codec)
        if content is None:
            return description.object_id, Choice(None, reason or "cannot be decoded")
        return Workpiece(description, content)

    def _keep(self, workpiece: Workpiece) -> None:
        image = workpiece.image
        if image.object_id not in self._kept and _samples(image) <= self._room:
            self._room -= _samples(image)
            self._kept[image.object_id] = workpiece


def _has_room(working: Iterable[ImageDescription], another: ImageDescription) -> bool:
    samples = [_samples(each) for each in working]
    return not samples or (len(samples) < _MOST_THREADS and sum(samples) + _samples(another) <= _MOST_SAMPLES_AT_ONCE)


def _samples(image: ImageDescription) -> int:
    return image.width * image.height * max(1, image.space.components, 3 if image.space.palette is not None else 1)
