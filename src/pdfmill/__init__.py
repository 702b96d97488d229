"""Slow, risky work on PDF files, done as background jobs: compress, convert, OCR, read."""

__version__ = "0.1.0"
