"""Emphasis, code and links inside a text, through a translation.

Marks go around what is set in a look of its own. They have to come back in pairs, one behind the other; code comes back
as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pdfmill.services.translation.protection import MARK, Protected, protect
from pdfmill.services.writing.flow import Span, joined_text

#: A text as runs of one look each.
Runs = tuple[Span, ...]


@dataclass(frozen=True)
class MarkedText:
    """A text with marks for what must not change, and around what is set in a look of its own.

    Attributes:
        protected: Its text; the marks of looks stand for nothing.
        looks: Of each mark that begins a run, or is one: the run.
        ends: Of each mark that begins a run: the mark that ends it.
        around: The look of all that stands between no marks.
    """

    protected: Protected
    looks: Mapping[int, Span]
    ends: Mapping[int, int]
    around: Span

    def restored(self, translated: str) -> Runs | None:
        """The translation as runs; None if a mark is lost, doubled or out of its order, or a figure made up."""
        if self.protected.restored(translated) is None:
            return None
        pieces: list[tuple[str, Span]] = []
        look, end, begun = self.around, None, 0
        for index, part in enumerate(MARK.split(translated)):
            if index % 2 == 0:
                pieces.append((part, look))
                continue
            mark = int(part)
            if mark in self.ends:
                if end is not None:
                    return None
                look, end, begun = self.looks[mark], self.ends[mark], len(pieces)
            elif mark == end:
                if not any(text.strip() for text, _ in pieces[begun:]):
                    return None
                look, end = self.around, None
            elif mark in self.ends.values():
                return None
            else:
                pieces.append((self.protected.values[mark], self.looks.get(mark, look)))
        return None if end is not None else tuple(_runs(pieces))


def mark(runs: Runs, glossary: Mapping[str, str]) -> MarkedText:
    """Take out what must not change, and put marks around what is set in a look of its own."""
    text = ""
    values: list[str] = []
    looks: dict[int, Span] = {}
    ends: dict[int, int] = {}
    around = runs[0] if len(runs) == 1 and not runs[0].monospaced else Span("")
    for run in runs:
        text += " " if text and not run.glued else ""
        if run.monospaced:
            looks[len(values)] = run
            text += f"⟦{len(values)}⟧"
            values.append(run.text)
            continue
        begin = len(values)
        is_apart = has_look(run) and run is not around
        if is_apart:
            values.append("")
        inner = protect(run.text, glossary, first=len(values))
        values += inner.values
        if is_apart:
            looks[begin], ends[begin] = run, len(values)
            text += f"⟦{begin}⟧{inner.text}⟦{len(values)}⟧"
            values.append("")
        else:
            text += inner.text
    return MarkedText(Protected(text, tuple(values)), looks, ends, around)


def has_look(run: Span) -> bool:
    """Whether a run differs from the text around it."""
    return run.bold or run.italic or run.monospaced or run.link is not None


def flattened(runs: Runs) -> Runs:
    """The text without looks."""
    return (Span(joined_text(runs)),)


def with_addresses(runs: Runs, lost: Runs) -> Runs:
    """A text with the addresses behind it that the links of another one led to."""
    addresses = dict.fromkeys(run.link for run in lost if run.link is not None and run.link != run.text)
    return (*runs, *(Span(f"({address})", link=address) for address in addresses))


def _runs(pieces: Sequence[tuple[str, Span]]) -> Iterator[Span]:
    """Pieces that follow one another letter by letter, as runs of one look with the spaces between them."""
    text, look, glued = "", Span(""), False
    for piece, own in pieces:
        if not piece:
            continue
        if not _is_alike(own, look) and text.strip():
            yield replace(look, text=text.strip(), glued=glued)
            glued = not (text[-1].isspace() or piece[0].isspace())
            text = ""
        text, look = text + piece, own
    if text.strip():
        yield replace(look, text=text.strip(), glued=glued)


def _is_alike(one: Span, other: Span) -> bool:
    return replace(one, text="", glued=False) == replace(other, text="", glued=False)
