"""A real job table and storage, see `job_fixtures`."""

from job_fixtures import (
    database,
    database_url,
    dispatcher,
    jobs,
    operation,
    plans,
    policy,
    postgres_url,
    sealer,
    storage,
    stored_files,
    submit,
    upload,
)

__all__ = [
    "database",
    "database_url",
    "dispatcher",
    "jobs",
    "operation",
    "plans",
    "policy",
    "postgres_url",
    "sealer",
    "storage",
    "stored_files",
    "submit",
    "upload",
]
