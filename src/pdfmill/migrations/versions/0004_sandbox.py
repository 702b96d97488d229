"""The tier of the sandbox in which a job's document was opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("sandbox", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("job") as job:
        job.alter_column("sandbox", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.drop_column("sandbox")
