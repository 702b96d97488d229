"""The web application as tests build it; hints are written down, since no worker runs."""

from contextlib import contextmanager

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


class BufferedClient(FlaskClient):
    """Reads each response to its end and closes it, as a real client does."""

    def open(self, *args, **kwargs):
        return super().open(*args, buffered=True, **kwargs)


@contextmanager
def applications(folder):
    """Builds applications with settings, and closes them."""
    made = []

    def make_app(**settings):
        parts = Parts(load_settings(data_dir=folder, **{"broker": {"url": "redis://127.0.0.1:1"}, **settings}))
        upgrade(parts.settings.database_url)
        parts.dispatcher = RecordingDispatcher()
        made.append(parts)
        parts.flask_app.test_client_class = BufferedClient
        return parts.serve_api()

    try:
        yield make_app
    finally:
        for parts in made:
            parts.database.close()
