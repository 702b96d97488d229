"""The Celery edge: every operation of the registry as a named task, and the maintenance tasks.

A task's message carries a job id and nothing else; what is to be done stands in the job table. The task of an operation
is called after it: that of ``extract-text`` is ``extract_text_task``.
"""

from typing import Any

from pdfmill.tasks.maintenance import cleanup_expired_jobs, get_task_status, health_check_task
from pdfmill.tasks.operations import OPERATION_TASKS

#: Further names, which the specification gives.
convert_pdf_task = OPERATION_TASKS["convert"]
conversion_preview_task = OPERATION_TASKS["convert-preview"]
ocr_process_task = OPERATION_TASKS["ocr"]
ai_summarize_task = OPERATION_TASKS["summarize"]
ai_translate_task = OPERATION_TASKS["translate"]

_OF_OPERATIONS = {f"{name.replace('-', '_')}_task": task for name, task in OPERATION_TASKS.items()}

__all__ = [
    "OPERATION_TASKS",
    "ai_summarize_task",
    "ai_translate_task",
    "cleanup_expired_jobs",
    "conversion_preview_task",
    "convert_pdf_task",
    "get_task_status",
    "health_check_task",
    "ocr_process_task",
]


def __getattr__(name: str) -> Any:
    try:
        return _OF_OPERATIONS[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def __dir__() -> list[str]:
    return sorted({*__all__, *_OF_OPERATIONS})
