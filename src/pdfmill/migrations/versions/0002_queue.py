"""Turns, urgency, clients and batches; once-only periodic work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pdfmill.migrations.ending import fail_where

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXES = (
    ("queue", "status", "urgency", "turn", "created_at"),
    ("client", "queue", "status", "turn"),
    ("parent_id", "created_at", "id"),
    ("status", "created_at", "id"),
    ("operation", "created_at", "id"),
)


def upgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("client", sa.String(length=80), nullable=False, server_default=""))
        job.add_column(sa.Column("urgency", sa.Integer(), nullable=False, server_default="3"))
        job.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
        job.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
        job.add_column(sa.Column("parent_id", sa.String(length=32), nullable=True))
        job.create_foreign_key(job.f("fk_job_parent_id"), "job", ["parent_id"], ["id"], ondelete="CASCADE")
    with op.batch_alter_table("job") as job:
        for name in ("client", "urgency", "turn", "position"):
            job.alter_column(name, server_default=None)
        for columns in _INDEXES:
            job.create_index(job.f(f"ix_job_{'_'.join(columns)}"), list(columns))
    op.create_table(
        "periodic_run",
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_periodic_run")),
    )


#: What becomes of a batch that an older version cannot gather: its items, by then, are jobs like all others.
_NO_BATCHES = {
    "code": "unknown_operation",
    "title": "There is no such operation",
    "detail": "The server went back to a version that knows no batches. Its files are jobs of their own now.",
    "kind": "not_found",
    "retryable": False,
    "extras": {},
    "trace_id": None,
}


def downgrade() -> None:
    # It waits for its items, owned by nobody; nobody would ever take it up again.
    op.execute(fail_where("status = 'PROCESSING' AND lease_owner IS NULL", _NO_BATCHES))
    op.drop_table("periodic_run")
    with op.batch_alter_table("job") as job:
        for columns in reversed(_INDEXES):
            job.drop_index(job.f(f"ix_job_{'_'.join(columns)}"))
        job.drop_constraint(job.f("fk_job_parent_id"), type_="foreignkey")
        for name in ("parent_id", "position", "turn", "urgency", "client"):
            job.drop_column(name)
