"""What groups of settings are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from pdfmill.config.secrets import refuse_example

#: A secret that nobody has copied from a manual.
Secret = Annotated[SecretStr, AfterValidator(refuse_example)]


class Group(BaseModel):
    """A frozen group of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
