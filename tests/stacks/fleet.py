"""pdfmill spread over machines: web servers, workers and reconcilers that share nothing but their servers.

Each part has a data directory of its own, as on a machine of its own, and is started again when it dies, as a service
manager does it.
"""

import queue
import sys
import threading
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager

from pdfmill.client import Client
from pdfmill.launcher.parts import Part
from stacks.processes import below, command_line, free_port, is_alive, wait_for
from stacks.servers import postgres_database, rabbitmq_vhost, redis_database, s3_bucket
from stacks.stack import START_S, is_ready, send_task, surroundings

#: How often dead parts are looked for.
_LOOK_EVERY_S = 0.05


class Fleet:
    """Parts that are started, kept running, killed and stopped by name.

    Attributes:
        address: Of the first web server.
        environment: What every part is told.
    """

    def __init__(self, folder, environment):
        self.folder = folder
        self.environment = surroundings(environment)
        self.addresses = []
        self._parts = {}
        self._orders = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._keeper = threading.Thread(target=self._keep)
        self._keeper.start()

    @property
    def data_dirs(self):
        """The folder of each machine."""
        return [path for path in self.folder.iterdir() if path.is_dir()]

    @property
    def address(self):
        return self.addresses[0]

    #: Whether clients fetch results from the bucket.
    signs_links = True

    def client(self, number=0):
        return Client(self.addresses[number])

    def clean_up(self):
        """Have a worker do what the schedule asks for every ten minutes."""
        send_task("pdfmill.cleanup_expired_jobs", self.folder / "operator", self.environment)

    def start_web(self, name="web", **environment):
        """Start a web server; `wait_until_up` waits for it."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        self._start(name, ["web", "--port", str(port)], lambda: is_ready(address), environment)
        self.addresses.append(address)

    def start_worker(self, name="worker", queues=None, concurrency=2, **environment):
        """Start a worker; with ``host`` on a machine of that name, as far as it can tell."""
        note = self.folder / name / "run" / "worker-ready"
        words = ["worker", "--concurrency", str(concurrency), *(["--queues", queues] if queues else [])]
        note.unlink(missing_ok=True)
        self._start(name, words, note.exists, environment)

    def start_reconciler(self, name="reconciler", **environment):
        self._start(name, ["reconciler"], lambda: True, environment)

    def wait_until_up(self):
        """Wait until every part does its work."""
        wait_for(lambda: all(part.is_up for part in self._parts.values()), START_S, lambda: self.logs)

    def part_pids(self, name):
        """A part's process and all below it; none while it is dead."""
        process = self._parts[name].process
        return [process.pid, *below(process.pid)] if process is not None else []

    def pids(self):
        return [pid for name in list(self._parts) for pid in self.part_pids(name)]

    def pids_of(self, words):
        return [pid for pid in self.pids() if words in command_line(pid)]

    def log_of(self, name):
        log = self.folder / f"{name}.log"
        return log.read_text() if log.exists() else ""

    @property
    def logs(self):
        """The last lines of every part, for a test that fails."""
        return "\n".join(f"== {name}\n{self.log_of(name)[-3000:]}" for name in self._parts)

    def stop_part(self, name):
        """SIGTERM, and wait for the end."""
        self._call(lambda: self._stop(name))

    def stop(self):
        """Stop everything, if that is not done yet; returns the command lines of the processes that were left."""
        if self._stopped.is_set():
            return []
        pids = self.pids()
        self._call(self._stop_all)
        self._stopped.set()
        self._keeper.join()
        return [command_line(pid) for pid in pids if is_alive(pid)]

    def _stop(self, name):
        part = self._parts.pop(name)
        part.terminate()
        part.wait()

    def _stop_all(self):
        parts = list(self._parts.values())
        self._parts.clear()
        for part in parts:
            part.terminate()
        for part in parts:
            part.wait()

    def _start(self, name, words, is_up, environment):
        log = self.folder / f"{name}.log"
        program = [sys.executable, "-m", "pdfmill", *words, "--data-dir", str(self.folder / name)]
        if host := environment.pop("host", None):
            program = ["unshare", "--uts", "/bin/sh", "-c", 'hostname "$0" && exec "$@"', host, *program]
        part = Part(
            name,
            ["/bin/sh", "-c", 'exec "$@" >>"$0" 2>&1', str(log), *program],
            {**self.environment, **environment},
            is_ready=is_up,
            grace_s=15,
        )
        self._call(lambda: self._parts.__setitem__(name, part))

    # The kernel kills a part when the thread that started it ends, so one thread starts and stops all of them.

    def _call(self, order):
        done = Future()
        self._orders.put((order, done))
        done.result(60)

    def _keep(self):
        while not self._stopped.is_set():
            self._obey()
            for part in list(self._parts.values()):
                part.step()

    def _obey(self):
        try:
            order, done = self._orders.get(timeout=_LOOK_EVERY_S)
        except queue.Empty:
            return
        try:
            done.set_result(order())
        except Exception as error:  # noqa: BLE001 - whoever gave the order hears of it
            done.set_exception(error)


@contextmanager
def servers(broker):
    """The environment of a fleet: PostgreSQL, S3, and ``broker``, which is "redis" or "rabbitmq"."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres_database())
        url = stack.enter_context({"redis": redis_database, "rabbitmq": rabbitmq_vhost}[broker]())
        storage = stack.enter_context(s3_bucket())
        yield {"PDFMILL_DATABASE__URL": database, "PDFMILL_BROKER__URL": url, **storage}


@contextmanager
def running_fleet(folder, environment):
    """Two web servers, two workers, two reconcilers."""
    with _stopped_at_the_end(Fleet(folder, environment)) as fleet:
        for number in (1, 2):
            fleet.start_web(f"web-{number}")
            fleet.start_reconciler(f"reconciler-{number}")
        fleet.start_worker("worker-1")
        fleet.start_worker("worker-2", queues="extraction,maintenance")
        fleet.wait_until_up()
        yield fleet


@contextmanager
def running_small_fleet(folder, environment):
    """One part of each kind: "web", "worker", "reconciler"."""
    with _stopped_at_the_end(Fleet(folder, environment)) as fleet:
        fleet.start_web()
        fleet.start_worker()
        fleet.start_reconciler()
        fleet.wait_until_up()
        yield fleet


@contextmanager
def _stopped_at_the_end(fleet):
    try:
        yield fleet
    finally:
        left = fleet.stop()
    assert left == []
