"""A registry by its name, ``module:function``: how the sandbox is told which operations there are.

A process with ``PDFMILL_TEST_REGISTRY`` in its environment has the registry of that name instead of the product's, so
that tests see how whole servers take operations that misbehave.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pdfmill.core.operation import Registry

VARIABLE = "PDFMILL_TEST_REGISTRY"


def name_in_environment() -> str | None:
    """The name of the registry that a test wants."""
    return os.environ.get(VARIABLE)


def load(name: str) -> Registry:
    """The registry of that name."""
    registry = getattr(_module(name), name.partition(":")[2])()
    assert isinstance(registry, Registry)
    return registry


def folder(name: str) -> Path:
    """Where the module of that registry lies; a sandbox has to be shown it."""
    file = _module(name).__file__
    assert file is not None
    return Path(file).parent


def _module(name: str) -> ModuleType:
    return import_module(name.partition(":")[0])
