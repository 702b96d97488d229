"""The structure of PDF files, by pikepdf (libqpdf). Every PDF is opened here before anything else sees it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Object, ObjectStreamMode, Pdf, Stream
from pikepdf.exceptions import PikepdfError

from pdfmill.core.errors import DamagedInput, EmptyInput, EncryptedInput, NoPages, StorageFull, TooManyPages
from pdfmill.core.limits import Limits

#: Versions of PDF/X that are based on PDF 1.3 and 1.4; later ones are on 1.6.
_EARLY_PDFX = ("PDF/X-1", "PDF/X-2", "PDF/X-3")

#: Points in a unit of user space (ISO 32000-1, annex C, foresees pages of 381 km).
_LARGEST_UNIT = 75_000


@contextmanager
def open_pdf(path: Path, limits: Limits | None = None, *, repair: bool = True) -> Iterator[Pdf]:
    """Open a PDF, repaired as far as libqpdf can unless ``repair`` is off.

    Raises:
        EmptyInput, DamagedInput, EncryptedInput, NoPages: It cannot be read.
        TooManyPages: It has more pages than ``limits`` allows.
    """
    if path.stat().st_size == 0:
        raise EmptyInput("The file is empty. Send it again, with its content.")
    with _translated():
        try:
            pdf = Pdf.open(path, attempt_recovery=repair)
        except ValueError as error:  # numbers beyond 64 bits, which libqpdf does not call a damaged file
            raise pikepdf.PdfError(str(error)) from error
    with pdf:
        with _translated():
            page_count = len(pdf.pages)
        if page_count == 0:
            raise NoPages("The document has no pages. Send one that has at least one.")
        if limits is not None and page_count > limits.max_pages:
            raise TooManyPages(
                f"The document has {page_count} pages; at most {limits.max_pages} are taken. Split it, or raise "
                "PDFMILL_LIMITS__MAX_PAGES.",
                page_count=page_count,
                limit=limits.max_pages,
            )
        with _translated():
            yield pdf


def count_pages(path: Path, *, repair: bool = True) -> int:
    """The number of pages.

    Raises:
        As `open_pdf`.
    """
    with open_pdf(path, repair=repair) as pdf:
        return len(pdf.pages)


def embedded_files(pdf: Pdf, suffix: str, most_bytes: int) -> list[tuple[str, bytes]]:
    """The files that a document carries whose name ends so: name and content, in the order of their names.

    Those of the name tree and those that the catalog or a page is associated with (ISO 32000-2, 7.11.4 and 14.13).

    Args:
        suffix: Such as ``.xml``; letters of either case fit.
        most_bytes: Larger ones are left out, before they are unpacked as far as their size is known.
    """
    with _translated():
        specs = [spec for _, spec in sorted(pdf.attachments.items())]
        found: dict[str, bytes] = {}
        for each in [spec.obj for spec in specs] + _associated(pdf):
            name = str(each.get(Name.UF, each.get(Name.F, "")))
            streams = each.get(Name.EF)
            if not name.lower().endswith(suffix) or name in found or not isinstance(streams, Dictionary):
                continue
            stream = streams.get(Name.UF, streams.get(Name.F))
            if isinstance(stream, Stream) and (content := _unpacked(stream, most_bytes)) is not None:
                found[name] = content
        return list(found.items())


def _associated(pdf: Pdf) -> list[Object]:
    holders = [pdf.Root, *(page.obj for page in pdf.pages)]
    files = [holder.get(Name.AF) for holder in holders]
    return [
        each for group in files if isinstance(group, pikepdf.Array) for each in group if isinstance(each, Dictionary)
    ]


def _unpacked(stream: Stream, most_bytes: int) -> bytes | None:
    """The content of a stream; None if it is larger than that or cannot be unpacked."""
    if len(stream.read_raw_bytes()) > most_bytes:
        return None
    try:
        content = stream.read_bytes()
    except PikepdfError:
        return None
    return content if len(content) <= most_bytes else None


def user_units(pdf: Pdf) -> list[float]:
    """For each page, the points in a unit of its user space (ISO 32000-1, table 30); 1 where it says nonsense."""
    with _translated():
        units = [page.obj.get(Name.UserUnit, 1) for page in pdf.pages]
    return [float(unit) if isinstance(unit, int | Decimal) and 0 < unit <= _LARGEST_UNIT else 1.0 for unit in units]


def save_pdf(pdf: Pdf, target: Path) -> None:
    """Write with object streams where the document's standard allows them, and with the encryption it came with.

    Raises:
        StorageFull: The disk is full.
    """
    streams = ObjectStreamMode.generate if may_have_object_streams(pdf) else ObjectStreamMode.disable
    with _translated():
        pdf.save(
            target,
            object_stream_mode=streams,
            compress_streams=True,
            # qpdf's own recompression undoes PNG predictors, which makes such files up to 39 % larger.
            recompress_flate=False,
            # The XMP packet stays byte for byte; pikepdf would rewrite it for the PDF version, or fail at a bad one.
            fix_metadata_version=False,
            encryption=True if pdf.is_encrypted else None,
        )


def claims_pdfa1(pdf: Pdf) -> bool:
    """Whether the XMP metadata claims PDF/A part 1; metadata that cannot be read claims nothing."""
    with _translated():
        return pdf.open_metadata().pdfa_status.startswith("1")  # not as a context manager, which would write it back


def may_have_object_streams(pdf: Pdf) -> bool:
    """Whether the document's standard allows object streams: PDF/A-1 and the versions of PDF/X before 4 do not.

    ISO 19005-1, 6.1.4; ISO 15930-1, -3, -4 and -6.
    """
    return not (claims_pdfa1(pdf) or _claims_early_pdfx(pdf))


def _claims_early_pdfx(pdf: Pdf) -> bool:
    return str(pdf.docinfo.get(Name("/GTS_PDFXVersion"), "")).startswith(_EARLY_PDFX)


def is_signed(pdf: Pdf) -> bool:
    """Whether the document holds a digital signature, whose bytes a rewrite would break (ISO 32000-1, 12.8).

    A usage-rights signature alone (/Perms /UR3) does not count: it only tells old viewers what to allow.
    """
    with _translated():
        permissions = pdf.Root.get(Name.Perms)
        usage_rights = permissions.get(Name.UR3) if isinstance(permissions, Dictionary) else None
        exempt = usage_rights.objgen if isinstance(usage_rights, Object) else None
        return any(
            isinstance(each, Dictionary)
            and Name.ByteRange in each
            and Name.Contents in each
            and (each.objgen == (0, 0) or each.objgen != exempt)
            for each in pdf.objects
        ) or _has_direct_signature(pdf)


def drop_usage_rights(pdf: Pdf) -> None:
    """Remove a usage-rights signature (/Perms /UR3, ISO 32000-1, 12.8.2.3), which a rewrite breaks."""
    permissions = pdf.Root.get(Name.Perms)
    if isinstance(permissions, Dictionary) and Name.UR3 in permissions:
        del permissions[Name.UR3]
        if not len(permissions):
            del pdf.Root[Name.Perms]


def _has_direct_signature(pdf: Pdf) -> bool:
    """A signature dictionary may stand directly in its field, so that it is no object of its own."""
    for each in pdf.objects:
        if isinstance(each, Dictionary) and each.get(Name.FT) == Name.Sig:
            value = each.get(Name.V)
            if isinstance(value, Dictionary) and Name.ByteRange in value:
                return True
    return False


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except pikepdf.PasswordError as error:
        raise EncryptedInput(
            "The file opens only with a password. Remove the password in the program that set it, and send it again."
        ) from error
    except PikepdfError as error:
        raise DamagedInput(
            "The file is damaged beyond repair. Print it to a new PDF, or ask for it again, and send that."
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("The server's disk is full. Try again when there is space.") from error
        raise
