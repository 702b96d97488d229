"""What past jobs cost tells what the next one will."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.core.work import PastRun, Work
from pdfmill.services.preview.forecast import LEAST_RUNS, forecast


def past(count, *, seed=1, noise=0.1, wait=1.0):
    """Runs of documents of very different sizes, each a sum of costs, give or take."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        pages = chance.choice([1, 1, 2, 5, 20, 100])
        characters = pages * chance.randrange(0, 4000)
        seconds = _cost(pages, characters) * chance.uniform(1 - noise, 1 + noise)
        work = Work(pages=pages, characters=characters)
        found.append(
            PastRun(
                work=work,
                input_bytes=chance.randrange(10**3, 10**7),
                output_bytes=100 + 2 * characters,
                cpu_s=seconds,
                wall_s=wait * seconds,
            )
        )
    return found


def _cost(pages, characters):
    return 0.02 + 0.01 * pages + 20e-6 * characters


@pytest.mark.parametrize(("pages", "characters"), [(1, 0), (1, 3000), (30, 20_000), (1000, 2_000_000)])
def test_twenty_runs_tell_the_time_of_another_size(pages, characters):
    told = forecast(past(20), Work(pages=pages, characters=characters), 50_000)
    assert told.seconds == pytest.approx(_cost(pages, characters), rel=0.35)
    assert told.output_bytes == pytest.approx(100 + 2 * characters, rel=0.35, abs=200)
    assert told.runs == 20


def test_a_machine_that_is_busy_is_expected_to_stay_so():
    work = Work(pages=10, characters=10_000)
    assert forecast(past(40, wait=3), work, 1).seconds == pytest.approx(
        3 * forecast(past(40), work, 1).seconds, rel=0.01
    )


def test_a_document_seen_before_costs_what_it_cost():
    odd = PastRun(work=Work(pages=7, characters=5000), input_bytes=777, output_bytes=9, cpu_s=9.0, wall_s=9.0)
    told = forecast([odd] * 5 + past(40), Work(pages=7, characters=5000), 777)
    assert told.seconds == pytest.approx(9, rel=0.3)


@pytest.mark.parametrize("count", range(LEAST_RUNS))
def test_few_runs_tell_nothing(count):
    assert forecast(past(count), Work(pages=1), 1) is None


_AMOUNTS = st.integers(0, 10**9)
_RUNS = st.builds(
    PastRun,
    work=st.builds(Work, pages=_AMOUNTS, characters=_AMOUNTS, megapixels=st.floats(0, 10**6)),
    input_bytes=_AMOUNTS,
    output_bytes=_AMOUNTS,
    cpu_s=st.floats(0, 1000),
    wall_s=st.floats(0, 1000),
)


@given(st.lists(_RUNS, min_size=LEAST_RUNS, max_size=12), _RUNS)
def test_whatever_was_seen_gives_numbers_that_can_be(runs, wanted):
    told = forecast(runs, wanted.work, wanted.input_bytes)
    assert 0 <= told.seconds < 1e15
    assert 0 <= told.output_bytes < 1e21
