"""PostgreSQL, Redis, RabbitMQ and S3 for one run: a corner of a server that runs already, or a server of its own.

Which server is used stands in ``PDFMILL_TEST_POSTGRES_URL``, ``PDFMILL_TEST_REDIS_URL`` and
``PDFMILL_TEST_RABBITMQ_URL``. Where none answers, one is started from the installed programs. What a run made is gone
when it ends.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import redis
from psycopg import sql

from missing import not_run
from stacks.processes import accepts_connections, free_port, is_alive, kill, wait_for

POSTGRES_URL = os.environ.get("PDFMILL_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("PDFMILL_TEST_REDIS_URL", "redis://127.0.0.1:6379")
RABBITMQ_URL = os.environ.get("PDFMILL_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672")

#: Numbers of a Redis server's databases that a run may take; most servers have sixteen, and 0 is people's.
_REDIS_DATABASES = range(1, 16)

_REDIS_CLAIM = "pdfmill-test-run"

#: Where distributions put programs that they do not put on the PATH.
_PROGRAM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/lib/rabbitmq/bin", "/usr/sbin", "/usr/local/sbin")

_START_S = 60


def require_program(name, package):
    """The path of a program; without it the test skips, and fails in CI."""
    found = shutil.which(name)
    for pattern in _PROGRAM_FOLDERS:
        found = found or next((str(path) for path in sorted(Path("/").glob(f"{pattern[1:]}/{name}"))), None)
    if found is None:
        not_run(f"{name} is missing: apt-get install {package}")
    return found


@contextmanager
def short_folder(user=None):
    """A new folder whose path is short enough for a socket; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pdfmill-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class OwnServer:
    """A server that this run has started, and may kill.

    Attributes:
        url: Where it listens.
    """

    name: str

    def __init__(self, folder, url):
        self.folder = folder
        self.url = url
        self.port = urlsplit(url).port
        self.process = None

    def start(self):
        """Start it, and wait until it answers."""
        log = self.folder / "server.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self._command(), stdout=output, stderr=output, start_new_session=True, **self._options()
            )
        wait_for(self.answers, _START_S, log.read_text)
        return self

    def kill(self):
        """End it as ``kill -9`` does."""
        kill(self.process.pid)
        self.process.wait()

    @contextmanager
    def silenced(self):
        """Connections are taken and nothing is ever answered, as behind a broken network."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def answers(self):
        return self.process.poll() is None and accepts_connections(self.port)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def _command(self):
        raise NotImplementedError

    def _options(self):
        return {}


class OwnPostgres(OwnServer):
    """PostgreSQL never runs as root: there the package's own user runs it."""

    name = "PostgreSQL"

    @classmethod
    @contextmanager
    def started(cls):
        initdb = require_program("initdb", "postgresql")
        user = "postgres" if os.geteuid() == 0 else None
        with short_folder(user) as folder:
            made = [initdb, "-D", folder / "data", "-U", "postgres", "-A", "trust", "--no-sync"]
            subprocess.run(made, check=True, capture_output=True, user=user, cwd="/")
            server = cls(folder, f"postgresql://postgres@127.0.0.1:{free_port()}/postgres").start()
            try:
                yield server
            finally:
                server.stop()

    def answers(self):
        with suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2):
            return True
        return False

    def restart_at_once(self):
        self.stop_at_once()
        self.start()

    def stop_at_once(self):
        """PostgreSQL's "immediate" shutdown: every connection breaks, and nothing is written."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)

    def stop(self):
        self.process.send_signal(signal.SIGINT)  # "fast": do not wait for clients
        self.process.wait(30)

    def _command(self):
        program = require_program("postgres", "postgresql")
        return [program, "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder, "-h", "127.0.0.1"]

    def _options(self):
        return {"user": "postgres" if os.geteuid() == 0 else None, "cwd": "/"}


class OwnRedis(OwnServer):
    """Redis that keeps nothing on disk: a restart wipes it."""

    name = "Redis"

    @classmethod
    @contextmanager
    def started(cls):
        require_program("redis-server", "redis-server")
        with short_folder() as folder:
            server = cls(folder, f"redis://127.0.0.1:{free_port()}/0").start()
            try:
                yield server
            finally:
                server.stop()

    def _command(self):
        program = require_program("redis-server", "redis-server")
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        return [program, *words, "--dir", str(self.folder)]


class OwnRabbitMQ(OwnServer):
    """RabbitMQ as a node of its own; its queues outlive a restart."""

    name = "RabbitMQ"

    @classmethod
    @contextmanager
    def started(cls):
        require_program("rabbitmq-server", "rabbitmq-server")
        with short_folder() as folder:
            server = cls(folder, f"amqp://guest:guest@127.0.0.1:{free_port()}//").start()
            try:
                yield server
            finally:
                server.stop()

    def _command(self):
        # The program of this name on the PATH changes to a user who may not write here.
        inner = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
        return [str(inner) if inner.exists() else require_program("rabbitmq-server", "rabbitmq-server")]

    def _options(self):
        # The machine's own configuration would win over variables: it is replaced by one of this server's.
        configuration = self.folder / "rabbitmq.conf"
        configuration.write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        node = f"pdfmill{self.port}@localhost"
        folders = {f"RABBITMQ_{name}": str(self.folder) for name in ("MNESIA_BASE", "LOG_BASE", "SCHEMA_DIR")}
        environment = {
            **os.environ,
            **folders,
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": node,
            "RABBITMQ_CONFIG_FILE": str(configuration),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
        }
        return {"env": environment}

    def kill(self):
        """The whole process group: the virtual machine is a child of the start script."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def answers(self):
        import amqp

        address = f"127.0.0.1:{self.port}"
        with suppress(OSError, amqp.AMQPError), closing(amqp.Connection(address, connect_timeout=2)) as connection:
            connection.connect()
            return True
        return False

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def postgres_database():
    """The URL of an empty PostgreSQL database."""
    with ExitStack() as stack:
        url = POSTGRES_URL
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.OperationalError:
            url = stack.enter_context(OwnPostgres.started()).url
        name = f"pdfmill_test_{secrets.token_hex(6)}"
        _administrate(url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(url)._replace(scheme="postgresql+psycopg", path=f"/{name}").geturl()
        finally:
            _administrate(url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _administrate(url, statement):
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(statement)


@contextmanager
def redis_database():
    """The URL of an empty Redis database that nobody else uses."""
    with ExitStack() as stack:
        url = REDIS_URL
        try:
            with closing(redis.Redis.from_url(url, socket_connect_timeout=3)) as server:
                server.ping()
        except redis.RedisError:
            url = stack.enter_context(OwnRedis.started()).url
        url, connection = _claim_redis_database(url)
        stack.callback(connection.close)
        try:
            yield url
        finally:
            connection.flushdb()


def _claim_redis_database(url):
    for number in _REDIS_DATABASES:
        mine = urlsplit(url)._replace(path=f"/{number}").geturl()
        connection = redis.Redis.from_url(mine)
        if connection.dbsize() == 0 and connection.set(_REDIS_CLAIM, os.getpid(), nx=True):
            return mine, connection
        claimed_by = connection.get(_REDIS_CLAIM)
        if claimed_by is not None and not is_alive(int(claimed_by)):
            connection.flushdb()  # of a run that was killed
            connection.set(_REDIS_CLAIM, os.getpid())
            return mine, connection
        connection.close()
    return not_run(f"all databases of {url} are in use; name another server in PDFMILL_TEST_REDIS_URL")


@contextmanager
def rabbitmq_vhost():
    """The URL of an empty virtual host of RabbitMQ."""
    with ExitStack() as stack:
        if not accepts_connections(urlsplit(RABBITMQ_URL).port):
            yield stack.enter_context(OwnRabbitMQ.started()).url
            return
        control = require_program("rabbitmqctl", "rabbitmq-server")
        user = urlsplit(RABBITMQ_URL).username
        name = f"pdfmill-test-{secrets.token_hex(6)}"
        subprocess.run([control, "--quiet", "add_vhost", name], check=True, capture_output=True)
        try:
            allowed = [control, "--quiet", "set_permissions", "--vhost", name, user, ".*", ".*", ".*"]
            subprocess.run(allowed, check=True, capture_output=True)
            yield f"{RABBITMQ_URL.rstrip('/')}/{name}"
        finally:
            subprocess.run([control, "--quiet", "delete_vhost", name], check=True, capture_output=True)


@contextmanager
def s3_bucket():
    """The settings, as environment variables, of an empty bucket on an S3 server of this run."""
    port = free_port()
    with short_folder() as folder, (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_for(lambda: accepts_connections(port), _START_S, (folder / "log").read_text)
            endpoint = f"http://127.0.0.1:{port}"
            httpx.put(f"{endpoint}/pdfmill-test").raise_for_status()
            yield {
                "PDFMILL_STORAGE__URL": "s3://pdfmill-test/files",
                "PDFMILL_STORAGE__ENDPOINT": endpoint,
                "PDFMILL_STORAGE__ACCESS_KEY_ID": "test",
                "PDFMILL_STORAGE__SECRET_ACCESS_KEY": "test",
            }
        finally:
            process.terminate()
            process.wait(20)
