"""Migrations give the schema that the models describe."""

from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from pdfmill.jobs.base import Base
from pdfmill.jobs.schema import upgrade


def test_the_migrations_make_what_the_models_say(tmp_path):
    url = f"sqlite:///{tmp_path}/deep/jobs.db"
    upgrade(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_several_processes_may_upgrade_at_once(tmp_path):
    url = f"sqlite:///{tmp_path}/jobs.db"
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(upgrade, url) for _ in range(4)]
    assert [each.result() for each in done] == [None] * 4
