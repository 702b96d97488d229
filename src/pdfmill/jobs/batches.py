"""Batches: jobs that are made of other jobs, one for each file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pdfmill.core.operation import AnyOperation
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.dispatch import FIRST_REHINT
from pdfmill.jobs.models import Job, JobEvent, JobFile
from pdfmill.jobs.status import JobStatus


@dataclass(frozen=True)
class ItemCounts:
    """How the items of a batch are doing."""

    pending: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        return self.pending + self.processing + self.ended

    @property
    def ended(self) -> int:
        return self.completed + self.failed + self.cancelled


def new_item(item_id: str, position: int, batch: Job, operation: AnyOperation, file: JobFile) -> Job:
    """A job for one file of a batch: of the same owner and client, as urgent, with the same options."""
    now = utc_now()
    return Job(
        id=item_id,
        parent_id=batch.id,
        position=position,
        operation=operation.name,
        queue=operation.queue,
        options=batch.options,
        sealed_options=batch.sealed_options,
        owner=batch.owner,
        files=[file],
        events=[JobEvent(kind=JobStatus.PENDING, data={})],
        client=batch.client,
        urgency=batch.urgency,
        ttl_s=batch.ttl_s,
        trace_parent=batch.trace_parent,
        created_at=now,
        not_before=now,
        next_hint_at=now + FIRST_REHINT,
        hints=1,
    )


def count_items(session: Session, batch_ids: Sequence[str]) -> dict[str, ItemCounts]:
    """The counts of those of the jobs that have items."""
    query = select(Job.parent_id, Job.status, func.count()).where(Job.parent_id.in_(batch_ids))
    counts: dict[str, dict[str, int]] = {}
    for batch_id, status, count in session.execute(query.group_by(Job.parent_id, Job.status)).all():
        if batch_id is not None:
            counts.setdefault(batch_id, {})[status.lower()] = count
    return {batch_id: ItemCounts(**by_status) for batch_id, by_status in counts.items()}


def items_of(session: Session, batch_id: str, *, lock: bool = False) -> Sequence[Job]:
    """The items of a batch, in order."""
    query = select(Job).where(Job.parent_id == batch_id).order_by(Job.position)
    return session.scalars(query.with_for_update() if lock else query).all()
