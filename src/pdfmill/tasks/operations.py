"""One named task for each operation of the registry."""

from __future__ import annotations

from typing import Any

from celery import Task, shared_task

from pdfmill.core.operation import AnyOperation
from pdfmill.core.progress import Progress
from pdfmill.operations import load_registry
from pdfmill.tasks.base import ContextTask


def _operation_task(operation: AnyOperation) -> Task:
    @shared_task(bind=True, base=ContextTask, name=operation.task_name)  # type: ignore[untyped-decorator]  # Celery has no types
    def run_job(task: ContextTask, job_id: str) -> bool:
        """Make one attempt at the job whose turn it is; False if there was none."""

        def publish(progress: Progress) -> None:
            task.update_state(state="PROGRESS", meta=progress.model_dump())

        return task.parts.runner.run(job_id, operation.queue, publish)

    task: Any = run_job
    return task


OPERATION_TASKS: dict[str, Task] = {operation.name: _operation_task(operation) for operation in load_registry()}
