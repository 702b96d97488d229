"""Files on their way in: streamed to the storage while they are hashed, never held in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header

from pdfmill.config.settings import UploadSettings
from pdfmill.core.documents import safe_name
from pdfmill.core.errors import InvalidRequest, UnsupportedMediaType
from pdfmill.core.fields import FieldSpec
from pdfmill.core.limits import MIB
from pdfmill.core.operation import AnyOperation
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
_RAW_TYPES = ("application/octet-stream",)


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
def uploads_and_options(operation: AnyOperation) -> Iterator[tuple[list[Upload], dict[str, Any]]]:
    """The files and the options of a submission, either way of sending them.

    Raises:
        StorageFull: There is no room; nothing was read.
        InputTooLarge, InvalidRequest, UnsupportedMediaType: The body is refused.
    """
    storage: Storage = current_app.extensions["pdfmill_uploads"][0]
    storage.require_space(request.content_length or 0)
    if request.mimetype == "multipart/form-data":
        options = _values(operation, request.form)
        uploads = list(_form_uploads())
    elif request.mimetype in (*operation.accepts.media_types, *_RAW_TYPES):
        options = _values(operation, request.args)
        operation.parse_options(options)  # a wrong option is told before the file has travelled
        uploads = [_raw_upload()]
    else:
        takes = ", ".join(("multipart/form-data", *operation.accepts.media_types))
        raise UnsupportedMediaType(
            f"Send the file as one of {takes}; this request is {request.mimetype or 'of no type'}. "
            "With curl: -F file=@report.pdf"
        )
    yield uploads, options


def _form_uploads() -> Iterator[Upload]:
    for part, file in request.files.items(multi=True):
        if part not in _FILE_PARTS:
            raise InvalidRequest(f"There is a file in the part {part[:40]!r}. Send files in parts named 'file'.")
        assert isinstance(file.stream, IncomingFile)
        yield Upload(file.stream, safe_name(file.filename))


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
    return Upload(incoming, safe_name(parameters.get("filename")))


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
        if name == TTL_FIELD:
            continue
        given = [value for value in sent.getlist(name) if value != ""]
        if given:
            several = len(given) > 1 or (name in fields and fields[name].many)
            values[name] = given if several else given[0]
    return values
