"""OCR beside OCRmyPDF's own command line: processor time, character errors, words, boxes, sizes and memory.

    make bench-ocr CORPUS=folder        writes benchmarks/results/ocr.md

The folder has pages as ``NAME.png`` with their text in ``NAME.txt``. Pages of English text are rendered besides: clean,
slanting, unevenly lit, turned. Both sides run in a process of their own, start included, with one processor, on the
same PDF; ``--limit`` takes fewer scans and receipts of the folder.
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
from collections.abc import Callable, Sequence
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
RENDERED = ("clean, rendered", "skew", "uneven light", "turned", "turned, corpus")
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
        "clean, rendered": [rendered(f"clean {seed}", seed) for seed in range(4)],
        "skew": [rendered(f"skew {skew}°", 20, skew=skew) for skew in (-5.0, -2.0, 3.0, 5.0)],
        "uneven light": [rendered(f"uneven {seed}", seed, uneven=True) for seed in (30, 31, 32)],
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
    turned = [page for page in pages if "rot" in page.name]
    scans = [page for page in pages if page not in receipts and "syn_" not in page.name]
    return {
        "clean, corpus": clean,
        "turned, corpus": turned,
        "scans": scans[:limit],
        "receipts": receipts[:limit],
    }


def run(argv: Sequence[str | Path], output: Path, text: Path) -> Run:
    """Run a tool on one processor; its processor time and memory hold those of all its processes."""
    child = os.fork()
    if child == 0:
        os.environ["OMP_THREAD_LIMIT"] = "1"
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
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
    """The operation as the sandbox runs it, with a process for the pages on each processor that it may use."""
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


def words_of(path: Path) -> list[tuple[str, float, float, float]]:
    """The words of the first page of a PDF: text, left and right edge, and top, in points."""
    done = subprocess.run(["pdftotext", "-l", "1", "-bbox", path, "-"], capture_output=True, text=True, check=False)
    pattern = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="[\d.-]+">([^<]*)')
    return [(each[4], float(each[1]), float(each[3]), float(each[2])) for each in pattern.finditer(done.stdout)]


def words_of_tesseract(page: Page, work: Path) -> list[tuple[str, float, float, float]]:
    """The words that the tesseract program finds on the scan itself, likewise."""
    scan = work / "page.png"
    scan.write_bytes(page.png)
    subprocess.run(["tesseract", scan, work / "page", "-l", "eng", "hocr"], capture_output=True, check=True)
    pattern = re.compile(r"class='ocrx_word'[^>]*bbox (\d+) (\d+) (\d+) \d+[^>]*>([^<]*)<")
    found = pattern.finditer((work / "page.hocr").read_text())
    point = 72 / DPI
    return [(each[4], int(each[1]) * point, int(each[3]) * point, int(each[2]) * point) for each in found]


def edges_apart(path: Path, truth: Sequence[tuple[str, float, float, float]]) -> list[float]:
    """How far left and right edges of words are from those of the same word nearby, in points."""
    others: dict[str, list[tuple[float, float, float]]] = {}
    for word, *box in truth:
        others.setdefault(word, []).append((box[0], box[1], box[2]))
    found = []
    for word, left, right, top in words_of(path):
        near = [box for box in others.get(word, []) if abs(box[0] - left) < 5 and abs(box[2] - top) < 9]
        if near:
            found.append(min(max(abs(left - box[0]), abs(right - box[1])) for box in near))
    return found


@dataclass(frozen=True)
class Measured:
    """What one tool made of a set of pages.

    Attributes:
        wrong: Character error rate of each page, per cent.
        found: F1 of the words of each page, per cent.
        size: Of the output, in parts of the input.
    """

    run: Run
    pages: int
    wrong: list[float]
    found: list[float]
    size: float


PEER, OWN = "OCRmyPDF", "pdfmill"
PEER_TURNING, OWN_TURNING = "OCRmyPDF --deskew --rotate-pages", "pdfmill deskew"
OWN_TWICE = "pdfmill with RapidOCR"


def measure(name: str, pages: Sequence[Page], work: Path) -> dict[str, Measured]:
    source = work / "in.pdf"
    with source.open("wb") as file:
        img2pdf.convert([page.png for page in pages], outputstream=file)
    runs = {PEER: peer(source, work), OWN: own(source, work)}
    if name in RENDERED:
        runs[PEER_TURNING] = peer(source, work, "--deskew", "--rotate-pages")
        runs[OWN_TURNING] = own(source, work, deskew=True)
    else:
        runs[OWN_TWICE] = own(source, work, engine="auto")
    measured = {}
    for tool, done in runs.items():
        scores = [errors(page, text) for page, text in zip(pages, [*done.texts, *[""] * len(pages)], strict=False)]
        wrong, found = ([each[part] for each in scores] for part in (0, 1))
        measured[tool] = Measured(done, len(pages), wrong, found, done.size / source.stat().st_size)
    return measured


Sets = dict[str, dict[str, Measured]]


def report(sets: Sets, edges: dict[str, list[float]]) -> str:
    """A table for each thing that was measured."""
    about = (
        f"OCRmyPDF {ocrmypdf.__version__} (-j1) beside pdfmill, each on one processor, start of the program included, "
        f"in one run; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}. Processor time swings by a tenth."
    )
    parts = ["# OCR", about]
    parts += _table("Processor seconds a page", sets, lambda one: f"{one.run.cpu_s / one.pages:.2f}")
    parts += ["\n".join(["Processor time in parts of OCRmyPDF's:", "", *_ratios(sets)])]
    parts += _table(
        "F1 of words, per cent: mean (least); in whatever order they come",
        sets,
        lambda one: f"{statistics.mean(one.found):.1f} ({min(one.found):.1f})",
    )
    parts += _table(
        "Character error rate, per cent: mean (most); minds the order of columns and cells",
        sets,
        lambda one: f"{statistics.mean(one.wrong):.2f} ({max(one.wrong):.2f})",
    )
    parts += _table("Size of the output, in parts of the input", sets, lambda one: f"{one.size:.3f}")
    parts += _table("Peak memory of a process, MB", sets, lambda one: f"{one.run.peak_mb:.0f}")
    if edges:
        rows = [
            f"| {tool} | {len(apart)} | {statistics.median(apart):.3f} | {sorted(apart)[int(0.95 * len(apart))]:.3f} |"
            for tool, apart in edges.items()
        ]
        head = "| tool | words | median | 95 % |"
        title = "Left and right edges of words, from those that Tesseract finds on the scan itself, points"
        parts += [f"## {title}", "\n".join([head, "|---" * 4 + "|", *rows])]
    return "\n\n".join(parts) + "\n"


def _table(title: str, sets: Sets, cell: Callable[[Measured], str]) -> list[str]:
    tools = [PEER, OWN, PEER_TURNING, OWN_TURNING, OWN_TWICE]
    rows = [f"| pages | n | {' | '.join(tools)} |", "|---" * (len(tools) + 2) + "|"]
    for name, measured in sets.items():
        cells = [cell(measured[tool]) if tool in measured else "" for tool in tools]
        rows.append(f"| {name} | {measured[OWN].pages} | {' | '.join(cells)} |")
    return [f"## {title}", "\n".join(rows)]


def _ratios(sets: Sets) -> list[str]:
    lines = []
    for what, own_tool, peer_tool in (("plain", OWN, PEER), ("deskew and rotate", OWN_TURNING, PEER_TURNING)):
        both = {name: (one[own_tool], one[peer_tool]) for name, one in sets.items() if own_tool in one}
        each = ", ".join(f"{name} {a.run.cpu_s / b.run.cpu_s:.2f}" for name, (a, b) in both.items())
        a_page = [sum(pair[side].run.cpu_s / pair[side].pages for pair in both.values()) for side in (0, 1)]
        lines.append(f"- {what}: {a_page[0] / a_page[1]:.2f} of all sets, each page set weighing the same; {each}")
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
    pages = rendered_sets() | (corpus_sets(arguments.folder, arguments.limit) if arguments.folder else {})
    sets: Sets = {}
    edges: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, those) in enumerate(each for each in pages.items() if each[1]):
            work = Path(folder) / str(number)
            work.mkdir()
            sets[name] = measure(name, those, work)
            if name == "clean, rendered":
                truth = words_of_tesseract(those[0], work)
                edges = {tool: edges_apart(sets[name][tool].run.output, truth) for tool in (PEER, OWN)}
            RESULTS.write_text(report(sets, edges))  # it takes long, and may be stopped
    print(RESULTS.read_text())


if __name__ == "__main__":
    main()
