"""What names of parties and lines of addresses look like, and which of several findings is most likely the party."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pdfmill.services.extraction.invoices.rules.sheet import Segment, Span, key

#: Legal forms that end the name of a company, as they are written in Europe, India and America.
LEGAL_FORM = re.compile(
    r"(?<![\w.])(?:gmbh(?: & co\.? ?kg)?|mbh|ag|kg|kgaa|ohg|gbr|e\.? ?k\.?|e\.? ?v\.?|e\.?g\.?|ug|se|a\.g\."
    r"|s\.?a\.?r\.?l\.?|sas|sasu|eurl|snc|sci|s\.a\.s\.?(?:u\.?)?|s\.a\.?|sa|b\.?v\.?(?:b\.?a\.?)?|n\.?v\.?"
    r"|v\.?o\.?f\.?|ltd\.?|limited|llc|l\.l\.c\.|llp|inc\.?|corp\.?|corporation|plc|pvt\.?|co\.|company"
    r"|s\.?r\.?l\.?s?|s\.?p\.?a\.?|s\.?n\.?c\.?|s\.?a\.?s\.?|s\.?l\.?u?\.?|s\.?c\.?|lda\.?|unipessoal"
    r"|sp\. ?z ?o\. ?o\.?|s\.?k\.?a\.?|spółka|sp\. ?j\.?|ab|aktiebolag|hb|a/s|aps|i/s|k/s|as|asa|oy|oyj"
    r"|gesellschaft|versicherungsverein|stiftung|genossenschaft|association|foundation|university|universität|bank"
    r"|ltda\.?|eireli|pty|sdn bhd|gesmbh|ges\.m\.b\.h\.?)(?![\w])",
    re.IGNORECASE,
)
_POSTCODE = re.compile(
    r"(?:^|[\s,|·•●–-])(?:[A-Z]{1,3}[\s-])?"
    r"(?:\d{4,5}|\d{2}-\d{3}|\d{3} \d{2}|\d{4}\s?[A-Z]{2}|\d{4}-\d{3}|\d{6})\s+[^\W\d_][^\d]*"
)
_DUTCH_POSTCODE = re.compile(r"(?<!\d)\d{4}\s?[A-Z]{2}(?![^\W_])")
_UK_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_US_POSTCODE = re.compile(r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b")
STREET = re.compile(
    r"(?:stra(?:ss|ß)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|rue|avenue|av\.|boulevard|bd|chemin|place|street|road|rd\b|lane|"
    r"drive|st\.|straat|laan|plein|weg|kade|calle|via|viale|piazza|corso|rua|avenida|largo|ul\.|ulica|vägen|gatan|vej|gade|"
    r"all[ée]|p\.?o\.? ?box|postfach|bp|camino|paseo|plaza|suite|floor)",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"@|www\.|https?:|\b(?:tel|fon|fax|phone|mobile|e-?mail|telefon|telephone|tél|mobil|gln|siret|siren|nif|cif|kvk|cvr|org\.?nr|"
    r"ust|vat|tva|btw|nip|iban|bic|steuer)\b|\+\d{2}",
    re.IGNORECASE,
)
#: What stands before the number of an account.
ACCOUNT = re.compile(
    r"(?:iban|bic|swift|konto|kto|blz|account|sort code|bankgiro|compte|rib|cuenta|conto)\b", re.IGNORECASE
)
SEPARATED = re.compile(r"\s+[|·•●∙♦■–—-]\s+|\s*[|•●∙]\s*|,\s+(?=[^,]*\d)")
DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([\w-]+)\.\w{2,}", re.IGNORECASE)


@dataclass(frozen=True)
class Party:
    """A party: its name, where it stands, the lines of its address, and how it was found.

    Attributes:
        score: 0 to 1, how much speaks for it.
    """

    name: Span
    rule: str
    score: float
    address: tuple[Span, ...] = field(default=())


def is_place(text: str) -> bool:
    """Whether a line names a postcode and a town."""
    return bool(_POSTCODE.search(text) or _UK_POSTCODE.search(text) or _US_POSTCODE.search(text))


def is_company(text: str) -> bool:
    """Whether a name has a legal form; the letters of a Dutch postcode, such as 3512 AB, are none."""
    return bool(LEGAL_FORM.search(_DUTCH_POSTCODE.sub(" ", text)))


def elected(parties: list[Party]) -> Party | None:
    """The party that most speaks for, when names that begin alike are one; its longest name stands for it."""
    best: Party | None = None
    for party in parties:
        name = key(party.name.text)
        same = [each for each in parties if _alike(name, key(each.name.text))]
        doubt = 1.0
        for each in same:
            doubt *= 1 - min(each.score, 0.95)
        strongest = max(same, key=lambda each: (each.score, len(each.name.text)))
        if best is None or 1 - doubt > best.score + 1e-9:
            best = replace(strongest, score=1 - doubt)
    return best


def _alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def parts_of(segment: Segment) -> Iterable[Span]:
    """The parts of a segment between its separators."""
    start = 0
    for match in SEPARATED.finditer(segment.text):
        if match.start() > start:
            yield Span(segment, start, match.start())
        start = match.end()
    if start < len(segment.text):
        yield Span(segment, start, len(segment.text))


def cleaned(span: Span) -> Span:
    """The first part of a line whose parts are set apart, without marks at its ends."""
    text = span.segment.text[span.start : span.end]
    match = SEPARATED.search(text)
    end = span.start + (match.start() if match and match.start() > 2 else len(text))
    stripped = span.segment.text[span.start : end].rstrip(" ,:;-–|")
    lead = len(stripped) - len(stripped.lstrip(" ,:;-–|"))
    return Span(span.segment, span.start + lead, span.start + len(stripped))
