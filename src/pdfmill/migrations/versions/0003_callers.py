"""Keys and owners; sealed options; what each owner submitted a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pdfmill.migrations.ending import fail_where

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OLD_KEY = "uq_job_idempotency_key"
_NEW_KEY = "uq_job_owner_idempotency_key"
_INDEX = "ix_job_owner_created_at_id"


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("scopes", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_table(
        "owner_day",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "day", name=op.f("pk_owner_day")),
    )
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("owner", sa.String(length=80), nullable=False, server_default=""))
        job.add_column(sa.Column("sealed_options", sa.Text(), nullable=True))
    with op.batch_alter_table("job") as job:
        job.alter_column("owner", server_default=None)
        job.drop_constraint(job.f(_OLD_KEY), type_="unique")
        job.create_unique_constraint(job.f(_NEW_KEY), ["owner", "idempotency_key"])
        job.create_index(job.f(_INDEX), ["owner", "created_at", "id"])


#: What becomes of a job whose password an older version cannot keep.
_NO_PASSWORD = {
    "code": "password_lost",
    "title": "The password of this job cannot be read any more",
    "detail": "The server went back to a version that does not keep passwords. Submit the job again.",
    "kind": "gone",
    "retryable": False,
    "extras": {},
    "trace_id": None,
}

#: Keys were an owner's own, and are everybody's again: only the first job that used one may keep it.
_FORGET_SECOND_KEYS = """
    UPDATE job SET idempotency_key = NULL, request_fingerprint = NULL
    WHERE EXISTS (
        SELECT 1 FROM job AS earlier
        WHERE earlier.idempotency_key = job.idempotency_key
        AND (earlier.created_at < job.created_at OR (earlier.created_at = job.created_at AND earlier.id < job.id))
    )
"""


def downgrade() -> None:
    # With the masked password that stands among its options it would fail in a way that nobody understands.
    op.execute(fail_where("status IN ('PENDING', 'PROCESSING') AND sealed_options <> ''", _NO_PASSWORD))
    op.execute(_FORGET_SECOND_KEYS)
    with op.batch_alter_table("job") as job:
        job.drop_index(job.f(_INDEX))
        job.drop_constraint(job.f(_NEW_KEY), type_="unique")
        job.create_unique_constraint(job.f(_OLD_KEY), ["idempotency_key"])
        for name in ("sealed_options", "owner"):
            job.drop_column(name)
    op.drop_table("owner_day")
    op.drop_table("api_key")
