"""Celery without pdfmill, set up as pdfmill sets it up: what `jobs.py` compares with."""

from __future__ import annotations

import os
import time

import redis
from celery import Celery

URL = os.environ["BARE_CELERY_BROKER"]

app = Celery("bare", broker=URL)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    task_default_queue="bare",
)

connection = redis.Redis.from_url(URL)


@app.task
def note_start() -> None:
    connection.rpush("began", time.monotonic())
