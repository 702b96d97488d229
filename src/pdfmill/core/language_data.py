"""Which languages this machine can recognise: the data files of Tesseract, which come from the system."""

from __future__ import annotations

from pathlib import Path

#: Where distributions put the data; the newest version comes first.
_PLACES = ("/usr/share", "/usr/local/share", "/opt/homebrew/share", "/opt/local/share")

_SUFFIX = ".traineddata"

#: The data that tell orientation and script; they recognise no text.
ORIENTATION = "osd"
#: Data that are no language: besides, equations, and a configuration that some packages carry.
_NO_LANGUAGE = frozenset({ORIENTATION, "equ", "snum"})

#: How to install what every installation should have, and another language.
INSTALL = "apt-get install --no-install-recommends tesseract-ocr-eng tesseract-ocr-osd"
INSTALL_LANGUAGE = "apt-get install --no-install-recommends tesseract-ocr-CODE"


def data_folder() -> Path | None:
    """The folder with the language data; None if there is none."""
    for place in _PLACES:
        share = Path(place)
        for folder in (*sorted(share.glob("tesseract-ocr/*/tessdata"), reverse=True), share / "tessdata"):
            if any(folder.glob(f"*{_SUFFIX}")):
                return folder
    return None


def installed_languages() -> tuple[str, ...]:
    """The languages that can be read, by Tesseract's codes (mostly ISO 639-3, such as ``deu``)."""
    folder = data_folder()
    if folder is None:
        return ()
    codes = {path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}")}
    return tuple(sorted(codes - _NO_LANGUAGE))


def can_orient() -> bool:
    """Whether the data that tell orientation and script are installed."""
    folder = data_folder()
    return folder is not None and (folder / f"{ORIENTATION}{_SUFFIX}").exists()
