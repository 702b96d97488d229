"""The Noto fonts: for all scripts, free to embed (SIL Open Font License), from the system's packages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools.unicodedata import script

from pdfmill.core.errors import MissingDependency

#: Where Debian, Fedora, Arch and Alpine put them.
_FOLDERS = tuple(
    Path("/usr/share/fonts") / name
    for name in ("truetype/noto", "opentype/noto", "noto", "google-noto", "google-noto-vf", "noto-cjk")
)
_SUFFIXES = (".ttf", ".otf", ".ttc")

#: Scripts that the plain family has, and marks that every family has (ISO 15924).
_PLAIN = {"Latn", "Grek", "Cyrl", "Zyyy", "Zinh", "Zzzz"}
_CJK = {"Hani", "Hira", "Kana", "Hang", "Bopo"}
_FAMILIES = {
    "Arab": "Arabic",
    "Hebr": "Hebrew",
    "Deva": "Devanagari",
    "Beng": "Bengali",
    "Taml": "Tamil",
    "Telu": "Telugu",
    "Gujr": "Gujarati",
    "Guru": "Gurmukhi",
    "Knda": "Kannada",
    "Mlym": "Malayalam",
    "Sinh": "Sinhala",
    "Thai": "Thai",
    "Laoo": "Lao",
    "Khmr": "Khmer",
    "Mymr": "Myanmar",
    "Geor": "Georgian",
    "Armn": "Armenian",
    "Ethi": "Ethiopic",
}

_HINT = "apt-get install fonts-noto-core"


#: Where a serif family has another name than its script.
_SERIF_NAMES = {"NotoSansArabic": "NotoNaskhArabic"}


def find_noto(*, bold: bool = False) -> Path | None:
    """The plain family's file; None if Noto is not installed."""
    return _find(f"NotoSans-{'Bold' if bold else 'Regular'}")


def fonts_for(texts: Iterable[str], family: str = "Sans", *, bold: bool = False, italic: bool = False) -> list[Path]:
    """The font files that texts need, that of Latin, Greek and Cyrillic first; the nearest ones that are installed.

    Args:
        family: Sans, Serif or SansMono; a script that has no such family gets its sans one.

    Raises:
        MissingDependency: There is none for a script; the message names the package.
    """
    scripts = {script(character) for character in set().union(*texts)} - _PLAIN
    names = [("NotoSans", _HINT)]
    if scripts & _CJK:
        names.append(("NotoSansCJK", "apt-get install fonts-noto-cjk"))
    names += [(f"NotoSans{_FAMILIES[each]}", _HINT) for each in sorted(scripts - _CJK) if each in _FAMILIES]
    found = []
    for name, hint in names:
        candidates = _candidates(name, family, bold=bold, italic=italic)
        path = next((path for path in map(_find, candidates) if path), None)
        if path is None:
            raise MissingDependency(f"To write this text into a PDF, the font {name} is needed: {hint}.", name=name)
        found.append(path)
    return found


def _candidates(name: str, family: str, *, bold: bool, italic: bool) -> Iterator[str]:
    """Names of files, the nearest to what is wanted first: rather another slant than another family or weight."""
    if family == "Serif":
        families = [_SERIF_NAMES.get(name, name.replace("NotoSans", "NotoSerif")), name]
    elif family == "SansMono" and name in ("NotoSans", "NotoSansCJK"):
        families = [name.replace("NotoSans", "NotoSansMono"), name]
    else:
        families = [name]
    weight = "Bold" if bold else ""
    for each in families:
        yield from (f"{each}-{style}" for style in (weight + "Italic" * italic or "Regular", weight or "Regular"))
    yield f"{name}-Regular"


def _find(name: str) -> Path | None:
    candidates = (folder / f"{name}{suffix}" for folder in _FOLDERS for suffix in _SUFFIXES)
    return next((path for path in candidates if path.is_file()), None)
