"""An operation is a value: a name, a frozen options model, and a pure function.

REST routes, command line, OpenAPI, Celery tasks and reference tables are renderings of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType, OutputFile
from pdfmill.core.errors import InvalidOptions, UnknownOperation, UnsupportedMediaType, WrongInputCount
from pdfmill.core.failure import Failure
from pdfmill.core.fields import FieldSpec, describe
from pdfmill.core.limits import NO_OVERRIDES, LimitOverrides
from pdfmill.core.provider import Need, Offer
from pdfmill.core.suggest import did_you_mean


class Options(BaseModel):
    """Base of every options model: frozen, and unknown keys are refused. Fields are flat; see `core.fields`."""

    # The log holds the cause of a refused request, which must not tell what a user typed.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


class Result(BaseModel):
    """Base of every result model: the structured data that an operation returns beside its files."""

    model_config = ConfigDict(frozen=True)


OptionsT = TypeVar("OptionsT", bound=Options)
ResultT = TypeVar("ResultT", bound=Result)


@dataclass(frozen=True)
class Accepts:
    """Which files, and how many, an operation takes."""

    media_types: tuple[MediaType, ...]
    minimum: int = 1
    maximum: int = 1


@dataclass(frozen=True)
class BatchItem:
    """A finished job of a batch.

    Attributes:
        name: The name of the file that was worked on.
        size_bytes: Its size.
        output: What came out; None unless the job completed.
        result: Its structured data; None unless the job completed.
        failure: Why it failed; None if it completed or was cancelled.
    """

    name: str
    size_bytes: int
    output: InputFile | None
    result: Mapping[str, Any] | None
    failure: Failure | None


@dataclass(frozen=True)
class Inputs:
    """The input files of one attempt, in the order given; for a batch that is gathered, its finished jobs instead."""

    files: tuple[InputFile, ...]
    items: tuple[BatchItem, ...] = ()

    @property
    def single(self) -> InputFile:
        """The one file of an operation that takes one."""
        (only,) = self.files
        return only


@dataclass(frozen=True)
class Outcome(Generic[ResultT]):
    """What an attempt produced: files inside its work directory, and a result.

    Attributes:
        warnings: Sentences for the user about what was done differently than asked for.
    """

    result: ResultT
    outputs: tuple[OutputFile, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Makes an operation one of many jobs.

    Its files are split into items, each item is a job of its own, and when the last of these has ended, the
    operation's ``run`` gathers them.

    Attributes:
        operation: Name of the operation that each item is a job of; it gets the options of the batch.
        split: Finds the items in the inputs: one file each, inside the work directory, of whatever kind it may be.
    """

    operation: str
    split: Callable[[Inputs, Context], Sequence[OutputFile]]


@dataclass(frozen=True)
class Inventory:
    """Values of an option that depend on what is installed, such as languages.

    Attributes:
        option: Name of the option.
        look: Looks what is there now.
        hint: The line that adds another.
    """

    option: str
    look: Callable[[], Sequence[str]]
    hint: str


@dataclass(frozen=True)
class Operation(Generic[OptionsT, ResultT]):
    """One thing that pdfmill can do to documents.

    Attributes:
        name: Verb of the command line and last part of the URL: lower case, words joined by ``-``.
        title: What a button says.
        summary: One sentence.
        queue: The Celery queue its jobs go to; one of the six families.
        limits: What it needs other than the default limits.
        requires: Names of the engines it needs, see `pdfmill.engines.probe`.
        asks: Whom it may ask where somebody is configured.
        needs: Whom a request cannot do without, by its options: a language model, a translator, or nobody (None).
        batch: How it is made of many jobs; None for an operation that is one.
        inventories: Values of its options that depend on what is installed.
        variant: Name of the option that decides what kind of work it is. What its jobs cost is remembered by that
            option's value; None for an operation whose jobs nobody foretells.
        foretells: Name of the operation whose past runs the context is to hold, those of the variant that this
            operation's option of the same name says.
        run: The work. It touches nothing but its inputs and the context, and returns an `Outcome`.
    """

    name: str
    title: str
    summary: str
    queue: str
    accepts: Accepts
    options: type[OptionsT]
    result: type[ResultT]
    run: Callable[[Inputs, OptionsT, Context], Outcome[ResultT]]
    requires: tuple[str, ...] = ()
    limits: LimitOverrides = NO_OVERRIDES
    asks: tuple[Need, ...] = ()
    needs: Callable[[OptionsT], Need | None] | None = None
    batch: Batch | None = None
    inventories: tuple[Inventory, ...] = ()
    variant: str | None = None
    foretells: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", self.name):
            raise ValueError(f"{self.name!r} is no operation name: use lower-case words joined by '-'")
        describe(self.options)  # refuses field types that no rendering can show

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """The options in their neutral form."""
        return describe(self.options)

    @property
    def task_name(self) -> str:
        """The name of its Celery task."""
        return f"pdfmill.{self.name.replace('-', '_')}"

    def parse_options(self, values: Mapping[str, Any]) -> OptionsT:
        """Validate options as they come from JSON, a form or the command line.

        Raises:
            InvalidOptions: With one entry per wrong option, and a suggestion where a name looks misspelt.
        """
        try:
            return self.options.model_validate(dict(values))
        except ValidationError as error:
            errors = [_option_error(self.options, dict(each)) for each in error.errors(include_url=False)]
            detail = " ".join(f"{each['field']}: {each['message']}." for each in errors)
            raise InvalidOptions(detail, errors=errors) from error

    def check_provider(self, options: Mapping[str, Any], offer: Offer) -> None:
        """Refuse a request for which there is nobody to ask, before a job is accepted.

        Args:
            options: As JSON holds them; `parse_options` has passed.

        Raises:
            ProviderNotConfigured: The message names the settings.
        """
        need = self.needs(self.parse_options(options)) if self.needs else None
        if need is not None:
            offer.require(need)

    def check_inputs(self, media_types: Sequence[MediaType]) -> None:
        """Refuse files that this operation does not take, before any work is done.

        Raises:
            WrongInputCount: Too few or too many.
            UnsupportedMediaType: A file is of another kind, judged by content.
        """
        low, high = self.accepts.minimum, self.accepts.maximum
        if not low <= len(media_types) <= high:
            wanted = f"{low}" if low == high else f"{low} to {high}"
            raise WrongInputCount(
                f"{self.name} takes {wanted} file{'' if wanted == '1' else 's'}, not {len(media_types)}. "
                "Send each as a form part named 'file'."
            )
        self.check_media_types(media_types)

    def check_media_types(self, media_types: Iterable[MediaType]) -> None:
        """Refuse kinds of files that this operation does not take.

        Raises:
            UnsupportedMediaType: A file is of another kind, judged by content.
        """
        for media_type in media_types:
            if media_type not in self.accepts.media_types:
                takes = ", ".join(self.accepts.media_types)
                what = "of an unknown kind" if media_type is MediaType.UNKNOWN else media_type.value
                raise UnsupportedMediaType(
                    f"{self.name} takes {takes}; by its content, this file is {what}. Send a file of that kind."
                )


def _option_error(model: type[Options], error: Mapping[str, Any]) -> dict[str, str]:
    name = ".".join(str(part) for part in error["loc"]) or "options"
    if error["type"] == "extra_forbidden":
        known = list(model.model_fields)
        message = f"there is no such option{did_you_mean(name, known)}; the options are {', '.join(known)}"
    else:
        message = str(error["msg"]).removeprefix("Value error, ")
        message = message[:1].lower() + message[1:]
    return {"field": name, "message": message.rstrip(".")}


AnyOperation = Operation[Any, Any]


class Registry:
    """The ordered collection of operations, by name."""

    def __init__(self, operations: Sequence[AnyOperation]) -> None:
        self._by_name = {operation.name: operation for operation in operations}
        if len(self._by_name) != len(operations):
            raise ValueError("two operations share one name")

    def __iter__(self) -> Iterator[AnyOperation]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def get(self, name: str) -> AnyOperation:
        """The operation of that name.

        Raises:
            UnknownOperation: There is none.
        """
        try:
            return self._by_name[name]
        except KeyError:
            known = list(self._by_name)
            raise UnknownOperation(
                f"There is no operation {name[:60]!r}{did_you_mean(name, known)}. There are: {', '.join(known)}."
            ) from None
