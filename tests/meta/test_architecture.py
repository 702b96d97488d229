"""The house stays small-roomed, and its doors open downwards."""

import ast
import importlib
import pkgutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import pdfmill

SOURCE = Path(pdfmill.__file__).parent
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "versions" not in path.parts)
LONGEST_MODULE, MEDIAN_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 150, 60, 10
VAGUE_NAMES = {"utils.py", "helpers.py", "common.py", "manager.py"}


def _lines(path):
    return len(path.read_text().splitlines())


def _functions():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                start = node.body[1].lineno if is_docstring and len(node.body) > 1 else first.lineno
                yield path, node.name, node.end_lineno - start + 1, node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_is_a_room_and_not_a_hall(path):
    assert _lines(path) <= LONGEST_MODULE
    assert path.name not in VAGUE_NAMES
    assert ast.get_docstring(ast.parse(path.read_text())), "a module says in a sentence what it is"


def test_most_modules_are_small():
    assert statistics.median(_lines(path) for path in MODULES) <= MEDIAN_MODULE


def test_functions_are_short():
    sizes = list(_functions())
    too_long = [
        (str(path.relative_to(SOURCE)), name, total) for path, name, _, total in sizes if total > LONGEST_FUNCTION
    ]
    assert too_long == []
    assert statistics.median(body for _, _, body, _ in sizes) <= MEDIAN_FUNCTION


def test_imports_point_downwards():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=SOURCE.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_operation_module_is_in_the_registry():
    from pdfmill import operations

    modules = {name for _, name, _ in pkgutil.iter_modules(operations.__path__)}
    registered = {operation.run.__module__.rpartition(".")[2] for operation in operations.load_registry()}
    assert modules == registered


def test_every_operation_has_its_task():
    tasks = importlib.import_module("pdfmill.tasks")
    from pdfmill.operations import load_registry

    for operation in load_registry():
        assert tasks.OPERATION_TASKS[operation.name].name == operation.task_name
        assert getattr(tasks, f"{operation.name.replace('-', '_')}_task") is tasks.OPERATION_TASKS[operation.name]
