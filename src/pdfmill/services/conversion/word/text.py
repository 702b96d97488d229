"""The runs of a paragraph: its words in their looks, with tabs, line ends and links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType

from pdfmill.services.conversion.word.faces import face_of
from pdfmill.services.conversion.word.markup import Look, run, styled
from pdfmill.services.conversion.word.shape import Shape, is_leader
from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.layout.model import Line, Word
from pdfmill.services.writing.addresses import is_web_address
from pdfmill.services.writing.flow import pieces

#: Gives the relationship id of a web address.
Linker = Callable[[str], str]

_TAB, _BREAK, _SOFT_HYPHEN = "<w:tab/>", "<w:br/>", "<w:softHyphen/>"
COLUMN_BREAK, PAGE_BREAK = '<w:br w:type="column"/>', '<w:br w:type="page"/>'
#: A word that stands for the number of its page.
PAGE_FIELD = "\ue000"
PAGE_MARKUP = (
    '<w:fldChar w:fldCharType="begin"/><w:instrText xml:space="preserve"> PAGE </w:instrText>'
    '<w:fldChar w:fldCharType="separate"/><w:t>1</w:t><w:fldChar w:fldCharType="end"/>'
)
_MARKUP = frozenset((_TAB, _BREAK, _SOFT_HYPHEN, COLUMN_BREAK, PAGE_BREAK, PAGE_MARKUP))
NO_CUTS: Mapping[int, str] = MappingProxyType({})
#: A word that is so many times as high as its line's text, and stands above or below its middle, is raised or lowered.
_SMALL = 0.8
#: Samples of red, green and blue beyond which a colour cannot be read on white paper.
_PAPER = 225

_Part = tuple[str, Look, str | None]  # text or markup of a tab or break, look, address


def set_runs(
    lines: Sequence[Line],
    shape: Shape,
    base: Look,
    link: Linker,
    cuts: Mapping[int, str] = NO_CUTS,
    *,
    on_paper: bool = True,
) -> str:
    """The runs of a paragraph.

    Args:
        cuts: Lines after which a column or page ends, and the markup of that.
        on_paper: Whether nothing dark is behind it, so that what is too light to be read becomes dark.
    """
    parts = _parts(lines, shape, cuts)
    if on_paper:
        parts = [(text, replace(look, colour="") if _is_paper(look.colour) else look, to) for text, look, to in parts]
    return _runs(parts, base, link)


def _parts(lines: Sequence[Line], shape: Shape, cuts: Mapping[int, str]) -> list[_Part]:
    written = iter(pieces(lines, dehyphenate=True))
    parts: list[_Part] = []
    for index, line in enumerate(lines):
        gaps = shape.gaps[index]
        size = line.size
        for place, word in enumerate(line.words):
            text, _, glued = next(written)
            look, address = _look(word, line, size, shape), _address(word)
            if place in gaps:
                _drop_space(parts)
                parts.append((_TAB, look, None))
            elif place and gaps and is_leader(line.words[place - 1], word):
                continue
            is_last = place == len(line.words) - 1
            if text == PAGE_FIELD:
                parts += [(PAGE_MARKUP, look, None), (" ", look, None)]
            elif is_last and index in shape.breaks:
                parts += [(text, look, address), (_BREAK, look, None)]
            else:
                parts.append((text if glued else text + " ", look, address))
                if glued and text != word.text:  # it is divided where it was, as long as the line ends there
                    parts.append((_SOFT_HYPHEN, look, address))
            if is_last and index in cuts:
                parts.append((cuts[index], look, None))
    _drop_space(parts)
    return parts


def _drop_space(parts: list[_Part]) -> None:
    if parts and parts[-1][0] not in _MARKUP:
        text, look, address = parts[-1]
        parts[-1] = (text.rstrip(" "), look, address)


def _address(word: Word) -> str | None:
    return word.link if word.link and is_web_address(word.link) else None


def _look(word: Word, line: Line, size: float, shape: Shape) -> Look:
    style = word.style
    position = ""
    shown = round(style.size * 2) / 2
    if style.size < _SMALL * size and len(line.words) > 1:
        above = line.box.centre[1] - word.box.centre[1]
        if abs(above) > 0.08 * size:
            position, shown = "superscript" if above > 0 else "subscript", round(size * 2) / 2
    colour = (style.colour or "").lstrip("#")
    return Look(
        font=face_of(style).family,
        size=max(shown, 1.0),
        bold=style.bold,
        italic=style.italic,
        colour="" if colour == "000000" else colour,
        position=position,
        spacing=shape.spacing,
        stretch=shape.stretch,
        leftwards=is_right_to_left(word.text if any(map(str.isalpha, word.text)) else line.text),
    )


def _is_paper(colour: str) -> bool:
    """Whether text is so light that it stood on something dark, which is not there any more."""
    return bool(colour) and min(int(colour[place : place + 2], 16) for place in (0, 2, 4)) > _PAPER


def _runs(parts: Sequence[_Part], base: Look, link: Linker) -> str:
    written = []
    for address, linked in groupby(parts, key=lambda part: part[2]):
        inner = "".join(
            _run(look, [text for text, _, _ in group], base)
            for look, group in groupby(linked, key=lambda part: part[1])
        )
        written.append(f'<w:hyperlink r:id="{link(address)}">{inner}</w:hyperlink>' if address else inner)
    return "".join(written)


def _run(look: Look, texts: Sequence[str], base: Look) -> str:
    written = []
    for is_markup, group in groupby(texts, key=lambda text: text in _MARKUP):
        joined = "".join(group)
        if joined:
            written.append(styled(joined, look, base) if is_markup else run(joined, look, base))
    return "".join(written)


def base_look(font: str, size: float, *, bold: bool = False) -> Look:
    """The look of a paragraph style."""
    return replace(Look(), font=font, size=round(size * 2) / 2, bold=bold)
