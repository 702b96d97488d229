"""What operating a server for years needs: counts, and how long a client wants its files kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("labels", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", "labels", name=op.f("pk_tally")),
    )
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("ttl_s", sa.Integer(), nullable=True))
        job.add_column(sa.Column("trace_parent", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.drop_column("trace_parent")
        job.drop_column("ttl_s")
    op.drop_table("tally")
