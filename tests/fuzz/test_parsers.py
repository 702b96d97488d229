"""Our own parsers take whatever comes: kept inputs, mutated ones, and those that a fuzzer finds."""

import base64
import importlib.util
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.targets import TARGETS

HERE = Path(__file__).parent
#: What breaks parsers more often than chance would.
TELLING = (b"\0", b"\xff", b"\r\n", b"..", b"/", b"\xe2\x80\xae", b"9" * 20, b"-1")

MUTATIONS, FUZZ_RUNS = 2000, 2000


def kept(name):
    """Inputs that once did harm, or reached code that nothing else reached: one a line, in base64."""
    path = HERE / "corpus" / f"{name.replace(' ', '-')}.txt"
    return [base64.b64decode(line) for line in path.read_text().split()] if path.exists() else []


def mutated(data, chance):
    """One to eight small changes: a bit, a byte, a piece doubled, taken out, or replaced by a telling one."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.randint(0, 16))
        match chance.randrange(5):
            case 0:
                data[start:end] = b""
            case 1:
                data[start:start] = data[start:end] * chance.choice((1, 2, 50))
            case 2:
                data[start:end] = chance.randbytes(end - start)
            case 3:
                data[start:start] = chance.choice(
                    (b"\0", b"\xff", b"\r\n", b"..", b"/", b"\xe2\x80\xae", b"9" * 20, b"-1")
                )
            case 4 if data:
                data[start - 1] ^= 1 << chance.randrange(8)
    return bytes(data[:20_000])


@pytest.mark.parametrize("name", TARGETS)
def test_kept_and_mutated_inputs_raise_nothing_unexpected(name):
    target, chance = TARGETS[name], random.Random(name)
    inputs = [b"", *target.seeds, *kept(name)]
    for data in inputs:
        target.run(data)
    for _ in range(MUTATIONS):
        target.run(mutated(chance.choice(inputs), chance))


@pytest.mark.parametrize("name", TARGETS)
def test_a_fuzzer_finds_nothing_unexpected(name, tmp_path):
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("not run: there is no atheris for this Python; the mutations above were")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, data in enumerate([*TARGETS[name].seeds, *kept(name)]):
        (corpus / str(number)).write_bytes(data)
    words = [sys.executable, HERE / "fuzz.py", name, f"-runs={FUZZ_RUNS}", "-seed=1", "-timeout=5", corpus]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert "Done " in done.stderr, done.stderr[-2000:]
