"""The supervisor's side of the sandbox in which documents are opened; `pdfmill.worker.box` is its inside.

with Sandbox.start(spool) as sandbox, sandbox.launch(directory, request) as process:
    while not isinstance(event := process.next_event(1), Ended): ...
"""

from pdfmill.worker.box.messages import (
    Ended,
    SandboxInput,
    SandboxItem,
    SandboxOutcome,
    SandboxOutput,
    SandboxRequest,
    Verdict,
)
from pdfmill.worker.sandbox.client import Sandbox, check_sandbox
from pdfmill.worker.sandbox.process import SandboxProcess
from pdfmill.worker.sandbox.tiers import Feature, Tier

__all__ = [
    "Ended",
    "Feature",
    "Sandbox",
    "SandboxInput",
    "SandboxItem",
    "SandboxOutcome",
    "SandboxOutput",
    "SandboxProcess",
    "SandboxRequest",
    "Tier",
    "Verdict",
    "check_sandbox",
]
