"""The Celery edge: every operation of the registry as a named task, and the maintenance tasks.

A task's message carries a job id and nothing else; what is to be done stands in the job table.
"""

from pdfmill.tasks.maintenance import cleanup_expired_jobs
from pdfmill.tasks.operations import OPERATION_TASKS

bulk_compress_task = OPERATION_TASKS["bulk-compress"]
compress_task = OPERATION_TASKS["compress"]
convert_task = OPERATION_TASKS["convert"]
convert_pdf_task = convert_task
extract_text_task = OPERATION_TASKS["extract-text"]
summarize_task = OPERATION_TASKS["summarize"]
ai_summarize_task = summarize_task

__all__ = [
    "OPERATION_TASKS",
    "ai_summarize_task",
    "bulk_compress_task",
    "cleanup_expired_jobs",
    "compress_task",
    "convert_pdf_task",
    "convert_task",
    "extract_text_task",
    "summarize_task",
]
