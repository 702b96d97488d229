"""A result as JSON, the same bytes each time: amounts are texts, so that no reader rounds them."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel


def write_json(result: BaseModel, path: Path) -> None:
    """Write a result as its schema says, with a line end."""
    path.write_text(result.model_dump_json(indent=1, by_alias=True) + "\n", encoding="utf-8")
