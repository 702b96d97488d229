"""The OpenAPI 3.1 document, rendered from the registry, and a page to read it that works offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flask_swagger_ui
from flask import Blueprint, Response, json, send_from_directory
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from pdfmill import __version__
from pdfmill.api.guard import public
from pdfmill.api.health import Liveness
from pdfmill.api.jobs import JobListQuery, JobQuery, ResultQuery
from pdfmill.api.operations import SHORTEST_TTL_S
from pdfmill.api.problems import MEDIA_TYPE as PROBLEM
from pdfmill.api.schemas import JobList, JobView, LinkView, OperationList, OperationView, ProblemView, ReadinessView
from pdfmill.api.uploads import FROM_JOB_FIELD, TTL_FIELD, sendable_types
from pdfmill.core.operation import AnyOperation, Registry

_REFERENCE = "#/components/schemas/{model}"
_ANSWERS: tuple[type[BaseModel], ...] = (
    JobView,
    JobList,
    LinkView,
    OperationView,
    OperationList,
    ReadinessView,
    Liveness,
    ProblemView,
)

_SWAGGER_FILES = Path(flask_swagger_ui.__file__).parent / "dist"
_STATIC_FILES = Path(__file__).parent / "static"
#: Swagger UI sets styles on elements; scripts come from this server only.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)

JsonObject = dict[str, Any]

_TTL: JsonObject = {
    "type": "integer",
    "minimum": SHORTEST_TTL_S,
    "description": "How long the files are kept after the job's end; as long as the server keeps all, if not given.",
}

_FROM_JOB: JsonObject = {
    "type": "array",
    "items": {"type": "string"},
    "description": "Instead of a file, or beside files: the id of a COMPLETED job whose output is the input, or `id/2` "
    "for the third one of a job that has several. It is copied, so that the earlier job may expire.",
}

_SECURITY_SCHEMES: JsonObject = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, `prefix.secret`."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key."},
}


def documentation_routes(registry: Registry) -> Blueprint:
    """``/openapi.json`` and ``/docs``."""
    blueprint = Blueprint("documentation", __name__)
    document = json.dumps(openapi_document(registry))

    @blueprint.get("/openapi.json")
    @public()
    def openapi() -> Response:
        return Response(document, content_type="application/json")

    @blueprint.get("/docs")
    @public()
    def page() -> Response:
        response = send_from_directory(_STATIC_FILES, "docs.html")
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
        return response

    @blueprint.get("/docs/<path:name>")
    @public()
    def asset(name: str) -> Response:
        own = (_STATIC_FILES / name).is_file()
        return send_from_directory(_STATIC_FILES if own else _SWAGGER_FILES, name, max_age=3600)

    return blueprint


def openapi_document(registry: Registry) -> JsonObject:
    """The whole document."""
    models: list[tuple[type[BaseModel], Any]] = [(model, "serialization") for model in _ANSWERS]
    models += [(operation.options, "validation") for operation in registry]
    models += [(operation.result, "serialization") for operation in registry]
    _, schemas = models_json_schema(models, ref_template=_REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "pdfmill",
            "version": __version__,
            "description": "Work on PDFs as background jobs: submit a file, get a job, poll it, download the result.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {**_operation_paths(registry), **_job_paths(), **_health_paths()},
        "components": {"schemas": schemas["$defs"], "securitySchemes": _SECURITY_SCHEMES},
        "security": [{"bearer": []}, {"header": []}, {}],
    }


def _operation_paths(registry: Registry) -> JsonObject:
    paths: JsonObject = {
        "/v1/operations": {
            "get": _endpoint("list_operations", "What this server can do", "Operations", OperationList),
        },
        "/v1/operations/{name}": {
            "get": _endpoint("show_operation", "One operation", "Operations", OperationView)
            | {"parameters": [_path_parameter("name", "Its name.")]},
        },
    }
    for operation in registry:
        paths[f"/v1/operations/{operation.name}"] = {"post": _submission(operation)}
    return paths


def _submission(operation: AnyOperation) -> JsonObject:
    endpoint = _endpoint(f"submit_{operation.name}", operation.summary, "Operations", JobView, status=202)
    endpoint["responses"]["202"] = _json_answer("The job, accepted and written down.", JobView)
    endpoint["responses"]["200"] = _json_answer("The job has ended in the time that `Prefer: wait=` gave it.", JobView)
    endpoint["parameters"] = [
        _header("Prefer", "`wait=20` answers with the finished job if it ends within that many seconds."),
        _header("Priority", "`u=0` to `u=7`, the lower the sooner; `u=3` if nothing is said (RFC 9218)."),
        _header("Idempotency-Key", "The same key with the same request gives the same job."),
        *_query_parameters(operation.options),
        {"name": TTL_FIELD, "in": "query", "required": False, "description": _TTL["description"], "schema": _TTL},
    ]
    options: JsonObject = operation.options.model_json_schema(ref_template=_REFERENCE)
    several = operation.accepts.maximum > 1
    file: JsonObject = {"type": "string", "format": "binary"}
    fields = {FROM_JOB_FIELD: _FROM_JOB, **options["properties"], TTL_FIELD: _TTL}
    form = {
        "type": "object",
        "anyOf": [{"required": ["file"]}, {"required": [FROM_JOB_FIELD]}],
        "properties": {"file": {"type": "array", "items": file} if several else file, **fields},
    }
    without_file = {"type": "object", "required": [FROM_JOB_FIELD], "properties": fields}
    content: JsonObject = {
        "multipart/form-data": {"schema": form},
        "application/x-www-form-urlencoded": {"schema": without_file},
    }
    content |= {media_type: {"schema": file} for media_type in sendable_types(operation)}
    endpoint["requestBody"] = {
        "required": True,
        "description": "A form with the file and the options, or the file itself with the options in the query.",
        "content": content,
    }
    return endpoint


def _job_paths() -> JsonObject:
    job = [_path_parameter("job_id", "The job's id.")]
    download = _download("download_result", "Download an output; takes Range")
    delete = _endpoint("delete_job", "Forget an ended job and its files", "Jobs", None)
    delete["responses"]["204"] = {"description": "It is gone."}
    return {
        "/v1/jobs": {
            "get": _endpoint("list_jobs", "Jobs, newest first", "Jobs", JobList)
            | {"parameters": _query_parameters(JobListQuery)},
        },
        "/v1/jobs/{job_id}": {
            "get": _endpoint("show_job", "Look at a job, or wait for its end", "Jobs", JobView)
            | {"parameters": job + _query_parameters(JobQuery)},
            "delete": delete | {"parameters": job},
        },
        "/v1/jobs/{job_id}/events": {
            "get": _events()
            | {"parameters": [*job, _header("Last-Event-ID", "The number of the last event that was seen.")]}
        },
        "/v1/jobs/{job_id}/result": {"get": download | {"parameters": job + _query_parameters(ResultQuery)}},
        "/v1/jobs/{job_id}/link": {
            "post": _endpoint("make_link", "Make a download link that needs no key", "Jobs", LinkView, status=201)
            | {"parameters": job + _query_parameters(ResultQuery)},
        },
        "/v1/downloads/{token}": {
            "get": _download("follow_link", "Download by a link; takes Range")
            | {"parameters": [_path_parameter("token", "What the link says.")], "security": []},
        },
        "/v1/jobs/{job_id}/cancel": {
            "post": _endpoint("cancel_job", "Cancel a job", "Jobs", JobView, status=202) | {"parameters": job},
        },
        "/v1/jobs/{job_id}/retry": {
            "post": _endpoint("retry_job", "Try a FAILED job again", "Jobs", JobView, status=202) | {"parameters": job},
        },
    }


def _events() -> JsonObject:
    endpoint = _endpoint("follow_job", "Be told what happens to a job, as server-sent events", "Jobs", None)
    endpoint["responses"]["200"] = {
        "description": "First `job`, the whole job; then `status` for each state that it enters, numbered, and "
        "`progress`; `job` once more when it has ended. A stream ends after PDFMILL_SERVER__MAX_WAIT_S at the latest: "
        "come back with the number of the last event, as an EventSource does by itself.",
        "content": {"text/event-stream": {}},  # OpenAPI 3.1 has no words for the events of a stream
    }
    endpoint["responses"]["204"] = {"description": "The job has ended and you have seen it; do not come back."}
    return endpoint


def _download(name: str, summary: str) -> JsonObject:
    endpoint = _endpoint(name, summary, "Jobs", None)
    endpoint["responses"]["200"] = {
        "description": "The file.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
    endpoint["responses"]["303"] = {"description": "The file is in a bucket: fetch it from `Location` within minutes."}
    return endpoint


def _health_paths() -> JsonObject:
    ready = _endpoint("ready", "Whether the server can work", "Health", ReadinessView)
    ready["responses"]["503"] = _json_answer("A part of the server does not work.", ReadinessView)
    metrics = _endpoint("metrics", "What happened so far, for Prometheus", "Health", None)
    metrics["responses"]["200"] = {
        "description": "All metrics.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
    return {
        "/livez": {"get": _endpoint("live", "Whether the process answers", "Health", Liveness) | {"security": []}},
        "/readyz": {"get": ready | {"security": []}},
        "/metrics": {"get": metrics},
    }


def _endpoint(name: str, summary: str, tag: str, model: type[BaseModel] | None, status: int = 200) -> JsonObject:
    responses: JsonObject = {
        "default": {
            "description": "What went wrong, and what to do next.",
            "content": {PROBLEM: {"schema": _reference(ProblemView)}},
        }
    }
    if model is not None:
        responses[str(status)] = _json_answer(summary + ".", model)
    return {"operationId": name.replace("-", "_"), "summary": summary, "tags": [tag], "responses": responses}


def _json_answer(description: str, model: type[BaseModel]) -> JsonObject:
    return {"description": description, "content": {"application/json": {"schema": _reference(model)}}}


def _reference(model: type[BaseModel]) -> JsonObject:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _query_parameters(model: type[BaseModel]) -> list[JsonObject]:
    properties = model.model_json_schema(ref_template=_REFERENCE).get("properties", {})
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema.get("description", ""),
            "schema": schema,
        }
        for name, schema in properties.items()
        if schema.get("format") != "password"  # a secret in an address ends up in logs
    ]


def _path_parameter(name: str, description: str) -> JsonObject:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": {"type": "string"}}


def _header(name: str, description: str) -> JsonObject:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}
