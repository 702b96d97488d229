"""Why a document comes back as it was. Apart from the report, because describing the operation loads no PDF library."""

from __future__ import annotations

from enum import StrEnum


class Unchanged(StrEnum):
    """Why a document came back as it was."""

    SIGNED = "signed"
    ALREADY_SMALL = "already_small"
    WOULD_CHANGE = "would_change"
