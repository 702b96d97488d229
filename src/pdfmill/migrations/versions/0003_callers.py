"""Keys and owners; sealed options; what each owner submitted a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

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


def downgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.drop_index(job.f(_INDEX))
        job.drop_constraint(job.f(_NEW_KEY), type_="unique")
        job.create_unique_constraint(job.f(_OLD_KEY), ["idempotency_key"])
        for name in ("sealed_options", "owner"):
            job.drop_column(name)
    op.drop_table("owner_day")
    op.drop_table("api_key")
