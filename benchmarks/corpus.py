"""Compress a folder of documents through a server, and list what became of each.

make bench-corpus CORPUS=folder        writes benchmarks/results/corpus.md
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from embedded import Stack

from pdfmill.client import Client
from pdfmill.core.errors import PdfMillError

RESULTS = Path(__file__).parent / "results" / "corpus.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--level", default="medium")
    options = parser.parse_args()
    rows, read, written = [], 0, 0
    with tempfile.TemporaryDirectory() as name:
        stack = Stack(Path(name))
        with Client(stack.address) as client:
            submitted: list[tuple[Path, str | None, str]] = []
            for path in sorted(options.folder.glob("*.pdf")):
                try:
                    submitted.append((path, client.submit("compress", path, {"level": options.level}).id, ""))
                except PdfMillError as error:
                    submitted.append((path, None, error.code))
            for path, job_id, code in submitted:
                if job_id is None:
                    rows.append((path.name, f"refused: {code}", ""))
                    continue
                job = list(client.watch(job_id))[-1]
                if job.error is not None or job.result is None:
                    rows.append((path.name, f"{job.status}: {job.error and job.error.code}", ""))
                    continue
                read += job.result["input_bytes"]
                written += job.result["output_bytes"]
                outcome = job.result["reason"] and f"unchanged: {job.result['reason']}"
                rows.append((path.name, outcome or "smaller", f"{job.result['ratio']:.3f}"))
        stack.stop()
    lines = [f"# {len(rows)} documents, level {options.level}", "", "| document | outcome | ratio |", "|---|---|---|"]
    lines += [f"| {name} | {outcome} | {ratio} |" for name, outcome, ratio in rows]
    lines += ["", f"Together: {written / max(read, 1):.3f} of {read / 1e6:.1f} MB."]
    RESULTS.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
