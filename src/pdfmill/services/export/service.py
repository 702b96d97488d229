"""ExportService: one result, many kinds of files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from pdfmill.services.export.csv import write_csv
from pdfmill.services.export.json import write_json
from pdfmill.services.export.tables import Sheet
from pdfmill.services.export.xlsx import write_xlsx


class ExportService:
    """Writes results as files. The same result gives the same bytes; no cell is ever a formula."""

    def write_json(self, result: BaseModel, path: Path) -> None:
        """Everything that was found, as the schema of the result says."""
        write_json(result, path)

    def write_csv(self, sheet: Sheet, path: Path) -> None:
        """One table with its heading, in UTF-8."""
        write_csv(sheet, path)

    def write_xlsx(self, sheets: Sequence[Sheet], path: Path) -> None:
        """A workbook with a sheet for each table."""
        write_xlsx(sheets, path)
