"""What is read from documents, against the truth: text, invoices, statements.

    make bench-extraction CORPUS=folder        writes benchmarks/results/extraction.md

The folder has documents in ``text``, ``invoices`` and so on; ``NAME.truth.json`` tells what each holds. One module for
each kind, see `KINDS`. Times are processor time.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "extraction.md"
#: Modules that have ``report(corpus: Path) -> list[str]``: the lines of their part.
KINDS = ("extraction_text", "extraction_invoices", "extraction_by_model", "extraction_statements")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--only", choices=KINDS, help="one kind, printed and not written")
    arguments = parser.parse_args()
    lines: list[str] = ["# Extraction", ""]
    for name in [arguments.only] if arguments.only else KINDS:
        lines += importlib.import_module(name).report(arguments.corpus)
    if arguments.only is None:
        RESULTS.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
