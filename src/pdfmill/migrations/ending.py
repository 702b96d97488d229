"""How a migration ends a job that the other schema has no place for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

_KEPT = timedelta(days=1)


def fail_where(condition: str, failure: Mapping[str, Any]) -> sa.Executable:
    """An UPDATE that makes jobs FAILED.

    Args:
        condition: Which ones, in SQL.
        failure: The error in the form of `pdfmill.core.failure`, as that is when the migration is written: migrations
            stay as they are when the classes change.
    """
    now = datetime.now(UTC)
    job = sa.table(
        "job",
        *(sa.column(name, sa.String) for name in ("status", "lease_owner")),
        sa.column("error", sa.JSON),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("lease_until", "finished_at", "expires_at")),
    )
    statement = job.update().where(sa.text(condition))
    return statement.values(
        status="FAILED",
        error=dict(failure),
        lease_owner=None,
        lease_until=None,
        finished_at=now,
        expires_at=now + _KEPT,
    )
