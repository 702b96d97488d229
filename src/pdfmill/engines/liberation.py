"""The Liberation fonts: as wide as Arial and Times New Roman, free to embed, from the system's packages.

Their licence (the SIL Open Font License; before version 2 the GPL with an exception) lets any document carry them.
"""

from __future__ import annotations

from pathlib import Path

#: Where Debian, Fedora, Arch and Alpine put them.
_FOLDERS = tuple(
    Path("/usr/share/fonts") / name
    for name in (
        "truetype/liberation",
        "truetype/liberation2",
        "liberation-sans-fonts",
        "liberation-serif-fonts",
        "liberation",
    )
)


def find_liberation(family: str, *, bold: bool, italic: bool) -> Path | None:
    """The file of a face; None if it is not installed.

    Args:
        family: Sans or Serif.
    """
    style = "Bold" * bold + "Italic" * italic or "Regular"
    candidates = (folder / f"Liberation{family}-{style}.ttf" for folder in _FOLDERS)
    return next((path for path in candidates if path.is_file()), None)
