"""The reference page of the REST API, made from the OpenAPI document that the server itself gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pdfmill.api.openapi import openapi_document
from pdfmill.operations import load_registry


def one_line(text: str | None) -> str:
    """A description as it fits into a cell of a table."""
    return " ".join((text or "").split()).replace("|", "\\|")


def rest_api() -> Iterator[str]:
    """The page, line by line."""
    document = openapi_document(load_registry())
    yield "# The REST API\n"
    yield (
        "Written by `scripts/reference.py` from the OpenAPI document, which a server gives at `/openapi.json` and "
        "shows at `/docs`. Options stand in [operations](operations.md). Every error is a problem (RFC 9457), see "
        "[errors](errors.md).\n"
    )
    submissions = [f"/v1/operations/{operation.name}" for operation in load_registry()]
    for path, methods in document["paths"].items():
        if path not in submissions:
            for method, endpoint in methods.items():
                yield f"## {method.upper()} {path}\n\n{endpoint['summary']}.\n"
                yield from _endpoint(endpoint, endpoint.get("parameters", []))
        elif path == submissions[0]:
            endpoint = methods["post"]
            yield f"## POST /v1/operations/NAME\n\nSubmit a job. {endpoint['requestBody']['description']}\n"
            yield from _endpoint(endpoint, [each for each in endpoint["parameters"] if each["in"] == "header"])
    yield "## Answers\n"
    schemas = document["components"]["schemas"]
    responses = [endpoint["responses"] for methods in document["paths"].values() for endpoint in methods.values()]
    for name in sorted(_schemas_in(responses, schemas)):
        yield f"### {name}\n\n{one_line(schemas[name].get('description'))}\n"
        if "enum" in schemas[name]:
            yield f"One of {', '.join(f'`{each}`' for each in schemas[name]['enum'])}.\n"
            continue
        yield "| field | what it tells |\n|---|---|"
        for field, each in schemas[name]["properties"].items():
            yield f"| `{field}` | {one_line(each.get('description'))}{_links(each)} |"
        yield ""


def _links(part: Any) -> str:
    return "".join(f" [{name}](#{name.lower()})" for name in sorted(_schemas_in(part, {})))


def _schemas_in(part: Any, schemas: Mapping[str, Any]) -> set[str]:
    """The names of the schemas that a part of an OpenAPI document refers to, and that those refer to."""
    found: set[str] = set(re.findall(r"#/components/schemas/(\w+)", repr(part)))
    return found.union(*(_schemas_in(schemas[name], schemas) for name in found if name in schemas))


def _endpoint(endpoint: Mapping[str, Any], parameters: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if parameters:
        yield "| parameter | in | what it does |\n|---|---|---|"
        yield from (f"| `{each['name']}` | {each['in']} | {one_line(each['description'])} |" for each in parameters)
        yield ""
    for status, answer in sorted(endpoint["responses"].items()):
        yield f"- {'any other' if status == 'default' else f'`{status}`'}: {answer['description']}{_links(answer)}"
    yield ""
