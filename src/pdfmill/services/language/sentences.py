"""Where sentences end.

Rules instead of a trained model: the same for every language that ends sentences with a full stop, and nothing that has
to be downloaded. The idea of telling abbreviations by what stands around the stop is that of Kiss and Strunk,
"Unsupervised multilingual sentence boundary detection", 2006.
"""

from __future__ import annotations

import re

#: Words before a full stop that rarely end a sentence, in the languages that pdfmill knows invoices in.
_ABBREVIATIONS = frozenset(
    """
    al approx art bd bzw ca cf chap co corp dept dr ed eds eg e.g eq eqs est etc evtl fig figs gen geb ges ggf hr hrsg
    i.e ie inc incl inkl jr lt ltd max min mio mr mrd mrs ms mt no nos nr op p.ex par pl pp prof ref refs rev s.o s.u
    sec sen sig sog sr st str tab tel usw v vgl vol vols vs z.b zit zzgl ibid jan feb mar apr jun jul aug sep sept oct
    okt nov dec dez m mm mme mlle d.h u.a o.ä i.d.r p abs nº núm pág sra sres
    """.split()  # noqa: SIM905 - a list of them would take a line for each
)

_END = re.compile(r"([.!?…]+)([\"'”’»)\]]*)(\s+)(?=\S)|([。！？]+[」』”]?)\s*(?=\S)")
_LAST_WORD = re.compile(r"([^\s(\[\"'„“«]+)$")
_STARTS = re.compile(r"[\"'„“«‚(\[¿¡]*[^\W_a-zß-öø-ÿ]")
_BRACKETED_NUMBER = re.compile(r"[(\[]?\d")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of a paragraph; together they leave out nothing but white space."""
    spans, start = [], 0
    for match in _END.finditer(text):
        if match[4] is None and not _ends(text, match):
            continue
        end = match.end(4) if match[4] is not None else match.start(3)
        spans.append((start, end))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text.rstrip())))
    return spans


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph."""
    return [text[start:end] for start, end in sentence_spans(text)]


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence ends at this mark, by the word before it and the one behind it."""
    following = text[match.end() :]
    if not _STARTS.match(following) and not (_BRACKETED_NUMBER.match(following) and match[1] != "."):
        return bool(_BRACKETED_NUMBER.match(following)) and not _is_abbreviated(text[: match.start()])
    if match[1] != ".":
        return True
    return not _is_abbreviated(text[: match.start()])


def _is_abbreviated(before: str) -> bool:
    found = _LAST_WORD.search(before)
    if found is None:
        return False
    word = found[1].strip(".,;:")
    # An initial, an abbreviation, an ordinal ("am 3. Mai", "Nr. 4"), or letters with stops between them ("U.S.").
    return (
        (len(word) == 1 and word.isalpha())
        or word.casefold() in _ABBREVIATIONS
        or (word.isdigit() and len(word) <= 2)
        or bool(re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word))
    )
