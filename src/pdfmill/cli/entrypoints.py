"""What the command line starts but may not import, because it is built above it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pdfmill.config.settings import Settings


@dataclass(frozen=True)
class Entrypoints:
    """Given by `pdfmill.__main__`. Each imports what it needs when it is called, so that commands start quickly."""

    run_reconciler: Callable[[Settings], None]
