"""A backup that is taken while many jobs come, run and are deleted, restored on another machine's folder."""

import json
import random
import subprocess
import sys
import threading
import time

import pytest

from stacks import rehearsal
from stacks.processes import wait_for
from stacks.stack import Stack, running_stack

CONTENT = b"%PDF-1.7\n" + b"x" * 2000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("backup")


def pdfmill(*words):
    done = subprocess.run([sys.executable, "-m", "pdfmill", *map(str, words)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Load:
    """Clients that submit, and one that deletes what has ended."""

    def __init__(self, stack):
        self.accepted = []
        self.deleted = set()
        self._stack = stack
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._submit, self._submit, self._delete)]
        for thread in self._threads:
            thread.start()

    def end(self):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _submit(self):
        chance = random.Random(1)
        with self._stack.client() as client:
            while not self._over.wait(0.02):
                content = CONTENT + str(time.monotonic()).encode()
                seconds = chance.choice([0, 0, 0.1, 0.5])
                self.accepted.append((client.submit("echo", content, {"seconds": seconds}).id, content))

    def _delete(self):
        with self._stack.client() as client:
            while not self._over.wait(0.2):
                job_id = self.accepted[0][0] if self.accepted else None
                if job_id and client.job(job_id).is_terminal:
                    self.deleted.add(job_id)
                    client.delete(job_id)
                    self.accepted.pop(0)


@pytest.mark.timeout(300)
def test_a_backup_under_load_restores_to_a_consistent_state(folder, tmp_path):
    saved = tmp_path / "pdfmill.backup"
    with running_stack(folder, rehearsal.ENVIRONMENT) as stack:
        load = Load(stack)
        wait_for(lambda: len(load.accepted) > 40, 60)
        before = list(load.accepted)
        contents = pdfmill("backup", saved, "--data-dir", folder / "data", "--json")
        load.end()
    assert contents["missing"] == 0
    assert contents["jobs"] >= len([job for job in before if job[0] not in load.deleted])
    assert pdfmill("restore", saved, "--data-dir", tmp_path / "data", "--json") == contents
    again = Stack(tmp_path, rehearsal.ENVIRONMENT)
    try:
        _assert_every_job_ends_well(again, before, load.deleted, tmp_path)
        assert again.stop() == []
    finally:
        again.kill()


def _assert_every_job_ends_well(stack, accepted, deleted, folder):
    with stack.client() as client:
        for job_id, content in accepted:
            if job_id in deleted:
                continue  # it may or may not have been there still
            ended = list(client.watch(job_id))[-1]
            assert ended.status == "COMPLETED", ended
            assert client.download(ended, folder / "out").read_bytes() == rehearsal.echoed(content)
            (folder / "out").unlink()
