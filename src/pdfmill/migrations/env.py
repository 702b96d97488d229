"""Alembic's entry: migrations run on the connection that `pdfmill.jobs.schema` hands over."""

from __future__ import annotations

from alembic import context

from pdfmill.jobs.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
