"""What no translation may change: figures, addresses, codes, formulas, and terms of a glossary.

They are taken out, marks stand in their place, and each mark has to come back exactly once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pdfmill.services.language.sentences import sentence_spans

#: What stands for a value, with its number.
MARK = re.compile(r"⟦\s*(\d+)\s*⟧")

#: What is taken out, the longest reading first: addresses, formulas, codes with figures, numbers.
_PROTECTED = (
    r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)]",
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    r"[^\s]*[=≤≥≈≠±×÷∑∫√∂∞→∈∀∃][^\s]*(?:\s+[^\s]*[=≤≥≈≠±×÷∑∫√∂∞→+*/^][^\s]*)*",
    r"(?<!\w)(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9][\w./-]*[A-Za-z0-9](?!\w)",
    r"(?<!\w)[-−+]?\d+(?:[.,'’:/\-\u00a0\u202f ]?\d+)*(?:\s?[%‰°])?",
)
_ANY = re.compile("|".join(f"(?:{each})" for each in _PROTECTED))
_FIGURE = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Protected:
    """A text with marks, and what stands for each of them in the translation."""

    text: str
    values: tuple[str, ...]

    @property
    def has_words(self) -> bool:
        """Whether anything is left to translate."""
        return bool(_LETTER.search(MARK.sub("", self.text)))

    def restored(self, translated: str) -> str | None:
        """The translation with the values in their places; None if a mark is lost or doubled, or a figure made up."""
        marks = [int(number) for number in MARK.findall(translated)]
        if sorted(marks) != list(range(len(self.values))) or self._has_new_figures(translated):
            return None
        return MARK.sub(lambda match: self.values[int(match[1])], translated)

    def _has_new_figures(self, translated: str) -> bool:
        """Whether there are figures beside the marks that the text does not have there."""
        own = set(_FIGURE.findall(MARK.sub("", self.text)))
        return not own >= set(_FIGURE.findall(MARK.sub("", translated)))

    def sentences(self) -> list[str]:
        """The sentences of the text with its marks; where they end is seen in the text without."""
        full, starts = "", []
        ends: list[tuple[int, int, int]] = []  # of each value: where it begins and ends, and where its mark ends
        position = 0
        for match in MARK.finditer(self.text):
            full += self.text[position : match.start()]
            begun = len(full)
            full += self.values[int(match[1])]
            ends.append((begun, len(full), match.end()))
            position = match.end()
        full += self.text[position:]
        for begin, _ in sentence_spans(full)[1:]:
            if not any(begun < begin < end for begun, end, _ in ends):
                shift = max(((end, mark_end) for _, end, mark_end in ends if end <= begin), default=(0, 0))
                starts.append(shift[1] + begin - shift[0])
        cuts = [0, *starts, len(self.text)]
        return [part for part in (self.text[a:b].strip() for a, b in pairwise(cuts)) if part]

    def fragments(self) -> list[str]:
        """The texts between the marks, for a translator that does not keep marks; one more than there are marks."""
        return MARK.split(self.text)[::2]

    def stitched(self, fragments: Sequence[str]) -> str | None:
        """The fragments, translated each by itself, with the values between them; None if one has marks or figures."""
        order = [int(number) for number in MARK.findall(self.text)]
        if any("⟦" in fragment or self._has_new_figures(fragment) for fragment in fragments):
            return None
        text = fragments[0]
        for index, fragment in zip(order, fragments[1:], strict=True):
            text += self.values[index] + fragment
        return text


def protect(text: str, glossary: Mapping[str, str], *, first: int = 0) -> Protected:
    """Take out what must not change; a term of the glossary comes back as its translation.

    Args:
        first: Number of the first mark.
    """
    values: list[str] = []

    def keep(value: str) -> str:
        values.append(value)
        return f"⟦{first + len(values) - 1}⟧"

    text = text.replace("⟦", "[").replace("⟧", "]")  # a document has no marks of its own
    terms = sorted(glossary, key=len, reverse=True)
    pattern = "|".join([*(rf"(?<!\w){re.escape(term)}(?!\w)" for term in terms), _ANY.pattern])
    return Protected(re.sub(pattern, lambda match: keep(glossary.get(match[0], match[0])), text), tuple(values))
