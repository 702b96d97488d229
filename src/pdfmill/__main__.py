"""``pdfmill`` and ``python -m pdfmill``."""

from __future__ import annotations

from typing import NoReturn

from pdfmill.cli.entrypoints import Entrypoints
from pdfmill.cli.main import pdfmill_command
from pdfmill.config.settings import Settings


def _run_reconciler(settings: Settings) -> None:
    from pdfmill.app import run_reconciler  # Flask, Celery and SQLAlchemy: only this one command wants them

    run_reconciler(settings)


def main() -> NoReturn:
    """Run the command line."""
    pdfmill_command.main(prog_name="pdfmill", obj=Entrypoints(run_reconciler=_run_reconciler))


if __name__ == "__main__":
    main()
