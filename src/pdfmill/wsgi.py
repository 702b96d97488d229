"""What gunicorn loads: ``pdfmill.wsgi:app``."""

from pdfmill.app import create_app

app = create_app()
