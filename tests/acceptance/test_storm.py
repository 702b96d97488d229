"""kill -9 of every part, at random, while jobs run: nothing is lost, doubled or mixed up, and nothing stays behind."""

import pytest

from stacks import rehearsal
from stacks.audit import audit
from stacks.stack import running_stack
from stacks.storm import rage

JOBS, KILLS, SEED = 150, 45, 7


@pytest.mark.timeout(300)
def test_a_storm_of_kills_costs_time_and_nothing_else(tmp_path):
    with running_stack(tmp_path, rehearsal.ENVIRONMENT) as stack:
        storm = rage(stack, jobs=JOBS, kills=KILLS, seed=SEED, between_kills_s=(0.3, 1.2))
        left = stack.stop()
    assert len(storm.kills) == KILLS
    parts = {"worker", "worker child", "sandbox", "web server", "web process", "broker"}
    assert len(parts & set(storm.kills_by_kind)) >= 4, storm.kills_by_kind  # which ones, chance decides
    assert storm.outcomes == {"COMPLETED": JOBS}, stack.log.read_text()[-5000:]
    assert storm.wrong == []
    assert left == []
    found = audit(stack.data_dirs, stack.environment)
    assert (found.rows, found.twice, found.missing, found.left) == (JOBS, [], [], [])
