"""pdfmill cleanup: on the database and the storage themselves, without a server."""

import json

from pdfmill.config.settings import load_settings
from pdfmill.jobs.schema import upgrade


def test_it_says_what_it_removed(pdfmill):
    upgrade(load_settings().database_url)
    looked = pdfmill("cleanup", "--dry-run", "--json")
    assert looked.exit_code == 0, looked.output
    assert json.loads(looked.stdout)["expired_jobs"] == 0
    done = pdfmill("cleanup", "--check-files")
    assert done.exit_code == 0, done.output
    assert "Removed the files of 0 jobs past their time" in done.stdout
