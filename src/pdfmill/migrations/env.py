"""Alembic's entry: migrations run on the connection that `pdfmill.jobs.schema` hands over."""

from __future__ import annotations

from alembic import context

from pdfmill.access import models as _access  # noqa: F401 - puts its table into the metadata
from pdfmill.jobs import history as _history  # noqa: F401 - and these theirs
from pdfmill.jobs import models as _jobs  # noqa: F401
from pdfmill.jobs.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
    transactional_ddl=True,  # on SQLite as well, see `pdfmill.jobs.schema`
)
with context.begin_transaction():
    context.run_migrations()
