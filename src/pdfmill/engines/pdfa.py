"""PDF/A-2b (ISO 19005-2, level B), written and validated by pikepdf.

pikepdf changes metadata, output intent and flags, never what pages show. Its validator approves only what it knows to
conform, so a file that it passes is one; what it does not know counts as a reason as well.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Pdf, Stream, pdfa

_FLAVOUR = pdfa.Flavour.PDFA_2B
_OBJECT_NUMBERS = re.compile(r"\bobj \d+ \d+\b ?")
#: How the validator names entries that no standard knows in that place, and an object.
_UNKNOWN_ENTRIES = re.compile(r"unrecognized key\(s\) (/.+) are not checked")
_OBJECT = re.compile(r"obj (\d+) (\d+) \(\w+\)")


@dataclass(frozen=True)
class Finding:
    """A rule that a document breaks, or a thing that the validator does not know.

    Attributes:
        rule: Number of the rule as veraPDF counts them, or a name of pikepdf's own.
        message: The validator's words for the first place, object numbers left out.
        count: Places.
        is_violation: Whether the rule is broken for certain.
    """

    rule: str
    message: str
    count: int
    is_violation: bool


@dataclass(frozen=True)
class Written:
    """What came of it: the changes that were made, and what stood in the way; the file exists if nothing did."""

    changes: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def save_as_pdfa(pdf: Pdf, target: Path) -> Written:
    """Write a document as PDF/A-2b, if what is written passes validation.

    Entries that no standard knows are left out of it: notes that programs made to themselves.
    """
    _drop_unknown_entries(pdf)
    intent = _own_profile(pdf) or "sRGB"
    try:
        report = _save(pdf, target, intent)
    except pdfa.PdfaError as error:
        report = error.report
    changes = (
        () if report.prepared is None else tuple(text for level, text in report.prepared.messages() if level != "debug")
    )
    return Written(changes, tuple(_grouped(report)))


def _save(pdf: Pdf, target: Path, intent: bytes | str) -> pdfa.Report:
    if isinstance(intent, bytes):
        with suppress(ValueError):  # a profile that PDF/A does not take
            return pdfa.save(pdf, target, _FLAVOUR, output_intent=intent)
    return pdfa.save(pdf, target, _FLAVOUR, output_intent="sRGB")


def _drop_unknown_entries(pdf: Pdf) -> None:
    for finding in pdfa.check(pdf, _FLAVOUR).findings:
        entries, place = _UNKNOWN_ENTRIES.fullmatch(finding.message), _OBJECT.fullmatch(finding.where)
        if entries and place:
            holder = pdf.get_object(int(place[1]), int(place[2]))
            for entry in entries[1].split(", "):
                if entry in holder:
                    del holder[entry]


def _own_profile(pdf: Pdf) -> bytes | None:
    """The colour profile that the document was made for, so that its colours keep their meaning."""
    intents = pdf.Root.get(Name.OutputIntents)
    for intent in intents if isinstance(intents, Array) else ():
        profile = intent.get(Name.DestOutputProfile) if isinstance(intent, Dictionary) else None
        if isinstance(profile, Stream):
            return profile.read_bytes()
    return None


def _grouped(report: pdfa.Report) -> list[Finding]:
    counts = Counter((each.rule, each.kind == "violation") for each in report.findings)
    first: dict[tuple[str, bool], str] = {}
    for each in report.findings:
        message = _OBJECT_NUMBERS.sub("", each.message).strip(" :")
        first.setdefault((each.rule, each.kind == "violation"), message[:200])
    found = [Finding(rule, first[rule, broken], count, broken) for (rule, broken), count in counts.most_common()]
    return sorted(found, key=lambda each: (not each.is_violation, each.rule.startswith("pikepdf:")))
