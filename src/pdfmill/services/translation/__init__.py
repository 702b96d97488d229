"""Translation: the paragraphs of a document in another language, in its own layout if wanted."""
