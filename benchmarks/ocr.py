"""OCR beside OCRmyPDF's own command line: processor time, character errors, words, boxes, sizes and memory.

    make bench-ocr CORPUS=folder        writes benchmarks/results/ocr.md

The folder has pages as ``NAME.png`` with their text in ``NAME.txt``. Pages of English text are rendered besides: clean,
slanting, unevenly lit, turned. Both sides run in a process of their own, start included, with one processor, on the
same PDF; ``--receipts`` and ``--limit`` take fewer pages of the folder.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import img2pdf
import numpy as np
import ocrmypdf
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

RESULTS = Path(__file__).parent / "results" / "ocr.md"
FONT = Path(ocrmypdf.__file__).parent / "data" / "NotoSans-Regular.ttf"
DPI = 200
RENDERED = ("clean, rendered", "skew", "uneven light", "turned")
PROSE = (
    "the of and to in a is that for it was on are as with his they be at one have this from by hot but some what there "
    "we can out other were all your when up use word how said an each she which do their time if will way about many "
    "then them would write like so these her long make thing see him two has look more day could go come did my sound "
    "no most number who over know water than call first people may down side been now find any new work part take get "
    "place made live where after back little only round man year came show every good me give our under name very"
)


@dataclass(frozen=True)
class Page:
    """A page and what is written on it."""

    name: str
    png: bytes
    text: str


@dataclass
class Run:
    """What a tool made of a document, and what it took."""

    cpu_s: float
    peak_mb: float
    texts: list[str]
    size: int
    output: Path


def rendered(name: str, seed: int, *, skew: float = 0.0, turn: int = 0, uneven: bool = False) -> Page:
    """A page of English words that looks scanned: a little noise, and what is asked for."""
    chooser = random.Random(seed)
    width, height = round(8.27 * DPI), round(11.69 * DPI)
    image = Image.new("L", (width, height), 250)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), round(11 * DPI / 72))
    words, lines = PROSE.split(), []
    for number in range(38):
        line = ""
        while draw.textlength(line, font) < 6.1 * DPI:
            line = f"{line} {chooser.choice(words)}".strip()
        lines.append(line)
        draw.text((0.9 * DPI, 0.9 * DPI + number * 0.26 * DPI), line, font=font, fill=25)
    pixels = np.asarray(image.rotate(-skew, Image.Resampling.BICUBIC, fillcolor=250)).astype(np.float32)
    if uneven:
        pixels *= np.linspace(1.0, 0.4, width)[None, :] * np.linspace(1.0, 0.75, height)[:, None]
    pixels += np.random.default_rng(seed).normal(0, 4, pixels.shape)
    grey = np.rot90(np.clip(pixels, 0, 255).astype(np.uint8), -turn // 90)
    return Page(name, encoded(Image.fromarray(grey)), "\n".join(lines))


def encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", dpi=(DPI, DPI))
    return buffer.getvalue()


def rendered_sets() -> dict[str, list[Page]]:
    return {
        "clean, rendered": [rendered(f"clean {seed}", seed) for seed in range(3)],
        "skew": [rendered(f"skew {skew}°", 20, skew=skew) for skew in (-5.0, 3.0, 5.0)],
        "uneven light": [rendered(f"uneven {seed}", seed, uneven=True) for seed in (30, 31)],
        "turned": [rendered(f"turned {turn}°", 40, turn=turn) for turn in (90, 180, 270)],
    }


def corpus_sets(folder: Path, limit: int) -> dict[str, list[Page]]:
    pages = [
        Page(path.stem, path.read_bytes(), path.with_suffix(".txt").read_text())
        for path in sorted(folder.glob("*.png"))
        if path.with_suffix(".txt").exists()
    ]
    receipts = [page for page in pages if "sroie" in page.name]
    clean = [page for page in pages if "clean" in page.name and "_en" in page.name]
    scans = [page for page in pages if page not in receipts and "syn_" not in page.name]
    return {"clean, corpus": clean, "scans": scans[:limit], "receipts": receipts[:limit]}


def run(argv: Sequence[str | Path], output: Path, text: Path) -> Run:
    """Run a tool with one thread; its processor time and memory hold those of all its processes."""
    child = os.fork()
    if child == 0:
        os.environ["OMP_THREAD_LIMIT"] = "1"
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        status = subprocess.call([str(word) for word in argv])
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        text.with_suffix(".usage").write_text(
            json.dumps([usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, status])
        )
        os._exit(0)
    os.waitpid(child, 0)
    cpu_s, peak_mb, _ = json.loads(text.with_suffix(".usage").read_text())
    texts = text.read_text(errors="replace").split("\f") if text.exists() else []
    return Run(cpu_s, peak_mb, texts, output.stat().st_size if output.exists() else 0, output)


def peer(source: Path, work: Path, *flags: str) -> Run:
    output, text = work / f"peer{len(flags)}.pdf", work / f"peer{len(flags)}.txt"
    program = Path(sys.executable).parent / "ocrmypdf"
    plain = ["-j1", "-l", "eng", "--output-type", "pdf", "-O0", "--sidecar", text]
    return run([program, *plain, *flags, source, output], output, text)


def own(source: Path, work: Path, **options: object) -> Run:
    name = "-".join(map(str, options.values())) or "own"
    target = work / f"own-{name}"
    target.mkdir(exist_ok=True)
    words = json.dumps({"to": ["pdf", "txt"], "languages": ["eng"], "engine": "tesseract"} | options)
    argv = [sys.executable, __file__, "--one", source, target, words]
    return run(argv, target / "recognised.pdf", target / "text.txt")


def one(source: Path, target: Path, options: str) -> None:
    """The operation as the sandbox runs it, with one process for the pages."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from pdfmill.core.context import Context
    from pdfmill.core.documents import InputFile
    from pdfmill.core.operation import Inputs
    from pdfmill.operations.ocr import ocr
    from pdfmill.services.ocr.service import OCRService

    ctx = Context(target, services={OCRService: OCRService()})
    ocr.run(Inputs((InputFile.at(source),)), ocr.parse_options(json.loads(options)), ctx)


def normal(text: str, *, folded: bool) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return text.casefold() if folded else text


def errors(page: Page, text: str) -> tuple[float, float]:
    """Character error rate, and F1 of the words whatever their order, in per cent; receipts' truth is in capitals."""
    folded = "sroie" in page.name
    wanted, found = normal(page.text, folded=folded), normal(text, folded=folded)
    wrong = 100 * Levenshtein.distance(wanted, found) / max(len(wanted), 1)
    ours, theirs = (Counter(re.findall(r"\w+", each)) for each in (found, wanted))
    return wrong, 200 * (ours & theirs).total() / max(ours.total() + theirs.total(), 1)


def words_of(path: Path) -> list[tuple[str, tuple[float, ...]]]:
    done = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=False)
    pattern = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">([^<]*)')
    return [(each[5], tuple(float(each[edge]) for edge in range(1, 5))) for each in pattern.finditer(done.stdout)]


def box_differences(one_path: Path, other_path: Path) -> list[float]:
    """For words that both have in one place, how far their edges are apart in points."""
    others: dict[str, list[tuple[float, ...]]] = {}
    for word, box in words_of(other_path):
        others.setdefault(word, []).append(box)
    found = []
    for word, box in words_of(one_path):
        apart = [max(abs(a - b) for a, b in zip(box, each, strict=True)) for each in others.get(word, [])]
        if apart and min(apart) < 5:
            found.append(min(apart))
    return found


def measure(name: str, pages: Sequence[Page], work: Path) -> tuple[list[str], dict[str, Run]]:
    source = work / "in.pdf"
    with source.open("wb") as file:
        img2pdf.convert([page.png for page in pages], outputstream=file)
    runs = {"ocrmypdf -j1": peer(source, work), "pdfmill": own(source, work)}
    if name in RENDERED:
        runs["ocrmypdf -j1 --deskew --rotate-pages"] = peer(source, work, "--deskew", "--rotate-pages")
        runs["pdfmill deskew"] = own(source, work, deskew=True)
    else:
        runs["pdfmill with RapidOCR"] = own(source, work, engine="auto")
    rows = []
    for tool, done in runs.items():
        scores = [errors(page, text) for page, text in zip(pages, [*done.texts, *[""] * len(pages)], strict=False)]
        rates, words = [each[0] for each in scores], [each[1] for each in scores]
        rows.append(
            f"| {name} | {tool} | {len(pages)} | {done.cpu_s / len(pages):.2f} | {done.peak_mb:.0f} | "
            f"{statistics.mean(rates):.2f} | {max(rates):.2f} | {statistics.mean(words):.1f} | {min(words):.1f} | "
            f"{done.size / source.stat().st_size:.3f} |"
        )
    return rows, runs


def summary(runs: dict[str, dict[str, Run]]) -> list[str]:
    plain = [sets["pdfmill"].cpu_s / sets["ocrmypdf -j1"].cpu_s for sets in runs.values()]
    turned = [
        sets["pdfmill deskew"].cpu_s / sets["ocrmypdf -j1 --deskew --rotate-pages"].cpu_s
        for name, sets in runs.items()
        if name in RENDERED
    ]
    lines = []
    for what, ratios in (("plain", plain), ("deskew and rotate", turned)):
        each = ", ".join(f"{name} {ratio:.2f}" for name, ratio in zip(runs, ratios, strict=False))
        lines.append(f"- processor time in parts of OCRmyPDF's, {what}: {each}")
    clean = runs["clean, rendered"]
    apart = box_differences(clean["pdfmill"].output, clean["ocrmypdf -j1"].output)
    if apart:
        lines.append(
            f"- {len(apart)} words of clean pages, edges apart from OCRmyPDF's: median "
            f"{statistics.median(apart):.3f} pt, "
            f"95 % {sorted(apart)[int(0.95 * len(apart))]:.3f} pt, most {max(apart):.3f} pt"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--limit", type=int, default=1000, help="pages of a set of the folder at most")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        one(Path(arguments.one[0]), Path(arguments.one[1]), arguments.one[2])
        return
    sets = rendered_sets() | (corpus_sets(arguments.folder, arguments.limit) if arguments.folder else {})
    rows: list[str] = []
    runs: dict[str, dict[str, Run]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, pages) in enumerate(each for each in sets.items() if each[1]):
            work = Path(folder) / str(number)
            work.mkdir()
            found, runs[name] = measure(name, pages, work)
            rows += found
            RESULTS.write_text(report(rows, summary(runs)))  # it takes long, and may be stopped
    print(RESULTS.read_text())


def report(rows: Sequence[str], notes: Sequence[str]) -> str:
    head = "| pages | tool | n | CPU-s a page | peak MB of a process | CER % | most | F1 % | least | size ÷ input |"
    about = (
        f"OCRmyPDF {ocrmypdf.__version__} beside pdfmill, each on one processor, start of the program included; "
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}. CER minds the order of words, F1 does not."
    )
    return "\n".join(["# OCR", "", about, "", head, "|---" * 10 + "|", *rows, "", *notes]) + "\n"


if __name__ == "__main__":
    main()
