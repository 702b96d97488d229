"""Keys in a real table, see `job_fixtures`."""

import pytest

from job_fixtures import database, database_url, postgres_url
from pdfmill.access.keys import Keys
from pdfmill.config.pepper import Pepper

__all__ = ["database", "database_url", "postgres_url"]


@pytest.fixture
def keys(database):
    return Keys(database, Pepper(b"p" * 32))
