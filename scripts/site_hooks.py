"""What the documentation site has besides its pages: Mermaid, so that its diagrams are drawn without a network.

MkDocs calls these functions, see ``hooks`` in mkdocs.yml. Mermaid is 3.5 MB and changes often, so it is not kept here;
npm fetches it, once, into ``.cache``. Where npm is missing, a reader's browser fetches it instead.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import tarfile
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

log = logging.getLogger("mkdocs.hooks.site")

_PACKAGE = "mermaid@11.17.2"
_MEMBER = "package/dist/mermaid.min.js"
_SHA256 = "581ed7d74bd9048d0e3a91363927d72ef22942d7722546b27f7cc29e35390eb8"
_SCRIPT = "javascripts/mermaid.min.js"
_CACHE = Path(__file__).parents[1] / ".cache" / "site"


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add Mermaid's script to the site, before the theme looks for it elsewhere."""
    script = _mermaid()
    if script is not None:
        files.append(File.generated(config, _SCRIPT, abs_src_path=str(script)))
        config.extra_javascript.append(_SCRIPT)
    return files


def _mermaid() -> Path | None:
    script = _CACHE / Path(_MEMBER).name
    npm = shutil.which("npm")
    if not script.exists() and npm is not None:
        _CACHE.mkdir(parents=True, exist_ok=True)
        words = [npm, "pack", _PACKAGE, "--silent"]
        done = subprocess.run(words, cwd=_CACHE, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            log.info("npm cannot fetch %s: %s", _PACKAGE, done.stderr.strip())
            return None
        archive = _CACHE / done.stdout.split()[-1]
        with tarfile.open(archive) as package:
            package.extract(_MEMBER, _CACHE, filter="data")
        (_CACHE / _MEMBER).replace(script)
        archive.unlink()
    if not script.exists():
        log.info("npm is missing: diagrams will be drawn only where a reader's browser has a network.")
        return None
    if hashlib.sha256(script.read_bytes()).hexdigest() != _SHA256:
        script.unlink()
        raise ValueError(f"{_PACKAGE} is not what it was when it was chosen; look at it, and change its digest here.")
    return script
