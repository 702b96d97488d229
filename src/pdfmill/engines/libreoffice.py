"""Office documents to PDF and back, by LibreOffice: a fresh and hardened profile for each run.

LibreOffice fetches what a document links to unless it is told not to. The box has no network; this profile is the
second, independent measure, and the one that holds where the box does not.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.sax.saxutils import quoteattr

from pdfmill.core.context import Context
from pdfmill.core.errors import DamagedInput, MissingDependency
from pdfmill.core.limits import LimitOverrides

#: Threads count as processes, and LibreOffice starts many.
LIMITS = LimitOverrides(processes=300)

#: A port that nothing listens on (RFC 863, discard).
_DEAD_PORT = 9

_COMMON, _SECURITY = "/org.openoffice.Office.Common", "/org.openoffice.Office.Common/Security/Scripting"

#: (node, property, value) of LibreOffice's registry: no macros, no active content, no updated links, a dead proxy.
_SETTINGS: tuple[tuple[str, str, str], ...] = (
    (_SECURITY, "MacroSecurityLevel", "3"),
    (_SECURITY, "DisableMacrosExecution", "true"),
    (_SECURITY, "DisableActiveContent", "true"),
    (_SECURITY, "BlockUntrustedRefererLinks", "true"),
    (f"{_COMMON}/Misc", "FirstRun", "false"),
    (f"{_COMMON}/Save/Document", "CreateBackup", "false"),
    (f"{_COMMON}/Save/Document", "AutoSave", "false"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "2"),
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    *(
        setting
        for protocol in ("HTTP", "HTTPS", "FTP")
        for setting in (
            ("/org.openoffice.Inet/Settings", f"ooInet{protocol}ProxyName", "127.0.0.1"),
            ("/org.openoffice.Inet/Settings", f"ooInet{protocol}ProxyPort", str(_DEAD_PORT)),
        )
    ),
)


def convert(source: Path, *, input_filter: str, output_format: str, ctx: Context) -> Path:
    """Convert a document; returns the new file, in a folder of its own below the work directory.

    Args:
        input_filter: LibreOffice's name of the format that the source *has*, so that it does not guess.
        output_format: Extension of the output, with a filter after a colon where there are several.

    Raises:
        MissingDependency: LibreOffice is not installed.
        DamagedInput: Nothing was made, which LibreOffice calls success.
        EngineFailed, Cancelled, DeadlineExceeded: As `Context.run_tool`.
    """
    program = find_libreoffice()
    profile, made = ctx.path("libreoffice-profile"), ctx.path("libreoffice-made")
    for folder in (profile, made):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    write_profile(profile)
    ctx.run_tool(command(program, source, profile, made, input_filter, output_format))
    outputs = [path for path in made.iterdir() if path.is_file() and path.stat().st_size > 0]
    if len(outputs) != 1:
        raise DamagedInput(
            "The document cannot be converted. Open it in an Office program, save it anew, and send that."
        )
    return outputs[0]


def find_libreoffice() -> str:
    """The program.

    Raises:
        MissingDependency: It is not installed.
    """
    program = shutil.which("soffice")
    if program is None:
        raise MissingDependency(
            "LibreOffice is not installed. `pdfmill doctor` says how to install it.", program="soffice"
        )
    return program


def command(
    program: str, source: Path, profile: Path, made: Path, input_filter: str, output_format: str
) -> tuple[str | Path, ...]:
    """The command line; every path is our own and absolute, so that no name of a user can be taken for an option."""
    return (
        program,
        f"-env:UserInstallation={profile.absolute().as_uri()}",
        "--headless",
        "--norestore",
        "--nologo",
        "--nodefault",
        "--nolockcheck",
        f"--infilter={input_filter}",
        "--convert-to",
        output_format,
        "--outdir",
        made.absolute(),
        source.absolute(),
    )


def write_profile(folder: Path) -> None:
    """The hardened settings, as LibreOffice reads them from its user profile."""
    items = "".join(
        f"<item oor:path={quoteattr(node)}><prop oor:name={quoteattr(name)} oor:op='fuse'>"
        f"<value>{value}</value></prop></item>"
        for node, name, value in _SETTINGS
    )
    user = folder / "user"
    user.mkdir()
    (user / "registrymodifications.xcu").write_text(
        "<?xml version='1.0' encoding='UTF-8'?>"
        "<oor:items xmlns:oor='http://openoffice.org/2001/registry'>" + items + "</oor:items>"
    )
