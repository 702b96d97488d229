"""A storm: clients submit jobs while parts are killed at random; in the end every promise is checked."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from pdfmill.client import Client
from pdfmill.core.errors import PdfMillError
from stacks import rehearsal
from stacks.processes import age_s, below, command_line, kill, parent_of

CLIENTS = 8

#: Longest time that one job works.
_WORK_S = 0.3

#: How many times more often one kind is killed than another.
_WEIGHTS = {
    "worker child": 8,
    "sandbox": 4,
    "web process": 4,
    "web server": 2,
    "reconciler": 2,
    "worker": 2,
    "broker": 1,
    "broker wiped": 1,
    "database": 1,
}

#: A part is spared until its children have lived so long: one that is killed before it has done anything is started
#: more and more rarely, and then the storm is over before it hits any work.
_SPARED_S = {"web server": ("web process", 5), "worker": ("worker child", 5)}
_SPARED_ALONE_S = {"reconciler": 5, "broker": 5}

#: After the storm, everything that was accepted has to end within this time.
_DRAIN_S = 180


@dataclass
class Storm:
    """What happened.

    Attributes:
        accepted: Job ids by the bytes that were sent.
        kills: Kind and wall-clock time of each kill.
        outcomes: How many jobs ended in each state.
        wrong: Ids of jobs whose result is not that of their input.
        recovered_s: By kind, for each kill the seconds until a job was completed again.
        seconds: From the first submission to the last job's end.
    """

    accepted: dict = field(default_factory=dict)
    kills: list = field(default_factory=list)
    outcomes: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)
    recovered_s: dict = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def kills_by_kind(self):
        return Counter(kind for kind, _ in self.kills)


def rage(server, *, jobs, kills, seed, between_kills_s, blows=None):
    """Submit ``jobs`` jobs while ``kills`` processes are killed; wait for every job's end and check its result.

    Args:
        server: A `Stack` or a `Fleet`.
        between_kills_s: Least and most seconds between two kills.
        blows: What may be done besides killing one of the server's processes: functions by kind.
    """
    storm = Storm()
    chance = random.Random(seed)
    started = time.monotonic()
    documents = [_document(number, random.Random(seed + number)) for number in range(jobs)]
    clients = [
        threading.Thread(target=_submit_all, args=(server, storm, documents, number, kills))
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    while len(storm.kills) < kills:
        time.sleep(chance.uniform(*between_kills_s))
        _kill_one(server, storm, chance, blows or {})
    for client in clients:
        client.join()
    _check(server, storm)
    storm.seconds = time.monotonic() - started
    return storm


def _document(number, chance):
    """Bytes that are a PDF at first sight, and unlike all others; and how long to work on them."""
    return b"%PDF-1.7\n%" + f"{number} {chance.random()}".encode(), round(chance.uniform(0, _WORK_S), 3)


def _submit_all(server, storm, documents, number, kills):
    with Client(server.addresses[number % len(server.addresses)]) as client:
        for index in range(number, len(documents), CLIENTS):
            # Jobs keep pace with kills, so that there is work under every one of them.
            while index / len(documents) > len(storm.kills) / kills:
                time.sleep(0.02)
            content, seconds = documents[index]
            storm.accepted[content] = _submit(client, content, seconds, key=f"storm-{index}")


def _submit(client, content, seconds, key):
    """Submit as a careful client does: with a key, again and again, until there is an answer."""
    while True:
        try:
            return client.submit("echo", content, {"seconds": seconds}, idempotency_key=key).id
        except PdfMillError as error:
            if not error.kind.retryable:
                raise
            time.sleep(0.1)


def _kill_one(server, storm, chance, blows):
    """One blow; none if there is nobody of the kind that the dice chose."""
    kind = chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    victims = [pid for pid in find_victims(server).get(kind, []) if _is_fair_game(kind, pid)]
    when = time.time()
    if kind in blows:
        blows[kind]()
    elif not victims or not kill(chance.choice(victims)):
        return
    storm.kills.append((kind, when))


def _is_fair_game(kind, pid):
    if kind not in _SPARED_S:
        return age_s(pid) >= _SPARED_ALONE_S.get(kind, 0)
    child_kind, seconds = _SPARED_S[kind]
    children = [child for child in below(pid) if _kind(command_line(child), command_line(pid)) == child_kind]
    return any(age_s(child) >= seconds for child in children)


def find_victims(server):
    """The ids of the server's processes by what they are."""
    found = {}
    for pid in server.pids():
        kind = _kind(command_line(pid), command_line(parent_of(pid)))
        if kind is not None:
            found.setdefault(kind, []).append(pid)
    return found


def _kind(words, parents_words):
    if "gunicorn" in words:
        return "web process" if "gunicorn" in parents_words else "web server"
    if "pdfmill.celery_app" in words:
        return "worker child" if "pdfmill.celery_app" in parents_words else "worker"
    if "pdfmill.reconciler" in words:
        return "reconciler"
    if "valkey-server" in words:
        return "broker"
    return "sandbox" if words.startswith(("bwrap", "/usr/bin/bwrap")) else None


def _check(server, storm):
    finished = []
    with server.client() as client:
        until = time.monotonic() + _DRAIN_S
        for content, job_id in storm.accepted.items():
            job = _patient(client, job_id)
            while not job.is_terminal and time.monotonic() < until:
                job = _patient(client, job_id)
            storm.outcomes[job.status] += 1
            if job.status == "COMPLETED":
                finished.append(job.finished_at.timestamp())
                if not _has_result_of(client, job, content, server.folder / "result"):
                    storm.wrong.append(job_id)
    for kind, when in storm.kills:
        later = [moment for moment in finished if moment > when]
        if later:
            storm.recovered_s.setdefault(kind, []).append(min(later) - when)


def _patient(client, job_id):
    """The job, as soon as it has ended or some seconds have passed; a server that starts again is waited for."""
    return next(client.watch(job_id, every=5))


def _has_result_of(client, job, content, target):
    client.download(job, target)
    result = target.read_bytes()
    target.unlink()
    return result == rehearsal.echoed(content)
