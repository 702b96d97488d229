"""What a submission consists of besides its operation and options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pdfmill.core.documents import MediaType, sniff
from pdfmill.core.errors import EmptyInput
from pdfmill.jobs.models import DEFAULT_URGENCY
from pdfmill.jobs.storage import IncomingFile


@dataclass(frozen=True)
class Upload:
    """A file that a client sent, not yet published.

    Attributes:
        name: As the client called it, made safe.
    """

    file: IncomingFile
    name: str

    @property
    def media_type(self) -> MediaType:
        """By content; the client's word is not asked for."""
        return sniff(self.file.head)


@dataclass(frozen=True)
class Idempotency:
    """A client's key for one logical request, and a digest of what it sent with it. Each owner has keys of its own."""

    key: str
    fingerprint: str


@dataclass(frozen=True)
class Submitter:
    """Who submits, and how urgently.

    Attributes:
        client: Whose turn it is, see `jobs.queue`.
        urgency: 0 to 7, the lower the sooner.
        ttl_s: How long the files are to be kept after the job's end, in seconds; None leaves it to the server.
        trace_parent: The span of the submission, see `Job.trace_parent`.
    """

    client: str = ""
    urgency: int = DEFAULT_URGENCY
    ttl_s: int | None = None
    trace_parent: str | None = None


#: A client that is not known, with work that can wait its turn.
ANYBODY = Submitter()


def refuse_empty(uploads: Sequence[Upload]) -> None:
    """Refuse uploads of which one holds nothing.

    Raises:
        EmptyInput: It names the file.
    """
    for upload in uploads:
        if upload.file.size_bytes == 0:
            raise EmptyInput(f"The file {upload.name!r} is empty. Send it again, with its content.")
