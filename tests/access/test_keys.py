"""API keys: who is let in with one, and who is not."""

from datetime import timedelta

import pytest

from pdfmill.access.keys import Keys
from pdfmill.access.models import ApiKey
from pdfmill.config.pepper import Pepper
from pdfmill.core.caller import KEY_PATTERN, Scope
from pdfmill.core.errors import InvalidKey, InvalidRequest, UnknownKey
from pdfmill.jobs.base import utc_now

EACH = {Scope.JOBS_READ, Scope.JOBS_WRITE}


def test_a_key_says_whose_it_is_and_what_it_allows(keys):
    row, key = keys.create("acme", {Scope.JOBS_READ})
    caller = keys.caller_of(key)
    assert (caller.owner, caller.key_id) == ("acme", row.id)
    assert caller.may(Scope.JOBS_READ)
    assert not caller.may(Scope.JOBS_WRITE)
    assert KEY_PATTERN.fullmatch(key)


def test_an_administrator_may_do_everything(keys):
    _, key = keys.create("ops", {Scope.ADMIN})
    assert all(keys.caller_of(key).may(scope) for scope in Scope)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_secret_is_nowhere_in_the_database(keys, database, tmp_path):
    _, key = keys.create("acme", EACH)
    keys.caller_of(key)
    secret = key.partition(".")[2].encode()
    assert not any(secret in path.read_bytes() for path in tmp_path.glob("jobs.db*"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: key.partition(".")[0],
        lambda key: key.partition(".")[0] + ".",
        lambda key: "." + key.partition(".")[2],
        lambda key: "pdfmill_000000000000." + key.partition(".")[2],
        lambda key: key + "x",
        lambda key: "",
        lambda key: "\0",
        lambda key: "ü" * 100,
        lambda key: "' OR 1=1 --",
        lambda key: key * 1000,
    ],
)
def test_anything_but_the_key_itself_is_refused(keys, spoil):
    _, key = keys.create("acme", EACH)
    with pytest.raises(InvalidKey):
        keys.caller_of(spoil(key))


def test_a_revoked_key_is_refused_at_once_and_for_ever(keys):
    row, key = keys.create("acme", EACH)
    first = keys.revoke(row.id).revoked_at
    with pytest.raises(InvalidKey):
        keys.caller_of(key)
    assert keys.revoke(row.id).revoked_at == first
    assert not keys.is_usable(row.id)


def test_a_key_ends_with_its_time(keys):
    _, key = keys.create("acme", EACH, utc_now() - timedelta(seconds=1))
    with pytest.raises(InvalidKey):
        keys.caller_of(key)
    _, key = keys.create("acme", EACH, utc_now() + timedelta(minutes=1))
    assert keys.caller_of(key).owner == "acme"


def test_a_copy_of_the_database_is_of_no_use_without_the_pepper(keys, database):
    _, key = keys.create("acme", EACH)
    with pytest.raises(InvalidKey):
        Keys(database, Pepper(b"q" * 32)).caller_of(key)


def test_all_wrong_keys_are_refused_with_the_same_words(keys):
    row, key = keys.create("acme", EACH)
    keys.revoke(row.id)
    told = set()
    for each in (key, "pdfmill_000000000000.x", "nonsense"):
        with pytest.raises(InvalidKey) as refused:
            keys.caller_of(each)
        told.add(str(refused.value))
    assert len(told) == 1


def test_its_use_is_noted(keys, database):
    row, key = keys.create("acme", EACH)
    assert row.last_used_at is None
    keys.caller_of(key)
    with database.read() as session:
        assert session.get_one(ApiKey, row.id).last_used_at is not None


def test_revoking_the_last_key_does_not_open_the_server(keys, database):
    assert not keys.any_made()
    row, _ = keys.create("acme", EACH)
    keys.revoke(row.id)
    assert keys.any_made()
    assert Keys(database, Pepper(b"p" * 32)).any_made()


@pytest.mark.parametrize("owner", ["", " ", "a b", "a/b", "-x", "a" * 81, "ü", "a\n"])
def test_an_owner_is_a_plain_name(keys, owner):
    with pytest.raises(InvalidRequest):
        keys.create(owner, EACH)


def test_a_key_without_scope_is_not_made(keys):
    with pytest.raises(InvalidRequest):
        keys.create("acme", set())


def test_a_key_that_is_not_there_cannot_be_revoked(keys):
    with pytest.raises(UnknownKey):
        keys.revoke("pdfmill_000000000000")
