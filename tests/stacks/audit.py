"""What a run of servers has left behind, looked at when all of them have stopped.

    python -m stacks.audit DATA_DIR...     with the servers' environment; prints an `Audit` as JSON

In a process of its own, because settings come from the environment.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from pdfmill.app import Parts
from pdfmill.config.settings import load_settings
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.models import Job, JobEvent, JobFile
from pdfmill.jobs.status import JobStatus

#: Old enough for every sweep.
_AGED_S = 7200


@dataclass(frozen=True)
class Audit:
    """Lists of ids, keys and paths; all but ``rows`` and ``swept`` should be empty.

    Attributes:
        rows: Jobs in the table.
        twice: Jobs that were completed more than once.
        missing: Stored files that the table names and that are not there.
        left: Files that nobody needs, after one sweep.
        swept: How many files and folders that sweep removed.
    """

    rows: int
    twice: list[str]
    missing: list[str]
    left: list[str]
    swept: int


def audit(data_dirs, environment):
    """Sweep once, and look."""
    words = [sys.executable, "-m", "stacks.audit", *map(str, data_dirs)]
    path = os.pathsep.join([str(Path(__file__).parents[1]), environment.get("PYTHONPATH", "")])
    environment = {**environment, "PYTHONPATH": path, "PDFMILL_STORAGE__ORPHANED_AFTER_S": "0"}
    done = subprocess.run(words, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Audit(**json.loads(done.stdout.splitlines()[-1]))


def _look(data_dirs):
    swept = 0
    every = [_parts(data_dir) for data_dir in data_dirs]
    for parts in every:
        _age(parts.settings.data_dir)
        swept += parts.reconciler.sweep() + parts.storage.sweep_incoming()
    parts = every[0]
    with parts.database.read() as session:
        rows = session.scalar(select(func.count()).select_from(Job))
        completed = select(JobEvent.job_id).where(JobEvent.kind == JobStatus.COMPLETED).group_by(JobEvent.job_id)
        twice = session.scalars(completed.having(func.count() > 1)).all()
        named = set(session.scalars(select(JobFile.storage_key)))
    stored = set(parts.storage.keys(older_than=utc_now() + timedelta(hours=1)))
    return Audit(
        rows=rows,
        twice=list(twice),
        missing=sorted(named - stored),
        left=sorted(stored - named) + [path for each in every for path in _work_left(each.settings)],
        swept=swept,
    )


def _parts(data_dir):
    return Parts(load_settings(data_dir=Path(data_dir)))


def _age(folder):
    then = time.time() - _AGED_S
    for path in folder.rglob("*"):
        if {"spool", "incoming"} & set(path.parts):
            os.utime(path, (then, then), follow_symlinks=False)


def _work_left(settings):
    folders = (settings.spool_dir, settings.data_dir / "incoming", settings.data_dir / "files" / "incoming")
    return [str(path) for folder in folders for path in folder.glob("*") if path.suffix != ".lock"]


if __name__ == "__main__":
    print(json.dumps(asdict(_look(sys.argv[1:]))))
