"""Keys in a real table, see `job_fixtures`."""

import pytest

from job_fixtures import database
from pdfmill.access.keys import Keys
from pdfmill.config.pepper import Pepper

__all__ = ["database"]


@pytest.fixture
def keys(database):
    return Keys(database, Pepper(b"p" * 32))
