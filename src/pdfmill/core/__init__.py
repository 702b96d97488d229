"""The language of the project: what an operation, a document, a page range and an error are.

Imports pydantic and the standard library only.
"""
