"""The tables that camelot finds, for `conversion.py`: ``python camelot_tables.py FLAVOUR PAGE FILE`` prints JSON.

Run by another Python, in which camelot-py (MIT) is installed. Processor time is that of reading alone, without imports.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

import camelot


def main() -> None:
    flavour, page, path = sys.argv[1:]
    warnings.simplefilter("ignore")
    started = time.process_time()
    tables = camelot.read_pdf(path, pages=page, flavor=flavour)
    seconds = time.process_time() - started
    rows = [row for table in tables for row in table.data]
    json.dump({"rows": rows, "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main()
