"""What a command tells when an operation has run: a few lines for people, or one JSON object."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import click

from pdfmill.cli.outputs import MadeFile
from pdfmill.worker.sandbox import Tier

#: So many things that have no name and no text are told one by one; more are counted.
_FEW = 2


class Input(Protocol):
    """A file that was worked on, here or on a server."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...


@dataclass(frozen=True)
class Finished:
    """An operation that has run well, here or on a server.

    Attributes:
        outputs: In the workspace, not yet in their places.
        sandbox: How strong the box was; None where the work was done on a server.
        job_id: The server's job; None where the work was done here.
        inputs: What the server worked on; empty where the work was done here.
    """

    outputs: tuple[MadeFile, ...]
    result: dict[str, Any]
    warnings: tuple[str, ...]
    sandbox: Tier | None = None
    job_id: str | None = None
    server: str | None = None
    inputs: Sequence[Input] = ()


@dataclass(frozen=True)
class Report:
    """The same, with its outputs in their places.

    Attributes:
        outputs: Media type, size in bytes and place of each; the place is None for standard output.
        seconds: From the start of the work to its end.
    """

    operation: str
    inputs: Sequence[Input]
    finished: Finished
    outputs: Sequence[tuple[MadeFile, int, Path | None]]
    seconds: float

    def as_json(self) -> str:
        """One object in the shape of the API's job, with places instead of links."""
        tier = self.finished.sandbox
        return json.dumps(
            {
                "operation": self.operation,
                "status": "COMPLETED",
                "inputs": [
                    {"name": file.name, "media_type": file.media_type, "size_bytes": file.size_bytes}
                    for file in self.inputs
                ],
                "outputs": [
                    {
                        "name": made.name,
                        "media_type": made.media_type,
                        "size_bytes": size,
                        "path": None if place is None else str(place),
                    }
                    for made, size, place in self.outputs
                ],
                "result": self.finished.result,
                "warnings": list(self.finished.warnings),
                "seconds": round(self.seconds, 3),
                "sandbox": None if tier is None else dataclasses.asdict(tier),
                "server": self.finished.server,
                "job_id": self.finished.job_id,
            },
            ensure_ascii=False,
        )

    def as_text(self, *, full: bool = False) -> str:
        """The line that matters, the fields of the result, and the warnings.

        Args:
            full: Whether the fields that hold several numbers are shown as well, as a table.
        """
        return "\n".join([self._headline(), *self._fields(full=full), *self._warnings()])

    def _headline(self) -> str:
        before = sum(file.size_bytes for file in self.inputs)
        name = self.inputs[0].name if len(self.inputs) == 1 else f"{len(self.inputs)} files"
        if not self.outputs:
            return f"{click.style(name, bold=True)}: {size_text(before)}, in {self.seconds:.1f} s, no file made"
        after = sum(size for _, size, _ in self.outputs)
        sizes = f"{size_text(before)} → {size_text(after)} ({after / before:.0%})".replace("%", " %")
        places = [str(place) for _, _, place in self.outputs if place is not None]
        saved = f", saved as {', '.join(places)}" if places else ""
        return f"{click.style(name, bold=True)}: {sizes}{saved} in {self.seconds:.1f} s"

    def _fields(self, *, full: bool) -> list[str]:
        """Those fields of the result that the headline has not told."""
        told = {"input_bytes", "output_bytes", "ratio"} if self.outputs and not full else set()
        rows: list[tuple[str, str]] = []
        for key, value in self.finished.result.items():
            if key in told or value in (None, "", [], {}):
                continue
            if not isinstance(value, dict):
                rows.append((key.replace("_", " "), _value_text(key, value)))
            elif full:
                rows.append((key.replace("_", " "), ""))
                rows += [(f"  {name}", _value_text(key, each)) for name, each in value.items()]
        width = max((len(name) for name, _ in rows), default=0)
        return [click.style(f"  {name:<{width}}  {text}".rstrip(), dim=True) for name, text in rows]

    def _warnings(self) -> list[str]:
        return [f"{click.style('warning:', fg='yellow')} {warning}" for warning in self.finished.warnings]


def size_text(size_bytes: int) -> str:
    """``12.4 MB``; powers of 1000, as file managers count."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    size = float(size_bytes)
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.95:
            return f"{size:.1f} {unit}"
    return f"{size / 1000:.1f} TB"


def _value_text(key: str, value: Any) -> str:
    if key.endswith("_bytes") and isinstance(value, int):
        return size_text(value)
    if isinstance(value, list) and all(isinstance(each, dict) and "name" in each for each in value):
        return "".join(f"\n    {_line_of(each)}" for each in value)
    if isinstance(value, list) and all(isinstance(each, dict) and "text" in each for each in value):
        return "".join(f"\n    {_statement(each)}" for each in value)
    if isinstance(value, list) and len(value) <= _FEW and all(isinstance(each, dict) for each in value):
        return "\n".join("".join(f"\n    {line}" for line in _record(each)) for each in value)
    if isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value):
        return f"{len(value)} (--json tells each)"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _record(item: dict[str, Any]) -> list[str]:
    """One thing of few, a fact in a line; what is empty, false or made of parts itself is left out."""
    facts = {
        key.replace("_", " "): _value_text(key, value)
        for key, value in item.items()
        if value not in (None, "", [], False) and not isinstance(value, dict)
    }
    width = max(map(len, facts), default=0)
    return [f"{name:<{width}}  {text}" for name, text in facts.items() if "\n" not in text]


def _statement(item: dict[str, Any]) -> str:
    """What is said, and the pages that say so."""
    pages = item.get("pages") or []
    return f"{item['text']} (p. {', '.join(map(str, pages))})" if pages else str(item["text"])


def _line_of(item: dict[str, Any]) -> str:
    """One file of several: its name, and what can be said of it in a word."""
    facts = [
        key.replace("_", " ") if value is True else _value_text(key, value)
        for key, value in item.items()
        if isinstance(value, (str, int)) and value is not False and key != "name"
    ]
    return f"{item['name']}: {', '.join(facts)}"
