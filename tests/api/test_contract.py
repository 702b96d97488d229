"""A thousand generated requests against the server's own description: no 5xx, no answer that it does not describe."""

from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks

from callers import JobMaker

#: Everything but what needs a second request, or judges by status whether generated data was wanted.
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]

#: For each address and method, with data that fits the description and with data that does not.
REQUESTS_EACH = 75


def buffered(app):
    """Reads each response to its end and closes it, as a real client does."""

    def wsgi(environ, start_response):
        body = app(environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            body.close()

    return wsgi


@pytest.fixture(scope="module")
def app(make_world, tmp_path_factory):
    script = tmp_path_factory.mktemp("provider") / "script.json"
    script.write_text("{}")
    return make_world(
        broker={"url": "memory://"}, provider={"completion": "scripted", "translation": "scripted", "script": script}
    )


@pytest.fixture(scope="module")
def operations(app):
    contract = schemathesis.openapi.from_wsgi("/openapi.json", buffered(app))
    return [found.ok() for found in contract.get_all_operations()]


@pytest.mark.timeout(900)
def test_every_answer_to_a_generated_request_is_described(app, operations):
    sent = []
    for operation in operations:
        job = JobMaker(app, {}).completed()  # generated ids are never a job's; half of the requests go to this one
        _try(operation, GenerationMode.POSITIVE, job, sent)
        with suppress(Unsatisfiable):  # an address without parameters takes nothing that could be wrong
            _try(operation, GenerationMode.NEGATIVE, job, sent)
    assert len(sent) > 1000, f"only {len(sent)} requests were sent"


def _try(operation, mode, job, sent):
    @settings(
        max_examples=REQUESTS_EACH,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_there=strategies.booleans())
    def send(case, is_there):
        if is_there and "job_id" in case.path_parameters:
            case.path_parameters["job_id"] = job
        sent.append(case.method)
        case.validate_response(case.call(), checks=CHECKS)

    send()
