"""The real application on a database and a storage of its own; hints are written down, since no worker runs."""

import pytest
from flask.testing import FlaskClient

from pdfmill.app import Parts
from pdfmill.config.settings import load_settings
from pdfmill.jobs.schema import upgrade


class RecordingDispatcher:
    """Writes hints down."""

    def __init__(self):
        self.hints = []

    def dispatch(self, job_id, operation):
        self.hints.append((job_id, operation))
        return True

    def messages_in(self, queue):
        return len(self.hints)


@pytest.fixture
def make_app(tmp_path):
    """Builds the application with settings."""
    made = []

    def make_app(**settings):
        parts = Parts(load_settings(data_dir=tmp_path, broker={"url": "redis://127.0.0.1:1"}, **settings))
        upgrade(parts.settings.database_url)
        parts.dispatcher = RecordingDispatcher()
        made.append(parts)
        parts.flask_app.test_client_class = BufferedClient
        return parts.serve_api()

    yield make_app
    for parts in made:
        parts.database.close()


@pytest.fixture
def app(make_app):
    return make_app(storage={"min_free_mib": 0}, upload={"max_upload_mib": 1})


@pytest.fixture
def parts(app):
    return app.extensions["pdfmill"]


@pytest.fixture
def client(app):
    return app.test_client()


class BufferedClient(FlaskClient):
    """Reads each response to its end and closes it, as a real client does."""

    def open(self, *args, **kwargs):
        return super().open(*args, buffered=True, **kwargs)


@pytest.fixture
def stored_files(parts):
    """The files in the storage, by their path below its root."""

    def stored_files():
        root = parts.storage.root
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    return stored_files
