"""Tables as CSV (RFC 4180), in UTF-8: dates as ISO 8601 has them, numbers with a point and without groups."""

from __future__ import annotations

import csv
import datetime
import re
from decimal import Decimal
from pathlib import Path

from pdfmill.services.export.tables import Sheet, Value

#: What a spreadsheet takes for the beginning of a formula when it opens a CSV file.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def harmless(text: str) -> str:
    """A text that no spreadsheet runs: an apostrophe stands before what would be a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def written(value: Value) -> str:
    """A typed cell as text; numbers and dates are never taken for formulas, so a minus stays as it is."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case int():
            return str(value)
        case datetime.date():
            return value.isoformat()
        case _:
            return harmless(value)


def write_csv(sheet: Sheet, path: Path) -> None:
    """Write one table with its heading."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(column) for column in sheet.columns])
        writer.writerows([written(value) for value in row] for row in sheet.rows)
