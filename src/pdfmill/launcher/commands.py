"""The command line of each part; also for people who run the parts one by one."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from pdfmill.config.machine import jobs_at_once
from pdfmill.config.settings import Settings

#: The six families of tasks, one queue each.
QUEUES = ("compression", "conversion", "ocr", "ai", "extraction", "maintenance")

#: Web server processes touch a file to show that they live; in memory, so that a slow disk kills none.
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn makes its own private file in it


def web_argv(settings: Settings) -> list[str]:
    """Gunicorn with threads: a slow upload or a long poll takes a thread, not a process."""
    server = settings.server
    words = [sys.executable, "-m", "gunicorn", "pdfmill.wsgi:app", "--worker-class", "gthread"]
    words += ["--workers", str(server.workers), "--threads", str(server.threads)]
    words += ["--bind", f"{server.host}:{server.port}", "--graceful-timeout", "2", "--log-level", "warning"]
    # Loading the application before forking shares its memory; nothing in it is connected by then.
    words += ["--preload"]
    if _SHARED_MEMORY.is_dir():
        words += ["--worker-tmp-dir", str(_SHARED_MEMORY)]
    return words


def worker_argv(settings: Settings, queues: Sequence[str] | None = None, concurrency: int | None = None) -> list[str]:
    """A Celery worker; mingle and gossip serve nothing here and cost a second at each start.

    Its name is its own, because a broker refuses a second worker of one name, or mixes up what it is told.
    """
    words = [sys.executable, "-m", "celery", "--quiet", "--app", "pdfmill.celery_app", "worker", "--pool", "prefork"]
    words += ["--concurrency", str(jobs_at_once(settings, concurrency)), "--queues", ",".join(queues or QUEUES)]
    words += ["--hostname", f"pdfmill-{secrets.token_hex(4)}@%h"]
    # Flower believes a worker to be offline that does not beat; every two seconds, as by default, would cost more.
    words += ["--without-mingle", "--without-gossip", "--heartbeat-interval", "10", "--loglevel", settings.log.level]
    return words


def reconciler_argv() -> list[str]:
    """The reconciler with the beat schedule."""
    return [sys.executable, "-m", "pdfmill.reconciler"]


def valkey_argv(program: Path, socket_path: Path) -> list[str]:
    """A private Valkey that keeps nothing on disk: the job table is the truth."""
    words = [str(program), "--port", "0", "--unixsocket", str(socket_path), "--unixsocketperm", "700"]
    words += ["--save", "", "--appendonly", "no", "--dir", str(socket_path.parent), "--databases", "1"]
    words += ["--maxmemory", "64mb", "--maxmemory-policy", "noeviction", "--loglevel", "warning", "--daemonize", "no"]
    return words
