"""A real job table and storage, see `job_fixtures`."""

from job_fixtures import database, dispatcher, jobs, operation, policy, sealer, storage, stored_files, submit, upload

__all__ = [
    "database",
    "dispatcher",
    "jobs",
    "operation",
    "policy",
    "sealer",
    "storage",
    "stored_files",
    "submit",
    "upload",
]
