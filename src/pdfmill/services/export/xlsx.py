"""Tables as a workbook whose numbers are numbers, whose dates are dates, and whose texts are never formulas."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from pdfmill.engines.xlsxwriter import Sheet as Page
from pdfmill.engines.xlsxwriter import open_workbook
from pdfmill.services.export.csv import written
from pdfmill.services.export.tables import Sheet, Value

#: A spreadsheet keeps numbers as binary64, which has so many decimal digits for sure.
_MOST_DIGITS = 15
#: The first day that Excel's calendar counts rightly, its own leap day in 1900 being past.
_FIRST_DAY = datetime.date(1900, 3, 1)
_DATE = "yyyy-mm-dd"


def write_xlsx(sheets: Sequence[Sheet], path: Path) -> None:
    """Write a workbook with a sheet for each table, headings in bold and kept in view."""
    with open_workbook(path) as workbook:
        for sheet in sheets:
            page = workbook.add_sheet(sheet.name)
            widths = [len(column) for column in sheet.columns]
            for column, heading in enumerate(sheet.columns):
                page.write_text(0, column, heading, bold=True)
            for row, values in enumerate(sheet.rows, start=1):
                for column, value in enumerate(values):
                    _write(page, row, column, value)
                    widths[column] = max(widths[column], len(written(value)))
            page.freeze_heading()
            for column, width in enumerate(widths):
                page.set_width(column, width)


def _write(page: Page, row: int, column: int, value: Value) -> None:
    match value:
        case None:
            return
        case bool():
            page.write_flag(row, column, value=value)
        case Decimal() | int() if _fits(Decimal(value)):
            page.write_number(row, column, Decimal(value), _number_format(value))
        case datetime.date() if value >= _FIRST_DAY:
            page.write_date(row, column, value, _DATE)
        case str():
            page.write_text(row, column, value)
        case _:
            page.write_text(row, column, written(value))


def _fits(value: Decimal) -> bool:
    return value.is_finite() and len(value.as_tuple().digits) <= _MOST_DIGITS


def _number_format(value: Decimal | int) -> str:
    """Excel's code for as many decimal places as the number has."""
    exponent = Decimal(value).as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return "#,##0." + "0" * places if places else "0"
