"""Which language a page is in, as far as the installed data can read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from babel.core import get_global

from pdfmill.core.errors import MissingDependency, UnknownLanguage
from pdfmill.core.language_data import INSTALL, INSTALL_LANGUAGE, installed_languages
from pdfmill.core.suggest import did_you_mean

#: The word for "find out".
AUTO = "auto"

#: Letters below which a text does not tell its language, and how sure the guess must be.
_ENOUGH_LETTERS, _SURE = 60, 0.9

#: What Tesseract calls scripts (its own names and those of its orientation data), by ISO 15924.
_SCRIPTS = {
    "Latin": ("Latn",),
    "Cyrillic": ("Cyrl",),
    "Greek": ("Grek",),
    "Arabic": ("Arab",),
    "Hebrew": ("Hebr",),
    "Han": ("Hans", "Hant", "Jpan"),
    "Japanese": ("Jpan",),
    "Katakana": ("Jpan",),
    "Hiragana": ("Jpan",),
    "Korean": ("Kore",),
    "Hangul": ("Kore",),
    "Devanagari": ("Deva",),
    "Bengali": ("Beng",),
    "Tamil": ("Taml",),
    "Telugu": ("Telu",),
    "Thai": ("Thai",),
    "Armenian": ("Armn",),
    "Georgian": ("Geor",),
    "Gurmukhi": ("Guru",),
    "Gujarati": ("Gujr",),
    "Kannada": ("Knda",),
    "Malayalam": ("Mlym",),
    "Khmer": ("Khmr",),
    "Lao": ("Laoo",),
    "Myanmar": ("Mymr",),
    "Sinhala": ("Sinh",),
    "Ethiopic": ("Ethi",),
    "Tibetan": ("Tibt",),
}

#: Codes of Tesseract that are no ISO 639 codes.
_OWN_CODES = {"chi_sim": "zh_Hans", "chi_tra": "zh_Hant"}


def check_languages(wanted: Sequence[str], *, has_own_models: bool = False) -> tuple[str, ...]:
    """The languages to read with; empty for "find out".

    Args:
        has_own_models: Another engine is installed that needs no language data.

    Raises:
        MissingDependency: No language data are installed.
        UnknownLanguage: Data for one of them are not installed.
    """
    installed = installed_languages()
    if not installed and has_own_models:
        return ()
    if not installed:
        raise MissingDependency(
            f"No language data for OCR are installed. To install them: {INSTALL}",
            program="tesseract-ocr-eng",
        )
    codes = tuple(code for each in wanted for code in each.replace(",", "+").split("+") if code)
    for code in codes:
        if code not in (*installed, AUTO):
            raise UnknownLanguage(
                f"The language {code[:20]!r} is not installed{did_you_mean(code, list(installed))}. There are: "
                f"{', '.join(installed)}, or auto. To add one: {INSTALL_LANGUAGE}, where CODE is "
                "ISO 639-3, such as deu.",
                installed=list(installed),
            )
    return () if not codes or AUTO in codes else tuple(dict.fromkeys(codes))


def script_of(language: str) -> str:
    """The script (ISO 15924) that a language of Tesseract is mostly written in; empty if unknown."""
    subtags: dict[str, str] = dict(get_global("likely_subtags"))
    code = _OWN_CODES.get(language) or iso_639_1(language)
    if "_" in code:
        return code.partition("_")[2]
    return next((part for part in subtags.get(code, "").split("_")[1:] if len(part) == 4), "")


def iso_639_1(language: str) -> str:
    """The two-letter code of a language of Tesseract, or its own where there is none."""
    base = language.partition("_")[0]
    return str(get_global("language_aliases").get(base, _OWN_CODES.get(language, base)))


class LanguageChooser:
    """Chooses the languages to read a page with. Pages of a document mostly share one: the last page's comes first.

    Args:
        wanted: Those that were asked for; empty for "find out".
    """

    def __init__(self, wanted: Sequence[str], installed: Sequence[str]) -> None:
        self._installed = tuple(installed)
        self.is_free = not wanted and len(installed) > 1
        self._last = "+".join(wanted) or ("eng" if "eng" in installed else self._installed[0])

    @property
    def first(self) -> str:
        """What to begin with."""
        return self._last

    def settle(self, languages: str) -> None:
        """The page read best with these."""
        self._last = languages

    def of_text(self, text: str, languages: str) -> str | None:
        """A better choice for a text that was read with ``languages``; None if there is none, or it cannot be told."""
        same_script = [each for each in self._installed if script_of(each) == script_of(languages)]
        if not self.is_free or len(same_script) < 2 or sum(map(str.isalpha, text)) < _ENOUGH_LETTERS:
            return None
        by_code = {iso_639_1(each): each for each in reversed(same_script)}
        code, sureness = guess_language(text, tuple(sorted(by_code)))
        found = by_code.get(code)
        return found if found != languages and sureness >= _SURE else None

    def of_script(self, script: str, languages: str) -> Iterable[str]:
        """Choices for a page that was hardly read, one for each script: that of the page, or all if it is unknown."""
        if not self.is_free:
            return ()
        wanted = _SCRIPTS.get(script, ())
        found: dict[str, str] = {}
        for each in self._installed:
            written = script_of(each)
            if written != script_of(languages) and (not wanted or written in wanted):
                found.setdefault(written, each)
        return tuple(found.values())


def guess_language(text: str, codes: tuple[str, ...]) -> tuple[str, float]:
    """The language of a text among some (ISO 639-1), or all if none are given, and how sure that is, 0 to 1."""
    code, sureness = _identifier(codes).classify(text)
    return str(code), float(sureness)


@cache
def _identifier(codes: tuple[str, ...]) -> Any:
    # Here, because most documents do without its model.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = [code for code in codes if code in identifier.labels]
    identifier.set_languages(known or None)
    return identifier
