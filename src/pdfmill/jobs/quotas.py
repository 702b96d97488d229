"""What an owner of API keys may store, and submit in a day.

Both are looked at before a request's body is read, so requests that arrive at the same moment may together go a little
beyond.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pdfmill.config.settings import QuotaSettings
from pdfmill.core.errors import QuotaExceeded
from pdfmill.core.limits import MIB
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job, JobFile, OwnerDay


def require_quota(database: Database, settings: QuotaSettings, owner: str, size_bytes: int) -> None:
    """Refuse a job before its files are read, if its owner has used up its share.

    Args:
        size_bytes: What the request brings.

    Raises:
        QuotaExceeded: With the seconds until midnight (UTC), if it is the day's jobs that are used up.
    """
    if settings.jobs_per_day is None and settings.stored_mib is None:
        return
    with database.read() as session:
        if settings.jobs_per_day is not None and _jobs_today(session, owner) >= settings.jobs_per_day:
            raise QuotaExceeded(
                f"You have submitted {settings.jobs_per_day} jobs today, which is all you may. The next day begins at "
                "midnight UTC; the limit is PDFMILL_QUOTA__JOBS_PER_DAY.",
                retry_after_s=_seconds_until_tomorrow(utc_now()),
            )
        if settings.stored_mib is not None and _stored(session, owner) + size_bytes > settings.stored_mib * MIB:
            raise QuotaExceeded(
                f"With this file, your jobs would hold more than {settings.stored_mib} MiB. Delete jobs that you need "
                "no more; the limit is PDFMILL_QUOTA__STORED_MIB."
            )


def count_job(session: Session, owner: str) -> None:
    """Count a job that is being inserted; deleting it later does not give it back."""
    today = utc_now().date()
    key = (OwnerDay.owner == owner, OwnerDay.day == today)
    counted = session.execute(update(OwnerDay).where(*key).values(jobs=OwnerDay.jobs + 1)).rowcount  # type: ignore[attr-defined]  # an UPDATE's result has it
    if not counted:
        session.add(OwnerDay(owner=owner, day=today, jobs=1))


def _jobs_today(session: Session, owner: str) -> int:
    row = session.get(OwnerDay, (owner, utc_now().date()))
    return row.jobs if row else 0


def _stored(session: Session, owner: str) -> int:
    query = select(func.sum(JobFile.size_bytes)).join(Job, Job.id == JobFile.job_id).where(Job.owner == owner)
    return session.scalar(query) or 0


def _seconds_until_tomorrow(now: datetime) -> int:
    tomorrow: date = now.date() + timedelta(days=1)
    return int((datetime.combine(tomorrow, time(), UTC) - now).total_seconds()) + 1
