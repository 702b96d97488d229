"""Writes the parts of the documentation that the program itself knows best; `--check` only says whether they are right.

    .venv/bin/python scripts/reference.py

Whole pages under ``docs/reference/``, schemas under ``docs/schemas/``, and in other pages whatever stands between
``<!-- made: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

import click
from celery import Celery
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from rest_api_page import one_line, rest_api

import pdfmill.client
from pdfmill.app import Parts
from pdfmill.cli.main import pdfmill_command
from pdfmill.config.settings import ENV_DELIMITER, ENV_PREFIX, Settings, load_settings
from pdfmill.core.errors import PdfMillError, error_classes
from pdfmill.core.fields import FieldSpec
from pdfmill.core.operation import AnyOperation
from pdfmill.jobs.status import TRANSITIONS
from pdfmill.operations import load_registry
from pdfmill.services.extraction.invoices.model import InvoiceDocument
from pdfmill.services.extraction.statements.model import StatementFile

DOCS = Path(__file__).parents[1] / "docs"
_MADE = re.compile(r"(<!-- made: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

#: The families in which the specification groups tasks, by their queue.
FAMILIES = {
    "compression": "Compression",
    "conversion": "Conversion",
    "ocr": "OCR",
    "ai": "AI",
    "maintenance": "Maintenance",
    "extraction": "Extraction",
}


def main() -> None:
    check, stale = "--check" in sys.argv, False
    for path, text in pages():
        written = path.read_text() if path.exists() else ""
        if written == text:
            continue
        stale = True
        name = str(path.relative_to(DOCS.parent))
        if check:
            print(
                "\n".join(unified_diff(written.splitlines(), text.splitlines(), name, "as it should be", lineterm=""))
            )
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            print(f"written: {name}")
    sys.exit(stale and check)


def pages() -> Iterator[tuple[Path, str]]:
    """Every page with something made in it, as it should be."""
    for name, make in PAGES.items():
        yield DOCS / "reference" / f"{name}.md", "\n".join(make()).rstrip() + "\n"
    for name, model in SCHEMAS.items():
        schema = model.model_json_schema(mode="serialization")
        yield DOCS / "schemas" / f"{name}.json", json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
    for path in (DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))):
        text = path.read_text()
        if _MADE.search(text):
            yield path, _MADE.sub(lambda found: found[1] + "\n".join(BLOCKS[found[2]]()) + "\n" + found[3], text)


def operations() -> Iterator[str]:
    """The page of all operations."""
    yield "# Operations\n"
    yield "Written by `scripts/reference.py` from the registry. Each is `POST /v1/operations/NAME`; `pdfmill NAME`.\n"
    for operation in load_registry():
        yield f"## {operation.name}\n"
        yield f"{operation.summary}\n"
        yield f"- Task `{operation.task_name}`, queue `{operation.queue}`"
        yield f"- Takes {_files(operation)}: {', '.join(f'`{each}`' for each in operation.accepts.media_types)}"
        yield f"- Needs {', '.join(operation.requires) or 'nothing else'}"
        limits = [f"{name} {value:g}" for name, value in operation.limits if value is not None]
        yield f"- Limits other than the defaults: {', '.join(limits) or 'none'}\n"
        yield "| option | values | default | what it does |\n|---|---|---|---|"
        yield from (_option(field) for field in operation.fields)
        yield "\n| result | what it tells |\n|---|---|"
        for name, info in operation.result.model_fields.items():
            yield f"| `{name}` | {one_line(info.description)} |"
        yield ""


def settings() -> Iterator[str]:
    """The page of all settings."""
    yield "# Settings\n"
    yield (
        "Written by `scripts/reference.py`. Environment variables; the same names stand in `pdfmill.toml` and `.env`. "
        "A secret may be read from a file: add `_FILE` to its name.\n"
    )
    yield "| variable | default | meaning |\n|---|---|---|"
    yield from _variables(Settings, ENV_PREFIX)


def errors() -> Iterator[str]:
    """The page of all errors."""
    yield "# Errors\n"
    yield (
        "Written by `scripts/reference.py`. The code stands in the problem response (RFC 9457), in a failed job's "
        "`error`, and in square brackets on the command line. *Again*: the same request may succeed later; a job that "
        "fails like that is tried again by itself.\n"
    )
    yield "| code | what | HTTP | exit | again |\n|---|---|---|---|---|"
    for code, kind in sorted(error_classes().items()):
        yield f"| `{code}` | {kind.title} | {kind.kind.http_status} | {kind.kind.exit_code} | {_yes(kind)} |"


def commands() -> Iterator[str]:
    """The page of all commands."""
    yield "# Commands\n\nWritten by `scripts/reference.py` from the commands' own help.\n"
    root = click.Context(pdfmill_command, info_name="pdfmill", **pdfmill_command.context_settings)
    for name in pdfmill_command.list_commands(root):
        command = pdfmill_command.get_command(root, name)
        assert command is not None
        yield from _help(command, name, root)


def python_client() -> Iterator[str]:
    """The page of the Python client."""
    yield "# The Python client\n"
    yield "Written by `scripts/reference.py` from `pdfmill.client`, which `pip install pdfmill` brings.\n"
    for name in pdfmill.client.__all__:
        kind = getattr(pdfmill.client, name)
        yield f"## {name}\n\n```python\n{name}{_signature(kind).removesuffix(' -> None')}\n```\n\n{_prose(kind)}\n"
        for method, member in vars(kind).items():
            if method.startswith("_") or not member.__doc__ or name == method:
                continue
            if isinstance(member, property):
                yield f"### {name}.{method}\n\n{_prose(member)}\n"
            elif inspect.isfunction(member):
                yield f"### {name}.{method}\n\n```python\n{method}{_signature(member)}\n```\n\n{_prose(member)}\n"


def overview() -> Iterator[str]:
    """All operations in a line each."""
    yield "| operation | what it does |\n|---|---|"
    for operation in load_registry():
        yield f"| `{operation.name}` | {one_line(operation.summary)} |"


def catalogue() -> Iterator[str]:
    """The tasks of the six families."""
    registry = list(load_registry())
    names = {id(task): name for name, task in _tasks().items()}
    for queue, family in FAMILIES.items():
        yield f"\n### {family}\n"
        yield "| task | name | purpose | inputs | output | depends on | tried again |\n|---|---|---|---|---|---|---|"
        for operation in (each for each in registry if each.queue == queue):
            task = next(task for task in _tasks().values() if task.name == operation.task_name)
            needs = ", ".join(operation.requires) or "–"
            yield (
                f"| `{names[id(task)]}` | `{operation.task_name}` | {one_line(operation.summary)} "
                f"| {_files(operation)} | `{operation.result.__name__}` and files | {needs} "
                "| passing errors, see below |"
            )
        if queue == "maintenance":
            for name, task in sorted(_tasks().items()):
                if task.name not in {operation.task_name for operation in registry}:
                    purpose = one_line((task.run.__doc__ or "").strip().splitlines()[0])
                    yield f"| `{name}` | `{task.name}` | {purpose} | – | numbers | the job table | by the schedule |"


def services() -> Iterator[str]:
    """What operations call: each service's public methods, with their docstrings."""
    from pdfmill.services import Services

    for kind in Services():
        yield f"\n## {kind.__name__}\n\n`{kind.__module__}`. {inspect.getdoc(kind)}\n"
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_"):
                yield f"### {name}\n\n```python\n{name}{_signature(method)}\n```\n\n{_prose(method)}\n"


def configuration() -> Iterator[str]:
    """What Celery is set to."""
    conf = _celery().conf
    yield "| Celery setting | value |\n|---|---|"
    for name in (
        "task_acks_late",
        "task_reject_on_worker_lost",
        "worker_prefetch_multiplier",
        "task_ignore_result",
        "task_publish_retry",
        "task_default_queue",
        "task_soft_time_limit",
        "task_time_limit",
        "worker_max_tasks_per_child",
        "worker_send_task_events",
        "accept_content",
    ):
        yield f"| `{name}` | `{conf[name]!r}` |"


def routing() -> Iterator[str]:
    """Which task goes to which queue."""
    by_queue: dict[str, list[str]] = {}
    for task, route in _celery().conf.task_routes.items():
        by_queue.setdefault(route["queue"], []).append(task)
    yield "| queue | tasks |\n|---|---|"
    for queue, tasks in by_queue.items():
        yield f"| `{queue}` | {', '.join(f'`{task}`' for task in sorted(tasks))} |"


def schedule() -> Iterator[str]:
    """What is sent periodically."""
    yield "| task | every |\n|---|---|"
    for entry in _celery().conf.beat_schedule.values():
        yield f"| `{entry['task']}` | {entry['schedule']:g} s |"


def transitions() -> Iterator[str]:
    """The states of a job, as Mermaid draws them."""
    yield "```mermaid\nstateDiagram-v2\n    [*] --> PENDING"
    for before, targets in TRANSITIONS.items():
        yield from (f"    {before} --> {after}" for after in sorted(targets))
    yield "```"


def retries() -> Iterator[str]:
    """Which kind of error is tried again."""
    by_kind: dict[Any, list[str]] = {}
    for code, each in sorted(error_classes().items()):
        by_kind.setdefault(each.kind, []).append(f"`{code}`")
    yield "| kind | tried again | errors |\n|---|---|---|"
    for kind, codes in sorted(by_kind.items(), key=lambda item: (not item[0].retryable, item[0].name)):
        again = "60 s × the number of the retry, three times" if kind.retryable else "no: the job fails at once"
        yield f"| {kind.slug} | {again} | {', '.join(codes)} |"


def _option(field: FieldSpec) -> str:
    values = ", ".join(f"`{each}`" for each in field.choices) or field.kind.value
    if field.minimum is not None or field.maximum is not None:
        values += f", {_bound(field.minimum)} to {_bound(field.maximum)}"
    values += ", several" if field.many else ""
    default = "required" if field.required else "–" if field.default is None else f"`{field.default}`".lower()
    return f"| `{field.name}` | {values} | {default} | {one_line(field.description)} |"


def _bound(value: float | None) -> str:
    return "any" if value is None else f"{value:g}"


def _variables(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, info in model.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _variables(inner, f"{prefix}{name.upper()}{ENV_DELIMITER}")
            continue
        default = info.default
        shown = "–" if default is None else "depends on the machine" if default is PydanticUndefined else f"`{default}`"
        yield f"| `{prefix}{name.upper()}` | {shown} | {one_line(info.description)} |"


def _help(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent, max_content_width=100)
    context.terminal_width = 100
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            assert inner is not None
            yield from _help(inner, each, context)


def _files(operation: AnyOperation) -> str:
    low, high = operation.accepts.minimum, operation.accepts.maximum
    return f"{low} file{'s' if low > 1 else ''}" if low == high else f"{low} to {high} files"


def _yes(error: type[PdfMillError]) -> str:
    return "yes" if error.kind.retryable else "no"


def _signature(method: Callable[..., Any]) -> str:
    signature = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(method)))  # annotations are quoted
    return re.sub(r"\(self(, )?", "(", signature)


def _prose(documented: object) -> str:
    """A docstring in Google's manner as Markdown: its sections as lists."""
    text = inspect.getdoc(documented) or ""
    text = re.sub(r"^(Args|Returns|Raises|Yields|Attributes):$", r"**\1**\n", text, flags=re.MULTILINE)
    text = re.sub(r"^ {8}(?=\S)", "  ", text, flags=re.MULTILINE)
    return re.sub(r"^ {4}(?=\S)", "- ", text, flags=re.MULTILINE)


def _celery() -> Celery:
    return Parts(load_settings(broker={"url": "redis://"})).celery


def _tasks() -> dict[str, Any]:
    """The tasks under the names that the specification gives them, or else those of their operations."""
    import pdfmill.tasks as module

    _celery()
    named = {name: getattr(module, name) for name in module.__all__ if name != "OPERATION_TASKS"}
    known = {task.name for task in named.values()}
    return named | {
        name: getattr(module, name)
        for name in dir(module)
        if name.endswith("_task") and getattr(module, name).name not in known
    }


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "operations": operations,
    "settings": settings,
    "errors": errors,
    "commands": commands,
    "rest_api": rest_api,
    "python_client": python_client,
}
#: What `extract-invoice` and `extract-bank-statement` write as JSON.
SCHEMAS: dict[str, type[BaseModel]] = {"invoice": InvoiceDocument, "bank-statement": StatementFile}
BLOCKS: dict[str, Callable[[], Iterator[str]]] = {
    "operations": overview,
    "catalogue": catalogue,
    "configuration": configuration,
    "services": services,
    "routing": routing,
    "schedule": schedule,
    "transitions": transitions,
    "retries": retries,
}

if __name__ == "__main__":
    main()
