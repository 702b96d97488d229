"""The command line that starts the fork server inside bubblewrap."""

from __future__ import annotations

import sys
from pathlib import Path

import pdfmill
from pdfmill.core.language_data import own_data_folder
from pdfmill.worker.box.setup import Namespaces
from pdfmill.worker.sandbox.tiers import User, Way

_ETC = ("fonts", "ld.so.cache", "alternatives", "libreoffice")
_TMPFS_BYTES = 512 * 1024 * 1024

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/tmp",  # noqa: S108 - bubblewrap's own tmpfs
    "PYTHONDONTWRITEBYTECODE": "1",
    # numpy's OpenBLAS starts its threads when it is imported, and the fork server must have one thread.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "VIPS_CONCURRENCY": "1",
    "MALLOC_ARENA_MAX": "2",
}


def needed_paths(extra: tuple[Path, ...] = ()) -> list[Path]:
    """What has to be read outside of /usr: the interpreter, the virtual environment, this package, language data."""
    package, data = Path(pdfmill.__file__).parent, own_data_folder()
    paths = [Path(sys.base_prefix), Path(sys.prefix), package, *([] if data is None else [data]), *extra]
    return [path for path in dict.fromkeys(path.absolute() for path in paths) if not path.is_relative_to("/usr")]


def readable_paths(extra: tuple[Path, ...] = ()) -> tuple[str, ...]:
    """What a job may read besides its own directory."""
    system = [Path(name) for name in ("/usr", "/lib", "/lib64", "/bin", "/proc", "/dev", "/var/cache/fontconfig")]
    return tuple(map(str, [*system, *(Path("/etc") / name for name in _ETC), *needed_paths(extra)]))


def command(program: str, way: Way, spool: Path, extra: tuple[Path, ...], inner: list[str]) -> list[str]:
    """Bubblewrap's arguments: no network, no host files but programs and libraries, the spool, and a fresh /tmp."""
    words = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    words += ["--die-with-parent", "--new-session", "--hostname", "sandbox", *_user(way)]
    words += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        words += _system_folder(Path("/") / name)
    for path in (*(Path("/etc") / name for name in _ETC), Path("/var/cache/fontconfig")):
        words += [*_folders_above(path), "--ro-bind-try", str(path), str(path)]
    # The fork server that gives up being root mounts its own /proc.
    words += ["--dir" if way.user is User.LENT_INSIDE else "--proc", "/proc"]
    words += ["--dev", "/dev", "--size", str(_TMPFS_BYTES), "--tmpfs", "/tmp"]  # noqa: S108
    for path in needed_paths(extra):
        words += [*_folders_above(path), "--ro-bind", str(path), str(path)]
    words += [
        *_folders_above(spool),
        "--bind",
        str(spool),
        str(spool),
        "--chdir",
        "/",
        "--remount-ro",
        "/",
        "--",
        *inner,
    ]
    return words


def _user(way: Way) -> list[str]:
    if way.user is User.LENT_INSIDE:
        capabilities = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID")
        return ["--cap-drop", "ALL", *(word for each in capabilities for word in ("--cap-add", each))]
    if way.namespaces is Namespaces.HELD:
        return ["--unshare-user", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN"]
    return ["--unshare-user"]


def _folders_above(path: Path) -> list[str]:
    """Bubblewrap would make them for root alone, and the fork server may become another user."""
    return [word for folder in reversed(path.parents[:-1]) for word in ("--dir", str(folder))]


def _system_folder(path: Path) -> list[str]:
    """On a merged system /bin and its like are links into /usr; elsewhere they are folders."""
    if path.is_symlink():
        return ["--symlink", str(path.readlink()), str(path)]
    return ["--ro-bind-try", str(path), str(path)]
