"""Keeping secrets out of the log, whoever wrote the line."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from pdfmill.core.caller import KEY_PATTERN

_MASK = "***"

#: Values under names like these are never shown.
_SECRET_NAME = re.compile(r"password|passwd|secret|token|authorization|api[_-]?key|cookie|pepper", re.IGNORECASE)

#: API keys keep their public part; addresses lose user, password and whatever signs a link.
_SECRET_TEXT = (
    (KEY_PATTERN, rf"\1.{_MASK}"),
    (re.compile(r"(?<=://)[^/\s@]+@"), f"{_MASK}@"),
    (re.compile(r"(?<=/v1/downloads/)[^\s/?\"']+"), _MASK),
    (re.compile(r"(?i)(?<=bearer )[^\s\"',]+"), _MASK),
)


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor; it comes last, when tracebacks are text already."""
    for name, value in event.items():
        event[name] = _MASK if _SECRET_NAME.search(name) else _redacted(value)
    return event


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, instead in _SECRET_TEXT:
            value = pattern.sub(instead, value)
    elif isinstance(value, dict):
        return {key: _MASK if _SECRET_NAME.search(str(key)) else _redacted(each) for key, each in value.items()}
    elif isinstance(value, (list, tuple)):
        return [_redacted(each) for each in value]
    return value
