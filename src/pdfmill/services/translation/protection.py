"""What no translation may change: figures, addresses, codes, formulas, and terms of a glossary.

They are taken out, marks stand in their place, and each mark has to come back exactly once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MARK = re.compile(r"⟦\s*(\d+)\s*⟧")

#: What is taken out, the longest reading first: addresses, formulas, codes with figures, numbers.
_PROTECTED = (
    r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)]",
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    r"[^\s]*[=≤≥≈≠±×÷∑∫√∂∞→∈∀∃][^\s]*(?:\s+[^\s]*[=≤≥≈≠±×÷∑∫√∂∞→+*/^][^\s]*)*",
    r"(?<!\w)(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9][\w./-]*[A-Za-z0-9](?!\w)",
    r"(?<!\w)[-−+]?\d+(?:[.,'’:/\-\u00a0\u202f ]?\d+)*(?:\s?[%‰°])?",
)
_ANY = re.compile("|".join(f"(?:{each})" for each in _PROTECTED))
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Protected:
    """A text with marks, and what stands for each of them in the translation."""

    text: str
    values: tuple[str, ...]

    @property
    def has_words(self) -> bool:
        """Whether anything is left to translate."""
        return bool(_LETTER.search(_MARK.sub("", self.text)))

    def restored(self, translated: str) -> str | None:
        """The translation with the values in their places; None if a mark is lost, doubled or made up."""
        marks = [int(number) for number in _MARK.findall(translated)]
        if sorted(marks) != list(range(len(self.values))):
            return None
        return _MARK.sub(lambda match: self.values[int(match[1])], translated)

    def fragments(self) -> list[str]:
        """The texts between the marks, for a translator that does not keep marks; one more than there are marks."""
        return _MARK.split(self.text)[::2]

    def stitched(self, fragments: Sequence[str]) -> str:
        """The fragments, translated each by itself, with the values between them."""
        order = [int(number) for number in _MARK.findall(self.text)]
        text = fragments[0]
        for index, fragment in zip(order, fragments[1:], strict=True):
            text += self.values[index] + fragment
        return text


def protect(text: str, glossary: Mapping[str, str]) -> Protected:
    """Take out what must not change; a term of the glossary comes back as its translation."""
    values: list[str] = []

    def keep(value: str) -> str:
        values.append(value)
        return f"⟦{len(values) - 1}⟧"

    text = text.replace("⟦", "[").replace("⟧", "]")  # a document has no marks of its own
    terms = sorted(glossary, key=len, reverse=True)
    pattern = "|".join([*(rf"(?<!\w){re.escape(term)}(?!\w)" for term in terms), _ANY.pattern])
    return Protected(re.sub(pattern, lambda match: keep(glossary.get(match[0], match[0])), text), tuple(values))
