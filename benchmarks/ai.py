"""Summaries without a model, beside the first sentences: how near to abstracts of papers, how fast, how much memory.

Then questions, see `ai_questions`.

``make bench-ai CORPUS="folder …"`` writes `results/ai.md`. Papers are the PDFs below the folders that have an abstract;
it is taken out before they are summarized. Documents are opened in this process, not in a sandbox: name no folder of
attacks.

The results hold papers of the corpus, and of those that come with Debian's packages of R (`r-cran-*`, their vignettes).
The constants of the ranking were chosen by 11 of the latter, whose mean they raised no more than that of the others.

Fitting weights of ten features (place, heading, cue, length, citations, references, code) by every other paper raised
the mean of these from .398 to .43, and lowered that of the others from .423 to .40; so did choosing sentences by the
words that they cover. What is left between papers is chance: the constants stay.
"""

from __future__ import annotations

import dataclasses
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from ai_questions import questions

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import PdfMillError
from pdfmill.services import Services
from pdfmill.services.language.facts import facts_of
from pdfmill.services.language.grounding import ungrounded_facts
from pdfmill.services.language.source import Sentence, SourceText, read_source
from pdfmill.services.summary.model import SummaryLength, SummaryStyle, SummaryWish
from pdfmill.services.summary.ranking import choose
from pdfmill.services.summary.service import _says_something, summarize_by_sentences

#: Sentences and rows before which an abstract begins, and what follows it before the text.
_FRONT = 100
_AFTER_ABSTRACT = re.compile(r"key ?words|index terms|categories and subject", re.IGNORECASE)

RESULT = Path(__file__).parent / "results" / "ai.md"
SENTENCES = 6
WISH = SummaryWish(SummaryLength.MEDIUM, SummaryStyle.BULLETS, None, "")
PAGES = 500


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]]
    if not folders:
        sys.exit("Name the folders of papers: make bench-ai CORPUS=folder")
    paths = sorted(path for folder in folders for path in folder.rglob("*.pdf"))
    lines = ["# Summaries, beside the first sentences", "", *_papers(paths), "", *_speed(), "", *_memory(), ""]
    lines += ["# Questions, answered without a model", "", *questions(paths), ""]
    RESULT.write_text("\n".join(lines))
    print("\n".join(lines))


def _papers(paths: list[Path]) -> list[str]:
    rows, lost = [], Counter()
    sources: list[SourceText] = []
    for path in paths:
        if path.stat().st_size > 20_000_000:
            continue
        try:
            source = _read(path)
        except (PdfMillError, ValueError):
            continue
        sources.append(source)
        found = _without_abstract(source)
        if found is None:
            continue
        abstract, body = found
        texts = [each.text for each in body if _says_something(each)]
        if len(texts) < 20:
            continue
        rest = dataclasses.replace(source, sentences=body)
        own = rouge1(abstract, " ".join(point.text for point in summarize_by_sentences(rest, WISH).points))
        lead = rouge1(abstract, " ".join(texts[:SENTENCES]))
        rows.append((path.name, len(texts), own, lead))
    for source in sources:
        lost += _mutants(source)
    count = max(len(rows), 1)
    mean_own, mean_lead = (sum(row[index] for row in rows) / count for index in (2, 3))
    return [
        f"ROUGE-1 (F) of {SENTENCES} sentences against the abstract, {len(rows)} papers:",
        "",
        "| paper | sentences | pdfmill | first sentences |",
        "|---|---|---|---|",
        *(f"| {name} | {size} | {own:.3f} | {lead:.3f} |" for name, size, own, lead in rows),
        f"| mean | | {mean_own:.3f} | {mean_lead:.3f} |",
        "",
        f"Values with one digit changed, in sentences of {len(sources)} documents: {lost['accepted']} of "
        f"{lost['tried']} accepted beside the sentence they come from.",
    ]


def _read(path: Path) -> SourceText:
    with tempfile.TemporaryDirectory() as folder:
        return read_source(InputFile.at(path), None, Context(Path(folder), services=Services()))


def _without_abstract(source: SourceText) -> tuple[str, list[Sentence]] | None:
    """The abstract, and the sentences behind it."""
    start = end = None
    for index, each in enumerate(source.sentences):
        is_abstract = bool(re.match(r"abstract", source.sections[each.section], re.IGNORECASE))
        runs_in = bool(re.match(r"abstract\b", each.text, re.IGNORECASE))
        if start is None and index < _FRONT and (is_abstract or runs_in):
            start = index
        elif start is not None and each.section != source.sentences[start].section:
            end = index
            break
    if start is None or end is None:
        return None
    own = [re.sub(r"^abstract\W*", "", each.text, flags=re.IGNORECASE) for each in source.sentences[start:end]]
    after = next((index for index, text in enumerate(own) if _AFTER_ABSTRACT.match(text)), len(own))
    abstract = " ".join(own[:after]).strip()
    if not 300 < len(abstract) < 4000 or source.language != "en":
        return None
    return abstract, source.sentences[end:]


def rouge1(reference: str, summary: str) -> float:
    """Lin, "ROUGE: a package for automatic evaluation of summaries", 2004; F of single words."""
    wanted, given = (Counter(re.findall(r"\w+", text.lower())) for text in (reference, summary))
    common = sum((wanted & given).values())
    precision, recall = common / max(sum(given.values()), 1), common / max(sum(wanted.values()), 1)
    return 2 * precision * recall / max(precision + recall, 1e-9)


def _mutants(source: SourceText) -> Counter[str]:
    """Each figure of a number, a date or an identifier replaced by another one, beside the sentence it stands in."""
    counts: Counter[str] = Counter()
    for sentence in source.sentences[:200]:
        facts = facts_of(sentence.text)
        values = [shown for group in (facts.numbers, facts.dates, facts.identifiers) for shown, _ in group]
        for value in values:
            for position, character in enumerate(value):
                if not character.isdecimal() or not character.isascii():
                    continue
                mutant = value[:position] + str((int(character) + 1) % 10) + value[position + 1 :]
                if mutant in sentence.text or facts_of(mutant) == facts_of(value) or _says_the_same(mutant, facts):
                    continue
                counts["tried"] += 1
                counts["accepted"] += not ungrounded_facts(f"It says {mutant} there.", sentence.text)
    return counts


def _says_the_same(mutant: str, facts: object) -> bool:
    """Whether another value of the sentence has one of its readings: then the sentence does say it."""
    claimed = facts_of(mutant)
    numbers = {value for _, readings in facts.numbers for value in readings}
    dates = {date for _, readings in facts.dates for date in readings}
    years = {date[0] for date in dates}
    return any(
        readings & numbers or {int(each) for each in readings} & years for _, readings in claimed.numbers
    ) or any(readings & dates for _, readings in claimed.dates)


def _speed() -> list[str]:
    texts = [
        f"Sentence {index} says that word{index % 97} and thing{index % 89} meet place{index % 83}."
        for index in range(20_000)
    ]
    started = time.process_time()
    choose(texts, SENTENCES)
    seconds = time.process_time() - started
    return [f"Ranking: {len(texts) / seconds:,.0f} sentences/s ({len(texts)} sentences, processor time)."]


def _memory() -> list[str]:
    from fpdf import FPDF

    with tempfile.TemporaryDirectory() as folder:
        pdf = FPDF(unit="pt", format="A4")
        pdf.set_font("Helvetica", size=10)
        for page in range(PAGES):
            pdf.add_page()
            for line in range(40):
                pdf.cell(
                    0,
                    16,
                    f"On page {page} line {line} says that river {line * page % 101} is wide.",
                    new_x="LMARGIN",
                    new_y="NEXT",
                )
        path = Path(folder) / "long.pdf"
        pdf.output(str(path))
        del pdf
        started = time.process_time()
        source = _read(path)
        texts = [each.text for each in source.sentences]
        choose(texts, SENTENCES)
        peak = _peak_in_sandbox(path)
        seconds = time.process_time() - started
    return [
        f"{PAGES} pages, {len(texts)} sentences: {seconds:.1f} s of processor time here; {peak:.0f} MiB at most in the "
        "sandbox."
    ]


def _peak_in_sandbox(path: Path) -> float:
    """The memory of a whole job, as its keeper measures it."""
    import shutil

    from pdfmill.core.limits import Limits
    from pdfmill.worker.sandbox import Sandbox, SandboxInput, SandboxRequest

    with tempfile.TemporaryDirectory() as folder:
        spool = Path(folder)
        spool.chmod(0o711)
        directory = spool / "job"
        (directory / "input").mkdir(parents=True)
        shutil.copy(path, directory / "input" / "0")
        file = SandboxInput(file="input/0", name="long.pdf", media_type="application/pdf")
        request = SandboxRequest(operation="summarize", options={}, inputs=(file,), limits=Limits())
        with Sandbox.start(spool) as sandbox, sandbox.launch(directory, request) as process:
            ended = process.wait()
        assert ended.outcome is not None, ended
        return ended.peak_memory_bytes / 1024 / 1024


if __name__ == "__main__":
    main()
