"""Secrets among the settings: read from files, and refused when they are examples from somebody's documentation."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from pdfmill.core.errors import InvalidSettings

#: ``PDFMILL_DATABASE__URL_FILE=/run/secrets/database`` names a file that holds ``PDFMILL_DATABASE__URL``.
FILE_SUFFIX = "_FILE"

#: What stands where a secret should: words that manuals use, and Amazon's example key.
_EXAMPLES = ("changeme", "change-me", "change_me", "yoursecret", "your-secret", "your_secret", "examplekey")


class SecretFiles(PydanticBaseSettingsSource):
    """Source of secrets whose variables name files. Only the first line counts: editors end files with a newline."""

    def __init__(self, settings_class: type[BaseSettings], prefix: str, delimiter: str) -> None:
        super().__init__(settings_class)
        self._secrets = list(_secret_variables(settings_class, prefix, delimiter))

    @property
    def variables(self) -> list[str]:
        """The variables that may name a file."""
        return [variable + FILE_SUFFIX for _, _, variable in self._secrets]

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: groups are filled as a whole, see `__call__`."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The secrets that were found, by group and name."""
        found: dict[str, Any] = {}
        for group, name, variable in self._secrets:
            path = os.environ.get(variable + FILE_SUFFIX)
            if path is not None:
                found.setdefault(group, {})[name] = _first_line(Path(path), variable, os.environ)
        return found


def _secret_variables(
    settings_class: type[BaseSettings], prefix: str, delimiter: str
) -> Iterator[tuple[str, str, str]]:
    """(group, name, variable) of each setting that is a secret."""
    for group, info in settings_class.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            for name, inner in info.annotation.model_fields.items():
                if _is_secret(inner.annotation):
                    yield group, name, f"{prefix}{group}{delimiter}{name}".upper()


def _is_secret(annotation: Any) -> bool:
    """Whether a type is `SecretStr`, be it annotated or one of several."""
    return annotation is SecretStr or any(_is_secret(each) for each in get_args(annotation))


def refuse_example(secret: SecretStr) -> SecretStr:
    """For validators.

    Raises:
        ValueError: Everybody can read this secret in a manual.
    """
    text = secret.get_secret_value().lower()
    if any(example in text for example in _EXAMPLES):
        raise ValueError("this is an example from a manual, which everybody knows; set a secret of your own")
    return secret


def refuse_user_in_address(url: str) -> str:
    """For validators of addresses that are shown.

    Raises:
        ValueError: It is no web address, or holds a user and a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("this is no address that begins with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("there is a user in this address, which is shown to others; set a key instead")
    return url


def _first_line(path: Path, variable: str, environment: Mapping[str, str]) -> str:
    if variable in environment:
        raise InvalidSettings(f"{variable} and {variable}{FILE_SUFFIX} are both set. Keep one of them.")
    try:
        return path.read_text().partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InvalidSettings(f"Cannot read {path}, which {variable}{FILE_SUFFIX} names: {why}.") from error
