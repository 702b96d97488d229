"""What is set, and what could be."""

from __future__ import annotations

import json

import click

from pdfmill.cli.environment import read_settings
from pdfmill.config.settings import setting_names, settings_in_force


@click.group()
def config() -> None:
    """Settings: environment variables, .env and pdfmill.toml."""


@config.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def show(as_json: bool) -> None:
    """Every setting with the value in force; secrets are masked."""
    in_force = settings_in_force(read_settings())
    descriptions = {variable: description for variable, description, _ in setting_names()}
    if as_json:
        settings = {name: {"value": value, "description": descriptions[name]} for name, value in in_force.items()}
        click.echo(json.dumps(settings, ensure_ascii=False))
        return
    for name, value in in_force.items():
        click.echo(f"{click.style(name, bold=True)}={value}")
        click.echo(click.style(f"    {descriptions[name]}", dim=True))
