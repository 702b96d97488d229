"""Periodic work: once in each interval, however many schedulers send it."""

from __future__ import annotations

import time

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from pdfmill.jobs.database import Database
from pdfmill.jobs.models import PeriodicRun


def take_slot(database: Database, task: str, every_s: float) -> bool:
    """Whether this call is the first of its interval, and so should do the work.

    Intervals are counted from 1970, so all schedulers agree on them, and those that nobody ran in are simply over:
    after a day without a worker, the hundred messages that wait do the work once.
    """
    slot = int(time.time() // every_s)
    # Not "earlier than": a clock that was once set to the next century must not stop the work for that long.
    mine = update(PeriodicRun).where(PeriodicRun.task == task, PeriodicRun.slot != slot).values(slot=slot)
    with database.write() as session:
        if session.execute(mine).rowcount == 1:  # type: ignore[attr-defined]  # an UPDATE's result has it
            return True
        if session.get(PeriodicRun, task) is not None:
            return False
        try:
            with session.begin_nested():
                session.add(PeriodicRun(task=task, slot=slot))
        except IntegrityError:
            return False  # another one was faster, in the first interval of all
        return True
