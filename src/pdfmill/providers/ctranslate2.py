"""CTranslate2 with models that the operator has put into a folder; nothing is ever downloaded."""

from __future__ import annotations

import asyncio
import json
import re
import resource
import sys
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pdfmill.core.errors import LanguageNotSupported, ProviderRefused
from pdfmill.core.limits import MIB
from pdfmill.core.provider import ANSWER_CAP, TEXTS_CAP, Request, Translation, TranslationRequest
from pdfmill.providers.adapter import Answered, Busy

_PAIR = re.compile(r"[a-z]{2,3}-[a-z]{2,3}")

#: Longest line of the process's answers.
_LINE_BYTES = 8 * ANSWER_CAP


class _Texts(BaseModel):
    texts: list[str]


def pairs_in(folder: Path) -> tuple[str, ...]:
    """The pairs of languages for which there is a model: folders such as ``de-en``."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(each.name for each in folder.iterdir() if _PAIR.fullmatch(each.name) and _has_model(each)))


def _has_model(folder: Path) -> bool:
    return any((folder / part / "model.bin").is_file() for part in (".", "model"))


class CTranslate2Adapter:
    """Has a process of its own translate; the job's end kills it.

    Args:
        folder: Holds a folder for each pair of languages.
        memory_mib: What the process may hold.
    """

    def __init__(self, folder: Path, *, memory_mib: int) -> None:
        self._folder = folder
        self._memory_mib = memory_mib
        self._process: asyncio.Task[asyncio.subprocess.Process] | None = None

    async def ask(self, request: Request) -> Answered[Translation]:
        """Make one call; see `Adapter`."""
        assert isinstance(request, TranslationRequest)
        pair = f"{request.source}-{request.target}"
        pairs = pairs_in(self._folder)
        if pair not in pairs:
            raise LanguageNotSupported(
                f"There is no model for {pair}; there are {', '.join(pairs) or 'none'}. Put one into the folder "
                f"{pair} of PDFMILL_PROVIDER__CTRANSLATE2_MODELS."
            )
        try:
            line = await self._exchange(json.dumps({"pair": pair, "texts": list(request.texts)}).encode() + b"\n")
        except BaseException:
            await self.close()  # what it would still say is an answer to another question
            raise
        try:
            texts = tuple(_Texts.model_validate_json(line).texts)
        except ValidationError:
            raise Busy("the translation process ended") from None
        if len(texts) != len(request.texts) or max(map(len, texts)) > ANSWER_CAP:
            raise ProviderRefused(f"The model {pair} gave no usable answer. Try another one.")
        return Answered(Translation(texts=texts))

    async def _exchange(self, line: bytes) -> bytes:
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line)
            await process.stdin.drain()
            answer = await process.stdout.readline()
        except ConnectionError:
            answer = b""
        if not answer:
            await self.close()
            raise Busy("the translation process ended; a model needs more than its limit of memory, or is damaged")
        return answer

    async def _running(self) -> asyncio.subprocess.Process:
        """The process; whoever gives up while it starts leaves it to `close`, with both ends of its pipes."""
        if self._process is None:
            self._process = asyncio.create_task(self._start())
        return await asyncio.shield(self._process)

    async def _start(self) -> asyncio.subprocess.Process:
        limit = self._memory_mib * MIB

        def confine() -> None:
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "pdfmill.providers.ctranslate2_process",
            str(self._folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            limit=_LINE_BYTES * TEXTS_CAP // 50,
            preexec_fn=confine,
        )

    async def close(self) -> None:
        """Kill the process."""
        starting, self._process = self._process, None
        if starting is None:
            return
        try:
            process = await starting
        except OSError:
            return  # it never began
        if process.returncode is None:
            process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        if process.stdout is not None:
            await process.stdout.read()  # to its end: only then is the pipe closed
        await asyncio.sleep(0)
