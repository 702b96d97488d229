"""Summaries: of the document's own sentences, or by a language model that has to cite them."""
