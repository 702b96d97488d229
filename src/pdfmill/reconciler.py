"""What the launcher starts beside web server and worker: ``python -m pdfmill.reconciler``."""

from pdfmill.app import run_reconciler
from pdfmill.config.settings import load_settings

if __name__ == "__main__":
    run_reconciler(load_settings())
