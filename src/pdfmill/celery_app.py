"""What Celery loads: ``celery -A pdfmill.celery_app worker``."""

from pdfmill.app import create_celery

celery_app = create_celery()
