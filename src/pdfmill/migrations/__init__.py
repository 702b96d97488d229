"""Alembic migrations of the job table; shipped, and run at start."""
