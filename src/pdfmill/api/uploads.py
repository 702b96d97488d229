"""Files on their way in: streamed to the storage while they are hashed, never held in memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header

from pdfmill.api.guard import require_scope
from pdfmill.config.settings import UploadSettings
from pdfmill.core.caller import Scope
from pdfmill.core.documents import MediaType, safe_name
from pdfmill.core.errors import InvalidRequest, UnsupportedMediaType
from pdfmill.core.fields import FieldSpec
from pdfmill.core.limits import MIB
from pdfmill.core.operation import AnyOperation
from pdfmill.jobs.earlier import earlier_output
from pdfmill.jobs.service import JobService
from pdfmill.jobs.storage import IncomingFile, Storage
from pdfmill.jobs.submission import Upload

_CHUNK_BYTES = MIB
#: Also bounds the parser's buffer, which holds 64 KiB of the file being read and what was left of the piece before.
_FORM_MEMORY_BYTES = 256 * 1024
_FORM_PARTS = 250

#: What a request may carry besides its file: form fields and part headers.
_AROUND_THE_FILE_BYTES = MIB

_FILE_PARTS = ("file", "files")

#: What may stand among the options and is none: it is the same for every operation.
TTL_FIELD = "ttl_seconds"
#: Names an output of an earlier job instead of a file, or beside files.
FROM_JOB_FIELD = "from_job"
_FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
_RAW_TYPES = ("application/octet-stream",)
#: What a body without a name is called: the name tells Markdown from plain text.
_UNNAMED = {"text/plain": "document.txt", "text/markdown": "document.md"}


class StreamingRequest(Request):
    """A request whose file parts go straight into the storage."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Werkzeug's hook for where a file part is written to."""
        return _begin_upload()  # type: ignore[return-value]  # Werkzeug writes, rewinds and closes; nothing else


def receive_uploads(app: Flask, storage: Storage, settings: UploadSettings) -> None:
    """Set the limits of requests, and drop what a request left unpublished, however it ended."""
    max_bytes = settings.max_upload_mib * MIB
    app.request_class = StreamingRequest
    app.config["MAX_CONTENT_LENGTH"] = max_bytes + _AROUND_THE_FILE_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = _FORM_MEMORY_BYTES
    app.config["MAX_FORM_PARTS"] = _FORM_PARTS
    app.extensions["pdfmill_uploads"] = (storage, max_bytes)

    @app.teardown_request
    def discard(_error: BaseException | None) -> None:
        for incoming in _incoming():
            incoming.discard()


@contextmanager
def uploads_and_options(
    operation: AnyOperation, jobs: JobService, require_room: Callable[[int], None]
) -> Iterator[tuple[list[Upload], dict[str, Any]]]:
    """The files and the options of a submission, either way of sending them.

    Args:
        jobs: Those of the caller, of which earlier ones may be named.
        require_room: Refuses as many bytes of their outputs.

    Raises:
        StorageFull: There is no room; nothing was read.
        InputTooLarge, InvalidRequest, UnsupportedMediaType: The body is refused.
        ScopeMissing, UnknownJob, JobNotFinished, JobExpired, ResultUnavailable: An earlier job's output is.
    """
    storage: Storage = current_app.extensions["pdfmill_uploads"][0]
    storage.require_space(request.content_length or 0)
    if request.mimetype in _FORM_TYPES:
        options = _values(operation, request.form)
        uploads = [*_form_uploads(), *_earlier_outputs(request.form.getlist(FROM_JOB_FIELD), jobs, require_room)]
    elif request.mimetype in (*sendable_types(operation), *_RAW_TYPES):
        options = _values(operation, request.args)
        operation.parse_options(options)  # a wrong option is told before the file has travelled
        uploads = [_raw_upload()]
    else:
        takes = ", ".join((*_FORM_TYPES, *sendable_types(operation)))
        raise UnsupportedMediaType(
            f"Send the file as one of {takes}; this request is {request.mimetype or 'of no type'}. "
            "With curl: -F file=@report.pdf"
        )
    yield uploads, options


def sendable_types(operation: AnyOperation) -> tuple[str, ...]:
    """The media types of a body that is the file itself; Markdown is a text (RFC 7763)."""
    types = operation.accepts.media_types
    return (*types, "text/markdown") if MediaType.TEXT in types else types


def _form_uploads() -> Iterator[Upload]:
    for part, file in request.files.items(multi=True):
        if part not in _FILE_PARTS:
            raise InvalidRequest(f"There is a file in the part {part[:40]!r}. Send files in parts named 'file'.")
        assert isinstance(file.stream, IncomingFile)
        yield Upload(file.stream, safe_name(file.filename))


def _earlier_outputs(
    references: Sequence[str], jobs: JobService, require_room: Callable[[int], None]
) -> Iterator[Upload]:
    """Copies, so that the end of the earlier job's time does not matter."""
    wanted = [reference for reference in references if reference]
    if not wanted:
        return
    require_scope(Scope.JOBS_READ)
    files = [earlier_output(jobs, reference) for reference in wanted]
    size_bytes = sum(file.size_bytes for file in files)
    require_room(size_bytes)
    storage: Storage = current_app.extensions["pdfmill_uploads"][0]
    storage.require_space(size_bytes)
    for file in files:
        incoming = _begin_upload()
        with storage.open(file.storage_key) as stored:
            shutil.copyfileobj(stored, incoming, _CHUNK_BYTES)
        yield Upload(incoming, file.name)


def _raw_upload() -> Upload:
    incoming = _begin_upload()
    try:
        while data := request.stream.read(_CHUNK_BYTES):
            incoming.write(data)
    except HTTPException:
        raise
    except OSError as error:
        raise InvalidRequest("The connection broke while the file was sent. Send it again.") from error
    _, parameters = parse_options_header(request.headers.get("Content-Disposition", ""))
    return Upload(incoming, safe_name(parameters.get("filename"), _UNNAMED.get(request.mimetype, "document.pdf")))


def _begin_upload() -> IncomingFile:
    storage, max_bytes = current_app.extensions["pdfmill_uploads"]
    incoming: IncomingFile = storage.incoming(max_bytes)
    _incoming().append(incoming)
    return incoming


def _incoming() -> list[IncomingFile]:
    files: list[IncomingFile] = request.environ.setdefault("pdfmill.incoming", [])
    return files


def _values(operation: AnyOperation, sent: Any) -> dict[str, Any]:
    """Form or query values: lists where an option takes several, an empty text as if it had not been sent."""
    fields: dict[str, FieldSpec] = {field.name: field for field in operation.fields}
    values: dict[str, Any] = {}
    for name in sent:
        if name == TTL_FIELD or (name == FROM_JOB_FIELD and sent is request.form):
            continue
        given = [value for value in sent.getlist(name) if value != ""]
        if given:
            several = len(given) > 1 or (name in fields and fields[name].many)
            values[name] = given if several else given[0]
    return values
