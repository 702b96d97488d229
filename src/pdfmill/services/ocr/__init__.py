"""OCR: pages that are pictures of text become text with its place on the page."""
