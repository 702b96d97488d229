"""A clean virtual environment with the locked dependencies, and nothing of what only developers need.

Downloading the dependencies once more would take minutes and a network: their files are linked from the environment in
which the tests run, those of the packages that `requirements.lock` names and no others. What pip itself would install
is so there as pip would leave it.
"""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Environment:
    """A virtual environment with one version of pdfmill in it."""

    folder: Path

    @property
    def program(self):
        return self.folder / "bin" / "pdfmill"

    @property
    def site_packages(self):
        return Path(sysconfig.get_path("purelib", "venv", vars={"base": str(self.folder)}))

    def install(self, package):
        """Install a wheel or an sdist, without looking for anything else."""
        words = ["--python", self.folder / "bin" / "python", "install", "--quiet", "--disable-pip-version-check"]
        words += ["--no-index", "--no-deps", "--no-build-isolation", package]
        run([sys.executable, "-m", "pip", *words])


def run(words, **options):
    """Run a program; its output is in the message when it fails."""
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def make_environment(folder):
    """A virtual environment with the locked dependencies in a folder that does not exist."""
    environment = Environment(folder)
    run([sys.executable, "-m", "venv", "--without-pip", folder])
    for distribution in _locked():
        _link(distribution, environment.site_packages)
    return environment


def build(folder):
    """Build the wheel and the sdist from what a checkout holds."""
    run([sys.executable, "-m", "hatchling", "build", "--directory", folder], cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


def _locked():
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if re.match(r"\w", line):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                yield importlib.metadata.distribution(requirement.name)


def _link(distribution, target):
    for file in distribution.files:
        if ".." in file.parts:
            continue  # its programs, which have the other environment's Python in their first line
        place = target / file
        place.parent.mkdir(parents=True, exist_ok=True)
        source = Path(file.locate())
        if source.exists() and not place.exists():
            _link_or_copy(source, place)


def _link_or_copy(source, place):
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)  # on another file system
