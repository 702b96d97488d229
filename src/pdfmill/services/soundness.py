"""Whether a file is what it is said to be, from its first byte to its last."""

from __future__ import annotations

import filecmp
import json
from collections.abc import Sequence
from pathlib import Path

from pdfmill.core.documents import SNIFF_BYTES, MediaType, sniff
from pdfmill.core.errors import OutputRejected
from pdfmill.core.limits import Limits
from pdfmill.engines.archives import open_archive
from pdfmill.engines.lxml import check_xml
from pdfmill.engines.pikepdf import count_pages
from pdfmill.engines.pillow import check_pixels, open_image
from pdfmill.services.office import OFFICE_TYPES, check_office

#: Media types whose files are zip archives, by their beginning.
_ZIP_TYPES = (
    "application/zip",
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
)


def check_sound(path: Path, media_type: str, page_count: int, originals: Sequence[Path], limits: Limits) -> None:
    """Open a file as what it is said to be, and read it to its end.

    Args:
        page_count: Pages that a PDF must have; 0 for any number.
        originals: Files of the user; one that is damaged and comes back as it was is let through.

    Raises:
        OutputRejected: It is of another kind, needs repair, or has another number of pages.
        PdfMillError, ValueError: It cannot be read.
    """
    if media_type == MediaType.PDF:
        _require(path, MediaType.PDF)
        _check_pages(path, page_count, originals)
    elif media_type.startswith("image/"):
        kind = MediaType(media_type)
        _require(path, kind)
        with open_image(path, kind, limits) as image:
            for frame in range(getattr(image, "n_frames", 1)):
                image.seek(frame)
                check_pixels(image, limits)
                image.load()
    elif media_type in OFFICE_TYPES:
        check_office(path, media_type, page_count, limits)
    elif media_type.startswith(_ZIP_TYPES):
        with open_archive(path, limits):
            pass  # opening it has walked it to its end
    elif media_type in ("application/xml", "application/x-ofx"):
        with path.open("rb") as file:
            check_xml(file)
    elif media_type == "application/json":
        json.loads(path.read_bytes())
    elif media_type.startswith("text/") or media_type == "application/x-qif":
        path.read_text(encoding="utf-8")


def _require(path: Path, kind: MediaType) -> None:
    with path.open("rb") as file:
        if sniff(file.read(SNIFF_BYTES)) is not kind:
            raise OutputRejected(f"An output is no {kind.value}, as it should be. Nothing was published; report this.")


def _check_pages(path: Path, page_count: int, originals: Sequence[Path]) -> None:
    # A file that needs repair has been cut short; only the user's own may come back as it was.
    is_original = any(filecmp.cmp(path, original, shallow=False) for original in originals)
    pages = count_pages(path, repair=is_original)
    if page_count and pages != page_count:
        raise OutputRejected(
            f"An output has {pages} pages where {page_count} were expected. Nothing was published; report this."
        )
