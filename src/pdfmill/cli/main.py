"""The group of all commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

import pdfmill
from pdfmill.cli.failures import EXIT_BROKEN_PIPE, reported
from pdfmill.core.suggest import did_you_mean

#: The commands that are no operation, and the module of each. Modules are imported for the command that is called
#: only: `pdfmill compress` needs no HTTP client, and `pdfmill jobs` no PDF library.
_MODULES = {
    "serve": "pdfmill.cli.server",
    "web": "pdfmill.cli.server",
    "worker": "pdfmill.cli.server",
    "reconciler": "pdfmill.cli.server",
    "database": "pdfmill.cli.database",
    "backup": "pdfmill.cli.backup",
    "restore": "pdfmill.cli.backup",
    "jobs": "pdfmill.cli.jobs",
    "cleanup": "pdfmill.cli.cleanup",
    "keys": "pdfmill.cli.keys",
    "audit": "pdfmill.cli.audit",
    "doctor": "pdfmill.cli.doctor",
    "config": "pdfmill.cli.config",
}


class CommandGroup(click.Group):
    """Operations of the registry first, then the fixed commands; errors in one shape, see `pdfmill.cli.failures`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_operation_names(), *_MODULES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _MODULES:
            command = getattr(import_module(_MODULES[cmd_name]), cmd_name.replace("-", "_"))
            assert isinstance(command, click.Command)
            return command
        if cmd_name not in _operation_names():
            return None
        from pdfmill.cli.operations import operation_command
        from pdfmill.operations import load_registry

        return operation_command(load_registry().get(cmd_name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            ctx.fail(f"There is no command {name!r}{did_you_mean(name, self.list_commands(ctx))}.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Two lists, because what one does to a document and what one does to a server are two matters."""
        operations = _operation_names()
        for heading, names in (("Operations", operations), ("Server and machine", list(_MODULES))):
            with formatter.section(heading):
                commands = [(name, self.get_command(ctx, name)) for name in names]
                formatter.write_dl([(name, each.get_short_help_str(80)) for name, each in commands if each])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; end quietly when whoever reads its output has gone."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The interpreter flushes standard output once more when it ends, and would complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(EXIT_BROKEN_PIPE)

    def main(self, args: Sequence[str] | None = None, *positional: Any, **extra: Any) -> NoReturn:
        """Run a command line and end the process with its exit code."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        with reported(as_json="--json" in words):
            status = super().main(words, *positional, **extra)
            sys.exit(status if isinstance(status, int) else 0)


def _operation_names() -> list[str]:
    from pdfmill.operations import load_registry

    return [operation.name for operation in load_registry()]


@click.group(
    "pdfmill", cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(pdfmill.__version__, prog_name="pdfmill", message="%(prog)s %(version)s")
def pdfmill_command() -> None:
    """Slow, risky work on PDF files: here, sandboxed and without a server, or on a server (--server).

    A document may be - for standard input or output. Exit codes: 0 done, 2 wrong request, 3 and 4 the file, 5 the API
    key, 6 a limit, 7 not found, 8 conflict, 9 too much, 11 something is not installed, 12 an engine failed, 13 the
    server, 14 storage, 15 out of time, 70 a defect, 130 cancelled.
    """
