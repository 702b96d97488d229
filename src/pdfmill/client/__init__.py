"""The Python client of a pdfmill server. Needs httpx and `pdfmill.core.errors`, nothing of the server.

from pdfmill.client import Client

with Client("http://127.0.0.1:8000") as client:
    job = client.run("compress", "report.pdf", "small.pdf", level="high")
    print(job.result)
"""

from pdfmill.client.client import Client
from pdfmill.client.jobs import InputFile, Job, JobPage, OperationInfo, OutputFile, OutputOf, Progress

__all__ = ["Client", "InputFile", "Job", "JobPage", "OperationInfo", "OutputFile", "OutputOf", "Progress"]
