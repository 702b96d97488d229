"""The layout of a document, written down: as plain text, on a grid of characters, as Markdown, HTML or JSON."""
