"""Pages that were read, each in a file of its own: what an attempt has done, the next one need not do again."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pdfmill.services.ocr.model import READ_PAGE, ReadPage

#: No page has more; a file that does was written by something else.
_MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Checkpoint:
    """Read pages below a folder.

    What lies there may have been written by a process that a hostile document had taken over: it is validated when it
    is read, and what is not valid is read from the document anew.

    Attributes:
        prefix: Tells readings under different options apart.
    """

    folder: Path
    prefix: str

    @classmethod
    def of(cls, folder: Path, *options: object) -> Checkpoint:
        """The pages that were read under these options."""
        folder.mkdir(exist_ok=True)
        return cls(folder, hashlib.sha256(repr(options).encode()).hexdigest()[:16])

    def keep(self, page: ReadPage) -> None:
        """Write a page down, whole or not at all."""
        path = self._path(page.number)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(READ_PAGE.dump_json(page))
        draft.rename(path)

    def find(self, number: int) -> ReadPage | None:
        """The page with that number; None where it was not read, or what lies there is none."""
        path = self._path(number)
        try:
            if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
                return None
            page = READ_PAGE.validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None
        return page if page.number == number else None

    def _path(self, number: int) -> Path:
        return self.folder / f"{self.prefix}-{number:05}.json"
