"""Answers as files: what the document says, the sentences that say so, and their pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pdfmill.core.pages import PageRanges
from pdfmill.services.answering.service import DocumentAnswer
from pdfmill.services.language.evidence import described_point, described_struck, origin, pages_in_words
from pdfmill.services.writing.markdown import escaped


def write_answer(answer: DocumentAnswer, name: str, form: Literal["md", "txt", "json"], target: Path) -> None:
    """Write an answer as Markdown, plain text or JSON; one that was not found says so.

    Args:
        name: What the document is called.
    """
    text = {"md": _markdown, "txt": _plain}[form](answer, name) if form != "json" else _json(answer)
    target.write_text(text, encoding="utf-8", newline="\n")


def _markdown(answer: DocumentAnswer, name: str) -> str:
    lines = [f"# {escaped(answer.question)}", "", f"*{escaped(answer.source.title or name)}*", ""]
    for passage in answer.passages:
        lines.append(f"- {escaped(passage.text)} {pages_in_words(passage)}")
        if not answer.is_verbatim:
            lines += [f"  > {escaped(each.text)}" for each in passage.cited]
    lines += [*([""] if answer.passages else []), *(f"{escaped(each)}\n" for each in answer.warnings)]
    if answer.passages:
        lines.append(f"*{origin(is_verbatim=answer.is_verbatim)}*")
    return "\n".join(lines).rstrip() + "\n"


def _plain(answer: DocumentAnswer, name: str) -> str:
    lines = [answer.question, answer.source.title or name, ""]
    for passage in answer.passages:
        lines.append(f"{passage.text} {pages_in_words(passage)}")
        if not answer.is_verbatim:
            lines += [f'  "{each.text}"' for each in passage.cited]
    lines += [*([""] if answer.passages else []), *answer.warnings]
    if answer.passages:
        lines.append(origin(is_verbatim=answer.is_verbatim))
    return "\n".join(lines) + "\n"


def _json(answer: DocumentAnswer) -> str:
    described = {
        "question": answer.question,
        "title": answer.source.title,
        "language": answer.source.language,
        "verbatim": answer.is_verbatim,
        "answer": [described_point(passage, answer.source) for passage in answer.passages],
        "absent": list(answer.absent),
        "struck": [described_struck(each) for each in answer.struck],
        "warnings": list(answer.warnings),
        "sentences_read": len(answer.source.sentences),
        "pages_read": str(PageRanges.of(answer.source.pages)),
    }
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"
