"""Text as language: sentences with their places, facts in them, and what may be believed of an answer."""
