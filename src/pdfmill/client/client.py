"""Submit, watch, download: the calls of a pdfmill server as methods."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, TypeVar, cast
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from pdfmill.client.download import write_verified
from pdfmill.client.jobs import Job, JobPage, OperationInfo, OperationList, OutputOf
from pdfmill.client.transport import Transport
from pdfmill.core.errors import PdfMillError, ServerUnreachable, UnusablePath

#: A file to send: where it lies, its bytes, something open for reading bytes, or what an earlier job made.
File = str | Path | bytes | IO[bytes] | Job | OutputOf

#: Least time between two looks at a job, for a server that has no room left to let anybody wait.
_LOOK_EVERY_S = 0.25

ModelT = TypeVar("ModelT", bound=BaseModel)


class Client:
    """A pdfmill server.

    Every method raises the server's own errors, see `pdfmill.core.errors`, and `ServerUnreachable` when nobody answers.

    Args:
        base_url: Address of the server, without ``/v1``.
        timeout: Seconds without a byte until the server counts as gone.
        patience: Seconds that `watch` and `run` look past a server that does not answer: one that restarts
            loses no job.
        api_key: What the server knows us by; by default the environment variable PDFMILL_API_KEY.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        timeout: float = 30,
        patience: float = 30,
        api_key: str | None = None,
    ) -> None:
        key = api_key or os.environ.get("PDFMILL_API_KEY", "").strip() or None
        self._transport = Transport(base_url, timeout_s=timeout, api_key=key)
        self._patience_s = patience

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def operations(self) -> tuple[OperationInfo, ...]:
        """What the server can do."""
        return self._read(OperationList, self._transport.json("GET", "/v1/operations")).items

    def submit(
        self,
        operation: str,
        files: File | Sequence[File],
        options: Mapping[str, Any] | None = None,
        *,
        names: Sequence[str] = (),
        idempotency_key: str | None = None,
        urgency: int | None = None,
        ttl_seconds: int | None = None,
    ) -> Job:
        """Send files and have a job made of them; returns at once, with the job waiting.

        Args:
            files: Read while they are sent, never held in memory as a whole. An output of an earlier job needs not
                be sent: its job, or an `OutputOf` one, stands for it.
            options: By name; None leaves one at its default, a list sends several values.
            names: What the files are called; by default the names of their paths.
            idempotency_key: A second submission with the same key makes no second job.
            urgency: 0 to 7, the lower the sooner; None is the server's default, 3.
            ttl_seconds: How long the server keeps the files after the job's end; None leaves it to the server.

        Raises:
            UnusablePath: A file cannot be read.
            UnknownJob, JobNotFinished, JobExpired, ResultUnavailable: An earlier job has no such output.
        """
        with ExitStack() as stack:
            parts = []
            earlier = []
            for position, file in enumerate(_listed(files)):
                if isinstance(file, (Job, OutputOf)):
                    earlier.append(file.id if isinstance(file, Job) else file.reference)
                    continue
                name, content = _open(file, stack)
                name = names[position] if position < len(names) else name
                parts.append(("file", (name, content, "application/octet-stream")))
            answer = self._transport.json(
                "POST",
                f"/v1/operations/{quote(operation, safe='')}",
                data=_form({**(options or {}), "from_job": earlier, "ttl_seconds": ttl_seconds}),
                files=parts,
                headers={
                    **({"Idempotency-Key": idempotency_key} if idempotency_key else {}),
                    **({"Priority": f"u={urgency}"} if urgency is not None else {}),
                },
            )
        return self._read(Job, answer)

    def job(self, job_id: str, *, wait: float | None = None) -> Job:
        """A job as it is now.

        Args:
            wait: Seconds that the server may hold its answer back while the job is unfinished.
        """
        if wait is None:
            return self._read(Job, self._transport.json("GET", _path(job_id)))
        return self._read(Job, self._transport.json("GET", _path(job_id), params={"wait": f"{wait:g}"}, wait_s=wait))

    def jobs(
        self,
        *,
        status: str | None = None,
        operation: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> JobPage:
        """One page of jobs, newest first."""
        wanted = {"status": status, "operation": operation, "limit": limit, "cursor": cursor}
        params = {key: value for key, value in wanted.items() if value is not None}
        return self._read(JobPage, self._transport.json("GET", "/v1/jobs", params=params))

    def watch(self, job_id: str, *, every: float = 1.0) -> Iterator[Job]:
        """Snapshots of a job, the last one terminal. Outlives a restart of the server.

        Args:
            every: Seconds between two snapshots at most; the end is told at once.
        """
        silent_since: float | None = None
        while True:
            looked = time.monotonic()
            try:
                job = self.job(job_id, wait=every)
            except PdfMillError as error:
                silent_since = silent_since or looked
                if not error.kind.retryable or looked - silent_since > self._patience_s:
                    raise
            else:
                silent_since = None
                yield job
                if job.is_terminal:
                    return
            time.sleep(max(0.0, looked + min(_LOOK_EVERY_S, every) - time.monotonic()))

    def cancel(self, job_id: str) -> Job:
        """Ask for a job to be stopped; it may take a moment until it is.

        Raises:
            InvalidTransition: It has ended otherwise already.
        """
        return self._read(Job, self._transport.json("POST", f"{_path(job_id)}/cancel"))

    def retry(self, job_id: str) -> Job:
        """Have a failed job tried again, as if it had just been submitted.

        Raises:
            InvalidTransition: It did not fail.
        """
        return self._read(Job, self._transport.json("POST", f"{_path(job_id)}/retry"))

    def delete(self, job_id: str) -> None:
        """Forget a job and its files."""
        self._transport.json("DELETE", _path(job_id))

    def download(self, job: Job | str, target: str | Path, *, file: int = 0) -> Path:
        """Write an output of a job to ``target``, replacing what is there only when all of it has arrived intact.

        Args:
            file: Position of the output, from 0.

        Raises:
            JobNotFinished, ResultUnavailable, JobExpired: There is nothing to download.
            ServerUnreachable: The download broke off, or arrived with another checksum than the server told.
            UnusablePath: The target cannot be written.
        """
        known = self.job(job) if isinstance(job, str) else job
        promised = known.outputs[file] if file < len(known.outputs) else None
        with self._transport.stream(f"{_path(known.id)}/result", params={"file": file}) as pieces:
            return write_verified(pieces, Path(target), promised)

    def run(self, operation: str, path: File, target: str | Path, **options: Any) -> Job:
        """Submit one file, wait, and download the one output.

        Raises:
            PdfMillError: What made the job fail.
        """
        submitted = self.submit(operation, path, options)
        for job in self.watch(submitted.id):
            last = job
        if last.error is not None:
            raise last.error.to_error()
        self.download(last, target)
        return last

    def _read(self, model: type[ModelT], answer: Any) -> ModelT:
        try:
            return model.model_validate(answer)
        except ValidationError as error:
            raise ServerUnreachable(
                f"The answer of {self._transport.base_url} is not one of a pdfmill server of this version. Correct the "
                "address (--server or PDFMILL_SERVER), or update whichever is older."
            ) from error


def _path(job_id: str) -> str:
    return f"/v1/jobs/{quote(job_id, safe='')}"


def _listed(files: File | Sequence[File]) -> Sequence[File]:
    # `isinstance(…, Sequence)` would not do: text and bytes are sequences as well.
    return files if isinstance(files, (list, tuple)) else [cast(File, files)]


def _open(file: str | Path | bytes | IO[bytes], stack: ExitStack) -> tuple[str, IO[bytes] | bytes]:
    if isinstance(file, bytes):
        return "document.pdf", file
    if isinstance(file, (str, Path)):
        path = Path(file)
        try:
            return path.name, stack.enter_context(path.open("rb"))
        except OSError as error:
            raise UnusablePath(f"Cannot read {path}: {error.strerror}.") from error
    return Path(str(getattr(file, "name", "document.pdf"))).name, file


def _form(options: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Options as form fields: one field for each value."""
    form: dict[str, str | list[str]] = {}
    for name, value in options.items():
        if isinstance(value, (list, tuple)):
            form[name] = [_text(each) for each in value]
        elif value is not None:
            form[name] = _text(value)
    return form


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
