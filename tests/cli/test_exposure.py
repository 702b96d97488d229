"""A server that others can reach does not start where documents would run free."""

import json
import os
import subprocess
import sys

import pytest

#: Runs pdfmill on a kernel that refuses Landlock, as older ones do, and where bubblewrap is not on PATH.
BARE = """
import errno, os, sys, pyseccomp
rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
rules.add_rule(pyseccomp.ERRNO(errno.EOPNOTSUPP), "landlock_create_ruleset")
rules.load()
os.environ["PATH"] = "/nonexistent"
os.execv(sys.executable, [sys.executable, "-m", "pdfmill", *sys.argv[1:]])
"""


def pdfmill_on_a_bare_machine(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", BARE, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_public_address_is_refused_where_the_sandbox_is_bare(tmp_path, command):
    done = pdfmill_on_a_bare_machine(
        command,
        "--data-dir",
        str(tmp_path),
        PDFMILL_SERVER__HOST="0.0.0.0",
        PDFMILL_BROKER__URL="redis://127.0.0.1:9/0",
    )
    assert done.returncode == 11, done.stderr
    assert "PDFMILL_SANDBOX__ALLOW_BARE" in done.stderr
    assert "reach another attempt" in done.stderr


@pytest.mark.parametrize(
    "environment",
    [{"PDFMILL_SERVER__HOST": "0.0.0.0", "PDFMILL_SANDBOX__ALLOW_BARE": "true"}, {"PDFMILL_SERVER__HOST": "::1"}],
)
def test_it_is_not_refused_when_allowed_by_name_or_on_this_machine_only(tmp_path, environment):
    """It goes on to what comes next, which is that this data directory cannot be made."""
    (tmp_path / "file").touch()
    done = pdfmill_on_a_bare_machine("serve", "--data-dir", str(tmp_path / "file" / "data"), **environment)
    assert done.returncode != 0
    assert "PDFMILL_SANDBOX__ALLOW_BARE" not in done.stderr


def test_doctor_names_each_way_out_that_is_open(tmp_path):
    findings = json.loads(pdfmill_on_a_bare_machine("doctor", "--json").stdout)["findings"]
    (sandbox,) = [each for each in findings if each["subject"] == "sandbox"]
    assert sandbox["state"] == "weak"
    assert sandbox["found"].startswith("tier C")
    assert "read files of the host" in sandbox["found"]
