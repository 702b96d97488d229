"""Servers to talk to: pdfmill's own application, and one that answers whatever a test tells it to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

JOB = {
    "id": "4f2a",
    "operation": "compress",
    "status": "COMPLETED",
    "progress": {"percent": 100, "stage": "checking", "current": 1, "total": 1, "unit": "pages", "message": ""},
    "created_at": "2026-01-02T03:04:05Z",
    "attempt": 1,
    "inputs": [{"name": "a.pdf", "media_type": "application/pdf", "size_bytes": 9, "sha256": "00"}],
    "outputs": [],
    "result": {"ratio": 0.5},
    "warnings": [],
    "error": None,
}


class ScriptedServer:
    """Answers each request with the next of its answers, the last one again and again; remembers the requests."""

    def __init__(self):
        self.answers = []
        self.requests = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self):
                length = int(self.headers.get("Content-Length", 0))
                script.requests.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
                status, headers, body = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

            do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the names that http.server looks for

            def log_message(self, *_):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def will_answer(self, *answers):
        """Each is a body as JSON, or (status, headers, bytes)."""
        self.answers = [
            each if isinstance(each, tuple) else (200, {"Content-Type": "application/json"}, json.dumps(each).encode())
            for each in answers
        ]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server():
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


@pytest.fixture
def bucket():
    """Another server, to which the first one redirects."""
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


@pytest.fixture
def job():
    return {**JOB}
