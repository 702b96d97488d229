"""Excel workbooks, by XlsxWriter. Nothing is ever written as a formula."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

#: One document gives one workbook, whenever it is made; this is also the first day that a zip archive can name.
_CREATED = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)

#: Characters of a cell at most (Excel specifications and limits).
_LONGEST_TEXT = 32_767
_WIDEST_COLUMN = 60


class Sheet:
    """A sheet of a workbook; rows and columns count from 0."""

    def __init__(self, workbook: Any, name: str) -> None:
        self._workbook = workbook
        self._sheet = workbook.add_worksheet(name)
        self._formats: dict[tuple[bool, str], Any] = {}

    def write_text(self, row: int, column: int, text: str, *, bold: bool = False) -> None:
        self._sheet.write_string(row, column, text[:_LONGEST_TEXT], self._format(bold=bold))

    def write_number(self, row: int, column: int, value: Decimal, number_format: str, *, bold: bool = False) -> None:
        self._sheet.write_number(row, column, float(value), self._format(bold=bold, number_format=number_format))

    def write_date(self, row: int, column: int, value: datetime.date, date_format: str, *, bold: bool = False) -> None:
        self._sheet.write_datetime(row, column, value, self._format(bold=bold, number_format=date_format))

    def write_flag(self, row: int, column: int, *, value: bool) -> None:
        self._sheet.write_boolean(row, column, value, self._format(bold=False))

    def freeze_heading(self) -> None:
        """Keep the first row in view."""
        self._sheet.freeze_panes(1, 0)

    def merge(self, row: int, column: int, last_row: int, last_column: int) -> None:
        """Make one cell of several; what is written into the first is shown. Call it before writing."""
        self._sheet.merge_range(row, column, last_row, last_column, "", self._format(bold=False))

    def set_width(self, column: int, characters: int) -> None:
        self._sheet.set_column(column, column, min(characters, _WIDEST_COLUMN) + 2)

    def _format(self, *, bold: bool, number_format: str = "General") -> Any:
        key = (bold, number_format)
        if key not in self._formats:
            look = {"bold": bold, "num_format": number_format, "text_wrap": True, "valign": "top"}
            self._formats[key] = self._workbook.add_format(look)
        return self._formats[key]


class Workbook:
    """A workbook under construction."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook

    def add_sheet(self, name: str) -> Sheet:
        """A new sheet; its name has at most 31 characters, all of them letters, digits or spaces."""
        return Sheet(self._workbook, name)


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """A new workbook, written when the block ends."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"created": _CREATED})
        yield Workbook(workbook)
