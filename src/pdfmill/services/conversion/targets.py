"""What a PDF can be converted to. Light, since web server and command line describe operations with it."""

from __future__ import annotations

from enum import StrEnum


class Target(StrEnum):
    """Kinds of output."""

    TXT = "txt"
    HTML = "html"
    MD = "md"
    JSON = "json"
    DOCX = "docx"
    PPTX = "pptx"
    CSV = "csv"
    XLSX = "xlsx"
    PDFA = "pdfa"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    TIFF = "tiff"

    @property
    def is_picture(self) -> bool:
        return self in (Target.PNG, Target.JPEG, Target.WEBP, Target.TIFF)

    @property
    def holds_pictures(self) -> bool:
        """Whether pictures of the page are drawn into the text."""
        return self in (Target.HTML, Target.DOCX, Target.PPTX)

    @property
    def holds_tables(self) -> bool:
        return self in (Target.CSV, Target.XLSX)

    @property
    def needs_text(self) -> bool:
        """Whether a page that is only a picture of text gives less than one wants."""
        return not self.is_picture and self is not Target.PDFA
