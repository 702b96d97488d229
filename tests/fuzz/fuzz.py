"""Coverage-guided fuzzing of one target: ``python tests/fuzz/fuzz.py TARGET [options of libFuzzer] [corpus folder]``.

Inputs that reach new code are kept in the corpus folder, when one is given; a failing one is written to the working
folder. ``-max_total_time=600`` is a night's portion, ``-runs=1000`` a test's.
"""

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent))

with atheris.instrument_imports(include=["pdfmill"]):
    from targets import TARGETS


def main():
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
