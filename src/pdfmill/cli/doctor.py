"""The command that says what works here, what does not, and what to do about it."""

from __future__ import annotations

import dataclasses
import json
import sys

import click

from pdfmill.cli.diagnosis import Finding, State, diagnose
from pdfmill.cli.environment import read_settings
from pdfmill.cli.failures import EXIT_MISSING
from pdfmill.config.logging import configure_logging

_MARKS = {State.OK: ("✓", "green"), State.WEAK: ("!", "yellow"), State.MISSING: ("✗", "red")}


@click.command(short_help="Check programs, libraries, disk and sandbox.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def doctor(as_json: bool) -> None:
    """Check programs, libraries, disk and sandbox; exit code 11 if something needed is missing."""
    settings = read_settings()
    # The findings tell what the log would.
    configure_logging(settings.log.model_copy(update={"level": "ERROR"}), part="cli")
    findings = []
    for finding in diagnose(settings):
        findings.append(finding)
        if not as_json:
            _print(finding)
    is_healthy = all(finding.state is not State.MISSING for finding in findings)
    if as_json:
        listed = [dataclasses.asdict(finding) for finding in findings]
        click.echo(json.dumps({"ok": is_healthy, "findings": listed}, ensure_ascii=False))
    if not is_healthy:
        sys.exit(EXIT_MISSING)


def _print(finding: Finding) -> None:
    mark, colour = _MARKS[finding.state]
    users = f"  for {', '.join(finding.operations)}" if finding.operations else ""
    click.echo(f"{click.style(mark, fg=colour)} {finding.subject:<27} {finding.found}{click.style(users, dim=True)}")
    if finding.hint:
        click.echo(f"{'':<30}→ {finding.hint}")
