"""A pdfmill server within a test: the real application behind a real socket, and a real worker that the test drives."""

import queue
import threading
from contextlib import contextmanager

from flask import request
from werkzeug.serving import make_server

from pdfmill.app import Parts
from pdfmill.config.settings import load_settings
from pdfmill.jobs.schema import upgrade


class LiveServer:
    """Where jobs wait until the test has them worked on.

    The worker runs in the test's own thread, which must be the main one: the kernel kills a sandbox when the thread
    that started it ends.

    Attributes:
        asked_for: The paths of all requests.
    """

    def __init__(self, parts, url):
        self.url = url
        self.asked_for = []
        self._parts = parts
        self._waiting = queue.Queue()

    def dispatch(self, job_id, operation):
        """The application's dispatcher: what Celery would be told."""
        self._waiting.put((job_id, operation))
        return True

    def messages_in(self, queue):
        """How many hints wait."""
        return self._waiting.qsize()

    def work(self, timeout_s=20):
        """Make one attempt at the job that was submitted first; wait for one if there is none."""
        job_id, operation = self._waiting.get(timeout=timeout_s)
        self._parts.runner.run(job_id, self._parts.registry.get(operation).queue, lambda progress: None)


@contextmanager
def live_server(folder):
    """Start on a free port, with everything below ``folder``."""
    parts = Parts(load_settings(data_dir=folder, broker={"url": "redis://127.0.0.1:1"}, storage={"min_free_mib": 0}))
    upgrade(parts.settings.database_url)
    live = LiveServer(parts, "")
    parts.dispatcher = live
    app = parts.serve_api()

    @app.before_request
    def note_path():
        live.asked_for.append(request.path)

    http = make_server("127.0.0.1", 0, app, threaded=True)
    live.url = f"http://127.0.0.1:{http.port}"
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield live
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
        parts.runner.close()
        parts.database.close()
