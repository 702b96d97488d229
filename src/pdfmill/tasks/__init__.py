"""The Celery edge: every operation of the registry as a named task, and the maintenance tasks.

A task's message carries a job id and nothing else; what is to be done stands in the job table.
"""

from pdfmill.tasks.maintenance import cleanup_expired_jobs, get_task_status, health_check_task
from pdfmill.tasks.operations import OPERATION_TASKS

ask_task = OPERATION_TASKS["ask"]
bulk_compress_task = OPERATION_TASKS["bulk-compress"]
classify_task = OPERATION_TASKS["classify"]
compress_task = OPERATION_TASKS["compress"]
convert_task = OPERATION_TASKS["convert"]
convert_pdf_task = convert_task
convert_preview_task = OPERATION_TASKS["convert-preview"]
conversion_preview_task = convert_preview_task
extract_bank_statement_task = OPERATION_TASKS["extract-bank-statement"]
extract_invoice_task = OPERATION_TASKS["extract-invoice"]
extract_text_task = OPERATION_TASKS["extract-text"]
ocr_preview_task = OPERATION_TASKS["ocr-preview"]
ocr_process_task = OPERATION_TASKS["ocr"]
ocr_task = ocr_process_task
summarize_task = OPERATION_TASKS["summarize"]
ai_summarize_task = summarize_task
translate_task = OPERATION_TASKS["translate"]
ai_translate_task = translate_task

__all__ = [
    "OPERATION_TASKS",
    "ai_summarize_task",
    "ai_translate_task",
    "ask_task",
    "bulk_compress_task",
    "classify_task",
    "cleanup_expired_jobs",
    "compress_task",
    "conversion_preview_task",
    "convert_pdf_task",
    "convert_preview_task",
    "convert_task",
    "extract_bank_statement_task",
    "extract_invoice_task",
    "extract_text_task",
    "get_task_status",
    "health_check_task",
    "ocr_preview_task",
    "ocr_process_task",
    "ocr_task",
    "summarize_task",
    "translate_task",
]
