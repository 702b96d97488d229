"""`pdfmill serve`: starts the parts, watches them, restarts what dies, and stops them in order."""

from pdfmill.launcher.serve import serve

__all__ = ["serve"]
