"""Many images at once: threads, because the codecs release the interpreter's lock, within a bound on memory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from pikepdf import Pdf

from pdfmill.core.context import Context
from pdfmill.services.compression.images.choice import Choice, Workpiece, choose, reason_to_leave
from pdfmill.services.compression.images.description import ImageDescription, ObjectId, content_of
from pdfmill.services.compression.images.survey import SurveyedImage
from pdfmill.services.compression.levels import Plan

_MOST_THREADS = 4

#: Samples being worked on at once; each costs about 6 bytes while it is decoded, resampled and compared.
_MOST_SAMPLES_AT_ONCE = 60_000_000

#: How often a cancellation is looked for while threads work.
_POLL_S = 0.2


def choose_all(images: Iterable[SurveyedImage], pdf: Pdf, plan: Plan, ctx: Context) -> dict[ObjectId, Choice]:
    """A choice for every image, by its object.

    The document is read in this thread only; threads see plain bytes.

    Raises:
        Cancelled, DeadlineExceeded: As the context says; threads that still work are left to end by themselves.
    """
    waiting = list(images)
    total = len(waiting)
    choices: dict[ObjectId, Choice] = {}
    working: dict[Future[Choice], ImageDescription] = {}
    pool = ThreadPoolExecutor(min(_MOST_THREADS, len(os.sched_getaffinity(0))), thread_name_prefix="image")
    try:
        while waiting or working:
            while waiting and _has_room(working.values(), waiting[0].description):
                _begin(waiting.pop(0), pdf, plan, ctx, pool, working, choices)
            done, _ = wait(working, timeout=_POLL_S, return_when=FIRST_COMPLETED)
            for future in done:
                choices[working.pop(future).object_id] = future.result()
            ctx.advance(len(choices), total, unit="images")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return choices


def _begin(
    image: SurveyedImage,
    pdf: Pdf,
    plan: Plan,
    ctx: Context,
    pool: ThreadPoolExecutor,
    working: dict[Future[Choice], ImageDescription],
    choices: dict[ObjectId, Choice],
) -> None:
    description = image.description
    reason = reason_to_leave(description, ctx.limits)
    content = None if reason else content_of(image.stream, pdf, description.codec)
    if content is None:
        choices[description.object_id] = Choice(None, reason or "cannot be decoded")
    else:
        working[pool.submit(choose, Workpiece(description, content), plan)] = description


def _has_room(working: Iterable[ImageDescription], another: ImageDescription) -> bool:
    samples = [_samples(each) for each in working]
    return not samples or (len(samples) < _MOST_THREADS and sum(samples) + _samples(another) <= _MOST_SAMPLES_AT_ONCE)


def _samples(image: ImageDescription) -> int:
    return image.width * image.height * max(1, image.space.components, 3 if image.space.palette is not None else 1)
