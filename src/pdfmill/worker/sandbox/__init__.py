"""The box in which documents are opened.

worker or command line     supervises, never opens a document
 └ bubblewrap              user, pid, mount, network, IPC and UTS namespaces; programs and libraries read-only
    └ fork server          everything imported, one thread; forks a keeper for each request
       └ keeper            one for each job: deadline, memory, kill, verdict
          └ init           first process of the job's own namespaces: only reaps
             └ job         limits, Landlock, system-call filter, then the operation

with Sandbox.start(spool) as sandbox, sandbox.launch(directory, request) as process:
    while not isinstance(event := process.next_event(1), Ended): ...
"""

from pdfmill.worker.sandbox.client import Sandbox, check_sandbox
from pdfmill.worker.sandbox.messages import Ended, SandboxInput, SandboxOutcome, SandboxRequest, Verdict
from pdfmill.worker.sandbox.process import SandboxProcess
from pdfmill.worker.sandbox.tiers import Tier

__all__ = [
    "Ended",
    "Sandbox",
    "SandboxInput",
    "SandboxOutcome",
    "SandboxProcess",
    "SandboxRequest",
    "Tier",
    "Verdict",
    "check_sandbox",
]
