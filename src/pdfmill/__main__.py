"""``pdfmill`` and ``python -m pdfmill``."""

from __future__ import annotations

from typing import NoReturn

from pdfmill.cli.main import pdfmill_command


def main() -> NoReturn:
    """Run the command line."""
    pdfmill_command.main(prog_name="pdfmill")


if __name__ == "__main__":
    main()
