"""A real HTTP server that speaks the OpenAI protocol and LibreTranslate's, and misbehaves on demand."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class LanguageServer:
    """Answers with what ``think`` makes of the messages; ``moods`` are used up first, one for each request.

    Attributes:
        asked: The bodies that came in, with their headers under ``headers`` and the path under ``path``.
        gave_up: Set once a client closed its connection before the answer was complete.
    """

    def __init__(self):
        self.think = lambda system, document: "{}"
        self.moods = []
        self.asked = []
        self.gave_up = threading.Event()
        self.url = ""

    def answer(self, handler):
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.asked.append(
            {**body, "headers": {name.lower(): value for name, value in handler.headers.items()}, "path": handler.path}
        )
        mood = self.moods.pop(0) if self.moods else well
        mood(self, handler, body)


def text_of(server, body):
    if "q" in body:
        return [server.think(body["target"], text) for text in body["q"]]
    system = body["messages"][0]["content"]
    return server.think(system, "\n".join(message["content"] for message in body["messages"][1:]))


def well(server, handler, body):
    """Streams the answer in small pieces, with the usage at the end."""
    if "q" in body:
        return plain(handler, 200, json.dumps({"translatedText": text_of(server, body)}))
    stream(handler, text_of(server, body))
    return None


def stream(handler, text, *, finish="stop", pieces=7, refusal=None):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    size = max(1, len(text) // pieces)
    for start in range(0, len(text), size):
        event(handler, {"content": text[start : start + size]})
    if refusal:
        event(handler, {"refusal": refusal})
    event(handler, {}, finish=finish)
    event(handler, None, usage={"prompt_tokens": 111, "completion_tokens": 22, "total_tokens": 133})
    handler.wfile.write(b"data: [DONE]\n\n")


def event(handler, delta, *, finish=None, usage=None):
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
    handler.wfile.write(b"data: " + json.dumps({**chunk, "usage": usage}).encode() + b"\n\n")
    handler.wfile.flush()


def plain(handler, status, body, headers=()):
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body.encode())


def status(code, *, retry_after=None, says="no"):
    """Refuses with a status; the text repeats the key, as some servers do."""

    def mood(server, handler, body):
        key = handler.headers.get("Authorization", "")
        headers = [("Retry-After", str(retry_after))] if retry_after is not None else []
        plain(handler, code, json.dumps({"error": {"message": f"{says} {key}", "code": "x"}}), headers)

    return mood


def slow(seconds):
    """Says nothing for a while."""

    def mood(server, handler, body):
        until = time.monotonic() + seconds
        handler.connection.settimeout(0.05)
        while time.monotonic() < until:
            try:
                if handler.connection.recv(1) == b"":
                    server.gave_up.set()
                    return
            except TimeoutError:
                pass
        well(server, handler, body)

    return mood


def says(text):
    """Answers with that text, whatever was asked."""
    return lambda server, handler, body: stream(handler, text)


def refuses(server, handler, body):
    stream(handler, "", refusal="I cannot help with that.")


def hangs_up(server, handler, body):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    event(handler, {"content": '{"half": '})
    handler.connection.close()


def rambles(server, handler, body):
    """Never comes to an end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    try:
        while True:
            event(handler, {"content": "x" * 5000})
    except OSError:
        server.gave_up.set()


def redirects(server, handler, body):
    plain(handler, 307, "", [("Location", server.url.replace("127.0.0.1", "localhost") + "/elsewhere")])


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            self.server.language_server.answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.language_server.gave_up.set()

    def log_message(self, *args):
        """Silence."""


@contextmanager
def language_server():
    """A server on a port of this machine."""
    served = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    served.daemon_threads = True
    server = served.language_server = LanguageServer()
    server.url = f"http://127.0.0.1:{served.server_port}"
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        served.shutdown()
        thread.join()
        served.server_close()
