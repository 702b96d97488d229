"""What has happened so far, counted in the very transaction in which it happens.

A count in a process's memory is lost with it, and every process has another one. These are rows of the database: what
was rolled back was never counted, and whoever asks, one web server or another, gets the same answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Double, String, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from pdfmill.jobs.base import Base
from pdfmill.jobs.database import Database
from pdfmill.jobs.status import JobStatus

if TYPE_CHECKING:
    from pdfmill.jobs.models import Job

#: Upper ends of the classes of durations, in seconds; one without end follows.
SECONDS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)

#: Upper ends of the classes of memory, in bytes.
BYTES = tuple(float(mib * 1024 * 1024) for mib in (64, 128, 256, 512, 1024, 2048, 4096))

_COUNTS = "pdfmill_counts"


class TallyRow(Base):
    """One count.

    Attributes:
        name: Of the `Count` or `Distribution`; of the latter, with ``:sum`` and ``:class`` behind it.
        labels: The values of its labels, in their order, each ended by a line feed; of a class, its upper end as well.
    """

    __tablename__ = "tally"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    labels: Mapped[str] = mapped_column(String(255), primary_key=True)
    value: Mapped[float] = mapped_column(Double)


@dataclass(frozen=True)
class Count:
    """Something that only ever grows.

    Attributes:
        name: Without the prefix and the suffix that Prometheus wants.
        help: What is counted.
        labels: By what it is told apart; their values come from this program, never from a document or a client.
    """

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def add(self, session: Session, *values: str, amount: float = 1.0) -> None:
        """Count, if and when the session's transaction is committed."""
        assert len(values) == len(self.labels)
        _add(session, self.name, values, amount)


@dataclass(frozen=True)
class Distribution:
    """How large something was, in classes.

    Attributes:
        upper_ends: Of the classes, rising.
    """

    name: str
    help: str
    labels: tuple[str, ...] = ()
    upper_ends: tuple[float, ...] = SECONDS

    def add(self, session: Session, *values: str, size: float) -> None:
        """Count one of that size, if and when the session's transaction is committed."""
        assert len(values) == len(self.labels)
        upper_end = next((end for end in self.upper_ends if size <= end), float("inf"))
        _add(session, f"{self.name}:class", (*values, str(upper_end)), 1.0)
        _add(session, f"{self.name}:sum", values, size)


JOBS_SUBMITTED = Count("jobs_submitted", "Jobs that were accepted, items of batches included.", ("operation",))
JOBS_ENDED = Count("jobs_ended", "Jobs that ended: how, and with which error code.", ("operation", "outcome", "code"))
ATTEMPTS_PUT_BACK = Count(
    "attempts_put_back",
    "Attempts after which another one was due. Reasons: retry (a passing error), crash (of the sandbox), "
    "lost (the worker died: its lease was taken), handed_back (the worker was told to stop, or the disk is full).",
    ("operation", "reason"),
)
ATTEMPTS_FENCED = Count(
    "attempts_fenced", "Attempts whose end was not written, because another attempt or a cancellation came first."
)
ATTEMPTS_SANDBOXED = Count(
    "attempts_sandboxed", "Attempts that ended, by the tier of the sandbox that opened the document.", ("tier",)
)
HINTS_REPEATED = Count("hints_repeated", "Messages sent again for jobs whose first one seemed lost.")
CPU_SECONDS = Count("attempt_cpu_seconds", "Processor time that attempts took.", ("operation",))
JOBS_PURGED = Count("jobs_purged", "Jobs whose files were removed.", ("reason",))
FILE_BYTES_STORED = Count("file_bytes_stored", "Bytes of files that were taken into the storage.", ("role",))
FILE_BYTES_REMOVED = Count("file_bytes_removed", "Bytes of files that were removed from the storage.", ("role",))
JOB_WAIT = Distribution("job_wait_seconds", "From the moment a job is due to its attempt's begin.", ("operation",))
JOB_RUN = Distribution("job_run_seconds", "From an attempt's begin to the job's end.", ("operation",))
PEAK_MEMORY = Distribution(
    "attempt_peak_memory_bytes", "Most memory that an attempt's processes held.", ("operation",), BYTES
)

#: Why an attempt is followed by another one, by the counter that grows with it.
_REASONS = {"retries": "retry", "crashes": "crash", "lost": "lost"}

#: (upper end, how many up to there), rising.
Classes = list[tuple[float, float]]

COUNTS = (
    JOBS_SUBMITTED,
    JOBS_ENDED,
    ATTEMPTS_PUT_BACK,
    ATTEMPTS_FENCED,
    ATTEMPTS_SANDBOXED,
    HINTS_REPEATED,
    CPU_SECONDS,
    JOBS_PURGED,
    FILE_BYTES_STORED,
    FILE_BYTES_REMOVED,
)
DISTRIBUTIONS = (JOB_WAIT, JOB_RUN, PEAK_MEMORY)


class Tally:
    """All counts as they stood at one instant."""

    def __init__(self, database: Database) -> None:
        with database.read() as session:
            rows = session.execute(select(TallyRow.name, TallyRow.labels, TallyRow.value)).all()
        self._values: dict[str, dict[tuple[str, ...], float]] = {}
        for name, labels, value in rows:
            self._values.setdefault(name, {})[tuple(labels.split("\n")[:-1])] = value

    def of(self, count: Count) -> dict[tuple[str, ...], float]:
        """By the values of its labels."""
        return self._values.get(count.name, {})

    def classes_of(self, distribution: Distribution) -> Iterator[tuple[tuple[str, ...], Classes, float]]:
        """The values of its labels, its classes, and the sum of all sizes."""
        classes = self._values.get(f"{distribution.name}:class", {})
        for values, total in self._values.get(f"{distribution.name}:sum", {}).items():
            rising, so_far = [], 0.0
            for end in (*distribution.upper_ends, float("inf")):
                so_far += classes.get((*values, str(end)), 0.0)
                rising.append((end, so_far))
            yield values, rising, total


def count_move(session: Session, job: Job, before: JobStatus, seconds: float, values: Mapping[str, Any]) -> None:
    """Count a move of a job between two states that was just made.

    Args:
        before: The state it left.
        seconds: Since that state began.
        values: The columns that were written.
    """
    if job.status is JobStatus.PROCESSING:
        JOB_WAIT.add(session, job.operation, size=seconds)
    elif before is JobStatus.PROCESSING and job.status is JobStatus.PENDING:
        reason = next((reason for counter, reason in _REASONS.items() if counter in values), "handed_back")
        ATTEMPTS_PUT_BACK.add(session, job.operation, reason)
    elif before is JobStatus.PROCESSING:
        JOB_RUN.add(session, job.operation, size=seconds)
    if job.status.is_terminal:
        JOBS_ENDED.add(session, job.operation, job.status.lower(), job.failure.code if job.failure else "")


def _add(session: Session, name: str, values: tuple[str, ...], amount: float) -> None:
    if not session.in_transaction():
        session.begin()  # what has not begun cannot be rolled back, and the count would stay
    counts: dict[tuple[str, str], float] = session.info.setdefault(_COUNTS, defaultdict(float))
    counts[name, "".join(f"{value}\n" for value in values)] += amount


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """Last in the transaction, so that others wait shortly; in one order, so that nobody waits in a circle."""
    if session.in_nested_transaction() or _COUNTS not in session.info:
        return
    counts: dict[tuple[str, str], float] = session.info.pop(_COUNTS)
    rows = [{"name": name, "labels": labels, "value": amount} for (name, labels), amount in sorted(counts.items())]
    insert: Any = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(TallyRow)
    statement = insert.values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[TallyRow.name, TallyRow.labels], set_={"value": TallyRow.value + statement.excluded.value}
        ).execution_options(synchronize_session=False)
    )


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop(_COUNTS, None)
