"""The error hierarchy and its public form."""

import pytest

from pdfmill.core.errors import EncryptedInput, ErrorKind, InternalError, PdfMillError, error_classes
from pdfmill.core.failure import Failure


def test_every_code_belongs_to_one_class_and_reads_like_a_word():
    classes = error_classes()
    assert len(classes) > 20
    assert all(code.replace("_", "").isalpha() and code.islower() for code in classes)


def test_every_kind_is_itself():
    assert len({kind.slug for kind in ErrorKind}) == len(ErrorKind) == len(set(ErrorKind))


@pytest.mark.parametrize("error_class", error_classes().values())
def test_a_failure_comes_back_as_the_error_it_was(error_class):
    error = error_class.__new__(error_class)
    PdfMillError.__init__(error, "What to do.")  # some ask for more than a detail
    failure = Failure.model_validate_json(Failure.of(error).model_dump_json())
    assert type(failure.to_error()) is error_class
    assert failure.to_error().detail == "What to do."
    assert failure.http_status == error_class.kind.http_status
    assert failure.exit_code == error_class.kind.exit_code


def test_a_foreign_exception_tells_nothing_in_public():
    failure = Failure.of(ValueError("secret path"), trace_id="t1")
    assert failure.code == InternalError.code
    assert "secret" not in failure.model_dump_json()
    assert failure.trace_id == "t1"


def test_extras_travel_with_the_failure():
    assert Failure.of(EncryptedInput("x", file="a.pdf")).to_error().extras == {"file": "a.pdf"}
