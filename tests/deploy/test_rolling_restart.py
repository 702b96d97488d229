"""A fleet is brought to another version part by part, under load."""

import pytest

from stacks import rehearsal
from stacks.fleet import Fleet, servers
from stacks.processes import wait_for

CONTENT = b"%PDF-1.7\n" + b"x" * 500


@pytest.fixture
def fleet(tmp_path):
    with servers("redis") as environment:
        fleet = Fleet(tmp_path, {**rehearsal.ENVIRONMENT, **environment, "PDFMILL_WORKER__SHUTDOWN_GRACE_S": "1"})
        try:
            fleet.start_web("web-1")
            fleet.start_worker("worker-1")
            fleet.start_reconciler("reconciler-1")
            fleet.wait_until_up()
            yield fleet
        finally:
            left = fleet.stop()
        assert left == []


@pytest.mark.timeout(300)
def test_no_job_is_lost_or_blamed_when_each_part_is_replaced(fleet, tmp_path):
    fleet.start_web("web-2")
    fleet.start_reconciler("reconciler-2")
    fleet.wait_until_up()
    with fleet.client() as client:
        short = [client.submit("echo", CONTENT, {"seconds": 0.2}).id for _ in range(12)]
        long = client.submit("echo", CONTENT, {"seconds": 8}, urgency=0).id
        wait_for(lambda: client.job(long).status == "PROCESSING")
    for name in ("worker-1", "reconciler-1", "web-1"):
        fleet.stop_part(name)
    fleet.start_worker("worker-2")
    fleet.wait_until_up()
    with fleet.client(1) as client:
        ended = [list(client.watch(job_id))[-1] for job_id in [*short, long]]
        assert [job.status for job in ended] == ["COMPLETED"] * 13
        assert ended[-1].attempt == 2  # it was handed back, and begun anew
        assert client.download(ended[0], tmp_path / "out").read_bytes() == rehearsal.echoed(CONTENT)
