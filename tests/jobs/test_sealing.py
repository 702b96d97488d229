"""Passwords among options: kept encrypted while they are needed, shown to nobody, forgotten at the end."""

import pytest
from pydantic import Field, SecretStr

from pdfmill.config.pepper import Pepper
from pdfmill.core.documents import MediaType
from pdfmill.core.errors import DamagedInput, IdempotencyConflict, InvalidTransition, PasswordLost
from pdfmill.core.failure import Failure
from pdfmill.core.operation import Accepts, Operation, Options, Outcome, Result
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.batches import new_item
from pdfmill.jobs.models import Job
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.sealing import FORGOTTEN, Sealer

CANARY = "CANARY-correct-horse-6f1b"


class LockedOptions(Options):
    password: SecretStr | None = Field(None, description="A password.")
    others: tuple[SecretStr, ...] = Field((), description="More of them.")
    level: str = Field("low", description="No secret.")


@pytest.fixture
def operation():
    return Operation(
        name="unlock",
        title="Unlock",
        summary="Unlock.",
        queue="compression",
        accepts=Accepts((MediaType.PDF,)),
        options=LockedOptions,
        result=Result,
        run=lambda inputs, options, ctx: Outcome(Result()),
    )


@pytest.fixture
def submit_locked(jobs, operation, upload):
    def submit_locked(password=CANARY, key=None, **options):
        uploads = [upload()]
        values = {"password": password, **options}
        idempotency = key and jobs.idempotency(key, operation, values, uploads)
        return jobs.submit(operation, values, uploads, idempotency)[0]

    return submit_locked


@pytest.fixture
def claim(database, policy):
    return lambda: claim_next(database, policy, "compression", this_owner())


def database_bytes(tmp_path):
    return b"".join(path.read_bytes() for path in tmp_path.glob("jobs.db*"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_waiting_job_s_password_is_nowhere_in_the_clear(submit_locked, tmp_path):
    job = submit_locked(others=[f"{CANARY}-2"])
    assert job.options == {"password": "**********", "others": ["**********"], "level": "low"}
    assert CANARY.encode() not in database_bytes(tmp_path)


def test_the_worker_gets_the_password_back(submit_locked, claim, sealer, operation):
    submit_locked(others=["a", "b"])
    job = claim().job
    options = operation.parse_options(job.options | sealer.open(job))
    assert options.password.get_secret_value() == CANARY
    assert [each.get_secret_value() for each in options.others] == ["a", "b"]


def test_a_job_without_a_password_has_nothing_sealed(submit_locked, sealer):
    job = submit_locked(password=None)
    assert job.sealed_options is None
    assert sealer.open(job) == {}


@pytest.mark.parametrize("end", ["complete", "fail", "cancel"])
def test_the_password_is_forgotten_when_the_job_ends(jobs, submit_locked, claim, database, end):
    job = submit_locked()
    match end:
        case "complete":
            claim().complete({}, [], [])
        case "fail":
            claim().fail(Failure.of(DamagedInput("No.")))
        case "cancel":
            jobs.cancel(job.id)
    with database.read() as session:
        assert session.get_one(Job, job.id).sealed_options == FORGOTTEN


def test_a_job_that_is_put_back_keeps_its_password(submit_locked, claim):
    submit_locked()
    claim().hand_back()
    assert claim().job.sealed_options


def test_a_job_whose_password_is_forgotten_cannot_be_tried_again(jobs, submit_locked, claim):
    job = submit_locked()
    claim().fail(Failure.of(DamagedInput("No.")))
    with pytest.raises(InvalidTransition, match="forgotten"):
        jobs.retry(job.id)


def test_a_failed_job_without_password_can_still_be_tried_again(jobs, submit_locked, claim):
    job = submit_locked(password=None)
    claim().fail(Failure.of(DamagedInput("No.")))
    assert jobs.retry(job.id).status == "PENDING"


def test_sealed_options_open_for_their_own_job_and_pepper_only(submit_locked, sealer):
    first, second = submit_locked(), submit_locked()
    with pytest.raises(PasswordLost):
        Sealer(Pepper(b"q" * 32)).open(first)
    second.sealed_options = first.sealed_options
    with pytest.raises(PasswordLost):
        sealer.open(second)


def test_an_item_of_a_batch_has_its_batch_s_owner_and_password(jobs, submit_locked, operation, sealer):
    batch = submit_locked()
    batch.owner = "alice"
    item = new_item("1" * 32, 0, batch, operation, batch.files[0])
    assert item.owner == "alice"
    assert sealer.open(item) == {"password": CANARY}


def test_two_passwords_make_two_requests(submit_locked):
    first = submit_locked(key="once")
    assert submit_locked(key="once").id == first.id
    with pytest.raises(IdempotencyConflict):
        submit_locked(password="another", key="once")


def test_a_fingerprint_does_not_let_anybody_guess(sealer):
    assert sealer.fingerprint(["x"]) != Sealer(Pepper(b"q" * 32)).fingerprint(["x"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_deleting_a_job_leaves_nothing_of_it_in_the_database(
    jobs, operation, upload, claim, database, tmp_path, stored_files
):
    uploads = [upload(content=b"%PDF-1.7\n" + CANARY.encode(), name=f"{CANARY}.pdf")]
    job, _ = jobs.submit(operation, {"password": CANARY, "level": CANARY}, uploads)
    claim().fail(Failure.of(DamagedInput(f"{CANARY} cannot be read.")))
    assert CANARY.encode() in database_bytes(tmp_path)  # the name of a waiting job has to be kept
    jobs.delete(job.id)
    assert CANARY.encode() not in database_bytes(tmp_path)
    assert job.id.encode() not in database_bytes(tmp_path)
    assert stored_files() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reader_delays_the_emptying_of_the_log_until_the_next_time(jobs, submit_locked, database, tmp_path):
    job = submit_locked(level=CANARY)
    jobs.cancel(job.id)
    with database.read() as session:
        session.get_one(Job, job.id)
        jobs.delete(job.id)
        assert not database.erase_traces()
    assert database.erase_traces()
    assert CANARY.encode() not in database_bytes(tmp_path)
