"""What jobs cost: the newest completed ones of each kind, for those that want to know what another one will cost.

A row holds amounts and nothing by which a job, its owner or its document could be found, so it outlives them; see
``docs/decisions/0009-past-runs-outlive-their-jobs.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pdfmill.core.operation import AnyOperation
from pdfmill.core.work import PastRun, Work
from pdfmill.jobs.base import Base
from pdfmill.jobs.database import Database

#: Rows that are kept of each kind: enough for an estimate, and few enough to follow a change of machine.
KEPT = 200


class PastRunRow(Base):
    """A completed job's cost."""

    __tablename__ = "past_run"
    __table_args__ = (Index(None, "operation", "variant", "id"),)

    # SQLite numbers rows by itself only in a column that is declared INTEGER.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    operation: Mapped[str] = mapped_column(String(64))
    variant: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int] = mapped_column(BigInteger)
    characters: Mapped[int] = mapped_column(BigInteger)
    megapixels: Mapped[float]
    picture_megapixels: Mapped[float]
    input_bytes: Mapped[int] = mapped_column(BigInteger)
    output_bytes: Mapped[int] = mapped_column(BigInteger)
    cpu_s: Mapped[float]
    wall_s: Mapped[float]


@dataclass(frozen=True)
class Kind:
    """Jobs that cost alike: an operation, and the value of the option that decides what it does."""

    operation: str
    variant: str

    @classmethod
    def of(cls, operation: AnyOperation, options: Mapping[str, Any]) -> Kind | None:
        """The kind of a job with these options; None if nobody wants to know what it costs."""
        value = None if operation.variant is None else options.get(operation.variant)
        return None if value is None else cls(operation.name, str(value))


def remember(session: Session, kind: Kind, run: PastRun) -> None:
    """Add a run, and forget what is beyond the newest ones of its kind."""
    session.add(
        PastRunRow(
            operation=kind.operation,
            variant=kind.variant,
            **run.work.model_dump(),
            **run.model_dump(exclude={"work"}),
        )
    )
    session.flush()
    of_kind = (PastRunRow.operation == kind.operation, PastRunRow.variant == kind.variant)
    oldest_kept = select(PastRunRow.id).where(*of_kind).order_by(PastRunRow.id.desc()).offset(KEPT - 1).limit(1)
    session.execute(delete(PastRunRow).where(*of_kind, PastRunRow.id < oldest_kept.scalar_subquery()))


def recall(database: Database, kind: Kind) -> tuple[PastRun, ...]:
    """The newest runs of a kind, the newest first."""
    query = select(PastRunRow).where(PastRunRow.operation == kind.operation, PastRunRow.variant == kind.variant)
    with database.read() as session:
        rows = session.scalars(query.order_by(PastRunRow.id.desc()).limit(KEPT)).all()
    return tuple(
        PastRun(
            work=Work(
                pages=row.pages,
                characters=row.characters,
                megapixels=row.megapixels,
                picture_megapixels=row.picture_megapixels,
            ),
            input_bytes=row.input_bytes,
            output_bytes=row.output_bytes,
            cpu_s=row.cpu_s,
            wall_s=row.wall_s,
        )
        for row in rows
    )
