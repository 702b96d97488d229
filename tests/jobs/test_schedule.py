"""Periodic work is done once in each interval."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pdfmill.jobs.schedule import take_slot

HOUR = 3600.0


@pytest.fixture
def wall_clock(monkeypatch):
    """The wall clock, which a test sets."""

    class WallClock:
        now = 1_000_000 * HOUR

    monkeypatch.setattr("pdfmill.jobs.schedule.time.time", lambda: WallClock.now)
    return WallClock


def test_of_many_schedulers_one_does_the_work(database):
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: take_slot(database, "clean", 1e12), range(8)))
    assert sorted(taken) == [False] * 7 + [True]


def test_each_interval_has_its_own_run(database, wall_clock):
    runs = []
    for _ in range(8):
        runs.append(take_slot(database, "clean", HOUR))
        wall_clock.now += HOUR / 4
    assert runs == [True, False, False, False] * 2


def test_missed_intervals_do_not_pile_up(database, wall_clock):
    assert take_slot(database, "clean", HOUR)
    wall_clock.now += 100 * HOUR
    assert [take_slot(database, "clean", HOUR) for _ in range(100)].count(True) == 1


def test_a_clock_that_was_ahead_for_years_stops_nothing(database, wall_clock):
    wall_clock.now += 500_000 * HOUR
    assert take_slot(database, "clean", HOUR)
    wall_clock.now -= 500_000 * HOUR
    assert take_slot(database, "clean", HOUR)


def test_tasks_do_not_share_their_intervals(database):
    assert take_slot(database, "clean", 1e12)
    assert take_slot(database, "count", 1e12)
