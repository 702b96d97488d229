"""Callers of every sort, and jobs in every state that a route wants, for tests of who may do what."""

import io
from datetime import timedelta

from pdfmill.core.caller import Scope
from pdfmill.core.errors import DamagedInput
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.models import JobFile
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.storage import Label

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
COMPRESS = "/v1/operations/compress"
EACH = {Scope.JOBS_READ, Scope.JOBS_WRITE, Scope.METRICS_READ}


def bearer(key):
    return {"Authorization": f"Bearer {key}"} if key else {}


class Callers:
    """Makes one key of each sort; `headers` gives what a caller sends."""

    def __init__(self, keys):
        revoked, revoked_key = keys.create("alice", EACH)
        keys.revoke(revoked.id)
        self._keys = {
            "nobody": None,
            "wrong key": "pdfmill_000000000000." + "x" * 43,
            "revoked key": revoked_key,
            "expired key": keys.create("alice", EACH, utc_now() - timedelta(days=1))[1],
            "other owner": keys.create("bob", EACH)[1],
            "owner": keys.create("alice", EACH)[1],
            "admin": keys.create("ops", {Scope.ADMIN})[1],
        }
        self._narrow = {scope: keys.create("alice", {scope})[1] for scope in EACH}

    def headers(self, caller, scope=None):
        """Args: scope: What the route wants; the caller "without scope" has the other one."""
        if caller == "without scope":
            return bearer(self._narrow[next(iter(EACH - {scope}))])
        return bearer(self._keys[caller])


class JobMaker:
    """Submits over HTTP, and takes the worker's part."""

    def __init__(self, app, headers):
        self._parts = app.extensions["pdfmill"]
        self._client = app.test_client()
        self._headers = headers

    def pending(self):
        response = self._client.post(COMPRESS, data={"file": (io.BytesIO(PDF), "a.pdf")}, headers=self._headers)
        assert response.status_code == 202, response.text
        return response.json["id"]

    def completed(self):
        return self.complete(self.pending())

    def complete(self, job_id):
        """End a pending job with one output, which is called as its input was."""
        return self._complete(self._attempt(job_id))

    def complete_next(self):
        """End whichever job is next."""
        return self._complete(self._claim())

    def failed(self):
        return self._fail(self._attempt(self.pending()))

    def fail_next(self):
        return self._fail(self._claim())

    def _complete(self, attempt):
        parts, job_id, name = self._parts, attempt.job.id, attempt.job.inputs[0].name
        incoming = parts.storage.incoming(1 << 20)
        incoming.write(PDF)
        key = f"outputs/{job_id}.{attempt.number}"
        stored = parts.storage.publish(incoming, key, Label(name, "application/pdf"))
        output = JobFile(
            role="output",
            name=name,
            media_type="application/pdf",
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            storage_key=stored.key,
        )
        assert attempt.complete({}, [], [output])
        return job_id

    def _fail(self, attempt):
        assert attempt.fail(Failure.of(DamagedInput("Send another.")))
        return attempt.job.id

    def _claim(self):
        return claim_next(self._parts.database, self._parts.policy, "compression", this_owner())

    def _attempt(self, wanted):
        while True:  # jobs of earlier tests may be before it
            attempt = self._claim()
            if attempt.job.id == wanted:
                return attempt
