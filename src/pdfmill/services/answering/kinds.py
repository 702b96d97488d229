"""Which kind of document this is, by words that such documents carry and by how they look."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pdfmill.services.language.source import SourceText


class DocumentKind(StrEnum):
    """Kinds of documents; ``other`` if no rule speaks for any."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    RECEIPT = "receipt"
    BANK_STATEMENT = "bank_statement"
    CONTRACT = "contract"
    FORM = "form"
    LETTER = "letter"
    REPORT = "report"
    SCIENTIFIC_PAPER = "scientific_paper"
    MANUAL = "manual"
    PRESENTATION = "presentation"
    RESUME = "resume"
    OTHER = "other"


#: Words in English, German, French, Spanish, Italian and Dutch, and what each speaks for its kind; a word that stands
#: at the head of the document counts double.
_WORDS: Mapping[DocumentKind, tuple[tuple[str, float], ...]] = {
    DocumentKind.INVOICE: (
        (r"\b(tax )?invoice\b|\brechnung\b|\bfacture\b|\bfactura\b|\bfattura\b|\bfactuur\b", 2.0),
        (r"invoice (no|number|date)|rechnungs(nummer|datum|-nr)|n[°º] de facture|numero fattura|factuurnummer", 3.0),
        (r"\bvat\b|umsatzsteuer|mwst|mehrwertsteuer|\btva\b|\biva\b|\bbtw\b|\bgst\b", 1.0),
        (r"due date|amount due|zahlbar|fällig|échéance|vencimiento|scadenza|vervaldatum|payment terms", 1.5),
        (r"subtotal|net amount|nettobetrag|total ht|base imponible|imponibile|gesamtbetrag|total ttc", 1.5),
    ),
    DocumentKind.CREDIT_NOTE: (
        (r"credit note|credit memo|gutschrift|rechnungskorrektur|note de crédit|\bavoir\b|nota di credito", 5.0),
    ),
    DocumentKind.RECEIPT: (
        (r"\breceipt\b|quittung|kassenbon|\bbeleg\b|\breçu\b|\bricevuta\b|\brecibo\b|kassabon", 3.0),
        (r"\bcash\b|\bchange\b|card payment|kartenzahlung|\bbar\b|rückgeld|thank you for (your|shopping)", 1.0),
    ),
    DocumentKind.BANK_STATEMENT: (
        (r"(bank|account) statement|statement of account|kontoauszug|relevé de compte|extracto|estratto conto", 4.0),
        (r"opening balance|closing balance|previous balance|new balance|anfangssaldo|endsaldo|kontostand|solde", 3.0),
        (r"\bdebit\b|\bcredit\b|\bsoll\b|\bhaben\b|withdrawals?|deposits?|buchungstag|valuta|wertstellung", 1.0),
    ),
    DocumentKind.CONTRACT: (
        (r"\bagreement\b|\bcontract\b|\bvertrag\b|\bcontrat\b|\bcontrato\b|\bcontratto\b|overeenkomst", 2.0),
        (r"hereinafter|whereas|witnesseth|in witness whereof|nachfolgend|vertragspart|les parties|las partes", 3.0),
        (r"governing law|termination|confidential|indemnif|gerichtsstand|kündigung|résiliation|jurisdic", 1.5),
        (r"shall\b|§ ?\d+|article \d+|artikel \d+", 0.5),
    ),
    DocumentKind.FORM: (
        (r"please (fill|complete|print|tick|check)|bitte (ausfüllen|ankreuzen)|\bformular\b|\bantrag\b", 3.0),
        (r"_{6,}|\.{12,}|☐|□", 1.5),
        (r"application form|form no|signature of applicant|unterschrift des antragstellers|\bcerfa\b", 2.0),
    ),
    DocumentKind.LETTER: (
        (r"\bdear (sir|madam|mr|ms|mrs|dr|all|customer|[A-Z])|sehr geehrte|cher monsieur|estimad[oa]|geachte", 3.0),
        (r"yours (sincerely|faithfully|truly)|kind regards|mit freundlichen grüßen|cordialement|hoogachtend", 3.0),
    ),
    DocumentKind.REPORT: (
        (r"(annual|quarterly|progress|final|technical) report|geschäftsbericht|jahresbericht|rapport annuel", 3.0),
        (r"executive summary|table of contents|zusammenfassung|inhaltsverzeichnis|recommendations|findings", 1.5),
    ),
    DocumentKind.SCIENTIFIC_PAPER: (
        (r"\babstract\b", 2.0),
        (r"\breferences\b|\bbibliography\b", 1.0),
        (r"\bet al\.|\bdoi\b|\barxiv\b|\[\d{1,2}\]", 1.5),
        (r"we propose|in this paper|related work|our results|proceedings of", 2.0),
    ),
    DocumentKind.MANUAL: (
        (r"user('s)? (manual|guide)|instruction manual|bedienungsanleitung|mode d.emploi|handbuch", 4.0),
        (r"troubleshooting|warning:|caution:|installation|getting started|step \d", 1.0),
    ),
    DocumentKind.RESUME: (
        (r"curriculum vitae|\brésumé\b|lebenslauf", 5.0),
        (r"work experience|education|skills|berufserfahrung|ausbildung|kenntnisse", 1.0),
    ),
}

#: Characters of the document's head, and of what is looked at altogether.
_HEAD = 600
_LOOKED_AT = 60_000
#: Marks from which on a kind is believed.
_ENOUGH = 2.5


@dataclass(frozen=True)
class Judgement:
    """A kind and why.

    Attributes:
        confidence: 0 to 1: how far it is ahead of the next kind.
        evidence: Words that spoke for it, as they stand in the document.
    """

    kind: DocumentKind
    confidence: float
    evidence: tuple[str, ...]


def kind_of(source: SourceText, *, landscape: bool = False, fields: int = 0) -> Judgement:
    """The kind of a document, by rules.

    Args:
        landscape: Whether its pages are wider than high.
        fields: Form fields that it has.
    """
    text = "\n".join([source.title, *source.sections, *(each.text for each in source.sentences)])[
        :_LOOKED_AT
    ].casefold()
    scores: dict[DocumentKind, float] = {}
    evidence: dict[DocumentKind, list[str]] = {}
    for kind, words in _WORDS.items():
        for pattern, weight in words:
            found = [match[0] for match in re.finditer(pattern, text, re.IGNORECASE)]
            if found:
                is_at_head = bool(re.search(pattern, text[:_HEAD], re.IGNORECASE))
                scores[kind] = scores.get(kind, 0) + weight * (2 if is_at_head else 1) * min(len(found), 3) ** 0.5
                evidence.setdefault(kind, []).append(found[0].strip())
    if fields >= 3:
        scores[DocumentKind.FORM] = scores.get(DocumentKind.FORM, 0) + 3 + math.log(fields)
        evidence.setdefault(DocumentKind.FORM, []).append(f"{fields} form fields")
    if landscape and len(source.pages) > 2 and len(text) < 1500 * len(source.pages):
        scores[DocumentKind.PRESENTATION] = scores.get(DocumentKind.PRESENTATION, 0) + 4
        evidence.setdefault(DocumentKind.PRESENTATION, []).append("wide pages with little text")
    return _judged(scores, evidence)


def _judged(scores: Mapping[DocumentKind, float], evidence: Mapping[DocumentKind, list[str]]) -> Judgement:
    ordered = sorted(scores, key=lambda kind: -scores[kind])
    if not ordered or scores[ordered[0]] < _ENOUGH:
        return Judgement(DocumentKind.OTHER, 0.0, ())
    best = scores[ordered[0]]
    second = scores[ordered[1]] if len(ordered) > 1 else 0.0
    confidence = round((best - second) / best * (1 - math.exp(-best / 6)), 2)
    return Judgement(ordered[0], confidence, tuple(evidence[ordered[0]][:8]))
