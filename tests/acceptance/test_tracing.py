"""One trace from the request to the sandbox, sent to a collector as OpenTelemetry has it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from builders.pdf import text_pdf
from stacks.processes import wait_for
from stacks.stack import running_stack

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def collector():
    """A collector of traces; gives its address and the spans by name."""
    spans = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
            for resource in sent.resource_spans:
                for scope in resource.scope_spans:
                    spans.update({span.name: span for span in scope.spans})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", spans
    server.shutdown()
    server.server_close()


def test_a_job_is_one_trace_from_its_request_to_its_sandbox(collector, tmp_path):
    endpoint, spans = collector
    with running_stack(tmp_path, {"PDFMILL_TRACING__ENDPOINT": endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}) as stack:
        answer = httpx.post(
            f"{stack.address}/v1/operations/compress",
            files={"file": ("secret-name.pdf", text_pdf(tmp_path / "in.pdf").read_bytes())},
            headers={"Prefer": "wait=30", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"},
            timeout=60,
        )
        assert answer.json()["status"] == "COMPLETED"
        wanted = {"submit compress", "attempt compress", "sandbox", "publish"}
        wait_for(lambda: wanted <= spans.keys(), 20)
    assert {span.trace_id.hex() for span in spans.values()} == {TRACE}
    submit, attempt = spans["submit compress"], spans["attempt compress"]
    assert attempt.parent_span_id == submit.span_id
    assert spans["sandbox"].parent_span_id == spans["publish"].parent_span_id == attempt.span_id
    assert "tier" in {each.key for each in attempt.attributes}
    assert "secret-name" not in str(spans)
