"""Each tier holds what it promises: the twelve ways out are tried in every combination of what a machine may lack."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from pdfmill.worker.box.escapes import ESCAPES, KERNEL_INTERFACES, NETWORK, SEE_PROCESSES
from pdfmill.worker.box.landlock import landlock_abi
from pdfmill.worker.box.setup import Namespaces
from pdfmill.worker.sandbox import Feature, Sandbox, client
from pdfmill.worker.sandbox.tiers import NOBODY, User, Way

BUBBLEWRAP, LANDLOCK, SECCOMP = Feature

#: What is missing, the tier that is left, and the ways out that are open in it.
LADDER = [
    ((), "A", set()),
    ((LANDLOCK,), "A", set()),
    ((SECCOMP,), "B", {KERNEL_INTERFACES}),
    ((LANDLOCK, SECCOMP), "B", {KERNEL_INTERFACES}),
    ((BUBBLEWRAP,), "B", {SEE_PROCESSES}),
    (
        (BUBBLEWRAP, SECCOMP),
        "C",
        {NETWORK, "reach a unix socket", SEE_PROCESSES, KERNEL_INTERFACES},
    ),
    (
        (BUBBLEWRAP, LANDLOCK),
        "C",
        {
            "reach another attempt",
            "read files of the host",
            "signal processes outside",
            SEE_PROCESSES,
        },
    ),
    (
        (BUBBLEWRAP, LANDLOCK, SECCOMP),
        "C",
        {
            "reach another attempt",
            "read files of the host",
            NETWORK,
            "reach an abstract socket",
            "reach a unix socket",
            "signal processes outside",
            SEE_PROCESSES,
            KERNEL_INTERFACES,
        },
    ),
]

#: What depends on who started it: an ordinary user's programs are root's, and root has no set-uid program to gain by.
DEPENDS_ON_USER = {"change programs", "gain rights by a set-uid program", "read the memory of processes outside"}

PROBE = """
import json, sys
from pathlib import Path
from pdfmill.worker.sandbox import Feature, Sandbox
spool = Path(sys.argv[1])
for without in json.loads(sys.argv[2]):
    with Sandbox.start(spool, without=[Feature(name) for name in without]) as sandbox:
        tier = sandbox.tier
        print(json.dumps([tier.name, tier.variant, tier.failed_probes, tier.shortfalls]))
"""


def probe_ladder(spool, prefix=()):
    """The tier that a process under ``prefix`` finds on each step of the ladder: name, variant, failed probes."""
    steps = json.dumps([without for without, _, _ in LADDER])
    command = [*prefix, sys.executable, "-c", PROBE, str(spool), steps]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]


@pytest.fixture
def spool():
    """A folder that every user can reach, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="pdfmill-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture(autouse=True)
def everything_is_here():
    """The ladder tells what is open when parts are taken away, so all have to be here."""
    lacking = [
        name for name, found in (("bubblewrap", shutil.which("bwrap")), ("Landlock", landlock_abi() >= 6)) if not found
    ]
    if lacking:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"not run: {' and '.join(lacking)} missing")


def assert_ladder(found):
    assert len(found) == len(LADDER)
    for (without, name, possible), (found_name, variant, failed, shortfalls) in zip(LADDER, found, strict=True):
        assert (found_name, set(failed) - DEPENDS_ON_USER) == (name, possible - DEPENDS_ON_USER), (
            without,
            variant,
            failed,
            shortfalls,
        )


def test_there_are_twelve_ways_out():
    assert len(ESCAPES) == 12


def test_each_tier_closes_exactly_what_it_promises(spool):
    assert_ladder(probe_ladder(spool))


def same_machine_with_open_home():
    """The machine as it is, but that everybody may enter root's home as far as Python and this checkout lie there."""
    words = ["bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev"]
    for path in (Path(sys.base_prefix), Path(__file__).parents[3]):
        if path.is_relative_to("/root"):
            words += ["--tmpfs", "/root"]
            words += [word for folder in reversed(path.parents[:-1]) for word in ("--dir", str(folder))]
            words += ["--ro-bind", str(path), str(path)]
    return words


@pytest.mark.skipif(os.geteuid() != 0, reason="not run: the test above ran as an ordinary user already")
def test_the_same_holds_when_an_ordinary_user_starts_it(spool):
    """Root lends this test an ordinary user, who sees the same files, also those in root's home that Python needs."""
    os.chown(spool, NOBODY, NOBODY)
    ordinary = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
    found = probe_ladder(spool, [*same_machine_with_open_home(), "--", *ordinary])
    assert_ladder(found)
    assert found[0][1] == "own user namespace"


@pytest.mark.skipif(os.geteuid() != 0, reason="not run: only root has these ways")
def test_documents_are_not_opened_by_root_where_that_can_be_helped(spool):
    with Sandbox.start(spool) as sandbox:
        assert sandbox.tier.variant == "unprivileged user"


@pytest.mark.skipif(os.geteuid() != 0, reason="not run: only root has this way")
def test_root_without_capabilities_is_tier_a_as_well(spool):
    way = Way("root without capabilities", Namespaces.HELD, User.OWN, landlock=True, seccomp=True)
    with Sandbox(spool, client.REGISTRY, (), way) as sandbox:
        assert (sandbox.probe().name, sandbox.tier.failed_probes) == ("A", ())


def test_a_box_that_opens_later_is_noticed_between_jobs(spool, monkeypatch):
    with Sandbox.start(spool) as sandbox:
        assert sandbox.tier.name == "A"
        sandbox._way = replace(sandbox._way, seccomp=False)
        sandbox.close()
        sandbox.probe_if_due()
        assert sandbox.tier.name == "A"  # ten minutes are not over
        monkeypatch.setattr(client, "PROBE_EVERY_S", 0)
        sandbox.probe_if_due()
        assert (sandbox.tier.name, sandbox.tier.failed_probes) == ("B", (KERNEL_INTERFACES,))
        assert KERNEL_INTERFACES in str(sandbox.tier)


def test_a_probe_leaves_nothing_behind(spool):
    with Sandbox.start(spool):
        assert list(spool.iterdir()) == []
