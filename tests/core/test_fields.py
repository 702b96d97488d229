"""The neutral form of options."""

from typing import Literal

import pytest
from pydantic import Field

from pdfmill.core.errors import InvalidOptions
from pdfmill.core.fields import FieldKind, describe
from pdfmill.core.operation import Accepts, MediaType, Operation, Options, Result
from pdfmill.core.pages import PageRanges


class ExampleOptions(Options):
    level: Literal["low", "high"] = Field("low", description="How much.")
    quality: int | None = Field(None, ge=10, le=100, description="Quality.")
    pages: PageRanges | None = Field(None, description="Pages.")
    languages: tuple[str, ...] = Field(("eng",), description="Languages.")


example = Operation(
    name="example",
    title="Example",
    summary="An example.",
    queue="compression",
    accepts=Accepts((MediaType.PDF,)),
    options=ExampleOptions,
    result=Result,
    run=lambda inputs, options, ctx: None,
)


def test_each_field_has_a_kind_bounds_and_a_default():
    level, quality, pages, languages = describe(ExampleOptions)
    assert (level.kind, level.choices, level.default) == (FieldKind.CHOICE, ("low", "high"), "low")
    assert (quality.kind, quality.minimum, quality.maximum, quality.default) == (FieldKind.INTEGER, 10, 100, None)
    assert pages.kind is FieldKind.PAGES
    assert (languages.many, languages.default) == (True, ["eng"])


def test_a_type_that_no_form_can_show_is_refused_with_advice():
    class Nested(Options):
        inner: dict[str, int] = Field({}, description="No.")

    with pytest.raises(TypeError, match="no form or command line can show"):
        describe(Nested)


def test_a_field_needs_a_description():
    class Silent(Options):
        level: int = 1

    with pytest.raises(TypeError, match="needs a description"):
        describe(Silent)


def test_form_strings_become_values():
    assert example.parse_options({"quality": "75", "pages": "1-3"}).quality == 75


def test_a_misspelt_option_gets_a_suggestion():
    with pytest.raises(InvalidOptions) as caught:
        example.parse_options({"qualty": 3})
    assert caught.value.extras["errors"][0]["field"] == "qualty"
    assert "did you mean 'quality'?" in caught.value.detail


def test_every_wrong_option_is_listed():
    with pytest.raises(InvalidOptions) as caught:
        example.parse_options({"level": "huge", "quality": 5})
    assert {each["field"] for each in caught.value.extras["errors"]} == {"level", "quality"}
