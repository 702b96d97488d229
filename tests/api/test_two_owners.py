"""A model of the API with two owners and an administrator: whatever they do, nobody sees what is another's."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from applications import applications
from callers import COMPRESS, PDF, Callers, JobMaker

PEOPLE = strategies.sampled_from(["owner", "other owner", "admin"])
OWNERS = strategies.sampled_from(["owner", "other owner"])

#: In memory where there is such a folder: the machine makes thousands of durable commits.
MEMORY = Path("/dev/shm")


class TwoOwners(RuleBasedStateMachine):
    """Holds by job: whose it is, and its state."""

    jobs = Bundle("jobs")
    links = Bundle("links")

    @initialize()
    def start(self):
        self.folder = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.applications = applications(Path(self.folder.name))
        self.app = self.applications.__enter__()(storage={"min_free_mib": 0})
        self.client = self.app.test_client()
        self.callers = Callers(self.app.extensions["pdfmill"].keys)
        self.model = {}
        self.keys = {}

    def teardown(self):
        if hasattr(self, "folder"):
            self.applications.__exit__(None, None, None)
            self.folder.cleanup()

    def call(self, who, method, path, **request):
        headers = self.callers.headers(who) | request.pop("headers", {})
        return self.client.open(path, method=method, headers=headers, **request)

    def may_see(self, who, job):
        return job in self.model and (who == "admin" or self.model[job][0] == who)

    def expect(self, who, job, allowed):
        """The status that a request for this job must have; ``allowed`` is a status by state."""
        if not self.may_see(who, job):
            return 404
        return allowed.get(self.model[job][1], 409)

    def move(self, answer, job, state):
        if answer.status_code < 300:
            self.model[job] = (self.model[job][0], state)

    @rule(target=jobs, who=OWNERS, key=strategies.sampled_from(["k1", "k2", None]))
    def submit(self, who, key):
        headers = {"Idempotency-Key": key} if key else {}
        answer = self.call(who, "POST", COMPRESS, data={"file": (io.BytesIO(PDF), "a.pdf")}, headers=headers)
        assert answer.status_code == 202
        job = answer.json["id"]
        known = self.keys.get((who, key))
        if key and known in self.model:
            assert job == known
        else:
            assert job not in self.model
            self.model[job] = (who, "PENDING")
            self.keys[who, key] = job
        return job

    @rule(who=PEOPLE, job=jobs)
    def show(self, who, job):
        answer = self.call(who, "GET", f"/v1/jobs/{job}")
        assert answer.status_code == (200 if self.may_see(who, job) else 404)
        if answer.status_code == 200:
            assert answer.json["status"] == self.model[job][1]

    @rule(who=PEOPLE, job=jobs)
    def cancel(self, who, job):
        answer = self.call(who, "POST", f"/v1/jobs/{job}/cancel")
        assert answer.status_code == self.expect(who, job, {"PENDING": 202, "CANCELLED": 202})
        self.move(answer, job, "CANCELLED")

    @rule(who=PEOPLE, job=jobs)
    def retry(self, who, job):
        answer = self.call(who, "POST", f"/v1/jobs/{job}/retry")
        assert answer.status_code == self.expect(who, job, {"FAILED": 202})
        self.move(answer, job, "PENDING")

    @rule(who=PEOPLE, job=jobs)
    def delete(self, who, job):
        answer = self.call(who, "DELETE", f"/v1/jobs/{job}")
        ended = {"COMPLETED": 204, "FAILED": 204, "CANCELLED": 204}
        assert answer.status_code == self.expect(who, job, ended)
        if answer.status_code == 204:
            del self.model[job]

    @rule(who=PEOPLE, job=jobs)
    def download(self, who, job):
        answer = self.call(who, "GET", f"/v1/jobs/{job}/result")
        assert answer.status_code == self.expect(who, job, {"COMPLETED": 200})

    @rule(target=links, who=PEOPLE, job=jobs)
    def make_link(self, who, job):
        answer = self.call(who, "POST", f"/v1/jobs/{job}/link")
        assert answer.status_code == self.expect(who, job, {"COMPLETED": 201})
        return (answer.json["url"], job) if answer.status_code == 201 else ("/v1/downloads/none", None)

    @rule(link=links)
    def follow_link(self, link):
        url, job = link
        answer = self.client.get(url)
        assert answer.status_code == (200 if job in self.model else 404)

    @rule(job=jobs, well=strategies.booleans())
    def work(self, job, well):
        """The worker's part, at whatever job is next."""
        pending = [job for job, (_, state) in self.model.items() if state == "PENDING"]
        if pending:
            maker = JobMaker(self.app, {})
            done = maker.complete_next() if well else maker.fail_next()
            assert done in pending
            self.model[done] = (self.model[done][0], "COMPLETED" if well else "FAILED")

    @invariant()
    def everybody_lists_exactly_his_own(self):
        if not hasattr(self, "model"):
            return
        for who in ("owner", "other owner", "admin"):
            listed = self.call(who, "GET", "/v1/jobs?limit=200").json["items"]
            assert {job["id"]: job["status"] for job in listed} == {
                job: state for job, (_, state) in self.model.items() if self.may_see(who, job)
            }


TestTwoOwners = TwoOwners.TestCase
TestTwoOwners.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
