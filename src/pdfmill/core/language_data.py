"""Which languages this machine can recognise: the data files of Tesseract, which come from the system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

#: The environment variable by which Tesseract itself is told of another folder (tesseract(1)).
PREFIX = "TESSDATA_PREFIX"

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
    own = own_data_folder()
    return own if own is not None else next(filter(_has_data, _system_folders()), None)


def own_data_folder() -> Path | None:
    """The folder that ``TESSDATA_PREFIX`` names, or its ``tessdata``; None where there are no data.

    A sandbox has to be told of it, and jobs may then read all that lies there.
    """
    named = os.environ.get(PREFIX, "")
    if not named:
        return None
    folder = Path(named).absolute()
    return next((each for each in (folder, folder / "tessdata") if _has_data(each)), None)


def data_environment() -> dict[str, str]:
    """The environment variable that has another process find the same data; empty where it finds them anyway."""
    folder = own_data_folder()
    return {} if folder is None else {PREFIX: str(folder)}


def _system_folders() -> Iterator[Path]:
    for place in _PLACES:
        share = Path(place)
        yield from sorted(share.glob("tesseract-ocr/*/tessdata"), reverse=True)
        yield share / "tessdata"


def _has_data(folder: Path) -> bool:
    return any(folder.glob(f"*{_SUFFIX}"))


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
