"""Run every test that attacks pdfmill, the whole folder of hostile documents included, and write down the counts.

    make assurance      writes docs/assurance.md

Nothing is counted that did not run: a test that was skipped stands there with its reason.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "assurance.md"

SUITES = {
    "Hostile documents, lying programs, LibreOffice": ["tests/security"],
    "Ways out of the sandbox, in each tier": ["tests/worker/sandbox"],
    "Calls that fail, disks that are full": ["tests/faults"],
    "Parsers under a fuzzer": ["tests/fuzz"],
    "Who may do what, of two owners as well": [
        "tests/api/test_authorisation.py",
        "tests/api/test_guard.py",
        "tests/api/test_two_owners.py",
        "tests/access",
    ],
    "Generated requests against the API's own description": ["tests/api/test_contract.py"],
    "Hostile file names": ["tests/api/test_names.py"],
    "What is left after a job is deleted": ["tests/acceptance/test_canary.py", "tests/jobs/test_sealing.py"],
}


def main() -> None:
    started = time.monotonic()
    lines, reasons = [], Counter()
    for suite, places in SUITES.items():
        outcomes = Counter()
        for outcome, reason in run(places):
            outcomes[outcome] += 1
            if reason:
                reasons[f"{suite}, {outcome}: {reason}"] += 1
        lines.append(
            f"| {suite} | {outcomes.total()} | {outcomes['passed']} | {outcomes['failed']} | {outcomes['not run']} |"
        )
        print(lines[-1], flush=True)
    REPORT.write_text(text(lines, reasons, minutes=(time.monotonic() - started) / 60))


def run(places: list[str]) -> Iterator[tuple[str, str]]:
    """(outcome, remark) of each test in some files or folders: why it did not run, or which one failed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        words = [sys.executable, "-m", "pytest", "-q", "-m", "whole_corpus or not whole_corpus", f"--junitxml={report}"]
        subprocess.run([*words, *places], cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        for case in ElementTree.parse(report).iter("testcase"):
            skipped = case.find("skipped")
            if skipped is not None:
                yield "not run", skipped.get("message", "")
            elif case.find("failure") is not None or case.find("error") is not None:
                yield "failed", f"{case.get('classname')}.{case.get('name')}"
            else:
                yield "passed", ""


def text(lines: list[str], reasons: Counter[str], minutes: float) -> str:
    """The page."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    not_run = [f"- {reason} ({count})" for reason, count in sorted(reasons.items())] or ["- nothing"]
    return "\n".join(
        [
            "# What was tried against pdfmill",
            "",
            f"Written by `make assurance` on {datetime.now(UTC):%Y-%m-%d}, at commit {commit}, {minutes:.0f} min.",
            "`security-model.md` says what is defended, and how.",
            "",
            "| suite | tests | passed | failed | not run |",
            "|---|---|---|---|---|",
            *lines,
            "",
            "Not run, and why; failed, and which:",
            "",
            *not_run,
            "",
        ]
    )


if __name__ == "__main__":
    main()
